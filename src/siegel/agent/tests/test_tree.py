"""Moving, copying, removing and bringing back, by functions and as typed."""

import json
from pathlib import Path

import pytest

from siegel.agent import tree, tree_online
from siegel.agent.entities import Entity
from siegel.agent.errors import AgentError
from siegel.agent.folders import make_folders
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import Item, Plan, plan_put
from siegel.agent.session import Home
from siegel.agent.tests.conftest import put_all
from siegel.agent.tests.server import TITLE, Server, StoredVault
from siegel.agent.tests.test_main import Run, online, run, sign_in, unwrapped
from siegel.agent.tests.test_vaults import fetched, folder_of
from siegel.agent.vaults import open_named
from siegel.seals.errors import RefusedError
from siegel.seals.nodes import Node
from siegel.seals.rows import FileRow, FolderRow

__all__ = ["online", "run"]


@pytest.fixture
def full(vault: OpenVault, tmp_path: Path) -> OpenVault:
    """Two folders, `alt` with a file `brief`, and a file `rechnung` at the top."""
    make_folders(vault, [("alt",), ("neu",)])
    put_all(vault, plan_put([folder_of(tmp_path / "a", brief=b"Guten Tag") / "brief"], ("alt",)))
    put_all(vault, plan_put([folder_of(tmp_path / "b", rechnung=b"100") / "rechnung"], ()))
    vault.sync()
    return vault


def paths(vault: OpenVault) -> set[str]:
    vault.sync()
    return {"/".join(path) for path, _ in vault.walk(vault.id)}


def refused(code: str) -> "pytest.RaisesExc[AgentError]":
    return pytest.raises(AgentError, check=lambda error: error.code == code)


def test_a_file_is_renamed_moved_and_read_by_others_under_its_new_name(
    full: OpenVault, server: Server, tmp_path: Path
) -> None:
    assert tree.move(full, ["alt", "brief"], ["neu"], into=False) == ("neu", "brief")
    assert tree.move(full, ["neu", "brief"], ["neu", "Brief 2"], into=False) == ("neu", "Brief 2")
    assert paths(full) == {"alt", "neu", "neu/Brief 2", "rechnung"}
    clerk = open_named(server.account(server.firm.clerk), Home(tmp_path / "clerk"), TITLE)
    assert fetched(clerk, "neu/Brief 2", tmp_path / "out") == b"Guten Tag"


def test_a_copy_and_what_comes_back_keep_the_note_of_their_version(full: OpenVault, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "c", rechnung=b"200") / "rechnung"
    put_all(full, Plan([Item(source, ("rechnung",), 3, note="Berichtigt")]))
    put_all(full, plan_put([folder_of(tmp_path / "d", rechnung=b"300") / "rechnung"], ()))
    assert tree.restore_version(full, ["rechnung"], 2) == 4
    full.sync()
    assert tree.copy(full, ["rechnung"], ["neu"], into=False) == (1, ("neu", "rechnung"))
    full.sync()
    rows = [full.find(path).row for path in (["rechnung"], ["neu", "rechnung"])]  # type: ignore[union-attr]  # both are there
    assert [row.note for row in rows if isinstance(row, FileRow)] == ["Berichtigt", "Berichtigt"]


def test_a_further_version_keeps_the_name_under_which_it_was_put(full: OpenVault, tmp_path: Path) -> None:
    tree.move(full, ["rechnung"], ["R1"], into=False)
    put_all(full, plan_put([folder_of(tmp_path / "c", R1=b"200") / "R1"], ()))
    assert paths(full) == {"alt", "alt/brief", "neu", "R1"}
    assert fetched(full, "R1", tmp_path / "out") == b"200"
    assert tree.restore_version(full, ["R1"], 1) == 3
    assert fetched(full, "R1", tmp_path / "out") == b"100"


def test_what_was_removed_is_gone_with_all_below_and_comes_back(full: OpenVault, tmp_path: Path) -> None:
    assert tree.remove(full, ["alt"]) == 1
    assert paths(full) == {"neu", "rechnung"}
    full.sync()
    assert [one.name for one in full.in_trash()] == ["alt"]
    assert tree.restore(full, "alt", ["neu"]) == ("neu", "alt")
    assert fetched(full, "neu/alt/brief", tmp_path / "out") == b"Guten Tag"


def test_a_folder_is_copied_without_sending_contents(full: OpenVault, server: Server, tmp_path: Path) -> None:
    before = len(server.uploads)
    assert tree.copy(full, ["alt"], ["neu"], into=True) == (1, ("neu", "alt"))
    assert fetched(full, "neu/alt/brief", tmp_path / "out") == b"Guten Tag"
    assert len(server.uploads) == before
    tree.remove(full, ["alt"])
    assert fetched(full, "neu/alt/brief", tmp_path / "out") == b"Guten Tag"


def test_names_that_are_taken_ambiguous_or_none_are_refused(full: OpenVault) -> None:
    with refused("name_taken"):
        tree.move(full, ["rechnung"], ["ALT2"], into=False) and tree.move(full, ["alt"], ["alt2"], into=False)
    with refused("name_taken"):
        tree.copy(full, ["ALT2"], [], into=True)
    with pytest.raises(RefusedError, check=lambda error: error.code == "name_character"):
        tree.move(full, ["ALT2"], ["a\nb"], into=False)
    with refused("move_into_itself"):
        tree.move(full, ["alt"], ["alt"], into=True)
    with refused("path_unknown"):
        tree.remove(full, ["nichts"])
    with refused("path_is_vault"):
        tree.remove(full, [])
    with refused("trash_unknown"):
        tree.restore(full, "alt", None)


def test_two_of_one_name_are_ambiguous(full: OpenVault, server: Server, tmp_path: Path) -> None:
    clerk = open_named(server.account(server.firm.clerk), Home(tmp_path / "clerk"), TITLE)
    tree.remove(full, ["rechnung"])
    clerk.sync()
    put_all(clerk, plan_put([folder_of(tmp_path / "c", rechnung=b"andere") / "rechnung"], ()))
    full.sync()
    [removed] = full.in_trash()
    change, row = tree.place_change(full, removed.id, full.id, "rechnung")
    full.append([change], rows=[row])
    full.sync()
    with refused("name_ambiguous"):
        tree.remove(full, ["rechnung"])


def test_the_commands_say_what_they_did(
    run: Run, online: Server, stored: StoredVault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(run, online, online.firm.clerk)
    source = folder_of(tmp_path / "alt", brief=b"Guten Tag")
    assert run("vault", "put", str(source), f"{TITLE}:/") == 0
    capsys.readouterr()
    assert run("vault", "mv", f"{TITLE}:/alt/brief", f"{TITLE}:/alt/Brief") == 0
    assert "is now at “/alt/Brief”." in unwrapped(capsys.readouterr().err)
    assert run("vault", "cp", f"{TITLE}:/alt", f"{TITLE}:/kopie", "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"] == 1
    assert run("vault", "rm", f"{TITLE}:/alt") == 0
    assert "with 1 file." in unwrapped(capsys.readouterr().err)
    assert run("vault", "trash", TITLE, "--json") == 0
    [line] = json.loads(capsys.readouterr().out)
    assert (line["name"], line["kind"], line["from"]) == ("alt", "folder", "/")
    assert run("vault", "restore", f"{TITLE}:/{line['node']}") == 0
    assert run("vault", "lock", f"{TITLE}:/alt/Brief", "--reason", "in Arbeit", "--json") == 0
    assert run("vault", "unlock", f"{TITLE}:/alt/Brief") == 0
    assert run("vault", "versions", f"{TITLE}:/alt/Brief", "--json") == 0
    capsys.readouterr()
    assert run("vault", "release", f"{TITLE}:/alt/Brief") == 0
    assert run("vault", "release", f"{TITLE}:/alt/Brief") == 1
    assert "already" in unwrapped(capsys.readouterr().err)
    assert run("vault", "rm", f"{TITLE}:/kopie") == 0
    assert run("vault", "purge", f"{TITLE}:/kopie") == 0
    assert run("vault", "purge", f"{TITLE}:/kopie") == 1
    assert run("vault", "mv", f"{TITLE}:/nichts", f"{TITLE}:/x") == 1
    assert run("vault", "rm", TITLE) == 2


def test_what_somebody_cannot_read_is_not_left_behind_in_the_trash(
    full: OpenVault, stored: StoredVault, server: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = server.firm
    target = server.begin_vault(
        firm.clerk, [(firm.clerk, "manage"), (firm.client, "write"), (firm.owner, "manage")], "Neu"
    )
    other = open_by_id(full.account, home, target.id)
    full.unreadable.add(tree.entity_at(full, ["alt", "brief"]).id)
    monkeypatch.setattr(tree_online, "signed_in_account", lambda: (full.account, home))
    monkeypatch.setattr(tree_online, "open_named", lambda _, __, name: other if name == "Neu" else full)
    with refused("unreadable_below"):
        tree_online.mv(f"{TITLE}:/alt", "Neu:/", with_versions=False, as_json=True)
    assert "alt/brief" in paths(full)
    assert paths(other) == set()


def test_a_tree_may_be_deeper_than_a_program_recurses(vault: OpenVault) -> None:
    """A change looks at its parent's depth only: whoever writes there can stack folders without an end."""
    chain = [
        Entity(str(n), Node("folder", str(n - 1) if n else vault.id, 0, 1, ""), FolderRow(0, "f")) for n in range(3000)
    ]
    for one in chain:
        vault._names.show(one)
    assert [one.id for _, one in vault.walk(vault.id)] == [one.id for one in chain]


def test_thousands_of_one_name_are_shown_in_no_time(vault: OpenVault) -> None:
    for number in range(5000):
        vault._names.show(Entity(str(number), Node("folder", vault.id, 0, 1, ""), FolderRow(0, "f" * 200)))
    names = [name.removeprefix("f" * 200) for name in vault.children(vault.id)]
    assert (names[:4], len(names)) == (["", "*", "*2", "*3"], 5000)
