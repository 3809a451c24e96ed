"""Entries for a vault's chain: good ones, altered ones, refused ones."""

from dataclasses import replace
from typing import Any

import pytest

from siegel.seals.chain import Entry
from siegel.seals.documents import Manifest
from siegel.seals.epochs import NewEpoch, next_epoch
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import new_id
from siegel.seals.records import Record, VersionChange
from siegel.seals.tests.people import Person, Vault, hash_of


def refused(vault: Vault, entry: Entry, code: str) -> None:
    """The entry is refused for `code`, by the replay and by the server's single step, and changes nothing."""
    before = (vault.state.position, dict(vault.state.nodes))
    with pytest.raises(IntegrityError) as error:
        vault.state.apply(entry, vault.firm.store)
    assert error.value.code == code, error.value
    assert (vault.state.position, vault.state.nodes) == before


def resigned(entry: Entry, signer: Person, **fields: Any) -> Entry:
    """The entry with its record altered and properly signed again."""
    return replace(entry, record=replace(Record.parse(entry.record), **fields).sign(signer.seed))


def manifest_for(vault: Vault, author: Person, node: str | None = None, **fields: Any) -> Manifest:
    values: dict[str, Any] = {
        "author": author.kid, "checkpoint": None, "commitment": hash_of("c"), "copied_from": None,
        "epoch": vault.state.position.now.epoch.epoch, "firm": vault.firm.id, "generation": 1,
        "node": node or new_id(), "parent": vault.id, "payload_hash": hash_of("p"), "payload_size": 32,
        "previous": None, "row": hash_of("r"), "vault": vault.id, "version": 1,
    }  # fmt: skip
    return Manifest(**values | fields)


def version_entry(
    vault: Vault, author: Person, manifest: Manifest, signer: Person | None = None, **change: Any
) -> Entry:
    signed = manifest.sign((signer or author).seed)
    values: dict[str, Any] = {
        "manifest": signed.hash,
        "node": manifest.node,
        "parent": manifest.parent,
        "version": manifest.version,
    }
    return vault.entry(author, VersionChange(**values | change), manifests=(signed,))


def put(vault: Vault, author: Person, **fields: Any) -> Manifest:
    manifest = manifest_for(vault, author, **fields)
    vault.apply(version_entry(vault, author, manifest))
    return manifest


def rotate(vault: Vault, author: Person) -> tuple[NewEpoch, Entry]:
    epoch = next_epoch(author.seed, vault.state.position, [vault.seed], vault.firm.store, vault.firm.now)
    entry = vault.entry(author, epoch.change, epoch=epoch.signed, previous_seed=epoch.previous_seed)
    return epoch, entry
