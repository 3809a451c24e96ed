"""How many requests of a kind may occupy a thread at once, counted in this process.

The web server has a fixed number of threads, and what waits for a slow line or for the scanner keeps one. The places of
all kinds together are fewer than the threads (`siegel.site.main`), so there is always one left for everybody else.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from siegel.base.errors import BaseError


class Places:
    """`total` places, of which one key (a person, a source) gets `each` at most."""

    def __init__(self, *, total: int, each: int) -> None:
        self.total = total
        self._each = each
        self._lock = Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, key: str) -> Iterator[None]:
        """A place for as long as the context lasts; BaseError `busy` (503) at once when there is none."""
        with self._lock:
            if self._taken[key] >= self._each or self._taken.total() >= self.total:
                raise BaseError("busy", status=503)
            self._taken[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[key] -= 1
                if not self._taken[key]:
                    del self._taken[key]
