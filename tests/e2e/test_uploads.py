"""Uploads over a line that breaks, answers that get lost, people who write at once: all arrives, once."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from siegel.agent.account import open_session
from siegel.agent.account import sign_in as open_account
from siegel.agent.client import Api
from siegel.agent.folders import folder_id, make_folders
from siegel.agent.opened import open_by_id
from siegel.agent.session import Home
from siegel.lib.age import sealed_size
from siegel.lib.merkle import SegmentTree
from siegel.seals.canonical import b64
from siegel.seals.documents import Manifest
from siegel.seals.signed import Signed
from tests.e2e.conftest import SignIn
from tests.e2e.line import Line
from tests.e2e.people import Firm, Person, Siegel
from tests.installation import Installation

MIB = 1 << 20
SIZE = 3 * MIB + 12345
SEALED = sealed_size(SIZE)
BORDERS = [cut for border in (MIB, 2 * MIB, 3 * MIB) for cut in (border - 1, border, border + 1)]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "beleg.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


def stored(siegel: Siegel, folder: str) -> dict[str, int]:
    """Names and versions in the folder."""
    return {entry["name"]: entry["version"] for entry in siegel("vault", "ls", folder, "--json").json}


def same(siegel: Siegel, where: str, document: Path, tmp_path: Path) -> bool:
    back = tmp_path / "back"
    done = siegel("vault", "get", where, back)
    assert done.code == 0, done.err
    return back.read_bytes() == document.read_bytes()


def test_an_upload_cut_at_any_byte_goes_on_from_there(
    firm: Firm, sign_in: SignIn, line: Line, folder: str, document: Path, tmp_path: Path
) -> None:
    siegel = sign_in(firm.client, line.url)
    line.cuts = [1, 16, 17, 65_535, *BORDERS, SEALED - 1]
    planned = len(line.cuts)
    done = siegel("vault", "put", document, folder)
    assert (done.code, line.cuts) == (0, []), done.err
    # A try may come while the server still holds the upload of the line that was cut: then one more follows.
    assert len(line.offsets) > planned
    assert line.offsets == sorted(line.offsets)
    assert line.offsets[-1] >= 3 * MIB
    assert same(siegel, folder + document.name, document, tmp_path)


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_happens_twice(
    firm: Firm, sign_in: SignIn, line: Line, folder: str, tmp_path: Path
) -> None:
    """Upload, check and commit arrive twice each: the program cannot know that the server has done them."""
    small = tmp_path / "klein.txt"
    small.write_bytes(b"Beleg")
    siegel = sign_in(firm.client, line.url)
    calls = ["uploads/small", f"vaults/{firm.vault_id}/check", f"vaults/{firm.vault_id}/commit"]
    line.losing = [f"POST /api/{call} ".encode() for call in calls]
    done = siegel("vault", "put", small, folder)
    assert (done.code, line.lost, line.losing) == (0, 3, []), done.err
    assert stored(siegel, folder) == {"klein.txt": 1}
    assert same(siegel, folder + "klein.txt", small, tmp_path)


def test_ctrl_c_ends_an_upload_at_once_and_publishes_nothing(
    firm: Firm, sign_in: SignIn, line: Line, folder: str, document: Path, tmp_path: Path
) -> None:
    siegel = sign_in(firm.client, line.url)
    line.stalls_at = 2 * MIB
    with siegel.started("vault", "put", document, folder) as command:
        assert line.stalled.wait(60)
        command.send_signal(signal.SIGINT)
        _, said = command.communicate(timeout=30)
    assert command.returncode == 130
    assert "Abgebrochen" in said
    assert "Traceback" not in said
    assert stored(siegel, folder) == {}
    assert list((siegel.home / "work").iterdir()) == []
    line.resume()
    assert siegel("vault", "put", document, folder).code == 0
    assert same(siegel, folder + document.name, document, tmp_path)


def test_two_people_who_put_the_same_name_at_once_both_keep_theirs(
    installation: Installation, firm: Firm, sign_in: SignIn, line: Line, clerk: Siegel, folder: str, tmp_path: Path
) -> None:
    """The clerk's version is committed after the client's program has looked, and before it commits."""
    for name in ("von-anton", "von-bernd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rechnung.txt").write_text(name)
    siegel = sign_in(firm.client, line.url)
    assert siegel("vault", "mkdir", folder).code == 0
    theirs: list[int] = []
    line.before = (
        f"POST /api/vaults/{firm.vault_id}/commit".encode(),
        lambda: theirs.append(clerk("vault", "put", tmp_path / "von-bernd" / "rechnung.txt", folder).code),
    )
    done = siegel("vault", "put", tmp_path / "von-anton" / "rechnung.txt", folder, "--json")
    assert (done.code, theirs) == (0, [0]), done.err
    assert done.json["files"][0]["version"] == 2
    assert stored(siegel, folder) == stored(clerk, folder) == {"rechnung.txt": 2}
    assert same(siegel, folder + "rechnung.txt", tmp_path / "von-anton" / "rechnung.txt", tmp_path)
    [entry] = siegel("vault", "ls", folder, "--json").json
    assert authors_of_whole_versions(installation, firm, entry["node"]) == [firm.clerk.username, firm.client.username]


def authors_of_whole_versions(installation: Installation, firm: Firm, node: str) -> list[str]:
    """Who wrote versions 1 and 2, each of whose payloads the server still has as it was signed."""
    names = {person.key.seed.public_keys().kid: person.username for person in (firm.clerk, firm.client)}
    authors = []
    with closing(Api(installation.url)) as api:
        open_session(api, firm.clerk.key)
        for number in (1, 2):
            place = f"vaults/{firm.vault_id}/nodes/{node}/versions/{number}"
            manifest = Manifest.parse(Signed.from_wire(api.get(place)["manifest"]))
            tree = SegmentTree()
            with closing(api.download(f"{place}/payload")) as payload:
                while piece := payload.read(MIB):
                    tree.update(piece)
            assert b64(tree.root()) == manifest.payload_hash
            authors.append(names[manifest.author])
    return authors


def test_two_writers_at_once_lose_no_record_and_see_one_order(
    installation: Installation, firm: Firm, folder: str, tmp_path: Path
) -> None:
    """Each makes folder after folder; whoever loses the race for a record signs it again on top of the winner's."""
    name = folder.rpartition(":/")[2].removesuffix("/")
    records = 8

    def write(person: Person) -> None:
        with closing(Api(installation.url)) as api:
            account, _ = open_account(api, person.key)
            vault = open_by_id(account, Home(tmp_path / person.username), firm.vault_id)
            for number in range(records):
                make_folders(vault, [(name, f"{person.username}-{number}")])

    writers = (firm.owner, firm.clerk, firm.client)
    with ThreadPoolExecutor(len(writers)) as pool:
        list(pool.map(write, writers))
    seen = []
    for person in writers:
        with closing(Api(installation.url)) as api:
            account, _ = open_account(api, person.key)
            vault = open_by_id(account, Home(tmp_path / person.username), firm.vault_id)
            seen.append((vault.state.head, list(vault.children(folder_id(vault, (name,))))))
    assert seen[0] == seen[1] == seen[2]
    for person in writers:
        own = [child for child in seen[0][1] if child.startswith(person.username)]
        assert own == [f"{person.username}-{number}" for number in range(records)]
