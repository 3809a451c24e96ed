"""A version of a file, new or sealed anew, signed for the present head: row, manifest, header, and its change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siegel.agent.client import Wire
from siegel.lib.age import FileKey
from siegel.seals.canonical import b64
from siegel.seals.derive import digest
from siegel.seals.documents import Manifest
from siegel.seals.files import header_for
from siegel.seals.records import ResealChange, VersionChange
from siegel.seals.rows import FileRow, seal_row
from siegel.seals.signed import Signed
from siegel.seals.thumbnails import Pictured, seal_thumbnail

if TYPE_CHECKING:
    from siegel.agent.opened import OpenVault

# Sealed payloads up to this size wait in memory, larger ones in the folder of state.
IN_MEMORY_SIZE = 4 << 20


@dataclass(frozen=True, slots=True)
class Payload:
    """What a version is of: a sealed payload that lies with the server, and the key that opens it.

    `upload` is None exactly for a copy, which then shares the payload of the manifest with the hash `copied_from`, and
    its `thumbnail`: the hash of a sealed one. `picture`: an image to be sealed with what was uploaded.
    """

    file_key: FileKey
    commitment: str
    payload_hash: str
    payload_size: int
    upload: str | None = None
    copied_from: str | None = None
    thumbnail: str | None = None
    picture: bytes | None = None


def signed_version(
    vault: "OpenVault", payload: Payload, content: FileRow, *, node: str, parent: str, recipient: str
) -> tuple[VersionChange, Wire]:
    """The change and the file of a commit: the next version of `node`, or the first of a new one.

    `recipient`: of the vault's epoch; a batch asks for it once.
    """
    # The chain's latest version, which is not the one shown when its author sealed a row nobody can read.
    last = vault.state.nodes.get(node)
    version = last.version + 1 if last else 1
    previous = last.manifest if last else None
    named = _Named(node, parent, version, previous)
    signed, file = _signed(vault, payload, content, named, recipient)
    return VersionChange(signed.hash, node, parent, version), file


def signed_anew(
    vault: "OpenVault", payload: Payload, content: FileRow, *, node: str, version: int, recipient: str
) -> tuple[ResealChange, Wire]:
    """The change and the file of a commit that puts `payload` in the place of a version; `content` as it was."""
    named = _Named(node, vault.state.nodes[node].parent, version, vault.hashes[node, version])
    signed, file = _signed(vault, payload, content, named, recipient)
    return ResealChange(signed.hash, node, version), file


@dataclass(frozen=True, slots=True)
class _Named:
    """What a manifest is about, and the hash of the one that it follows."""

    node: str
    parent: str
    version: int
    previous: str | None


def _signed(
    vault: "OpenVault", payload: Payload, content: FileRow, named: _Named, recipient: str
) -> tuple[Signed, Wire]:
    node, version = named.node, named.version
    row = seal_row(vault.seed, vault.place(node, version), content)
    of = Pictured(vault.account.firm, vault.id, payload.commitment, vault.epoch)
    box = seal_thumbnail(vault.seed, of, payload.picture) if payload.picture else None
    signed = Manifest(
        author=vault.account.kid,
        checkpoint=None,
        commitment=payload.commitment,
        copied_from=payload.copied_from,
        epoch=vault.epoch,
        firm=vault.account.firm,
        generation=vault.account.own().certificate.generation,
        node=node,
        parent=named.parent,
        payload_hash=payload.payload_hash,
        payload_size=payload.payload_size,
        previous=named.previous,
        row=digest(row),
        vault=vault.id,
        version=version,
        thumbnail=digest(box) if box else payload.thumbnail,
    ).sign(vault.account.seed)
    header = header_for(payload.file_key, recipient)
    file = {"upload": payload.upload, "manifest": signed.to_wire(), "header": b64(header), "row": b64(row)}
    return signed, file | ({"thumbnail": b64(box)} if box else {})
