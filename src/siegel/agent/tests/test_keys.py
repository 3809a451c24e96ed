"""Teams, revocations and what follows from them, with a server that lies where a test says; and the commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from siegel.agent.account import Account
from siegel.agent.folders import make_folders
from siegel.agent.holders import give, take
from siegel.agent.opened import open_by_id
from siegel.agent.revoke import fallen, falling, revoke
from siegel.agent.rotate import rotate_all
from siegel.agent.session import Home
from siegel.agent.teams import found_team, newest_key, open_team, team_named
from siegel.agent.tests.server import Server, StoredVault, Wire
from siegel.agent.tests.test_main import Run, online, output, run, sign_in
from siegel.seals.derive import print_of
from siegel.seals.errors import IntegrityError

__all__ = ["online", "run"]
TEAM = "Alle Mitarbeiter"


@pytest.fixture
def owner(server: Server) -> Account:
    return server.account(server.firm.owner)


@pytest.fixture
def held(server: Server, owner: Account, stored: StoredVault, home: Home) -> StoredVault:
    """The vault, which the clerk holds through a team alone."""
    found_team(owner, home, TEAM, members=[server.firm.clerk.kid])
    vault = open_by_id(owner, home, stored.id)
    give(vault, newest_key(owner, home, team_named(owner, TEAM)), "write")
    take(vault, server.firm.clerk.id)
    return stored


def test_a_vault_opens_through_a_team(server: Server, held: StoredVault, home: Home) -> None:
    vault = open_by_id(server.account(server.firm.clerk), home, held.id)
    make_folders(vault, [("Januar",)])
    vault.sync()
    assert vault.children(vault.id).keys() == {"Januar"}
    assert vault.kind == "dossier"


def test_who_is_taken_out_of_a_team_gets_no_newer_key(
    server: Server, owner: Account, held: StoredVault, home: Home
) -> None:
    before = open_by_id(server.account(server.firm.clerk), home, held.id)
    take(open_team(owner, home, team_named(owner, TEAM)), server.firm.clerk.id)
    assert rotate_all(owner, home).rotated == [held.id]
    after = open_by_id(owner, home, held.id)
    assert after.epoch == before.epoch + 1
    known = after.store.generation(team_named(owner, TEAM).id)
    assert known is not None
    assert known.certificate.generation == 2
    clerk = open_by_id(server.account(server.firm.clerk), home, team_named(owner, TEAM).id)
    assert 2 not in clerk.opened.seeds


def test_a_revoked_key_is_out_of_teams_and_vaults(
    server: Server, owner: Account, held: StoredVault, home: Home
) -> None:
    owner.learn_certificates()
    done = revoke(owner, home, server.firm.clerk.known, reason="left", since=None)
    assert (len(done.teams.rotated), done.teams.failed) == (1, {})
    vault = open_by_id(owner, home, held.id)
    assert vault.due
    assert vault.rotate_if_due()
    assert not vault.rotate_if_due()


def test_what_falls_is_certified_again(server: Server, owner: Account, held: StoredVault, home: Home) -> None:
    from siegel.agent.revoke import certify_again

    owner.learn_certificates()
    falls = falling(owner, server.firm.clerk.kid, 0)
    assert [known.kid for known in falls.mine] == [server.firm.client.kid]
    revoke(owner, home, server.firm.clerk.known, reason="compromised", since=0)
    assert [known.kid for known in fallen(owner).mine] == [server.firm.client.kid]
    certify_again(owner, fallen(owner).mine)
    assert fallen(owner).mine == ()
    assert owner.certificates.store.in_force(server.firm.client.kid)


def _moved(part: str) -> Any:
    """A lie that moves the first of these to another place in the log, or its first record."""

    def lie(_: str, answer: Wire) -> Wire:
        found = json.loads(json.dumps(answer.get(part, [])))
        if not found:
            return answer
        one = found[0]["entries"][0] if part == "teams" else found[0]
        one["accepted_at"] += 1
        return {**answer, part: found}

    return lie


@pytest.mark.parametrize(
    ("part", "code"),
    [("certificates", "certificate_moved"), ("revocations", "revocation_moved"), ("teams", "team_moved")],
)
def test_what_was_said_of_the_log_must_stay(
    server: Server, owner: Account, held: StoredVault, home: Home, part: str, code: str
) -> None:
    owner.learn_certificates()
    revoke(owner, home, server.firm.clerk.known, reason="left", since=None)
    owner.learn_certificates()
    server.lies.append(_moved(part))
    with pytest.raises(IntegrityError) as error:
        owner.learn_certificates()
    assert error.value.code == code


def test_a_team_that_was_rolled_back_is_noticed_by_a_new_session(
    server: Server, owner: Account, held: StoredVault, home: Home
) -> None:
    take(open_team(owner, home, team_named(owner, TEAM)), server.firm.clerk.id)
    owner.learn_certificates()
    owner.require_seen(home)

    def shorter(_: str, answer: Wire) -> Wire:
        cut = [{**team, "entries": team["entries"][:1]} for team in answer.get("teams", []) if "entries" in team]
        return {**answer, "teams": cut} if cut else answer

    server.lies.append(shorter)
    again = server.account(server.firm.owner)
    with pytest.raises(IntegrityError) as error:
        again.require_seen(home)
    assert error.value.code == "vault_rolled_back"


def test_a_revocation_that_is_hidden_later_stays(server: Server, owner: Account, held: StoredVault, home: Home) -> None:
    owner.learn_certificates()
    revoke(owner, home, server.firm.clerk.known, reason="left", since=None)
    server.lies.append(lambda _, answer: {**answer, "revocations": []} if "revocations" in answer else answer)
    owner.learn_certificates()
    assert not owner.certificates.store.in_force(server.firm.clerk.kid)


def test_a_revocation_that_is_hidden_from_a_new_session_is_noticed(
    server: Server, owner: Account, held: StoredVault, home: Home
) -> None:
    owner.learn_certificates()
    revoke(owner, home, server.firm.clerk.known, reason="left", since=None)
    owner.require_seen(home)
    server.lies.append(lambda _, answer: {**answer, "revocations": []} if "revocations" in answer else answer)
    again = server.account(server.firm.owner)
    with pytest.raises(IntegrityError) as error:
        again.require_seen(home)
    assert error.value.code == "revocation_hidden"


# Commands


def test_keys_are_listed_and_audited(
    run: Run, online: Server, held: StoredVault, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(run, online, online.firm.owner) == 0
    capsys.readouterr()
    assert run("keys", "list", "--json") == 0
    people = {line["username"]: line for line in output(capsys)["people"]}
    assert people["clerk"]["teams"] == [TEAM]
    assert people["clerk"]["fingerprint"] == online.firm.clerk.kid
    assert run("keys", "list") == 0
    assert print_of(online.firm.clerk.kid) in capsys.readouterr().out
    assert run("keys", "audit", "--json") == 0
    report = output(capsys)
    assert (report["vaults"], report["teams"], report["findings"]) == (1, 1, [])
    assert report["wraps"] > 1


def test_an_audit_names_the_first_certificate_that_does_not_hold(
    run: Run, online: Server, held: StoredVault, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(run, online, online.firm.owner) == 0
    capsys.readouterr()
    broken = online.firm.clerk.known

    def lie(_: str, answer: Wire) -> Wire:
        listed = json.loads(json.dumps(answer.get("certificates", [])))
        for one in listed:
            if one["log_index"] == broken.log_index:
                one["doc"]["sig"] = listed[0]["doc"]["sig"]
        return {**answer, "certificates": listed} if listed else answer

    online.lies.append(lie)
    assert run("keys", "audit", "--json") == 3
    [finding] = output(capsys)["findings"]
    assert (finding["what"], finding["name"], finding["place"]) == ("certificate", broken.hash, broken.log_index)


def test_an_audit_names_the_epoch_whose_wrap_was_altered(
    run: Run, online: Server, held: StoredVault, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(run, online, online.firm.owner) == 0
    capsys.readouterr()
    age = held.wraps[1, online.firm.owner.kid]
    held.wraps[1, online.firm.owner.kid] = age[:-1] + bytes([age[-1] ^ 1])
    assert run("keys", "audit", "--json") == 3
    assert output(capsys)["findings"][0]["what"] == "wrap"


def test_a_key_is_taken_back_only_when_confirmed(
    run: Run, online: Server, held: StoredVault, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(run, online, online.firm.owner) == 0
    assert run("keys", "revoke", "nobody", "--reason", "left", "--yes") == 1
    assert run("keys", "revoke", "clerk", "--reason", "boredom", "--yes") == 2
    capsys.readouterr()
    assert run("keys", "revoke", "clerk", "--reason", "left") == 1
    assert "--yes" in capsys.readouterr().err
    assert online.firm.store.in_force(online.firm.clerk.kid)
    assert run("keys", "revoke", "clerk", "--reason", "compromised", "--since", "0", "--yes", "--json") == 0
    assert len(output(capsys)["teams"]["rotated"]) == 1
    assert run("keys", "revoke", "clerk", "--reason", "left", "--yes") == 1
    capsys.readouterr()
    assert run("keys", "certify", "--fallen", "--json") == 1
    capsys.readouterr()
    assert run("keys", "certify", "--fallen", "--yes", "--json") == 0
    assert output(capsys)["certified_again"] == 1
    assert run("keys", "rotate", "--json") == 0
    assert output(capsys)["left"] == 1
    assert run("keys", "rotate", "--all", "--json") == 0
    assert output(capsys)["rotated"] == [held.id]
    assert run("keys", "rotate", "--all") == 0


def test_teams_are_founded_and_changed(run: Run, online: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign_in(run, online, online.firm.owner) == 0
    capsys.readouterr()
    assert run("team", "create", TEAM, "--member", "clerk", "--json") == 0
    assert output(capsys)["name"] == TEAM
    assert run("team", "create", "Lohn", "--office", "nowhere") == 1
    assert run("team", "remove", TEAM, "clerk") == 0
    assert run("team", "add", TEAM, "clerk", "--manage") == 0
    capsys.readouterr()
    assert run("team", "list", "--json") == 0
    assert [team["name"] for team in output(capsys)["teams"]] == [TEAM]
    assert run("team", "list", TEAM) == 0
    assert "manage" in capsys.readouterr().out
    assert run("team", "list", "Nobody") == 1


def test_access_is_listed_given_and_taken(
    run: Run, online: Server, held: StoredVault, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(run, online, online.firm.owner) == 0
    title = held.shown.title
    capsys.readouterr()
    assert run("vault", "access", title, "--give", "clerk:read:2099-12-31", "--json") == 0
    [line] = [one for one in output(capsys)["holders"] if one["subject"] == online.firm.clerk.id]
    assert (line["rights"], line["until_day"]) == ("read", "2099-12-31")
    assert run("vault", "access", title, "--give", f"team/{TEAM}:manage") == 0
    assert run("vault", "access", title, "--take", "clerk") == 0
    assert run("vault", "access", title, "--take", "clerk") == 1
    assert run("vault", "access", title, "--take", "clerk", "--give", "clerk:read") == 2
    capsys.readouterr()
    assert run("vault", "access", title) == 0
    assert "2099" not in capsys.readouterr().out


def test_no_letter_is_written_over_a_file(run: Run, online: Server, held: StoredVault) -> None:
    assert sign_in(run, online, online.firm.owner) == 0
    Path("letter").write_text("mine")
    assert run("reissue", "client", "--letter", "letter", "--yes") == 1
    assert Path("letter").read_text() == "mine"
    assert online.firm.store.in_force(online.firm.client.kid)
