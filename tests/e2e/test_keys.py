"""Keys, teams and access with the real server: who comes in, who is shut out, and what is renewed."""

from __future__ import annotations

import signal
import sqlite3
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from siegel.agent.account import Account, countersign_waiting, sign_in
from siegel.agent.client import Api
from siegel.agent.errors import ServerError
from siegel.agent.folders import make_folders
from siegel.agent.found import found_firm
from siegel.agent.holders import give
from siegel.agent.invite import invite
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import plan_put
from siegel.agent.put import put
from siegel.agent.redeem import redeem
from siegel.agent.rotate import rotate_all
from siegel.agent.session import Home
from siegel.agent.teams import found_team, newest_key, team_named
from siegel.agent.vaults import begin_vault
from siegel.seals.epochs import open_wrap
from siegel.seals.errors import RefusedError, SealError
from siegel.seals.invitations import Letter
from siegel.seals.keyfile import KeyFile, write_key_file
from siegel.seals.revocations import revoke_key
from siegel.seals.rows import VaultRow
from tests.e2e.line import Line
from tests.e2e.people import PASSWORD, Siegel, until
from tests.installation import Installation
from tests.journeys.people import Silent

TEAM = "Alle Mitarbeiter"
VAULTS = 3


@dataclass
class Office:
    """A firm of two clerks in one team, through which they hold all dossiers; `vaults` by title."""

    slug: str
    folder: Path
    url: str
    keys: dict[str, KeyFile]
    vaults: dict[str, str]
    lines: ExitStack

    def account(self, username: str) -> Account:
        return sign_in(self.lines.enter_context(closing(Api(self.url))), self.keys[username])[0]

    def home(self, username: str) -> Home:
        return Home(self.folder / f"state-{username}")

    def opened(self, username: str, title: str) -> OpenVault:
        return open_by_id(self.account(username), self.home(username), self.vaults[title])

    def hands(self, username: str, url: str = "") -> Siegel:
        """`siegel` in a person's hands, signed in."""
        key = self.folder / f"{username}.key"
        key.write_bytes(write_key_file(self.keys[username], None))
        siegel = Siegel(self.folder / f"home-{username}{url[-5:]}")
        if (siegel.home / "session.json").exists():
            return siegel
        done = siegel(
            "sign-in", "--server", url or self.url, "--firm", self.slug, "--username", username, "--key-file", key
        )  # fmt: skip
        assert done.code == 0, done.err
        return siegel


@pytest.fixture(scope="module")
def office(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Nobody's key is taken back in it but the client's."""
    with ExitStack() as lines:
        yield _office(installation, tmp_path_factory.mktemp("office"), lines)


@pytest.fixture
def shrinking(installation: Installation, tmp_path: Path) -> Iterator[Office]:
    """One from which Bernd is taken out."""
    with ExitStack() as lines:
        yield _office(installation, tmp_path, lines)


def _office(installation: Installation, tmp_path: Path, lines: ExitStack) -> Office:
    slug = f"b{time.monotonic_ns()}"
    token = installation.create_firm(slug, slug)
    api = lines.enter_context(closing(Api(installation.url)))
    founded = found_firm(
        api, token, owner_name="Martina", username="martina", password=PASSWORD, firm_name=slug, firm_place="Ort"
    )
    owner, home = founded.account, Home(tmp_path / "state-martina")
    made = Office(slug, tmp_path, installation.url, {"martina": owner.key_file}, {}, lines)
    team = found_team(owner, home, TEAM)
    for username in ("bernd", "berta"):
        invited = invite(owner, home, name=username.title(), username=username, role="clerk", vaults={team.id: "read"})
        made.keys[username] = _redeemed(installation.url, invited.letter)
    owner.learn_certificates()
    countersign_waiting(owner)
    rotate_all(owner, home)
    client = str(owner.api.post("clients", {"number": "10001", "name": "Anton"})["id"])
    key = newest_key(owner, home, team_named(owner, TEAM)).kid
    for number in range(VAULTS):
        title = f"Lohn {number}"
        dossier = str(owner.api.post(f"clients/{client}/dossiers", {"title": title})["id"])
        row = VaultRow("Anton", "10001", title)
        made.vaults[title] = begin_vault(owner, home, row, dossier=dossier, holders=[(key, "manage")]).id
    invited = invite(
        owner, home, name="Anton", username="anton", role="client", client=client,
        vaults={made.vaults["Lohn 0"]: "write"},
    )  # fmt: skip
    made.keys["anton"] = _redeemed(installation.url, invited.letter)
    owner.learn_certificates()
    countersign_waiting(owner)
    return made


def _redeemed(url: str, letter: Letter) -> KeyFile:
    with closing(Api(url)) as api:
        return redeem(api, letter, PASSWORD).account.key_file


def _folders(vault: OpenVault) -> set[str]:
    vault.sync()
    return set(vault.children(vault.id))


def test_a_clerk_holds_through_his_team_and_writes(office: Office) -> None:
    hands = office.hands("bernd")
    assert hands("vault", "mkdir", "Lohn 1:/Januar").code == 0
    listed = hands("vault", "ls", "Lohn 1")
    assert listed.out.strip() == "Januar/"
    assert _folders(office.opened("berta", "Lohn 1")) == {"Januar"}
    assert hands("keys", "audit", "--json").json["findings"] == []
    shown = office.hands("martina")("keys", "list", "--json").json["people"]
    assert {line["username"]: line["teams"] for line in shown}["bernd"] == [TEAM]


def test_a_revoked_clerk_is_shut_out_and_the_others_go_on(installation: Installation, shrinking: Office) -> None:
    bernd, before = shrinking.account("bernd"), shrinking.opened("bernd", "Lohn 0")
    make_folders(before, [("alt",)])
    before.sync()
    owner = shrinking.hands("martina")
    refused = owner("keys", "revoke", "bernd", "--reason", "left")
    assert (refused.code, bernd.api.get("session")["person"]["username"]) == (1, "bernd")
    done = owner("keys", "revoke", "bernd", "--reason", "left", "--yes", "--json")
    assert done.code == 0, done.err
    assert done.json["vaults_due"] == VAULTS
    assert len(done.json["teams"]["rotated"]) == 1
    for path in ("session", "vaults", f"vaults/{before.id}/head", f"vaults/{before.id}/news", "keys/certificates"):
        with pytest.raises(ServerError) as error:
            bernd.api.get(path)
        assert error.value.status == 401
    berta = shrinking.opened("berta", "Lohn 0")
    assert berta.due
    make_folders(berta, [("neu",)])
    assert _folders(berta) == {"alt", "neu"}
    assert owner("keys", "rotate", "--all", "--json").json["failed"] == {}
    assert owner("keys", "rotate", "--all", "--json").json["rotated"] == []
    assert owner("keys", "audit", "--json").json["findings"] == []
    _require_closed(installation, shrinking, before, berta)
    listed = owner("keys", "list", "--json").json["people"]
    assert {line["username"]: line["state"] for line in listed}["bernd"] == "revoked"


def _require_closed(installation: Installation, office: Office, before: OpenVault, now: OpenVault) -> None:
    """With all that he kept and all that the server has, the revoked one opens no newer epoch."""
    now.sync()
    seed = office.keys["bernd"].seed
    newest = now.state.position.now.epoch.epoch
    assert newest > max(before.opened.seeds)
    database = installation.folder / "data" / "siegel.sqlite3"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
        wraps = [bytes(age) for (age,) in rows.execute("SELECT age FROM keys_wrap WHERE epoch = ?", (newest,))]
    assert wraps
    identities = [seed.identity(), *(held.identity() for held in before.opened.seeds.values())]
    identities += [held.identity() for seeds in before.account.teams.values() for held in seeds.values() if held]
    assert len(identities) >= 3
    for age in wraps:
        for identity in identities:
            with pytest.raises(SealError):
                open_wrap(age, identity, now.state.epochs[newest].epoch)


def test_a_client_gets_his_access_anew(office: Office) -> None:
    old = office.account("anton")
    vault = office.opened("anton", "Lohn 0")
    make_folders(vault, [("Belege",)])
    letter = office.folder / "brief.txt"
    owner = office.hands("martina")
    done = owner("reissue", "anton", "--letter", letter, "--yes", "--json")
    assert done.code == 0, done.err
    assert done.json["missing"] == 0
    assert stat.S_IMODE(letter.stat().st_mode) == 0o600
    again = owner("reissue", "anton", "--letter", letter, "--yes")
    assert (again.code, "gibt es schon" in again.err) == (1, True)
    with pytest.raises(ServerError):
        old.api.get("vaults")
    link = next(line.removeprefix("Link: ") for line in letter.read_text().splitlines() if line.startswith("Link: "))
    office.keys["anton"] = _redeemed(office.url, Letter.parse(link))
    assert office.keys["anton"].generation == 2
    renewed = office.opened("anton", "Lohn 0")
    make_folders(renewed, [("Neues",)])
    assert _folders(renewed) == {"Belege", "Neues"}
    assert owner("keys", "audit", "--json").json["findings"] == []


def test_limited_access_ends(office: Office) -> None:
    owner = office.account("martina")
    vault = open_by_id(owner, office.home("martina"), office.vaults["Lohn 2"])
    store = owner.learn_certificates()
    known = store.by_kid(office.keys["anton"].seed.public_keys().kid)
    assert known is not None
    give(vault, known, "read", int(time.time()) + 4)
    assert _folders(office.opened("anton", "Lohn 2")) == set()
    listed = office.hands("martina")("vault", "access", "Lohn 2", "--json").json["holders"]
    assert [line["until"] is not None for line in listed if line["name"] == "Anton"] == [True]
    time.sleep(6)
    with pytest.raises(ServerError) as error:
        office.opened("anton", "Lohn 2")
    assert error.value.status == 404
    vault.sync()
    assert vault.due
    before = vault.epoch
    make_folders(vault, [("danach",)])
    vault.sync()
    assert vault.epoch == before + 1


def test_access_is_given_and_taken_on_the_command_line(office: Office) -> None:
    owner = office.hands("martina")
    given = owner("vault", "access", "Lohn 1", "--give", "anton:read:2099-12-31", "--json")
    assert given.code == 0, given.err
    [line] = [one for one in given.json["holders"] if one["name"] == "Anton"]
    assert (line["rights"], line["until_day"]) == ("read", "2099-12-31")
    anton = office.hands("anton")
    assert anton("vault", "ls", "Lohn 1").code == 0
    assert owner("vault", "access", "Lohn 1", "--take", "anton").code == 0
    assert anton("vault", "ls", "Lohn 1").code == 1
    assert owner("vault", "access", "Lohn 1", "--take", "anton").code == 1
    for wrong in ("anton", "anton:own", "anton:read:gestern"):
        assert owner("vault", "access", "Lohn 1", "--give", wrong).code == 2


def test_who_leaves_a_team_reads_nothing_new(office: Office) -> None:
    owner = office.hands("martina")
    assert office.hands("berta")("vault", "ls", "Lohn 0").code == 0
    removed = owner("team", "remove", TEAM, "berta")
    assert removed.code == 0, removed.err
    assert office.hands("berta")("vault", "ls", "Lohn 0").code == 1
    assert owner("keys", "rotate", "--json").json["left"] == VAULTS
    assert len(owner("keys", "rotate", "--all", "--json").json["rotated"]) == VAULTS
    assert owner("team", "add", TEAM, "berta").code == 0
    assert office.hands("berta")("vault", "ls", "Lohn 0").code == 0
    listed = owner("team", "list", TEAM, "--json").json["holders"]
    assert {line["name"] for line in listed} >= {"Bernd", "Berta"}


def test_two_managers_rotate_at_once(shrinking: Office) -> None:
    owner = shrinking.hands("martina")
    assert owner("keys", "revoke", "bernd", "--reason", "lost", "--yes").code == 0
    people = [shrinking.account(username) for username in ("martina", "berta")]
    with ThreadPoolExecutor(2) as pool:
        homes = [Home(shrinking.folder / f"racing-{number}") for number in range(2)]
        runs = [
            run.result(timeout=60)
            for run in [pool.submit(rotate_all, *pair) for pair in zip(people, homes, strict=True)]
        ]
    assert [run.failed for run in runs] == [{}, {}]
    for title in shrinking.vaults:
        vault = shrinking.opened("berta", title)
        assert not vault.due
        assert vault.opened.failed == {}
    assert owner("keys", "audit", "--json").json["findings"] == []


def test_a_writer_races_the_rotation(shrinking: Office) -> None:
    owner, berta = shrinking.account("martina"), shrinking.opened("berta", "Lohn 0")
    assert shrinking.hands("martina")("keys", "revoke", "bernd", "--reason", "lost", "--yes").code == 0
    with ThreadPoolExecutor(1) as pen, ThreadPoolExecutor(1) as pool:
        writing = [pen.submit(make_folders, berta, [(f"Ordner {number}",)]) for number in range(5)]
        rotating = pool.submit(rotate_all, owner, Home(shrinking.folder / "racing"))
        assert rotating.result(timeout=60).failed == {}
        for one in writing:
            one.result(timeout=60)
    vault = shrinking.opened("martina", "Lohn 0")
    assert len(_folders(vault)) == 5
    # What was written came after the new epoch: nothing of it is sealed for the one who was taken out.
    assert {node.epoch for node in vault.state.nodes.values()} == {vault.epoch}


def test_a_rotation_that_is_killed_at_any_step_goes_on(shrinking: Office, line: Line) -> None:
    owner = shrinking.account("martina")
    store = owner.learn_certificates()
    known = store.by_kid(shrinking.keys["bernd"].seed.public_keys().kid)
    assert known is not None
    revocation = revoke_key(owner.seed, owner.own(), known, None, "lost").to_wire()
    owner.api.post("keys/revocations", {"revocation": revocation})
    hands = shrinking.hands("martina", line.url)
    for _ in range(2):
        # The team, then the first vault: once before the server has the epoch, once before it can answer.
        for answered in (False, True):
            with hands.started("keys", "rotate", "--all") as run:
                if answered:
                    line.losing = [b"POST /api/vaults/"]
                    until(lambda: not line.losing, "nothing was sent")
                    run.kill()
                else:
                    line.before = (b"POST /api/vaults/", run.kill)
                run.wait(60)
                assert run.returncode == -signal.SIGKILL
    done = hands("keys", "rotate", "--all", "--json")
    assert done.code == 0, done.err
    assert done.json["failed"] == {}
    assert len(done.json["rotated"]) < VAULTS + 1, "what was done before it was killed is done"
    assert hands("keys", "rotate", "--all", "--json").json["rotated"] == []
    assert hands("keys", "audit", "--json").json["findings"] == []
    assert not shrinking.opened("berta", "Lohn 1").due


@pytest.mark.parametrize("days", [3, -3])
def test_a_device_whose_clock_is_wrong_by_days_does_no_harm(
    shrinking: Office, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """What its clock decides is refused in words; what the log decides goes on as always."""
    true = time.time
    document = shrinking.folder / "Bescheid.txt"
    document.write_text("x")
    owner, home = shrinking.account("martina"), shrinking.home("martina")
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: true() + days * 86_400)
        refusals: dict[str, str] = {}
        vault = shrinking.opened("martina", "Lohn 0")
        with pytest.raises(RefusedError) as refused:
            put(vault, plan_put([document], ()), Silent())
        assert refused.value.code == "scanner_key_expired"
        try:
            invite(owner, home, name="Carla", username="carla", role="clerk", vaults={})
        except ServerError as error:
            refusals["invite"] = error.code
        # A letter that is dated back only lives shorter.
        assert refusals == ({"invite": "clock_wrong"} if days > 0 else {})
        make_folders(vault, [("Januar",)])
        assert rotate_all(owner, home).failed == {}
    vault = shrinking.opened("martina", "Lohn 0")
    assert vault.children(vault.id).keys() == {"Januar"}
    assert [one.code for one in put(vault, plan_put([document], ()), Silent())] == ["stored"]
    assert shrinking.hands("martina")("keys", "audit", "--json").json["findings"] == []
