"""Folders and versions of a vault: each rule of the chain by an entry that breaks it."""

from dataclasses import replace
from typing import Any

from siegel.seals.ids import new_id
from siegel.seals.records import VersionChange
from siegel.seals.tests.chains import manifest_for, put, refused, version_entry
from siegel.seals.tests.people import Firm, Vault, hash_of


def test_a_node_id_is_new(firm: Firm, vault: Vault) -> None:
    folder = vault.folder()
    vault.apply(vault.entry(firm.clerk, folder))
    manifest = put(vault, firm.clerk)
    refused(vault, vault.entry(firm.clerk, vault.folder(node=folder.node)), "node_exists")
    refused(vault, vault.entry(firm.clerk, vault.folder(node=manifest.node)), "node_exists")
    refused(vault, vault.entry(firm.clerk, vault.folder(node=vault.id)), "node_exists")
    refused(vault, version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk, node=folder.node)), "node_exists")
    twice = vault.folder()
    refused(vault, vault.entry(firm.clerk, twice, twice), "node_repeated")


def test_a_parent_is_a_folder_that_exists(firm: Firm, vault: Vault) -> None:
    manifest = put(vault, firm.clerk)
    for parent in (new_id(), manifest.node):
        refused(vault, vault.entry(firm.clerk, vault.folder(parent)), "node_parent")
        refused(vault, version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk, parent=parent)), "node_parent")
    inner = vault.folder()
    refused(vault, vault.entry(firm.clerk, vault.folder(inner.node), inner), "node_parent")


def test_a_version_follows_the_latest_one_in_its_place(firm: Firm, vault: Vault) -> None:
    folder = vault.folder()
    vault.apply(vault.entry(firm.clerk, folder))
    first = put(vault, firm.clerk)
    previous = vault.state.nodes[first.node].manifest
    lies: tuple[dict[str, Any], ...] = (
        {"version": 3, "previous": previous},
        {"version": 2, "previous": previous, "parent": folder.node},
        {"version": 2, "previous": previous, "node": folder.node},
        {"version": 2, "previous": previous, "node": new_id()},
    )
    for fields in lies:
        manifest = manifest_for(vault, firm.clerk, **{"node": first.node} | fields)
        refused(vault, version_entry(vault, firm.clerk, manifest), "node_version")


def test_two_versions_of_a_file_do_not_share_a_record(firm: Firm, vault: Vault) -> None:
    first = manifest_for(vault, firm.clerk)
    one = first.sign(firm.clerk.seed)
    two = replace(first, version=2, previous=one.hash).sign(firm.clerk.seed)
    changes = [VersionChange(signed.hash, first.node, vault.id, n) for n, signed in ((1, one), (2, two))]
    refused(vault, vault.entry(firm.clerk, *changes, manifests=(one, two)), "node_repeated")


def test_a_manifest_agrees_with_its_change(firm: Firm, vault: Vault) -> None:
    manifest = manifest_for(vault, firm.clerk)
    refused(vault, version_entry(vault, firm.clerk, manifest, node=new_id()), "manifest_mismatch")
    folder = vault.folder()
    vault.apply(vault.entry(firm.clerk, folder))
    refused(vault, version_entry(vault, firm.clerk, manifest, parent=folder.node), "manifest_mismatch")


def test_a_manifest_names_its_predecessor_and_its_authors_generation(firm: Firm, vault: Vault) -> None:
    first = put(vault, firm.clerk)
    wrong = manifest_for(vault, firm.clerk, node=first.node, version=2, previous=hash_of("x"))
    refused(vault, version_entry(vault, firm.clerk, wrong), "manifest_mismatch")
    refused(vault, version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk, generation=2)), "manifest_mismatch")
