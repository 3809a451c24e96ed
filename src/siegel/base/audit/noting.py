"""How the database notes which rows an action changed, and notes no outsider's changes as an action's.

SQLite: temporary triggers of this connection, which fill a temporary table. PostgreSQL, whose triggers belong to
tables: each collects the keys in a variable of the running transaction (`siegel.noted`), which no other transaction
sees and which is gone when this one ends. `install` makes them after every migration.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

# SQL is put together here from names that stand in the settings alone; values are parameters.
_NOTED = "siegel_noted"
_VARIABLE = "siegel.noted"
NOTHING = f"coalesce(current_setting('{_VARIABLE}', true), '') = ''"
"""PostgreSQL: a condition, that the running transaction changed no watched row."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose rows are hashed: `columns` are what weighs and names nobody; `tenant` an SQL expression over it."""

    table: str
    key: str
    columns: tuple[str, ...]
    tenant: str


def watch(tables: Sequence[Watched]) -> None:
    """Forget what was noted, and note from here on."""
    if connection.vendor == "postgresql":
        if connection.in_atomic_block:
            _execute(f"SELECT set_config('{_VARIABLE}', '', true)")
        return
    with connection.cursor() as cursor:
        if getattr(connection, "_noting", None) is not connection.connection:
            cursor.execute("SELECT 1 FROM temp.sqlite_master WHERE name = %s", [_NOTED])
            if cursor.fetchone() is None:
                _install_sqlite(cursor, tables)
            if not connection.in_atomic_block:  # else the transaction may take the triggers with it
                connection._noting = connection.connection  # type: ignore[attr-defined]
        _clear(cursor)


def noted(tables: Sequence[Watched]) -> dict[str, list[str]]:
    """The keys of changed rows by table, in order."""
    if connection.vendor == "postgresql":
        lines = str(_execute(f"SELECT current_setting('{_VARIABLE}', true)")[0][0] or "").split("\n")
        rows = sorted({tuple(line.split(" ", 1)) for line in lines if line})
    else:
        places = _execute(f"SELECT place, key FROM temp.{_NOTED} ORDER BY place, key")  # noqa: S608
        rows = [(tables[place].table, key) for place, key in places]
    found: dict[str, list[str]] = {}
    for table, key in rows:
        found.setdefault(table, []).append(key)
    return found


def install(tables: Sequence[Watched]) -> None:
    """PostgreSQL: triggers that note, on those of the tables that are there. By the role that owns them."""
    if connection.vendor != "postgresql":
        return
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for watched in tables:
            if watched.table in there:
                _install_postgresql(cursor, watched)


def _execute(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _clear(cursor: CursorWrapper) -> None:
    # Looked at first: to delete nothing would begin a second write, in the temporary database.
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM temp.{_NOTED})")  # noqa: S608
    if cursor.fetchone()[0]:
        cursor.execute(f"DELETE FROM temp.{_NOTED}")  # noqa: S608


def _install_sqlite(cursor: CursorWrapper, tables: Sequence[Watched]) -> None:
    cursor.execute(f"CREATE TEMP TABLE {_NOTED} (place INTEGER, key TEXT, PRIMARY KEY (place, key)) WITHOUT ROWID")
    for place, watched in enumerate(tables):
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


# For a statement, not for a row: the variable grows by one piece, however many rows a statement changes.
_FUNCTION = """
CREATE OR REPLACE FUNCTION siegel_note_{table}() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE found text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT string_agg('{table} ' || CAST({key} AS text), E'\\n') INTO found FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT string_agg('{table} ' || CAST({key} AS text), E'\\n') INTO found FROM old_rows;
    ELSE
        SELECT string_agg('{table} ' || CAST({key} AS text), E'\\n') INTO found FROM (
            (SELECT {columns} FROM new_rows EXCEPT SELECT {columns} FROM old_rows)
            UNION ALL (SELECT {columns} FROM old_rows EXCEPT SELECT {columns} FROM new_rows)
        ) AS differing;
    END IF;
    IF found IS NOT NULL THEN
        PERFORM set_config(
            '{variable}', coalesce(current_setting('{variable}', true), '') || found || E'\\n', true
        );
    END IF;
    RETURN NULL;
END
$$
"""
_ROWS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def _install_postgresql(cursor: CursorWrapper, watched: Watched) -> None:
    columns = ", ".join(dict.fromkeys((watched.key, *watched.columns)))
    table = watched.table
    cursor.execute(_FUNCTION.format(table=table, key=watched.key, columns=columns, variable=_VARIABLE))
    for event, rows in _ROWS.items():
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER siegel_note_{event.lower()} AFTER {event} ON {table}"
            f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION siegel_note_{table}()"
        )
