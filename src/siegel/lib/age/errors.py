"""What can go wrong with an age file; drawn as a tree in the package's docstring."""

from typing import ClassVar


class AgeError(Exception):
    """Base of all errors of this package. `code` is stable and meant for machines, the message for developers."""

    code: ClassVar[str] = "age.error"


class KeyFormatError(AgeError):
    """Not a recipient or identity of a known type. The message never quotes what was given."""

    code = "age.key_format"


class RecipientError(AgeError):
    """These recipients cannot stand in one header, or one of them holds an impossible key."""

    code = "age.recipients"


class HeaderError(AgeError):
    """The header, or a stanza meant for the identity at hand, breaks the format."""

    code = "age.header"


class WorkFactorError(HeaderError):
    """The passphrase stanza asks for more scrypt work than allowed (or than this machine has memory for)."""

    code = "age.work_factor"


class ArmorError(AgeError):
    """The ASCII armor is not the strict PEM encoding that age demands."""

    code = "age.armor"


class NoMatch(AgeError):  # noqa: N818  (an outcome with a name of its own in the published vectors)
    """The header is well-formed, but none of the identities opens it."""

    code = "age.no_match"


class PassphraseError(NoMatch):
    """The file is sealed with a passphrase, and it is not this one."""

    code = "age.passphrase"


class HmacError(AgeError):
    """A stanza opened, but the header was altered afterwards: its MAC does not fit the file key."""

    code = "age.hmac"


class PayloadError(AgeError):
    """The payload is truncated, altered, continued after its end, or belongs to another file key."""

    code = "age.payload"


class NonceError(HeaderError, PayloadError):
    """The file ends inside the 16 bytes between header and chunks, so no chunk can even be tried."""

    code = "age.nonce"
