"""Looks into containers and hands out what is in them, one member at a time.

Runs in a child process of its own (see `sandbox`), because archive and PDF libraries read hostile input here. A zip is
read twice, by its directory and by its local headers: programs differ in which they believe, so both must be clean. A
member that was seen before, bit for bit, is not looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b

from . import archives, mails, pdfs
from .archives import Blocks, Members
from .limits import CLAMD_FILE_BYTES, Limits
from .sniff import Guess, Kind, sniff
from .spool import MemoryFile
from .unreadable import TooLargeError, UnreadableError


class LimitError(Exception):
    """The whole unpacking ends here."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unpacker:
    """One upload. `deliver` is called with a memory file per member that was not seen before."""

    def __init__(self, limits: Limits, deliver: Callable[[MemoryFile], None]) -> None:
        self._limits = limits
        self._deliver = deliver
        self._reasons: set[str] = set()
        self._seen: set[bytes] = set()
        self._upload_bytes = 0
        self._members = 0
        self._total_bytes = 0
        self._live_bytes = 0

    def run(self, fd: int, size_bytes: int) -> set[str]:
        """Deliver all members; returns the reasons why something could not be looked at, empty when all was."""
        self._upload_bytes = size_bytes
        try:
            self._look_into(fd, size_bytes, depth=0)
        except LimitError as limit:
            self._reasons.add(limit.reason)
        return self._reasons

    def _look_into(self, fd: int, size_bytes: int, *, depth: int) -> None:
        for guess in sniff(fd, size_bytes):
            if guess.kind is Kind.ENCRYPTED:
                self._reasons.add("encrypted")
            elif depth >= self._limits.depth:
                self._reasons.add("limit_depth")
            elif guess.kind is Kind.MAIL and size_bytes > self._limits.mail_bytes:
                self._reasons.add("limit_size")
            elif guess.kind is Kind.ZIP:
                self._read(guess, archives.zip_by_directory(fd), depth + 1)
                # The second reading only adds members: where it cannot follow, the first has read or complained.
                self._read(guess, archives.zip_by_local_headers(fd), depth + 1, forgiving=True)
            else:
                self._read(guess, _READERS[guess.kind](fd), depth + 1)

    def _read(self, guess: Guess, members: Members, depth: int, *, forgiving: bool = False) -> None:
        """A reader's errors become reasons; but those of a mere guess that gave no member are the guess being wrong."""
        before = self._members
        try:
            for member in members:
                self._take(member, depth, forgiving=forgiving)
        except (UnreadableError, MemoryError) as error:
            if not forgiving and (guess.sure or self._members > before):
                self._reasons.add(_reason(error))

    def _take(self, member: Blocks | UnreadableError, depth: int, *, forgiving: bool) -> None:
        self._members += 1
        if self._members > self._limits.members:
            raise LimitError("limit_members")
        if isinstance(member, UnreadableError):
            self._reasons.add(member.reason)
            return
        with self._spooled(member, forgiving=forgiving) as (file, digest):
            if file.size_bytes and digest not in self._seen:
                self._seen.add(digest)
                self._total_bytes += file.size_bytes
                self._deliver(file)
                self._look_into(file.fd, file.size_bytes, depth=depth)

    @contextmanager
    def _spooled(self, blocks: Blocks, *, forgiving: bool) -> Iterator[tuple[MemoryFile, bytes]]:
        """As much of the member as could be read, in a memory file, with its digest."""
        digest = blake2b(digest_size=32)
        with MemoryFile() as file:
            try:
                for block in blocks:
                    self._require_room(file.size_bytes + len(block))
                    file.write(block)
                    digest.update(block)
            except (UnreadableError, MemoryError) as error:
                if not forgiving or isinstance(error, TooLargeError):
                    self._reasons.add(_reason(error))
            self._live_bytes += file.size_bytes
            try:
                yield file, digest.digest()
            finally:
                self._live_bytes -= file.size_bytes

    def _require_room(self, member_bytes: int) -> None:
        limits = self._limits
        if member_bytes > CLAMD_FILE_BYTES or self._live_bytes + member_bytes > limits.live_bytes:
            raise TooLargeError
        total_bytes = self._total_bytes + member_bytes
        if total_bytes > limits.total_bytes:
            raise LimitError("limit_size")
        if total_bytes > limits.ratio_from_bytes and total_bytes > limits.ratio * self._upload_bytes:
            raise LimitError("limit_ratio")


_READERS: dict[Kind, Callable[[int], Members]] = {
    Kind.ARCHIVE: archives.archive,
    Kind.COMPRESSED: archives.compressed,
    Kind.PDF: pdfs.embedded_files,
    Kind.MAIL: mails.parts,
}


def _reason(error: UnreadableError | MemoryError) -> str:
    return error.reason if isinstance(error, UnreadableError) else TooLargeError.reason
