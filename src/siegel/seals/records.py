"""The record, one link of a vault's chain, and the changes it makes (docs/formats.md, section 3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeAlias

from siegel.seals.canonical import Json
from siegel.seals.fields import Fields
from siegel.seals.signed import Change, Document, require

VAULT_KINDS = ("dossier", "personal", "team")


@dataclass(frozen=True, slots=True)
class Genesis(Change):
    """The vault, or the team, begins."""

    KIND = "genesis"
    dossier: str | None
    row: str
    vault_kind: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        vault_kind = f.choice("vault_kind", VAULT_KINDS)
        dossier = f.where(vault_kind == "dossier", f.id, "dossier")
        return cls(dossier, f.hash("row"), vault_kind)


@dataclass(frozen=True, slots=True)
class RosterChange(Change):
    """Another roster holds from here."""

    KIND = "roster"
    hash: str
    seq: int

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.hash("hash"), f.integer("seq", 1))


@dataclass(frozen=True, slots=True)
class EpochChange(Change):
    """Another epoch holds from here."""

    KIND = "epoch"
    epoch: int
    hash: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.integer("epoch", 1), f.hash("hash"))


@dataclass(frozen=True, slots=True)
class FolderChange(Change):
    """A new folder; `row` is the hash of its sealed row."""

    KIND = "folder"
    epoch: int
    node: str
    parent: str
    row: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.integer("epoch", 1), f.id("node"), f.id("parent"), f.hash("row"))


@dataclass(frozen=True, slots=True)
class VersionChange(Change):
    """A new file (version 1) or a further version of one."""

    KIND = "version"
    manifest: str
    node: str
    parent: str
    version: int

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.hash("manifest"), f.id("node"), f.id("parent"), f.integer("version", 1))


@dataclass(frozen=True, slots=True)
class PlaceChange(Change):
    """A node lies in `parent` from here under the name in its place row (hash `row`): renamed, moved or restored."""

    KIND = "place"
    epoch: int
    node: str
    parent: str
    row: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.integer("epoch", 1), f.id("node"), f.id("parent"), f.hash("row"))


@dataclass(frozen=True, slots=True)
class RemoveChange(Change):
    """A node goes to the trash, with all below it."""

    KIND = "remove"
    node: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.id("node"))


@dataclass(frozen=True, slots=True)
class PurgeChange(Change):
    """A node in the trash is gone for ever, with all below it."""

    KIND = "purge"
    node: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.id("node"))


@dataclass(frozen=True, slots=True)
class ReleaseChange(Change):
    """Somebody of the staff lets a version be opened that the scanner could not look into."""

    KIND = "release"
    manifest: str
    node: str
    version: int

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.hash("manifest"), f.id("node"), f.integer("version", 1))


@dataclass(frozen=True, slots=True)
class ResealChange(Change):
    """A version that is there has another payload, header and row from here, which say the same under another key."""

    KIND = "reseal"
    manifest: str
    node: str
    version: int

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.hash("manifest"), f.id("node"), f.integer("version", 1))


AnyChange: TypeAlias = (
    Genesis
    | RosterChange
    | EpochChange
    | FolderChange
    | VersionChange
    | PlaceChange
    | RemoveChange
    | PurgeChange
    | ReleaseChange
    | ResealChange
)
_KINDS = (
    Genesis,
    RosterChange,
    EpochChange,
    FolderChange,
    VersionChange,
    PlaceChange,
    RemoveChange,
    PurgeChange,
    ReleaseChange,
    ResealChange,
)
_CHANGES: dict[str, Callable[[Fields], AnyChange]] = {change.KIND: change.read for change in _KINDS}


def _read_change(value: Json) -> AnyChange:
    f = Fields(value, "Change")
    change = _CHANGES[f.choice("kind", _CHANGES)](f)
    f.done()
    return change


@dataclass(frozen=True, slots=True)
class Record(Document):
    """One link of a vault's chain."""

    NAMESPACE = "siegel-record@v1"
    author: str
    changes: tuple[AnyChange, ...]
    firm: str
    previous: str
    seq: int
    vault: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        changes = tuple(_read_change(item) for item in f.items("changes"))
        require(bool(changes), "Record: at least one change")
        return cls(
            author=f.hash("author"),
            changes=changes,
            firm=f.id("firm"),
            previous=f.hash("previous"),
            seq=f.integer("seq", 1),
            vault=f.id("vault"),
        )
