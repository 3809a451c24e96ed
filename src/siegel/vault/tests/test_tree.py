"""Moving, removing, purging, copying and releasing over HTTP; what is left of it on the disk."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from siegel.base.models import AuditEntry, Blob
from siegel.keys.tests.island import Island, RefusedError, found
from siegel.keys.tests.scanner import ScannerDouble
from siegel.seals.ids import new_id
from siegel.seals.records import PurgeChange, ReleaseChange, RemoveChange
from siegel.vault.actions.emptying import empty_trashes
from siegel.vault.models import Node, Settings, Vault, Version
from siegel.vault.tests.island import OpenVault, open_vault


def refused(attempt: Callable[[], object]) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        attempt()
    return error.value


def row_of(vault: OpenVault) -> Vault:
    return Vault.objects.get(pk=vault.id)


def rows_in(vault: OpenVault) -> set[tuple[str, int, int]]:
    news = vault.island.get(f"vaults/{vault.id}/news?since=0")
    return {(row["node"], row["version"], row["seq"]) for row in news["rows"]}


def test_a_node_is_moved_removed_and_restored_and_everybody_replays_the_same_tree(
    vault: OpenVault, client_user: Island
) -> None:
    vault.rotate()
    folder, node = vault.add_folder(), vault.put(b"Beleg")
    vault.change(vault.place(node, folder))
    placed = vault.state.position.seq
    vault.change(RemoveChange(folder))
    assert row_of(vault).file_count == 0
    assert not vault.state.tree.is_live(node)
    vault.change(vault.place(node))
    assert row_of(vault).file_count == 1
    theirs = open_vault(client_user, vault.id)
    assert theirs.state.nodes == vault.state.nodes
    assert theirs.open(node) == b"Beleg"
    assert {(node, 0, placed), (node, 0, placed + 2)} <= rows_in(vault)
    assert Node.objects.get(node=folder).removed_seq == placed + 1


def test_the_rules_of_the_tree_hold_on_the_server(vault: OpenVault) -> None:
    outer = vault.add_folder()
    inner = vault.add_folder(outer)
    node = vault.put(b"Beleg")
    for code, change in (
        ("node_cycle", vault.place(outer, inner)),
        ("node_unknown", vault.place(new_id())),
        ("node_parent", vault.place(outer, node)),
        ("node_unknown", RemoveChange(new_id())),
        ("node_removed", PurgeChange(outer)),
    ):
        error = refused(lambda change=change: vault.change(change))  # type: ignore[misc]  # bound by its default
        assert error.code == "document_refused"
        assert code in error.message
    vault.change(RemoveChange(outer))
    assert "node_parent" in refused(lambda: vault.change(vault.folder(inner))).message
    assert "node_removed" in refused(lambda: vault.change(RemoveChange(inner))).message


def test_a_place_needs_its_row_and_no_other(vault: OpenVault) -> None:
    node = vault.put(b"Beleg")
    change, row = vault.place(node)
    _, other = vault.place(node)
    for rows in ([], [other], [row, vault.place(new_id())[1]]):
        error = refused(lambda rows=rows: vault.append(vault.record(change), rows=rows))  # type: ignore[misc]
        assert error.code == "row_differs"


def test_a_copy_shares_its_bytes_and_they_go_with_the_last_of_them(
    vault: OpenVault, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    node = vault.put(b"Beleg")
    size = row_of(vault).size_bytes
    copy = vault.copy(node)
    vault.copy(node, onto=copy)
    assert vault.open(copy) == vault.open(copy, 2) == b"Beleg"
    assert (row_of(vault).size_bytes, row_of(vault).file_count, Blob.objects.count()) == (size, 2, 1)
    with django_capture_on_commit_callbacks(execute=True):
        vault.change(RemoveChange(node))
        vault.change(PurgeChange(node))
    assert vault.open(copy) == b"Beleg"
    assert row_of(vault).size_bytes == size
    with django_capture_on_commit_callbacks(execute=True):
        vault.change(RemoveChange(copy))
        vault.change(PurgeChange(copy))
    assert (row_of(vault).size_bytes, Blob.objects.count()) == (0, 0)
    assert not [path for path in settings.BLOB_DIR.rglob("*") if path.is_file()]
    assert refused(lambda: vault.open(copy)).code == "not_found"


def test_a_copy_is_refused_of_other_bytes_of_nothing_and_with_an_upload(vault: OpenVault) -> None:
    node = vault.put(b"Beleg")

    def commit(body: dict[str, object]) -> RefusedError:
        return refused(lambda: vault.island.post(f"vaults/{vault.id}/commit", body))

    assert "copy_differs" in commit(vault.copy_body(node, payload_size=2000)).message
    assert "copy_unknown" in commit(vault.copy_body(node, copied_from="A" * 43)).message
    made = vault.send(b"mehr")
    vault.check(made)
    body = vault.copy_body(node)
    body["files"][0]["upload"] = made.upload
    assert commit(body).code == "manifest_differs"
    body = vault.commit_body(made)
    body["files"][0]["upload"] = None
    assert commit(body).code == "manifest_differs"


def test_purged_is_gone_from_rows_headers_and_downloads_and_the_chain_stays(vault: OpenVault) -> None:
    folder = vault.add_folder()
    node = vault.put(b"Beleg")
    vault.change(vault.place(node, folder))
    vault.change(RemoveChange(folder))
    vault.change(PurgeChange(folder))
    assert not {name for name, _, _ in rows_in(vault)} & {folder, node}
    version = Version.objects.get(node__node=node)
    assert (bytes(version.header), bytes(version.row), version.blob) == (b"", b"", None)
    assert open_vault(vault.island, vault.id).state.nodes == vault.state.nodes
    assert "node_purged" in refused(lambda: vault.change(vault.place(node))).message


def test_a_writer_who_manages_nothing_does_not_purge(vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    node = vault.put(b"Beleg")
    theirs = open_vault(client_user, vault.id)
    theirs.change(RemoveChange(node))
    assert "record_rights" in refused(lambda: theirs.change(PurgeChange(node))).message


def test_trash_is_emptied_after_its_days_with_one_entry_per_vault(
    vault: OpenVault, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    folder, kept = vault.add_folder(), vault.put(b"bleibt")
    node = vault.put(b"geht")
    vault.change(vault.place(node, folder))
    vault.change(RemoveChange(folder), RemoveChange(kept))
    assert empty_trashes() == 0
    Settings.objects.create(tenant_id=vault.island.firm, trash_days=3)
    Node.objects.filter(node=folder).update(removed_at=timezone.now() - timedelta(days=3, seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert empty_trashes() == 2
        assert empty_trashes() == 0
    leaf = json.loads(bytes(AuditEntry.objects.latest("index").leaf))
    assert (leaf["kind"], leaf["attested_by"], leaf["by"]) == ("vault.trash_emptied", "server", None)
    assert leaf["about"] == {"vault": vault.id, "nodes": 2}
    assert Blob.objects.count() == 1
    assert "node_purged" in refused(lambda: vault.change(vault.place(node))).message
    vault.change(vault.place(kept))
    assert vault.open(kept) == b"bleibt"


def test_what_cannot_be_scanned_is_held_only_where_the_owner_wants_it_and_until_it_is_released(
    vault: OpenVault, scanner: ScannerDouble, client_user: Island
) -> None:
    vault.rotate()
    scanner.result, scanner.reason = "not_scannable", "encrypted"
    assert vault.check(vault.send(b"PK"))[0]["code"] == "not_scannable"
    Settings.objects.create(tenant_id=vault.island.firm, hold_unscannable=True)
    node = vault.put(b"PK")
    place = f"vaults/{vault.id}/nodes/{node}/versions/1"
    for path in (place, f"{place}/payload"):
        error = refused(lambda path=path: vault.island.get(path))  # type: ignore[misc]  # bound by its default
        assert (error.status, error.code) == (409, "held")
    assert vault.island.get(f"vaults/{vault.id}/news?since=0")["held"] == [{"node": node, "version": 1}]
    release = ReleaseChange(str(vault.state.nodes[node].manifest), node, 1)
    theirs = open_vault(client_user, vault.id)
    assert "record_rights" in refused(lambda: theirs.change(release)).message
    vault.change(release)
    assert vault.open(node) == b"PK"
    assert vault.open(vault.copy(node)) == b"PK"
    assert vault.island.get(f"vaults/{vault.id}/news?since=0")["held"] == []
    assert "node_repeated" in refused(lambda: vault.change(release)).message


def test_what_waits_to_be_committed_is_not_published_once_the_owner_holds_nothing_any_more(
    vault: OpenVault, scanner: ScannerDouble
) -> None:
    Settings.objects.create(tenant_id=vault.island.firm, hold_unscannable=True)
    scanner.result, scanner.reason = "not_scannable", "encrypted"
    made = vault.send(b"PK")
    assert vault.check(made)[0]["code"] is None
    Settings.objects.update(hold_unscannable=False)
    assert refused(lambda: vault.commit(made)).code == "upload_unchecked"


def test_the_activity_of_a_vault_and_of_one_node_is_told_to_its_holders(
    vault: OpenVault, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    node, other = vault.put(b"Beleg"), vault.put(b"anderer")
    vault.open(node)
    vault.change(RemoveChange(other))
    with django_assert_max_num_queries(8):
        told = vault.island.get(f"vaults/{vault.id}/activity")["entries"]
    kinds = [entry["kind"] for entry in told]
    assert kinds[:3] == ["vault.node_removed", "vault.version_fetched", "vault.version_added"]
    assert told[0]["by"] == vault.island.person
    assert told[0]["seq"] == vault.state.position.seq
    of_node = vault.island.get(f"vaults/{vault.id}/activity?node={node}")["entries"]
    assert [entry["kind"] for entry in of_node] == ["vault.version_fetched", "vault.version_added"]
    assert (of_node[0]["node"], of_node[0]["version"]) == (node, 1)
    older = vault.island.get(f"vaults/{vault.id}/activity?before={told[1]['index']}")["entries"]
    assert [entry["index"] for entry in older] == [entry["index"] for entry in told[2:]]
    assert refused(lambda: found("fremd").get(f"vaults/{vault.id}/activity")).status == 404


def test_a_large_record_of_the_tree_costs_no_more_queries_than_a_small_one(
    vault: OpenVault, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    changes = [vault.folder() for _ in range(60)]
    vault.change(*changes)
    places = [vault.place(change.node, changes[0][0].node) for change, _ in changes[1:]]
    record = vault.record(*(change for change, _ in places))
    with django_assert_max_num_queries(45):
        vault.append(record, rows=[row for _, row in places])
