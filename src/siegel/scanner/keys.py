"""The scanner's two kinds of keys.

The long-lived one signs: it is certified by each firm's owner and lies in a file only this user can read. The
short-lived one opens uploads: it exists in this process's memory only, is announced in a signed document, and is gone
within a day.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from siegel.lib.age import HybridIdentity
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.documents import SCANNER_KEY_LIFE_S
from siegel.seals.errors import IntegrityError
from siegel.seals.scanning import announce_scanner_key, sign_verdict
from siegel.seals.signed import Signed

from .errors import SetUpError

_RENEW_AFTER_S = SCANNER_KEY_LIFE_S // 2

Clock = Callable[[], int]


def now_s() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class _UploadKey:
    identity: HybridIdentity
    recipient: str
    made_at: int


class Keys:
    """Thread-safe. A new upload key begins every twelve hours; the one before is accepted until it expires."""

    def __init__(self, seed: Seed, now: Clock = now_s) -> None:
        self.public: PublicKeys = seed.public_keys(signs_only=True)
        self._seed = seed
        self._now = now
        self._lock = Lock()
        self._upload_keys: list[_UploadKey] = []
        self._living()

    def _living(self) -> list[_UploadKey]:
        """All living upload keys, the newest first, of which the first is to be announced. Forgets the others."""
        with self._lock:
            now = self._now()
            living = [key for key in self._upload_keys if key.made_at <= now < key.made_at + SCANNER_KEY_LIFE_S]
            if not living or now >= living[0].made_at + _RENEW_AFTER_S:
                identity = HybridIdentity.generate()
                living.insert(0, _UploadKey(identity, identity.recipient().encode(), now))
            self._upload_keys = living
            return list(living)

    def identities(self) -> list[HybridIdentity]:
        return [key.identity for key in self._living()]

    def announcement(self, firm: str) -> Signed:
        """The scanner-key document for one firm."""
        key = self._living()[0]
        return announce_scanner_key(self._seed, firm, key.recipient, now=key.made_at)

    def sign_verdict(
        self,
        *,
        firm: str,
        payload_hash: str,
        commitment: str,
        result: str,
        reason: str | None,
        engine: str,
        database: str,
    ) -> Signed:
        return sign_verdict(
            self._seed,
            firm=firm,
            payload_hash=payload_hash,
            commitment=commitment,
            result=result,
            reason=reason,
            engine=engine,
            database=database,
            now=self._now(),
        )


def load_seed(path: Path) -> Seed:
    """The seed of the long-lived key, made at the first start. SetUpError when others can read it or it is damaged."""
    try:
        return _read_seed(path)
    except FileNotFoundError:
        return _make_seed(path)


def _read_seed(path: Path) -> Seed:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise SetUpError(f"{path} can be read by others: chmod 600")
        text = file.read(1024)
    try:
        return Seed(unb64(text.decode("ascii").strip(), 32))
    except (UnicodeDecodeError, IntegrityError) as error:
        raise SetUpError(f"{path} is no key file of the scanner") from error


def _make_seed(path: Path) -> Seed:
    """Complete on disk before it is used: firms certify this key once."""
    seed = Seed.generate()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w", encoding="ascii") as file:
        file.write(b64(seed.reveal()) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return seed
