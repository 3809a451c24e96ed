"""The passphrase recipient type. It stands alone in a header: who can open the file also made it."""

import os
import re
from collections.abc import Sequence

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from siegel.lib.age.errors import HeaderError, WorkFactorError
from siegel.lib.age.file_key import FileKey
from siegel.lib.age.stanza import Stanza, encode_base64, unwrap_file_key, wrap_file_key

KIND = "scrypt"
DEFAULT_WORK_FACTOR = 18
MAX_WORK_FACTOR = 22
_SALT_SIZE = 16
_WORK_FACTOR = re.compile(r"[1-9][0-9]*")


class ScryptRecipient:
    """Seals with a passphrase; 2^work_factor KiB of memory (256 MiB by default) and about a second."""

    __slots__ = ("_passphrase", "work_factor")

    def __init__(self, passphrase: str, *, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        if not passphrase:
            raise ValueError("the passphrase is empty")
        if not 1 <= work_factor <= MAX_WORK_FACTOR:
            raise ValueError(f"the work factor is between 1 and {MAX_WORK_FACTOR}")
        self._passphrase = passphrase.encode()
        self.work_factor = work_factor

    def wrap(self, file_key: FileKey) -> Stanza:
        salt = os.urandom(_SALT_SIZE)
        body = wrap_file_key(file_key, _wrap_key(self._passphrase, salt, self.work_factor))
        return Stanza(KIND, (encode_base64(salt), str(self.work_factor)), body)

    def __repr__(self) -> str:
        return "<secret>"


class ScryptIdentity:
    """Opens with a passphrase, and refuses files that ask for more than 2^max_work_factor KiB of memory."""

    __slots__ = ("_passphrase", "max_work_factor")

    def __init__(self, passphrase: str, *, max_work_factor: int = MAX_WORK_FACTOR) -> None:
        self._passphrase = passphrase.encode()
        self.max_work_factor = max_work_factor

    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey | None:
        """The file key, or None when there is no scrypt stanza or the passphrase is another one.

        HeaderError for a malformed stanza, WorkFactorError before any work is done for one that is too costly.
        """
        for stanza in stanzas:
            if stanza.kind == KIND and (file_key := self._unwrap(stanza)):
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> FileKey | None:
        stanza.require(arguments=2)
        salt = stanza.value(0, _SALT_SIZE)
        digits = stanza.arguments[1]
        if not _WORK_FACTOR.fullmatch(digits):
            raise HeaderError("the work factor of a scrypt stanza is not a plain decimal number")
        if len(digits) > 2 or int(digits) > self.max_work_factor:
            raise WorkFactorError(f"the scrypt work factor is above the limit of {self.max_work_factor}")
        return unwrap_file_key(stanza.body, _wrap_key(self._passphrase, salt, int(digits)))

    def __repr__(self) -> str:
        return "<secret>"


def _wrap_key(passphrase: bytes, salt: bytes, work_factor: int) -> bytes:
    kdf = Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=1 << work_factor, r=8, p=1)
    try:
        return kdf.derive(passphrase)
    except MemoryError:
        raise WorkFactorError(f"not enough memory for the scrypt work factor {work_factor}") from None
