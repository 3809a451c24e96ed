"""Invitation by letter: id, code, the seed they give, and the link that carries them (docs/formats.md, section 8)."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

from siegel.seals.canonical import unb64
from siegel.seals.certificates import CertificateStore, Known
from siegel.seals.derive import Seed, hkdf, join
from siegel.seals.documents import PERSONS, STAFF, Epoch, Roster
from siegel.seals.errors import IntegrityError, UnlockError
from siegel.seals.signed import Signed

ID_CHARACTERS = 8
CODE_SIZE = 16
CODE_CHARACTERS = 26
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_SEPARATORS = re.compile(r"[\s-]+")
_LINK = re.compile(r"(?P<server>https?://[^/?#\s]+)/e/(?P<id>[^/?#]+)#(?P<code>.+)")


@dataclass(frozen=True, slots=True)
class Letter:
    """What an invitation letter carries. The code is the secret; the id only finds the invitation."""

    server: str
    id: str
    code: bytes = field(repr=False)

    @property
    def link(self) -> str:
        """`<server>/e/<id>#<code>`: the code stands in the fragment, which no browser sends."""
        return f"{self.server}/e/{self.id}#{encode_code(self.code)}"

    @classmethod
    def parse(cls, link: str) -> "Letter":
        """UnlockError `link_invalid` or `code_invalid` if it is no such link."""
        if not (match := _LINK.fullmatch(link.strip())):
            raise UnlockError("link_invalid", "not a link of an invitation letter")
        return cls(match["server"], parse_invitation_id(match["id"]), decode_code(match["code"]))


def new_invitation_id() -> str:
    """8 random characters; finds the invitation, proves nothing."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(ID_CHARACTERS))


def parse_invitation_id(text: str) -> str:
    """The id as it is stored, however it was typed; UnlockError `code_invalid`."""
    return "".join(_ALPHABET[value] for value in _read(text, ID_CHARACTERS))


def new_code() -> bytes:
    """128 random bits."""
    return secrets.token_bytes(CODE_SIZE)


def encode_code(code: bytes) -> str:
    """26 characters Crockford base32, most significant bits first, two zero bits at the end."""
    number = int.from_bytes(code, "big") << 2
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(CODE_CHARACTERS - 1, -1, -1))


def decode_code(text: str) -> bytes:
    """The code as typed, else UnlockError `code_invalid`.

    Case, hyphens and blanks do not matter; O reads as 0, I and L as 1.
    """
    number = 0
    for value in _read(text, CODE_CHARACTERS):
        number = number << 5 | value
    if number & 3:
        raise UnlockError("code_invalid", "the code was mistyped: its last bits are not zero")
    return (number >> 2).to_bytes(CODE_SIZE, "big")


def invitation_seed(code: bytes, *, firm: str, invitation: str, root: str) -> Seed:
    """The seed of the invitation's keys. The salt holds the root, so the right keys prove the right root."""
    salt = hashlib.sha256(join("siegel-invite@v1", firm, invitation, unb64(root, 32))).digest()
    return Seed(hkdf(code, "siegel-invite-seed@v1", salt))


def _read(text: str, characters: int) -> list[int]:
    values = [_VALUES.get(character) for character in _SEPARATORS.sub("", text).upper()]
    found = [value for value in values if value is not None]
    if len(found) != len(values) or len(found) != characters:
        raise UnlockError("code_invalid", f"not {characters} characters of Crockford base32")
    return found


def waiting_epoch(
    invitation: Known, vault: str, roster: Signed, epoch: Signed, certificates: CertificateStore
) -> Epoch:
    """The current epoch of a vault that waits for the invited person, who has not replayed its chain yet.

    IntegrityError `record_author` (rosters are staff's, epochs anybody's who may write), `record_documents` (another
    firm or vault), `signature_invalid`, `roster_holder` (the invitation does not belong to the vault).
    """
    held, current = Roster.parse(roster), Epoch.parse(epoch)
    for document, signed, kinds in ((held, roster, STAFF), (current, epoch, PERSONS)):
        author = certificates.by_kid(document.author)
        if author is None or author.certificate.kind not in kinds:
            raise IntegrityError("record_author", "the author is nobody who may write")
        if (document.firm, document.vault) != (invitation.certificate.firm, vault):
            raise IntegrityError("record_documents", "a document of another vault")
        document.verify(signed, author.certificate.signing_key)
    belongs = any((line.key, line.subject) == (invitation.kid, invitation.certificate.subject) for line in held.holders)
    if not belongs or vault not in invitation.certificate.vaults:
        raise IntegrityError("roster_holder", "the invitation does not belong to this vault")
    return current
