"""Several at the same moment, in threads: what races are made of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(
    *works: Callable[[], Any], refusals: tuple[type[Exception], ...], told: Callable[[Any], Any] = lambda error: error
) -> list[Any]:
    """What each returns, or what is `told` of its refusal; all begin together, each on a connection of its own."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with closing(connection):
            start.wait(10)
            try:
                return work()
            except refusals as error:
                return told(error)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
