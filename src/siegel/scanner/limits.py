"""How far an unpacker may go; whatever lies beyond is not scannable, never clean."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20
CLAMD_FILE_BYTES = (1 << 31) - 3
"""clamd's own ceiling for one file (measured: it lowers anything above to this)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, for one upload with everything in it.

    `depth` is above clamd's default of 17, because archives nested twenty deep are still ours to look into.
    `ratio` counts only once more than `ratio_from_bytes` were unpacked: small documents inflate steeply and harmlessly.
    `live_bytes` is what the members that are open at one time may occupy together.
    """

    depth: int = 32
    members: int = 100_000
    total_bytes: int = 8192 * MIB
    live_bytes: int = 2048 * MIB
    ratio: int = 200
    ratio_from_bytes: int = 256 * MIB
    mail_bytes: int = 128 * MIB
    memory_bytes: int = 1024 * MIB
    seconds: int = 240
