"""Recipients and identities as text: one key or a whole file of them."""

from collections.abc import Callable
from typing import TypeVar

from siegel.lib.age import hybrid, x25519
from siegel.lib.age.errors import KeyFormatError
from siegel.lib.age.hybrid import HybridIdentity, HybridRecipient
from siegel.lib.age.scrypt import ScryptIdentity, ScryptRecipient
from siegel.lib.age.x25519 import X25519Identity, X25519Recipient

Recipient = HybridRecipient | X25519Recipient | ScryptRecipient
Identity = HybridIdentity | X25519Identity | ScryptIdentity
_Key = TypeVar("_Key")


def parse_recipient(text: str) -> HybridRecipient | X25519Recipient:
    """The recipient behind `age1pq1…` or `age1…`; KeyFormatError for anything else."""
    if text.startswith(hybrid.RECIPIENT_PREFIX):
        return HybridRecipient.parse(text)
    if text.startswith(x25519.RECIPIENT_PREFIX):
        return X25519Recipient.parse(text)
    raise KeyFormatError("not a recipient: it begins neither with age1pq1 nor with age1")


def parse_identity(text: str) -> HybridIdentity | X25519Identity:
    """The identity behind `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`; KeyFormatError for anything else."""
    if text.startswith(hybrid.IDENTITY_PREFIX):
        return HybridIdentity.parse(text)
    if text.startswith(x25519.IDENTITY_PREFIX):
        return X25519Identity.parse(text)
    raise KeyFormatError("not an identity: it begins neither with AGE-SECRET-KEY-PQ-1 nor with AGE-SECRET-KEY-1")


def parse_recipient_file(text: str) -> list[HybridRecipient | X25519Recipient]:
    """All recipients of a file with one a line, comments (`#`) and empty lines between; at least one."""
    return _parse_lines(text, parse_recipient)


def parse_identity_file(text: str) -> list[HybridIdentity | X25519Identity]:
    """All identities of a key file with one a line, comments (`#`) and empty lines between; at least one.

    A key file that is itself sealed with a passphrase has to be opened first.
    """
    return _parse_lines(text, parse_identity)


def _parse_lines(text: str, parse: Callable[[str], _Key]) -> list[_Key]:
    keys = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            keys.append(parse(line))
        except KeyFormatError as error:
            raise KeyFormatError(f"line {number}: {error}") from None
    if not keys:
        raise KeyFormatError("the file contains no key")
    return keys
