"""A server, or a writer with it, that lies about a vault's tree: what lies where, what it is called, what is gone.

Each test names in its docstring the check without which it fails.
"""

from pathlib import Path

import pytest

from siegel.agent import tree
from siegel.agent.get import get_file
from siegel.agent.opened import OpenVault
from siegel.seals import canonical
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import Seed, digest
from siegel.seals.ids import new_id
from siegel.seals.records import (
    AnyChange,
    FolderChange,
    PlaceChange,
    PurgeChange,
    ReleaseChange,
    RemoveChange,
)
from siegel.seals.replay import next_record
from siegel.seals.rows import FolderRow, Place, PlaceRow, seal_row
from siegel.seals.signed import Signed
from tests.attacks.hostile import Device, HostileServer, entity_named, refusal
from tests.attacks.recording import Json


@pytest.fixture
def server(clerk: Device) -> HostileServer:
    return clerk.server()


@pytest.fixture
def vault(clerk: Device, server: HostileServer) -> OpenVault:
    """The clerk's view: a folder `Belege` with `Rechnung.pdf`, and `Inventar.bin` at the top."""
    return clerk.open(server)


def seed_of(vault: OpenVault, clerk: Device, name: str) -> Seed:
    return clerk.honest.key_files[name].seed


def shown(server: HostileServer, vault: OpenVault, seed: Seed, change: AnyChange, *rows: bytes) -> None:
    """The server shows one more record that somebody has signed."""
    record = next_record(vault.state.position, seed, [change]).to_wire()
    node = getattr(change, "node", vault.id)
    listed = [{"node": node, "version": 0, "row": b64(row)} for row in rows]
    server.add_entry(vault.id, {"record": record}, *listed)


def placed(vault: OpenVault, node: str, parent: str, name: str) -> tuple[PlaceChange, bytes]:
    row = seal_row(vault.seed, vault.place(node, 0), PlaceRow(name))
    return PlaceChange(vault.epoch, node, parent, digest(row)), row


def last_record(server: HostileServer, vault: OpenVault) -> Json:
    return server.news(vault.id)["records"][-1]["record"]


def test_a_node_that_the_server_moves_is_not_believed(clerk: Device, server: HostileServer, vault: OpenVault) -> None:
    """Proves that parents are signed: `signature_invalid` for another folder in somebody's record, and `record_author`
    for a record of the server's own."""
    folder, file = entity_named(vault, "Belege"), entity_named(vault, "Inventar.bin")
    change, row = placed(vault, file.id, vault.id, "Inventar.bin")
    shown(server, vault, seed_of(vault, clerk, "harms"), change, row)
    record = last_record(server, vault)
    read = canonical.parse(unb64(record["bytes"]))
    assert isinstance(read, dict)
    read["changes"][0]["parent"] = folder.id  # type: ignore[index,call-overload]  # as the record was made above
    record["bytes"] = b64(canonical.encode(read))
    server.claim_head(vault.id)
    assert refusal(lambda: clerk.open(server)) == "signature_invalid"
    forged = clerk.server()
    shown(forged, vault, Seed.generate(), change, row)
    assert refusal(lambda: clerk.open(forged)) == "record_author"


def test_swapped_place_rows_give_nobody_anothers_name(clerk: Device, server: HostileServer, vault: OpenVault) -> None:
    """Proves `row_differs` for place rows: the signed hash is looked for among the node's own rows."""
    one, other = entity_named(vault, "Belege", "Rechnung.pdf"), entity_named(vault, "Inventar.bin")
    for entity, name in ((one, "Eins.pdf"), (other, "Zwei.bin")):
        change, row = placed(vault, entity.id, vault.id, name)
        shown(server, vault, seed_of(vault, clerk, "harms"), change, row)
        vault = clerk.open(server)
    rows = server.news(vault.id)["rows"]
    rows[-1]["row"], rows[-2]["row"] = rows[-2]["row"], rows[-1]["row"]
    assert refusal(lambda: clerk.open(server)) == "row_differs"


def test_a_place_row_sealed_for_another_node_names_nothing(
    clerk: Device, server: HostileServer, vault: OpenVault
) -> None:
    """Proves that a place row is bound to its node: a writer who signs another's is shown as unreadable."""
    one, other = entity_named(vault, "Belege", "Rechnung.pdf"), entity_named(vault, "Inventar.bin")
    change, row = placed(vault, one.id, vault.id, "Eins.pdf")
    moved = PlaceChange(vault.epoch, other.id, vault.id, change.row)
    shown(server, vault, seed_of(vault, clerk, "harms"), moved, row)
    again = clerk.open(server)
    assert again.unreadable == {other.id}
    assert entity_named(again, "Belege", "Rechnung.pdf").id == one.id


def test_a_folder_that_is_injected_by_who_may_only_read_is_refused(
    clerk: Device, server: HostileServer, vault: OpenVault
) -> None:
    """Proves `record_rights` for changes of the tree."""
    node, position = new_id(), vault.state.position
    row = seal_row(vault.seed, Place(position.firm, vault.id, node, 0, vault.epoch), FolderRow(1, "Neu"))
    change = FolderChange(vault.epoch, node, vault.id, digest(row))
    shown(server, vault, seed_of(vault, clerk, "leserin"), change, row)
    assert refusal(lambda: clerk.open(server)) == "record_rights"


def test_a_removed_file_is_not_shown_live_again(clerk: Device, server: HostileServer, vault: OpenVault) -> None:
    """Proves the memory of heads for the trash, and that only a signed place brings something back."""
    file = entity_named(vault, "Inventar.bin")
    shown(server, vault, seed_of(vault, clerk, "harms"), RemoveChange(file.id))
    again = clerk.open(server)
    assert refusal(lambda: again.find(["Inventar.bin"])) == "path_unknown"
    assert [one.id for one in again.in_trash()] == [file.id]
    old = clerk.server()
    assert refusal(lambda: clerk.open(old)) == "vault_rolled_back"


def test_what_was_purged_is_not_shown_whatever_is_still_served(
    clerk: Device, server: HostileServer, vault: OpenVault
) -> None:
    """Proves that a purge counts for readers, who are still served rows, header and payload."""
    folder, file = entity_named(vault, "Belege"), entity_named(vault, "Belege", "Rechnung.pdf")
    seed = seed_of(vault, clerk, "wulff")
    shown(server, vault, seed, RemoveChange(folder.id))
    vault = clerk.open(server)
    shown(server, vault, seed, PurgeChange(folder.id))
    again = clerk.open(server)
    assert again.in_trash() == []
    assert again.state.tree.is_purged(file.id)
    assert refusal(lambda: tree.entity_at(again, ["Belege", "Rechnung.pdf"])) == "path_unknown"
    change, row = placed(again, file.id, again.id, "Rechnung.pdf")
    shown(server, again, seed, change, row)
    assert refusal(lambda: clerk.open(server)) == "node_purged"


def test_a_purge_by_a_writer_is_refused(clerk: Device, server: HostileServer, vault: OpenVault) -> None:
    """Proves `record_rights` for purges: a client deletes nothing for good."""
    file = entity_named(vault, "Inventar.bin")
    shown(server, vault, seed_of(vault, clerk, "harms"), RemoveChange(file.id))
    vault = clerk.open(server)
    shown(server, vault, seed_of(vault, clerk, "harms"), PurgeChange(file.id))
    assert refusal(lambda: clerk.open(server)) == "record_rights"


def unscannable(server: HostileServer, vault: OpenVault, node: str) -> str:
    """The server serves the file with a true verdict that it could not be scanned; its manifest's hash."""
    answer = server.answers[f"vaults/{vault.id}/nodes/{node}/versions/1"]
    verdict = canonical.parse(unb64(answer["verdict"]["bytes"]))
    assert isinstance(verdict, dict)
    item = {name: verdict[name] for name in ("payload_hash", "commitment")}
    answer["verdict"] = server.judged({"upload": "", **item}, result="not_scannable", reason="encrypted")["verdict"]
    return Signed.from_wire(answer["manifest"]).hash


def test_a_held_file_does_not_open_because_the_server_serves_it(
    clerk: Device, server: HostileServer, vault: OpenVault, tmp_path: Path
) -> None:
    """Proves `held` in `require_open`: it opens with a release by the staff, and not before."""
    file = entity_named(vault, "Inventar.bin")
    manifest = unscannable(server, vault, file.id)
    assert refusal(lambda: get_file(vault, file, tmp_path / "out")) == "held"
    assert not (tmp_path / "out").exists()
    shown(server, vault, seed_of(vault, clerk, "wulff"), ReleaseChange(manifest, file.id, 1))
    again = clerk.open(server)
    get_file(again, entity_named(again, "Inventar.bin"), tmp_path / "out")
    assert (tmp_path / "out").stat().st_size > 0


def test_a_release_that_a_client_signs_is_none(clerk: Device, server: HostileServer, vault: OpenVault) -> None:
    """Proves that only the staff releases: whoever sent it does not vouch for it."""
    file = entity_named(vault, "Inventar.bin")
    manifest = unscannable(server, vault, file.id)
    shown(server, vault, seed_of(vault, clerk, "harms"), ReleaseChange(manifest, file.id, 1))
    assert refusal(lambda: clerk.open(server)) == "record_rights"


def test_a_release_is_not_moved_to_another_file(clerk: Device, server: HostileServer, vault: OpenVault) -> None:
    """Proves that a release names the hash of the manifest, and whose it is."""
    file, other = entity_named(vault, "Inventar.bin"), entity_named(vault, "Belege", "Rechnung.pdf")
    manifest = unscannable(server, vault, file.id)
    shown(server, vault, seed_of(vault, clerk, "wulff"), ReleaseChange(manifest, other.id, 1))
    assert refusal(lambda: clerk.open(server)) == "node_version"


def test_a_lock_that_the_server_ignores_does_no_harm(clerk: Device, server: HostileServer, vault: OpenVault) -> None:
    """Not a proof but a limit: locks are the server's courtesy. What passes one is signed, and nothing is lost."""
    file = entity_named(vault, "Inventar.bin")
    news = server.news(vault.id)
    news["locks"] = [{"node": file.id, "person": new_id(), "name": "Niemand", "until": 2**40, "epoch": 2, "row": None}]
    change, row = placed(vault, file.id, vault.id, "Anders.bin")
    shown(server, vault, seed_of(vault, clerk, "harms"), change, row)
    again = clerk.open(server)
    moved = entity_named(again, "Anders.bin")
    assert (moved.id, moved.node.version, moved.node.manifest) == (file.id, 1, file.node.manifest)
