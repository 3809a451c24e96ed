"""Rows: the sealed names, types, sizes and dates of a vault's nodes, and what a name may be (docs/formats.md, 9)."""

import secrets
import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import ClassVar, Self, TypeAlias, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siegel.seals import canonical
from siegel.seals.canonical import Json
from siegel.seals.derive import EpochSeed, join
from siegel.seals.documents import MAX_CONTENT_SIZE
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.fields import Fields
from siegel.seals.records import Genesis

NONCE_SIZE = 12
MAX_ROW_SIZE = 16 * 1024
MAX_NAME_BYTES = 255
# Characters.
MAX_NOTE = 500
MAX_REASON = 200
_FORBIDDEN_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class VaultRow:
    """The top level of a vault; its version is 0 and its node the vault itself.

    What its founder saw when it began; name and number of the client are empty for a personal vault.
    """

    KIND: ClassVar[str] = "vault"
    client_name: str
    client_number: str
    title: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.text("client_name"), f.text("client_number"), check_title(f.text("title")))


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder; its version is 0."""

    KIND: ClassVar[str] = "folder"
    created: int
    name: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(f.time("created"), check_name(f.text("name")))


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """What a node is called where it was placed; its version is 0."""

    KIND: ClassVar[str] = "place"
    name: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(check_name(f.text("name")))


@dataclass(frozen=True, slots=True)
class FileRow:
    """A version of a file; times in seconds since 1970 or None, `size` of the plaintext, `type` a media type.

    `note`: why there is this version, in its author's words; None if he said nothing.
    """

    KIND: ClassVar[str] = "file"
    content_hash: str
    created: int | None
    modified: int | None
    name: str
    size: int
    type: str
    note: str | None = None

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(
            content_hash=f.hash("content_hash"),
            created=f.nullable(f.time, "created"),
            modified=f.nullable(f.time, "modified"),
            name=check_name(f.text("name")),
            size=f.integer("size", 0, MAX_CONTENT_SIZE),
            type=f.text("type"),
            note=f.optional(lambda name: _check_note(f.text(name)), "note"),
        )


def require_same(row: FileRow, before: FileRow) -> None:
    """IntegrityError `reseal_differs` unless a version that was sealed anew is described as it was before."""
    if row != before:
        raise IntegrityError("reseal_differs", "the version was sealed anew with other contents or another name")


@dataclass(frozen=True, slots=True)
class LockRow:
    """Why a file is locked; its version is 0."""

    KIND: ClassVar[str] = "lock"
    reason: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        reason = f.text("reason")
        if len(reason) > MAX_REASON:
            raise IntegrityError("document_invalid", f"a reason has at most {MAX_REASON} characters")
        return cls(reason)


Row: TypeAlias = VaultRow | FolderRow | FileRow | PlaceRow | LockRow
AnyRow = TypeVar("AnyRow", VaultRow, FolderRow, FileRow, PlaceRow, LockRow)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs; bound to it, so that no row can be shown elsewhere."""

    firm: str
    vault: str
    node: str
    version: int
    epoch: int

    def associated(self, kind: str) -> bytes:
        return join(kind, self.firm, self.vault, self.node, str(self.version), str(self.epoch))


def fields_of(row: Row) -> dict[str, Json]:
    """The row as it is sealed: a note that is None is absent."""
    return {name: value for name, value in asdict(row).items() if name != "note" or value is not None}


def seal_row(seed: EpochSeed, place: Place, row: Row, *, nonce: bytes | None = None) -> bytes:
    """The row sealed for `place` under the epoch's `seed`; RefusedError `name_…` if its name is not allowed.

    `nonce` is for test vectors only; never seal two rows with one.
    """
    text = canonical.encode(fields_of(row))
    try:
        type(row).read(Fields(canonical.parse(text), row.KIND))
    except IntegrityError as error:
        raise RefusedError(error.code, str(error)) from error
    nonce = secrets.token_bytes(NONCE_SIZE) if nonce is None else nonce
    return nonce + AESGCM(seed.row_key().reveal()).encrypt(nonce, text, place.associated(row.KIND))


def open_row(seed: EpochSeed, place: Place, kind: type[AnyRow], sealed: bytes) -> AnyRow:
    """The row of `kind` that was sealed for `place`; IntegrityError `row_invalid` or `name_…` otherwise.

    The caller has compared its hash with the signed one.
    """
    if not NONCE_SIZE < len(sealed) <= MAX_ROW_SIZE:
        raise IntegrityError("row_invalid", "a row of impossible size")
    key = AESGCM(seed.row_key().reveal())
    try:
        text = key.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], place.associated(kind.KIND))
    except InvalidTag as error:
        raise IntegrityError("row_invalid", "the row was altered or belongs elsewhere") from error
    return _read(kind, text)


def _read(kind: type[AnyRow], text: bytes) -> AnyRow:
    f = Fields(canonical.parse(text), kind.__name__)
    row = kind.read(f)
    f.done()
    return row


def require_shown(sealed: VaultRow, genesis: Genesis, shown: VaultRow, dossier: str | None) -> None:
    """IntegrityError `title_differs` unless the server shows the vault as what it was begun for.

    `shown`, `dossier`: as the server lists it. Nobody sealed what a personal vault (dossier None) is called in lists.
    """
    if dossier is None:
        shown = replace(shown, title=sealed.title)
    if (genesis.dossier, sealed) != (dossier, shown):
        raise IntegrityError("title_differs", "the server shows the vault as another one than the sealed one")


def name_key(name: str) -> str:
    """Two nodes of one folder whose names have one key bear the same name; writers refuse the second."""
    return unicodedata.normalize("NFC", name.casefold())


def _check_note(note: str) -> str:
    if not 0 < len(note) <= MAX_NOTE:
        raise IntegrityError("document_invalid", f"a note has 1 to {MAX_NOTE} characters")
    return note


def check_title(title: str) -> str:
    """`title`, if a vault may bear it: as a name, but it is shown only and may contain separators."""
    check_name(title.replace("/", "-").replace("\\", "-"))
    return title


def check_name(name: str) -> str:
    """`name`, if a node may bear it; IntegrityError `name_…` otherwise.

    What is refused could leave a folder (separators, dots), or show a person another name than the machine sees.
    """
    if not name or name in (".", ".."):
        raise IntegrityError("name_empty", "a name needs characters of its own")
    if len(name.encode(errors="surrogatepass")) > MAX_NAME_BYTES:
        raise IntegrityError("name_too_long", f"a name has at most {MAX_NAME_BYTES} bytes of UTF-8")
    for character in name:
        if (
            character in "/\\"
            or character in _BIDI_CONTROLS
            or unicodedata.category(character) in _FORBIDDEN_CATEGORIES
        ):
            raise IntegrityError("name_character", f"a name contains U+{ord(character):04X}")
    if not unicodedata.is_normalized("NFC", name):
        raise IntegrityError("name_not_nfc", "a name is not in NFC")
    return name
