"""A bound on how often something may be tried, counted in this process's memory; a restart forgets it.

The memory is bounded, too: who comes with ever new addresses and names pushes out what was counted longest ago. What is
counted for a firm lies in a place of its own, where there are no more counters than firms.
"""

import hashlib
import time

from django.core.cache import caches

from siegel.base.errors import BaseError


def refuse_excess(key: str, *, limit: int, window_s: int = 60) -> None:
    """Count one try of `key`; BaseError `throttled` (429) from the `limit + 1`st within the current window."""
    if counted(key, window_s=window_s) > limit:
        raise BaseError("throttled", status=429)


def counted(key: str, *, window_s: int, place: str = "default") -> int:
    """Count one try of `key`: which one it is within the current window. `place`: whose counters, of the settings'."""
    cache = caches[place]
    # hashed, because a key may hold what somebody typed and caches are particular about theirs
    slot = hashlib.sha256(f"{key}\n{int(time.time()) // window_s}".encode()).hexdigest()
    cache.add(slot, 0, timeout=2 * window_s)
    try:
        return int(cache.incr(slot))
    except ValueError:
        # crowded out by others between the two calls: the memory is bounded
        return 1
