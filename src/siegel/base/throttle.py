"""A bound on how often something may be tried, counted in this process's memory; a restart forgets it."""

import time

from django.core.cache import cache

from siegel.base.errors import BaseError


def refuse_excess(key: str, *, limit: int, window_s: int = 60) -> None:
    """Count one try of `key`; BaseError `throttled` (429) from the `limit + 1`st within the current window."""
    slot = f"throttle:{key}:{int(time.time()) // window_s}"
    cache.add(slot, 0, timeout=2 * window_s)
    if cache.incr(slot) > limit:
        raise BaseError("throttled", status=429)
