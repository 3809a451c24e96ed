"""Copies and moves into another vault: what comes along, what stays behind, and when the old place is cleared."""

import json
from pathlib import Path

import pytest

from siegel.agent import across, tree
from siegel.agent.across import Crossing
from siegel.agent.client import Api
from siegel.agent.errors import AgentError, OfflineError
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import Item, Plan, plan_put
from siegel.agent.tests.conftest import put_all
from siegel.agent.tests.server import TITLE, Server, StoredVault
from siegel.agent.tests.test_main import Run, online, run, sign_in, unwrapped
from siegel.agent.tests.test_tree import full, paths, refused
from siegel.agent.tests.test_vaults import fetched, folder_of
from siegel.seals.rows import FileRow

__all__ = ["full", "online", "run"]


def second_vault(server: Server) -> StoredVault:
    firm = server.firm
    return server.begin_vault(
        firm.clerk, [(firm.clerk, "manage"), (firm.client, "write"), (firm.owner, "manage")], title="Neu"
    )


@pytest.fixture
def other(full: OpenVault, server: Server) -> OpenVault:
    return open_by_id(full.account, full.home, second_vault(server).id)


def put_again(vault: OpenVault, tmp_path: Path, name: str, content: bytes, note: str | None = None) -> None:
    """A further version of a file at the top."""
    folder = tmp_path / f"again{len(list(tmp_path.iterdir()))}"
    put_all(vault, Plan([Item(folder_of(folder, **{name: content}) / name, (name,), len(content), note=note)]))
    vault.sync()


def planned(vault: OpenVault, name: str, other: OpenVault, *, with_versions: bool = False) -> Crossing:
    return across.plan(vault, (name,), other, (), into=False, with_versions=with_versions)


def row_of(vault: OpenVault, name: str, number: int) -> FileRow:
    return vault.file_row(tree.entity_at(vault, [name]).id, number)


def test_a_file_comes_over_as_it_was_described_and_nothing_lies_open_on_this_machine(
    full: OpenVault, other: OpenVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_again(full, tmp_path, "rechnung", b"200", note="Berichtigt")
    begin, seen = Api.upload, []

    def upload(api: Api, vault: str, payload, size: int, *more, **names) -> str:
        payload.seek(0)
        seen.append(payload.read())
        seen.extend(one.read_bytes() for one in full.home.work.rglob("*") if one.is_file())
        return begin(api, vault, payload, size, *more, **names)

    monkeypatch.setattr(Api, "upload", upload)
    monkeypatch.setattr("siegel.agent.anew.IN_MEMORY_SIZE", 16)
    crossing = planned(full, "rechnung", other)
    assert [one.code for one in across.copy(crossing)] == ["stored"]
    assert crossing.earlier == 1
    other.sync()
    before, after = row_of(full, "rechnung", 2), row_of(other, "rechnung", 1)
    assert after == before
    assert after.note == "Berichtigt"
    assert len(seen) == 1
    assert not any(b"200" in one for one in seen)
    assert fetched(other, "rechnung", tmp_path / "out") == b"200"


def test_earlier_versions_come_along_in_their_order_if_they_are_wanted(
    full: OpenVault, other: OpenVault, tmp_path: Path
) -> None:
    put_again(full, tmp_path, "rechnung", b"200", note="Berichtigt")
    put_again(full, tmp_path, "rechnung", b"300")
    crossing = planned(full, "rechnung", other, with_versions=True)
    assert [one.version for one in across.copy(crossing)] == [3]
    assert crossing.earlier == 0
    other.sync()
    rows = [row_of(other, "rechnung", number) for number in (1, 2, 3)]
    assert [row.content_hash for row in rows] == [row_of(full, "rechnung", number).content_hash for number in (1, 2, 3)]
    assert [row.note for row in rows] == [None, "Berichtigt", None]
    assert fetched(other, "rechnung", tmp_path / "out") == b"300"


def test_a_folder_comes_over_with_all_it_holds_and_goes_to_the_trash(full: OpenVault, other: OpenVault) -> None:
    crossing = planned(full, "alt", other)
    assert [one.path for one in across.copy(crossing)] == ["alt/brief"]
    assert across.clear(crossing)
    assert paths(other) == {"alt", "alt/brief"}
    assert paths(full) == {"neu", "rechnung"}
    assert [one.name for one in full.in_trash()] == ["alt"]


@pytest.mark.parametrize("change", ["version", "file", "folder"])
def test_nothing_is_removed_where_something_new_came_meanwhile(
    full: OpenVault, other: OpenVault, tmp_path: Path, change: str
) -> None:
    crossing = planned(full, "alt", other)
    across.copy(crossing)
    somebody = open_by_id(full.account, full.home, full.id)
    name = "brief" if change == "version" else "nachtrag"
    if change == "folder":
        tree.move(somebody, ["neu"], ["alt"], into=True)
    else:
        put_all(somebody, plan_put([folder_of(tmp_path / "n", **{name: b"neu"}) / name], ("alt",)))
    before = full.state.head
    assert not across.clear(crossing)
    assert "alt/brief" in paths(full)
    assert full.in_trash() == []
    assert full.state.head != before


def test_what_was_removed_or_taken_out_meanwhile_does_not_keep_a_move_from_its_end(
    full: OpenVault, other: OpenVault
) -> None:
    crossing = planned(full, "alt", other)
    across.copy(crossing)
    tree.remove(full, ["alt"])
    assert across.clear(crossing)
    assert [one.name for one in full.in_trash()] == ["alt"]


def test_a_connection_that_is_lost_on_the_way_removes_nothing(
    full: OpenVault, other: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> str:
        raise OfflineError("offline")

    crossing = planned(full, "rechnung", other)
    monkeypatch.setattr(Api, "upload", lost)
    with pytest.raises(OfflineError):
        across.copy(crossing)
    assert "rechnung" in paths(full)
    assert paths(other) == set()


def test_one_version_that_the_scanner_refuses_keeps_its_file_out_and_no_other(
    full: OpenVault, other: OpenVault, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signatures have learned of it since it came."""
    put_again(full, tmp_path, "rechnung", b"200")
    monkeypatch.setattr("siegel.agent.tests.server.MARK", b"100")
    tree.move(full, ["rechnung"], ["alt"], into=True)
    full.sync()
    found = {one.path: one.code for one in across.copy(planned(full, "alt", other, with_versions=True))}
    assert found == {"alt/brief": "stored", "alt/rechnung": "infected"}
    assert paths(other) == {"alt", "alt/brief"}


def test_a_name_that_is_taken_there_is_refused_before_anything_comes_over(
    full: OpenVault, other: OpenVault, tmp_path: Path
) -> None:
    put_all(other, plan_put([folder_of(tmp_path / "o", Rechnung=b"1") / "Rechnung"], ()))
    other.sync()
    with refused("name_taken"):
        planned(full, "rechnung", other)


def test_somebody_who_was_quicker_with_the_name_keeps_it(full: OpenVault, other: OpenVault, tmp_path: Path) -> None:
    crossing = planned(full, "rechnung", other)
    somebody = open_by_id(other.account, other.home, other.id)
    put_all(somebody, plan_put([folder_of(tmp_path / "o", rechnung=b"1") / "rechnung"], ()))
    with pytest.raises(AgentError, check=lambda error: error.code == "name_taken"):
        across.copy(crossing)
    other.sync()
    assert fetched(other, "rechnung", tmp_path / "out") == b"1"


def test_the_commands_say_what_becomes_of_earlier_versions(
    run: Run, online: Server, stored: StoredVault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second_vault(online)
    sign_in(run, online, online.firm.clerk)
    for content in (b"eins", b"zwei"):
        source = folder_of(tmp_path / content.decode(), brief=content) / "brief"
        assert run("vault", "put", str(source), f"{TITLE}:/") == 0
    capsys.readouterr()
    assert run("vault", "cp", f"{TITLE}:/brief", f"{TITLE}:/kopie", "--with-versions") == 2
    assert "for another vault only" in unwrapped(capsys.readouterr().err)
    assert run("vault", "cp", f"{TITLE}:/brief", "Neu:/", "--with-versions", "--json") == 0
    assert json.loads(capsys.readouterr().out)["earlier_left"] == 0
    assert run("vault", "cp", f"{TITLE}:/brief", "Neu:/zweiter") == 0
    assert "Not copied: 1 earlier version." in unwrapped(capsys.readouterr().err)
    assert run("vault", "mv", f"{TITLE}:/brief", "Neu:/dritter") == 0
    told = unwrapped(capsys.readouterr().err)
    assert "1 earlier version stays behind: in the trash" in told
    assert "is now in “Neu” at “/dritter” (1 file), and in the trash here." in told
    assert run("vault", "versions", "Neu:/brief", "--json") == 0
    assert [line["version"] for line in json.loads(capsys.readouterr().out)] == [2, 1]
