"""State hashes: which of the weighty rows an action changed, and what they hold since.

The settings name the tables (`AUDITED`). Temporary triggers of this connection note every such row that the running
action inserts, changes or deletes, however it does so; at its end the hashes go into its last entry. A change that
comes another way, past the program, leaves a row whose hash the log does not know: `reconciling` finds it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from siegel.seals.canonical import b64, encode

State: TypeAlias = "list[str | None]"
"""[table, key, hash of the row; null: there is no such row]."""

# SQL is put together here from names that stand in the settings alone; values are parameters.
_NOTED = "siegel_noted"
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose rows are hashed: `columns` are what weighs and names nobody; `tenant` an SQL expression over it."""

    table: str
    key: str
    columns: tuple[str, ...]
    tenant: str


def watched_tables() -> tuple[Watched, ...]:
    return tuple(Watched(table, *rest) for table, rest in settings.AUDITED.items())


def watch() -> None:
    """From here on this connection notes changed rows; what it noted before is forgotten."""
    with connection.cursor() as cursor:
        if getattr(connection, "_noting", None) is not connection.connection:
            cursor.execute("SELECT 1 FROM temp.sqlite_master WHERE name = %s", [_NOTED])
            if cursor.fetchone() is None:
                _install(cursor)
            if not connection.in_atomic_block:  # else the transaction may take the triggers with it
                connection._noting = connection.connection  # type: ignore[attr-defined]
        _clear(cursor)


def changed() -> Iterator[State]:
    """The states of the rows that were noted, by table and key."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT place, key FROM temp.{_NOTED} ORDER BY place, key")  # noqa: S608
        noted = cursor.fetchall()
    for place, watched in enumerate(watched_tables()):
        keys = [key for at, key in noted if at == place]
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            found = dict(_rows(watched, chunk))
            yield from ([watched.table, key, found.get(key)] for key in chunk)


def rows_of(watched: Watched, tenant_id: str) -> Iterator[tuple[str, str]]:
    """(key, hash) of all the tenant's rows of a table, streamed."""
    query = f"SELECT {_columns(watched)} FROM {watched.table} WHERE {watched.tenant} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, [tenant_id])
        while rows := cursor.fetchmany(_CHUNK):
            yield from (_hashed(watched, row) for row in rows)


def _clear(cursor: CursorWrapper) -> None:
    # Looked at first: to delete nothing would begin a second write, in the temporary database.
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM temp.{_NOTED})")  # noqa: S608
    if cursor.fetchone()[0]:
        cursor.execute(f"DELETE FROM temp.{_NOTED}")  # noqa: S608


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


def _install(cursor: CursorWrapper) -> None:
    cursor.execute(f"CREATE TEMP TABLE {_NOTED} (place INTEGER, key TEXT, PRIMARY KEY (place, key)) WITHOUT ROWID")
    for place, watched in enumerate(watched_tables()):
        differ = " OR ".join(f"old.{column} IS NOT new.{column}" for column in watched.columns)
        for event, row, condition in (
            ("INSERT", "new", "1"),
            (f"UPDATE OF {', '.join(watched.columns)}", "new", differ),
            ("DELETE", "old", "1"),
        ):
            name = f"siegel_{place}_{event.split()[0].lower()}"
            cursor.execute(
                f"CREATE TEMP TRIGGER {name} AFTER {event} ON main.{watched.table} WHEN {condition} "  # noqa: S608
                f"BEGIN INSERT OR IGNORE INTO {_NOTED} VALUES ({place}, CAST({row}.{watched.key} AS TEXT)); END"
            )
