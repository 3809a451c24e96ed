"""Versions sealed anew, as the tests' writers do it."""

import secrets
from typing import Any

from siegel.keys.tests.island import Json
from siegel.seals import files
from siegel.seals.canonical import b64
from siegel.seals.records import ResealChange
from siegel.vault.tests.island import OpenVault, Sealed


def manifest_of(vault: OpenVault, node: str, version: int = 1) -> str:
    """Hash of the manifest that stands for a version."""
    [found] = [
        hashed
        for hashed, one in vault.state.versions.items()
        if (one.node, one.version) == (node, version) and not one.replaced
    ]
    return found


def reseal_body(vault: OpenVault, made: Sealed, node: str, version: int = 1, **more: Any) -> Json:
    """The commit that puts `made` in the place of a version; `more` goes into the manifest."""
    row = secrets.token_bytes(120)
    fields = {
        "node": node,
        "version": version,
        "parent": vault.state.nodes[node].parent,
        "previous": manifest_of(vault, node, version),
    }
    signed = vault.manifest(made, row, **fields | more).sign(vault.island.seed)
    header = files.header_for(made.sealed.file_key, vault.state.position.now.epoch.recipient)
    file = {"upload": made.upload, "manifest": signed.to_wire(), "header": b64(header), "row": b64(row)}
    record = vault.record(ResealChange(signed.hash, node, version))
    return {"record": record.to_wire(), "files": [file]}


def sent(vault: OpenVault, content: bytes) -> Sealed:
    """Uploaded and scanned."""
    made = vault.send(content)
    vault.check(made)
    return made


def reseal(vault: OpenVault, content: bytes, node: str, version: int = 1) -> Sealed:
    made = sent(vault, content)
    vault.island.post(f"vaults/{vault.id}/commit", reseal_body(vault, made, node, version))
    vault.refresh()
    return made
