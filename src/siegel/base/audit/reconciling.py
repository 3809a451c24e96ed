"""Rows against the log: what weighs must be as the last entry that concerns it left it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from siegel.base.audit import states
from siegel.base.audit.noting import Watched
from siegel.base.audit.verification import leaves_of

_SAID = "CREATE TABLE said (place TEXT, key TEXT, hash TEXT, at INT, PRIMARY KEY (place, key)) WITHOUT ROWID"
BASELINE_KIND = "base.baseline_noted"
_BASELINE_MARK = f'"kind":"{BASELINE_KIND}"'.encode()
_STATES_MARK = b'"states":['


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A row that is not as the log left it. `code`: row_changed, row_unlogged, row_missing; `index` of that entry."""

    code: str
    table: str
    key: str
    index: int | None


def discrepancies(tenant_id: str) -> Iterator[Discrepancy]:
    """Streams them, table by table. What the log said last lies in a temporary file meanwhile, not in memory.

    The log is believed as it is stored: verify it first.
    """
    with _said_last(tenant_id) as known:
        for watched in states.watched_tables():
            yield from _table(watched, tenant_id, known)


def unknown_rows(tenant_id: str) -> Iterator[tuple[str, str, str]]:
    """(table, key, hash) of the rows of which no entry tells."""
    with _said_last(tenant_id) as known:
        for watched in states.watched_tables():
            for key, digest in states.rows_of(watched, tenant_id):
                query = "SELECT 1 FROM said WHERE place = ? AND key = ?"
                if known.execute(query, (watched.table, key)).fetchone() is None:
                    yield watched.table, key, digest


@contextmanager
def _said_last(tenant_id: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect("")) as known:  # "": a temporary database of its own on disk
        known.execute(_SAID)
        for index, leaf in leaves_of(tenant_id):
            if _STATES_MARK in leaf or _BASELINE_MARK in leaf:
                content = json.loads(leaf)
                told = [*content["about"]["baseline"]] if content["kind"] == BASELINE_KIND else []
                rows = [(*state, index) for state in [*told, *content.get("states", [])]]
                known.executemany("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?)", rows)
        yield known


def _table(watched: Watched, tenant_id: str, known: sqlite3.Connection) -> Iterator[Discrepancy]:
    for key, digest in states.rows_of(watched, tenant_id):
        query = "SELECT hash, at FROM said WHERE place = ? AND key = ?"
        said = known.execute(query, (watched.table, key)).fetchone()
        if said is None:
            yield Discrepancy("row_unlogged", watched.table, key, None)
        elif said[0] != digest:
            yield Discrepancy("row_changed", watched.table, key, said[1])
        known.execute("DELETE FROM said WHERE place = ? AND key = ?", (watched.table, key))
    left = "SELECT key, at FROM said WHERE place = ? AND hash IS NOT NULL ORDER BY key"
    for key, at in known.execute(left, (watched.table,)):
        yield Discrepancy("row_missing", watched.table, key, at)
