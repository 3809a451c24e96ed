"""Old contents are sealed anew: all of them, in order, whole, and with what their authors said of them."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siegel.agent import tree
from siegel.agent.anew import SentAnew
from siegel.agent.errors import OfflineError, ServerError
from siegel.agent.folders import make_folders
from siegel.agent.get import fetch_version
from siegel.agent.old_contents import OldVersion, author_of, exposed_epoch, old_contents
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import Item, Plan, plan_put
from siegel.agent.reseal import _commit, reseal
from siegel.agent.scans import scanned
from siegel.agent.session import Home
from siegel.agent.tests.conftest import put_all
from siegel.agent.tests.server import MARK, TITLE, Server, StoredVault
from siegel.agent.tests.test_main import Run, online, run, sign_in
from siegel.agent.tests.test_vaults import fetched, folder_of
from siegel.agent.vaults import open_named
from siegel.seals.documents import Revocation
from siegel.seals.errors import IntegrityError
from siegel.seals.files import seal

__all__ = ["online", "run"]


@pytest.fixture
def managed(server: Server, stored: StoredVault, home: Home) -> OpenVault:
    """The clerk's view, who manages: two versions of a file with notes, one in a folder, one in the trash; rotated."""
    return open_by_id(server.account(server.firm.clerk), home, stored.id)


@pytest.fixture
def old(managed: OpenVault, vault: OpenVault, tmp_path: Path) -> OpenVault:
    make_folders(vault, [("Belege",)])
    for number, content in enumerate((b"eins", b"zwei", b"x" * 3_000_000), 1):
        source = folder_of(tmp_path / str(number), brief=content) / "brief"
        put_all(vault, Plan([Item(source, ("brief",), len(content), note=f"Fassung {number}")]))
        vault.sync()
    for name in ("bon", "weg"):
        put_all(vault, plan_put([folder_of(tmp_path / name, **{name: b"100"}) / name], ("Belege",)))
        vault.sync()
    tree.remove(vault, ["Belege", "weg"])
    tree.move(vault, ["Belege", "bon"], ["Belege", "Bon 1"], into=False)
    managed.sync()
    managed.rotate()
    managed.sync()
    return managed


def test_all_of_it_lies_under_the_present_key_and_says_what_it_said(
    old: OpenVault, server: Server, stored: StoredVault, tmp_path: Path
) -> None:
    assert len(old_contents(old)) == 5
    before = dict(stored.payloads)
    done = reseal(old)
    assert (done.versions, done.names, done.failed) == (5, 2, [])
    old.sync()
    assert old_contents(old) == []
    assert not set(before.values()) & set(stored.payloads.values())
    client = open_named(server.account(server.firm.client), Home(tmp_path / "client"), TITLE)
    assert fetched(client, "brief", tmp_path / "out") == b"x" * 3_000_000
    assert fetched(client, "Belege/Bon 1", tmp_path / "out2") == b"100"
    brief = client.find(["brief"])
    assert brief is not None
    assert [client.file_row(brief.id, number).note for number in (1, 2, 3)] == ["Fassung 1", "Fassung 2", "Fassung 3"]
    assert {author_of(client, brief.id, number) for number in (1, 2, 3)} == {server.firm.client.kid}
    assert client.manifests[brief.id, 1].author == server.firm.clerk.kid
    assert server.content(stored, brief.id, 1, client.opened.seed(2)) == b"eins"
    tree.restore(client, "weg", None)
    client.sync()
    assert fetched(client, "Belege/weg", tmp_path / "out3") == b"100"


def test_a_stopped_run_goes_on_and_does_nothing_twice(
    old: OpenVault, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siegel.agent.reseal.BATCH_FILES", 2)
    monkeypatch.setattr("siegel.agent.client.time.sleep", lambda _: None)
    commits = 0

    def lose(request: object) -> None:
        nonlocal commits
        if str(request).endswith("/commit')>"):
            commits += 1
            if commits > 2:
                raise OfflineError("connection_lost")

    server.before = lose
    with pytest.raises(OfflineError):
        reseal(old)
    server.before = lambda _: None
    old.sync()
    left = len(old_contents(old))
    assert 0 < left < 5
    assert reseal(old).versions == left
    assert reseal(old).versions == 0


def test_what_somebody_else_sealed_anew_meanwhile_is_left_alone(old: OpenVault, server: Server, tmp_path: Path) -> None:
    theirs = open_named(server.account(server.firm.owner), Home(tmp_path / "owner"), TITLE)
    assert reseal(theirs).versions == 5
    # the clerk's list is older than that
    assert len(old_contents(old)) == 5
    done = reseal(old)
    assert (done.versions, done.failed) == (0, [])


def test_what_is_infected_now_stays_as_it_was_and_the_others_go_on(
    managed: OpenVault, stored: StoredVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siegel.agent.tests.server.MARK", b"unbekannt")
    put_all(managed, plan_put([*folder_of(tmp_path / "a", gut=b"gut", schlecht=MARK).iterdir()], ()))
    monkeypatch.undo()
    managed.sync()
    managed.rotate()
    done = reseal(managed)
    assert (done.versions, [error.code for _, _, error in done.failed]) == (1, ["infected"])
    managed.sync()
    assert fetched(managed, "schlecht", tmp_path / "out") == MARK


def test_what_somebody_who_is_out_could_open_comes_first_and_of_that_the_newest(
    server: Server, managed: OpenVault, tmp_path: Path
) -> None:
    def put(name: str) -> str:
        put_all(managed, plan_put([folder_of(tmp_path / name, **{name: b"1"}) / name], ()))
        managed.sync()
        found = managed.find([name])
        assert found is not None
        return found.id

    first, second = put("a"), put("b")
    assert exposed_epoch(managed) == 0
    client = server.firm.client.known
    revocation = Revocation(server.firm.owner.kid, client.hash, None, server.firm.id, "left")
    server.firm.accept_revocation(revocation.sign(server.firm.owner.seed))
    third = put("c")
    assert (managed.epoch, exposed_epoch(managed)) == (2, 1)
    managed.rotate()
    managed.sync()
    assert exposed_epoch(managed) == 1
    assert [one.node for one in old_contents(managed)] == [second, first, third]


def test_the_trash_that_the_server_has_emptied_is_not_asked_for(old: OpenVault, stored: StoredVault) -> None:
    [gone] = [node for node, state in old.state.nodes.items() if state.removed]
    del stored.rows[gone, 1]
    again = open_by_id(old.account, old.home, old.id)
    assert gone not in {one.node for one in old_contents(again)}


def test_as_typed(
    online: Server, stored: StoredVault, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        run(*arguments, "--json")
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    sign_in(run, online, online.firm.clerk)
    (tmp_path / "brief").write_bytes(b"Guten Tag")
    assert run("vault", "put", str(tmp_path / "brief"), f"{TITLE}:/") == 0
    assert told("keys", "audit")["old_contents"] == 0
    account = online.account(online.firm.owner)
    open_by_id(account, Home(tmp_path / "owner"), stored.id).rotate()
    assert told("keys", "audit")["old_contents"] == 1
    expected = {"vault": stored.id, "versions": 1, "names": 0, "failed": [], "code": None}
    assert told("keys", "reseal", "--vault", stored.id) == {"vaults": [expected]}
    assert told("keys", "reseal", "--vault", "x" * 22)["vaults"][0]["code"] == "vault_unknown"
    assert run("keys", "reseal", "--vault", "x" * 22) == 1


# A manager, a writer or a server that lies


def sealed_as(manager: OpenVault, called: str, content: bytes, **row: Any) -> None:
    """The manager puts `content`, described with what `row` changes, in the place of the first version."""
    entity = manager.find([called])
    assert entity is not None
    described = replace(manager.file_row(entity.id, 1), **row)
    payload = io.BytesIO()
    sealed = seal(io.BytesIO(content), payload)
    upload = manager.account.api.upload(manager.id, payload, sealed.payload_size, lambda _: None)
    old = OldVersion(entity.id, 1, manager.hashes[entity.id, 1], sealed.payload_size)
    sent = SentAnew(sealed, described, upload)
    assert scanned(manager, [sent], lambda *_: None) == [sent]
    assert _commit(manager, [(old, sent)]) == 1


@pytest.fixture
def single(managed: OpenVault, vault: OpenVault, tmp_path: Path) -> OpenVault:
    """The manager's view of one file `brief` under the key before."""
    put_all(vault, plan_put([folder_of(tmp_path / "a", brief=b"Guten Tag") / "brief"], ()))
    managed.sync()
    managed.rotate()
    managed.sync()
    return managed


@pytest.mark.parametrize("lie", [{"name": "anders"}, {"content_hash": "A" * 43}, {"note": "Nachtrag"}, {"modified": 1}])
def test_what_says_something_else_than_before_is_refused(single: OpenVault, vault: OpenVault, lie: Any) -> None:
    """Proves `require_same`, for lists and for versions."""
    sealed_as(single, "brief", b"Guten Tag", **lie)
    vault.sync()
    [(node, _)] = vault.hashes
    assert vault.unreadable == {node}
    with pytest.raises(IntegrityError) as error:
        fetch_version(vault, node, 1)
    assert error.value.code == "reseal_differs"


def test_other_contents_under_the_old_description_do_not_open(
    single: OpenVault, vault: OpenVault, tmp_path: Path
) -> None:
    """Proves that the contents are still those whose hash their author signed."""
    sealed_as(single, "brief", b"Guten Tod")
    vault.sync()
    with pytest.raises(IntegrityError) as error:
        fetched(vault, "brief", tmp_path / "out")
    assert error.value.code == "content_mismatch"


def test_a_server_that_withholds_the_row_of_before_is_found_out(
    single: OpenVault, server: Server, stored: StoredVault, tmp_path: Path
) -> None:
    """Proves `row_differs` for rows that were replaced: else nothing could be compared."""
    sealed_as(single, "brief", b"Guten Tag")
    stored.places.clear()
    with pytest.raises(IntegrityError) as error:
        open_named(server.account(server.firm.client), Home(tmp_path / "client"), TITLE)
    assert error.value.code == "row_differs"


def test_a_server_that_serves_what_was_replaced_is_found_out(
    single: OpenVault, stored: StoredVault, vault: OpenVault, tmp_path: Path
) -> None:
    """Proves `manifest_differs` after a version was sealed anew."""
    before, payload = dict(stored.versions), dict(stored.payloads)
    sealed_as(single, "brief", b"Guten Tag")
    vault.sync()
    assert fetched(vault, "brief", tmp_path / "out") == b"Guten Tag"
    stored.versions.update(before)
    stored.payloads.update(payload)
    with pytest.raises(IntegrityError) as error:
        fetched(vault, "brief", tmp_path / "again")
    assert error.value.code == "manifest_differs"


def test_a_writer_who_does_not_manage_replaces_nothing(
    single: OpenVault, vault: OpenVault, server: Server, stored: StoredVault, tmp_path: Path
) -> None:
    """Proves `record_rights`, also where the server takes his record, and `record_seq` for one that is played again."""
    vault.sync()
    with pytest.raises(ServerError) as refused:
        sealed_as(vault, "brief", b"Guten Tag")
    assert refused.value.code == "record_rights"
    sealed_as(single, "brief", b"Guten Tag")
    stored.entries.append(stored.entries[-1])
    with pytest.raises(IntegrityError) as error:
        open_named(server.account(server.firm.client), Home(tmp_path / "client"), TITLE)
    assert error.value.code == "record_seq"
