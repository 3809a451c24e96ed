"""A server that lies. Whatever it answers, nothing wrong is opened, kept or sealed for it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siegel.agent.account import Account, sign_in
from siegel.agent.errors import AgentError
from siegel.agent.get import get_file
from siegel.agent.invite import _opened
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import plan_put
from siegel.agent.session import Home
from siegel.agent.tests.conftest import put_all
from siegel.agent.tests.server import ORIGIN, TITLE, Server, StoredVault, Wire
from siegel.agent.vaults import open_named
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import root_certificate
from siegel.seals.derive import EpochSeed, Seed
from siegel.seals.epochs import seal_seed
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.replay import Head
from siegel.seals.scanning import announce_scanner_key
from siegel.seals.tests.people import Firm

Lie = Callable[[str, Wire], Wire]


def lying(server: Server, ending: str, change: Callable[[Wire], None]) -> None:
    """From now on the answers of paths with this ending are changed."""

    def lie(path: str, answer: Wire) -> Wire:
        if path.endswith(ending):
            change(answer)
        return answer

    server.lies.append(lie)


def refused(code: str, attempt: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError) as error:
        attempt()
    assert error.value.code == code, error.value


@pytest.fixture
def filled(vault: OpenVault, tmp_path: Path) -> OpenVault:
    """The vault with one file."""
    (tmp_path / "brief").write_bytes(b"Guten Tag" * 1000)
    put_all(vault, plan_put([tmp_path / "brief"], ()))
    vault.sync()
    return vault


def get(vault: OpenVault, target: Path) -> None:
    entity = vault.find(["brief"])
    assert entity is not None
    get_file(vault, entity, target)


def reopen(vault: OpenVault) -> OpenVault:
    return open_by_id(vault.account, vault.home, vault.id)


# Who is who


def test_another_root_is_refused_at_sign_in(server: Server) -> None:
    def other(answer: Wire) -> None:
        answer["firm"]["root"] = Firm().root_kid

    lying(server, "sign-in/key", other)
    refused("root_differs", lambda: server.account(server.firm.client))


def test_another_person_is_refused_at_sign_in(server: Server) -> None:
    def other(answer: Wire) -> None:
        answer["person"]["id"] = server.firm.owner.id

    lying(server, "sign-in/key", other)
    refused("session_differs", lambda: server.account(server.firm.client))


def test_nothing_is_signed_for_another_firm_than_the_key_files(server: Server) -> None:
    lying(server, "challenge", lambda answer: answer.update(firm=Firm().id))
    with pytest.raises(AgentError) as error:
        server.account(server.firm.client)
    assert error.value.code == "foreign_key_file"
    assert "POST sign-in/key" not in server.requests


def test_a_root_that_changed_since_is_refused(home: Home) -> None:
    home.pin(ORIGIN, "firm", "one")
    home.pin(ORIGIN, "firm", "one")
    home.pin(ORIGIN, "other firm", "two")
    refused("root_changed", lambda: home.pin(ORIGIN, "firm", "two"))


def test_a_key_the_firm_has_not_certified_is_not_signed_in(server: Server) -> None:
    def without(answer: Wire) -> None:
        own = b64(server.firm.accepted[server.firm.client.known.log_index - 1].signed.raw)
        answer["certificates"] = [one for one in answer["certificates"] if one["doc"]["bytes"] != own]

    lying(server, "keys/certificates", without)
    refused("not_certified", lambda: server.account(server.firm.client))


def test_an_invented_root_among_the_certificates_is_refused(server: Server) -> None:
    def add(answer: Wire) -> None:
        signed = root_certificate(Seed.generate(), server.firm.id, server.firm.now)
        answer["certificates"].append({"doc": signed.to_wire(), "accepted_at": server.firm.now, "log_index": 99})

    lying(server, "keys/certificates", add)
    refused("certificate_root", lambda: server.account(server.firm.client))


def test_a_certificate_that_moves_in_the_log_is_refused(server: Server, client: Account) -> None:
    def move(answer: Wire) -> None:
        answer["certificates"][-1]["log_index"] += 1

    lying(server, "keys/certificates", move)
    refused("certificate_moved", client.learn_certificates)


# The vault


def test_a_vault_that_was_rolled_back_is_refused(server: Server, filled: OpenVault, stored: StoredVault) -> None:
    first = stored.entries[0]

    def back(answer: Wire) -> None:
        answer["records"] = answer["records"][:1]
        answer.update(seq=1, head=Head(1, _hash(first)).hash)

    lying(server, "news", back)
    refused("vault_rolled_back", lambda: reopen(filled))


def _hash(entry: Wire) -> str:
    from siegel.seals.derive import digest

    return digest(unb64(entry["record"]["bytes"]))


def test_a_fork_is_refused(server: Server, filled: OpenVault) -> None:
    filled.home.folder.joinpath("heads.json").write_text(f'{{"{filled.id}": {{"seq": 2, "hash": "{"A" * 43}"}}}}')
    refused("vault_forked", lambda: reopen(filled))


def test_a_record_left_out_is_refused(server: Server, filled: OpenVault) -> None:
    def drop(answer: Wire) -> None:
        del answer["records"][0]

    lying(server, "news", drop)
    refused("record_seq", lambda: reopen(filled))


def test_records_that_end_before_the_head_are_refused(server: Server, vault: OpenVault) -> None:
    lying(server, "news", lambda answer: answer.update(seq=answer["seq"] + 1))
    refused("vault_forked", lambda: reopen(vault))


def test_an_altered_or_foreign_row_is_refused(server: Server, filled: OpenVault) -> None:
    def swap(answer: Wire) -> None:
        first, second = answer["rows"]
        first["row"], second["row"] = second["row"], first["row"]

    lying(server, "news", swap)
    refused("row_differs", lambda: reopen(filled))


def test_a_row_left_out_is_refused(server: Server, filled: OpenVault) -> None:
    lying(server, "news", lambda answer: answer["rows"].pop())
    refused("row_differs", lambda: reopen(filled))


@pytest.mark.parametrize("label", ["client_name", "client_number", "title"])
def test_a_vault_listed_under_another_label_is_refused(
    client: Account, home: Home, stored: StoredVault, label: str
) -> None:
    stored.shown = replace(stored.shown, **{label: "10002"})
    refused("title_differs", lambda: open_named(client, home, stored.shown.title))
    refused("title_differs", lambda: _opened(client, home, {stored.id: "read"}))


def test_a_vault_listed_under_another_dossier_or_under_none_is_refused(
    server: Server, client: Account, home: Home, stored: StoredVault
) -> None:
    stored.dossier = Firm().id
    refused("title_differs", lambda: open_named(client, home, TITLE))
    lying(server, "api/vaults", lambda answer: answer["vaults"][0].update(dossier=None))
    refused("title_differs", lambda: open_named(client, home, stored.id))


def test_nobody_is_invited_into_a_vault_that_is_not_listed(client: Account, home: Home, stored: StoredVault) -> None:
    with pytest.raises(AgentError) as error:
        _opened(client, home, {stored.id: "read", "A" * 22: "read"})
    assert error.value.code == "vault_unknown"


def test_a_wrap_of_another_seed_is_refused(server: Server, vault: OpenVault, stored: StoredVault) -> None:
    recipient = server.firm.client.known.certificate.recipient or ""
    stored.wraps[1, server.firm.client.kid] = seal_seed(EpochSeed.generate(), recipient)
    refused("wrap_foreign_seed", lambda: reopen(vault))


def test_a_missing_wrap_stops_writing(server: Server, client: Account, home: Home, stored: StoredVault) -> None:
    del stored.wraps[1, server.firm.client.kid]
    with pytest.raises((IntegrityError, AgentError)):
        open_by_id(client, home, stored.id)


# Files


def altered_version(server: Server, change: Callable[[Wire], None]) -> None:
    lying(server, "versions/1", change)


def test_another_manifest_than_the_chains_is_refused(server: Server, filled: OpenVault, tmp_path: Path) -> None:
    def change(answer: Wire) -> None:
        answer["manifest"]["bytes"] = b64(unb64(answer["manifest"]["bytes"]) + b" ")

    altered_version(server, change)
    refused("manifest_differs", lambda: get(filled, tmp_path / "out"))


@pytest.mark.parametrize(
    ("result", "by", "code"),
    [
        ("infected", None, "verdict_not_clean"),
        ("failed", None, "verdict_not_clean"),
        ("clean", "owner", "scanner_unknown"),
    ],
)
def test_a_forged_verdict_is_refused(
    server: Server, filled: OpenVault, tmp_path: Path, result: str, by: str | None, code: str
) -> None:
    from siegel.seals.documents import Manifest
    from siegel.seals.signed import Signed

    def change(answer: Wire) -> None:
        manifest = Manifest.parse(Signed.from_wire(answer["manifest"]))
        item = {"payload_hash": manifest.payload_hash, "commitment": manifest.commitment}
        who = getattr(server.firm, by) if by else None
        answer["verdict"] = server.verdict(item, result, None if result == "clean" else "x", who).to_wire()

    altered_version(server, change)
    refused(code, lambda: get(filled, tmp_path / "out"))


def test_a_file_without_a_verdict_is_refused(server: Server, filled: OpenVault, tmp_path: Path) -> None:
    altered_version(server, lambda answer: answer.update(verdict=None))
    refused("verdict_missing", lambda: get(filled, tmp_path / "out"))


def test_an_altered_payload_leaves_no_file(
    server: Server, filled: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    [place] = stored.payloads
    whole = stored.payloads[place]
    flipped = whole[:20] + bytes([whole[20] ^ 1]) + whole[21:]
    for payload in (whole[:-1], whole + b"x", flipped, b""):
        stored.payloads[place] = payload
        refused("payload_altered", lambda: get(filled, tmp_path / "out"))
        assert not (tmp_path / "out").exists()
    stored.payloads[place] = whole
    get(filled, tmp_path / "out")


def test_leaves_of_another_payload_are_refused(server: Server, filled: OpenVault, tmp_path: Path) -> None:
    altered_version(server, lambda answer: answer.update(leaves=b64(bytes(32))))
    refused("payload_hash", lambda: get(filled, tmp_path / "out"))


# Uploads


def test_nothing_is_sealed_for_a_scanner_nobody_certified(server: Server, vault: OpenVault, tmp_path: Path) -> None:
    (tmp_path / "brief").write_bytes(b"geheim")
    recipient = Seed.generate().public_keys().recipient or ""
    for seed in (Seed.generate(), server.firm.owner.seed):
        signed = announce_scanner_key(seed, server.firm.id, recipient, now=int(time.time()))
        server.lies[:] = []
        lying(server, "scanner-key", lambda answer, signed=signed: answer.update(doc=signed.to_wire()))  # type: ignore[misc]
        refused("scanner_unknown", lambda: put_all(vault, plan_put([tmp_path / "brief"], ())))
    assert not any(request.endswith("/check") for request in server.requests)


def test_a_clean_word_of_the_server_without_the_scanners_is_not_believed(
    server: Server, vault: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    (tmp_path / "brief").write_bytes(b"x")
    lying(
        server, "check", lambda answer: answer["results"][0].update(verdict=None, code="scan_failed", message="später")
    )
    from siegel.agent import scans

    before = scans.SCAN_PAUSE_S
    scans.SCAN_PAUSE_S = 0
    try:
        assert put_all(vault, plan_put([tmp_path / "brief"], ())) == {"brief": "scan_failed"}
    finally:
        scans.SCAN_PAUSE_S = before
    assert not stored.payloads


@pytest.mark.parametrize(
    "nonsense", [{}, {"records": 1}, {"records": [], "certificates": [], "wraps": [], "rows": [{}], "more": False}]
)
def test_nonsense_is_refused_without_a_crash(server: Server, vault: OpenVault, nonsense: Any) -> None:
    def replace(answer: Wire) -> None:
        answer.clear()
        answer.update(nonsense)

    lying(server, "news", replace)
    with pytest.raises((SealError, AgentError)):
        vault.sync()


def test_a_chain_that_never_ends_is_refused(server: Server, vault: OpenVault) -> None:
    lying(server, "news", lambda answer: answer.update(more=True))
    with pytest.raises(AgentError) as error:
        vault.sync()
    assert error.value.code == "answer_invalid"


def test_a_login_holds_at_its_own_server_only(server: Server) -> None:
    from siegel.agent.client import Api

    api = Api("https://evil.example", transport=server.api()._http._transport, pauses_s=())
    with pytest.raises(IntegrityError) as error:
        sign_in(api, server.key_file(server.firm.client))
    assert error.value.code == "login_mismatch"
