"""Plain age files on the command line: seal to recipients, open with a key file, without any server."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from siegel.agent.errors import AgentError, UsageError
from siegel.agent.terminal import passphrase
from siegel.agent.whole import whole_file
from siegel.lib.age import (
    AgeError,
    HybridIdentity,
    HybridRecipient,
    KeyFormatError,
    RecipientError,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    X25519Recipient,
    open_file,
    parse_identity_file,
    parse_recipient,
    parse_recipient_file,
    seal_file,
)
from siegel.lib.age.errors import PassphraseError
from siegel.seals.errors import UnlockError
from siegel.seals.keyfile import MAX_KEY_FILE_SIZE, needs_passphrase

STREAM = Path("-")
AGE_BEGINNINGS = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")
_PEEK_SIZE = 64

Recipient = HybridRecipient | X25519Recipient
Identity = HybridIdentity | X25519Identity


def seal(source: Path, target: Path | None, recipients: Sequence[str], recipient_files: Sequence[Path]) -> None:
    """Seals a file (or `-`) to all recipients. UsageError for what is no recipient or cannot stand together."""
    found = [_recipient(text) for text in recipients]
    for path in recipient_files:
        found += _recipients_of(path)
    if not found:
        raise UsageError("no_recipient_given")
    _check_paths(source, target)
    if target is None and sys.stdout.isatty():
        raise UsageError("terminal")
    with _input(source) as plain, _output(target) as sealed:
        try:
            seal_file(plain, sealed, found)
        except RecipientError as error:
            raise UsageError("recipients_mixed") from error


def open_(source: Path, target: Path | None, key_files: Sequence[Path]) -> None:
    """Opens a file (or `-`) with the keys in `key_files`.

    AgentError `not_an_age_file`, `not_for_this_key`; other errors of `siegel.lib.age` mean damage. A file gets its name
    only when all of it was verified; standard output receives verified parts as they come.
    """
    identities = [identity for path in key_files for identity in read_identities(path)]
    _check_paths(source, target)
    with _input(source) as sealed:
        if not sealed.peek(_PEEK_SIZE).lstrip().startswith(AGE_BEGINNINGS):
            raise AgentError("not_an_age_file", path=source)
        with _output(target) as plain:
            open_file(sealed, plain, identities)


def read_identities(path: Path) -> list[Identity]:
    """The keys in a key file, opened with its passphrase if it has one; AgentError `not_an_identity`."""
    content = path.read_bytes()
    try:
        if needs_passphrase(content):
            content = _open_identities(content, passphrase())
        return parse_identity_file(content.decode())
    except PassphraseError as error:
        raise UnlockError("wrong_passphrase", "the passphrase does not open the key file") from error
    except (AgeError, UnicodeDecodeError) as error:
        raise AgentError("not_an_identity", path=path) from error


def _open_identities(content: bytes, given: str) -> bytes:
    opened = io.BytesIO()
    open_file(io.BytesIO(content[:MAX_KEY_FILE_SIZE]), opened, [ScryptIdentity(given)])
    return opened.getvalue()


def new_identity(target: Path | None, *, plain: bool) -> HybridIdentity:
    """Makes a key and writes it, under a passphrase unless `plain`; never over a file that exists."""
    identity = HybridIdentity.generate()
    content = f"# public key: {identity.recipient().encode()}\n{identity.encode()}\n".encode()
    if not plain:
        sealed = io.BytesIO()
        seal_file(io.BytesIO(content), sealed, [ScryptRecipient(passphrase(twice=True))], armor=True)
        content = sealed.getvalue()
    if target is None:
        sys.stdout.buffer.write(content)
    else:
        with target.open("xb") as file:
            target.chmod(0o600)
            file.write(content)
    return identity


def _recipient(text: str) -> Recipient:
    try:
        return parse_recipient(text)
    except KeyFormatError as error:
        raise UsageError("not_a_recipient", text=text[:40]) from error


def _recipients_of(path: Path) -> list[Recipient]:
    try:
        return parse_recipient_file(path.read_text(encoding="utf-8"))
    except (KeyFormatError, UnicodeDecodeError) as error:
        raise UsageError("not_a_recipient", text=path) from error


def _check_paths(source: Path, target: Path | None) -> None:
    if source != STREAM and not source.exists():
        raise UsageError("file_missing", path=source)
    if target is not None and target.exists() and source.exists() and target.samefile(source):
        raise UsageError("same_file")


@contextmanager
def _input(source: Path) -> Iterator[io.BufferedReader]:
    if source == STREAM:
        yield cast("io.BufferedReader", sys.stdin.buffer)
        return
    with source.open("rb") as file:
        yield file


@contextmanager
def _output(target: Path | None) -> Iterator[BinaryIO]:
    if target is None or target == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(target) as file:
        yield file
