"""Key files: an age identity file with what is needed to sign in as comments (docs/formats.md, section 7)."""

import io
import re
from dataclasses import dataclass, field

from siegel.lib.age import (
    AgeError,
    PassphraseError,
    ScryptIdentity,
    ScryptRecipient,
    open_file,
    seal_file,
)
from siegel.seals.canonical import unb64
from siegel.seals.derive import Seed
from siegel.seals.errors import IntegrityError, UnlockError
from siegel.seals.ids import check_id

TITLE = "# Siegel key file"
MAX_KEY_FILE_SIZE = 64 * 1024
_COMMENT = re.compile(r"# ([a-z-]+): (.*)")
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_BINARY = b"age-encryption.org/"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A person's key file; `root` is the fingerprint of the firm's root.

    `root_seed` and `recovery_seed` stand in an owner's set-up file only.
    """

    firm: str
    slug: str
    person: str
    username: str
    generation: int
    root: str
    seed: Seed
    root_seed: Seed | None = field(default=None)
    recovery_seed: Seed | None = field(default=None)


def write_key_file(key_file: KeyFile, passphrase: str | None, *, work_factor: int = 18) -> bytes:
    """The file's bytes: armored age under the passphrase, or plain text without one (demonstrations only)."""
    lines = [TITLE]
    for name in ("firm", "slug", "person", "username", "generation", "root"):
        lines.append(f"# {name}: {getattr(key_file, name)}")
    if key_file.root_seed:
        lines.append(f"# siegel-root: {key_file.root_seed.encode()}")
    if key_file.recovery_seed:
        lines.append(f"# siegel-recovery: {key_file.recovery_seed.encode()}")
    text = "\n".join([*lines, key_file.seed.encode(), ""]).encode()
    if passphrase is None:
        return text
    sealed = io.BytesIO()
    seal_file(io.BytesIO(text), sealed, [ScryptRecipient(passphrase, work_factor=work_factor)], armor=True)
    return sealed.getvalue()


def needs_passphrase(content: bytes) -> bool:
    """Whether the file is sealed with a passphrase."""
    return content.lstrip().startswith((_ARMOR, _BINARY))


def parse_key_file(content: bytes, passphrase: str | None = None) -> KeyFile:
    """The key file in `content`.

    UnlockError `passphrase_needed`, `wrong_passphrase`, `not_a_key_file`; IntegrityError `key_file_damaged` when a
    sealed one was altered.
    """
    if len(content) > MAX_KEY_FILE_SIZE:
        raise UnlockError("not_a_key_file", "too large for a key file")
    if needs_passphrase(content):
        content = _open(content, passphrase)
    try:
        return _parse(content.decode())
    except (UnicodeDecodeError, IntegrityError, AgeError, KeyError, ValueError) as error:
        raise UnlockError("not_a_key_file", "not a key file of Siegel") from error


def _open(content: bytes, passphrase: str | None) -> bytes:
    if passphrase is None:
        raise UnlockError("passphrase_needed", "the key file is sealed with a passphrase")
    opened = io.BytesIO()
    try:
        open_file(io.BytesIO(content), opened, [ScryptIdentity(passphrase)])
    except PassphraseError as error:
        raise UnlockError("wrong_passphrase", "the passphrase does not open the key file") from error
    except AgeError as error:
        raise IntegrityError("key_file_damaged", f"the key file does not open: {error}") from error
    return opened.getvalue()


def _parse(text: str) -> KeyFile:
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines or lines[0] != TITLE:
        raise ValueError("another first line")
    [identity] = [line for line in lines if line and not line.startswith("#")]
    comments = {match[1]: match[2] for line in lines if (match := _COMMENT.fullmatch(line))}
    unb64(comments["root"], 32)
    return KeyFile(
        firm=check_id(comments["firm"]),
        slug=comments["slug"],
        person=check_id(comments["person"]),
        username=comments["username"],
        generation=int(comments["generation"]),
        root=comments["root"],
        seed=Seed.parse(identity),
        root_seed=_seed(comments.get("siegel-root")),
        recovery_seed=_seed(comments.get("siegel-recovery")),
    )


def _seed(identity: str | None) -> Seed | None:
    return Seed.parse(identity) if identity else None
