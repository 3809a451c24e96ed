"""What a witness makes of the key that signs the log, and of what the owner says of it."""

from __future__ import annotations

import copy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.agent.session import Home
from siegel.agent.tests.server import Server
from siegel.agent.tests.test_log import ORIGIN, Log, log
from siegel.agent.tests.test_main import Run, online, output, run
from siegel.agent.witness import Witness
from siegel.lib import tlog
from siegel.seals.canonical import unb64
from siegel.seals.tests.test_log_keys import certify as certify_log

__all__ = ["log", "online", "run"]


def test_a_key_of_the_log_that_no_owner_certified_is_said_and_one_that_he_did_is_not(
    log: Log, server: Server, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "witness") == 0
    assert "certified by no owner" in "".join(capsys.readouterr())
    certify_log(server.firm, log.vkey)
    assert run("audit", "witness") == 0
    assert "certified by no owner" not in "".join(capsys.readouterr())


def test_a_renewed_key_is_followed_once_it_is_certified_and_the_log_has_grown_from_the_old_ones_head(
    log: Log, server: Server, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    certify_log(server.firm, log.vkey)
    assert run("audit", "witness") == 0
    log.key = Ed25519PrivateKey.generate()
    log.grow(4)
    capsys.readouterr()
    assert run("audit", "witness", "--json") == 3
    assert "log_key_changed" in output(capsys)["message"]
    certify_log(server.firm, log.vkey)
    kept = log.entries[1]
    log.entries[1] += b" "
    assert run("audit", "witness", "--json") == 3
    log.entries[1] = kept
    assert run("audit", "witness") == 0
    assert log.cosigned[-1]["size"] == len(log.entries)


@pytest.mark.parametrize("code", ["log_key_other", "log_key_revoked"])
def test_a_log_under_a_key_that_the_owner_does_not_vouch_for_is_refused_at_first_sight(
    log: Log, server: Server, run: Run, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    if code == "log_key_other":
        other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        certify_log(server.firm, tlog.VerifierKey(ORIGIN, tlog.ED25519, other))
    else:
        server.firm.revoke(server.firm.owner, certify_log(server.firm, log.vkey))
    assert run("audit", "witness", "--json") == 3
    assert code in output(capsys)["message"]
    assert not log.cosigned
    # Nor is it what this machine knows from now on: another true one is not "another than the one pinned".
    assert Witness(Home().folder).held(ORIGIN) is None


def test_a_log_key_that_was_seen_revoked_stays_so_when_the_server_shows_nothing_of_it_any_more(
    log: Log, server: Server, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    person = certify_log(server.firm, log.vkey)
    server.firm.revoke(server.firm.owner, person)
    assert run("audit", "witness", "--json") == 3
    server.firm.revocations.clear()
    server.firm.accepted[:] = [one for one in server.firm.accepted if one.signed.hash != person.known.hash]
    capsys.readouterr()
    assert run("audit", "witness", "--json") == 3
    assert "log_key_revoked" in output(capsys)["message"]
    assert not log.cosigned


def test_a_log_that_began_anew_is_not_cosigned_under_its_old_origin(log: Log, run: Run) -> None:
    assert run("audit", "witness") == 0
    old = copy.deepcopy(log.entries), log.key, log.origin
    log.grow(5)
    log.begin_anew(kept=9, cited=10)
    assert run("audit", "witness") == 0
    log.entries, log.key, log.origin = old
    log.grow(1)
    own, size = Witness(Home().folder), len(log.entries)
    held = own.held(ORIGIN)
    assert held is not None
    assert held.head is not None
    proof = tuple(map(unb64, log.proof(held.head.size, size)))
    request = tlog.AddCheckpoint(held.head.size, proof, log.note(size))
    with pytest.raises(tlog.WitnessError) as error:
        own.add_checkpoint(request.encode())
    assert error.value.status == 404


def test_a_key_that_a_certified_one_began_after_a_restore_waits_for_its_own_certificate(
    log: Log, server: Server, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    certify_log(server.firm, log.vkey)
    log.grow(5)
    log.begin_anew(kept=9, cited=10)
    assert run("audit", "witness") == 0
    assert "certified by no owner" in "".join(capsys.readouterr())
