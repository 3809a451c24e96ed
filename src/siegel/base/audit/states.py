"""State hashes: which of the weighty rows an action changed, and what they hold since.

The settings name the tables (`AUDITED`). Triggers note every such row that the running action inserts, changes or
deletes, however it does so (`noting`); at its end the hashes go into its last entry. A change that comes another way,
past the program, leaves a row whose hash the log does not know: `reconciling` finds it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from django.conf import settings
from django.db import connection

from siegel.base.audit import noting
from siegel.base.audit.noting import Watched
from siegel.seals.canonical import b64, encode

State: TypeAlias = "list[str | None]"
"""[table, key, hash of the row; null: there is no such row]."""

# SQL is put together here from names that stand in the settings alone; values are parameters.
_CHUNK = 200


def watched_tables() -> tuple[Watched, ...]:
    return tuple(Watched(table, *rest) for table, rest in settings.AUDITED.items())


def watch() -> None:
    """From here on this connection notes changed rows; what it noted before is forgotten."""
    noting.watch(watched_tables())


def changed() -> Iterator[State]:
    """The states of the rows that were noted, by table and key."""
    noted = noting.noted(watched_tables())
    for watched in watched_tables():
        keys = noted.get(watched.table, [])
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            found = dict(_rows(watched, chunk))
            yield from ([watched.table, key, found.get(key)] for key in chunk)


def rows_of(watched: Watched, tenant_id: str) -> Iterator[tuple[str, str]]:
    """(key, hash) of all the tenant's rows of a table, streamed."""
    query = f"SELECT {_columns(watched)} FROM {watched.table} WHERE {watched.tenant} = %s"  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [tenant_id])
        while rows := cursor.fetchmany(_CHUNK):
            yield from (_hashed(watched, row) for row in rows)


def _rows(watched: Watched, keys: list[str]) -> Iterable[tuple[str, str]]:
    marks = ", ".join(["%s"] * len(keys))
    query = f"SELECT {_columns(watched)} FROM {watched.table} WHERE {_key(watched)} IN ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, keys)
        return [_hashed(watched, row) for row in cursor.fetchall()]


def _hashed(watched: Watched, row: tuple[object, ...]) -> tuple[str, str]:
    key, *values = row
    shown = [b64(bytes(value)) if isinstance(value, bytes | memoryview) else value for value in values]
    content = encode(["siegel-state@v1", watched.table, key, *shown])  # type: ignore[list-item]  # raw columns
    return str(key), b64(hashlib.sha256(content).digest())


def _columns(watched: Watched) -> str:
    return ", ".join((_key(watched), *watched.columns))


def _key(watched: Watched) -> str:
    return f"CAST({watched.key} AS TEXT)"
