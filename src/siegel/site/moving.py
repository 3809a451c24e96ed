"""An installation's rows move from SQLite to PostgreSQL, all of them or none (`siegel-server database move`).

Nobody else has the file open meanwhile, and one transaction of the target takes everything: tables without their
triggers and foreign keys, the keys again, the numbers from which sequences go on. Before it ends, what arrived is read
back and compared, row by row without their order, and every log is verified and reconciled there as it was here. So a
move that was interrupted has moved nothing, and begins again from the start.

MoveError       refused, or not possible: code "move"
└── BrokenError what lies here, or what arrived, is not whole
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.db.utils import ConnectionHandler

from siegel.base.audit import notary, reconciling, verification
from siegel.base.models import Tenant
from siegel.site import database

SOURCE = "source"
CHUNK = 2000
_ALONE = "PRAGMA locking_mode=EXCLUSIVE;"
_NO_MODEL = {"django_migrations"}
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
"""
Say = Callable[[str], None]


class MoveError(Exception):
    code = "move"


class BrokenError(MoveError):
    pass


class Digest:
    """Of many rows, whatever their order: how many, and the sum of their SHA-256."""

    def __init__(self) -> None:
        self.count = self.total = 0

    def add(self, row: Iterable[object]) -> None:
        content = json.dumps([_plain(value) for value in row], sort_keys=True).encode()
        self.total = (self.total + int.from_bytes(hashlib.sha256(content).digest())) % (1 << 256)
        self.count += 1

    def value(self) -> tuple[int, int]:
        return self.count, self.total


def target_of(text: str) -> dict[str, Any]:
    """The settings of the database that `text` names: a URL without a password, or a file that holds a URL.

    What stands on a command line, everybody on the machine can read. MoveError.
    """
    is_url = text.partition("://")[0] in database.SCHEMES
    try:
        settings = database.postgresql(text if is_url else Path(text).read_text(encoding="utf-8").strip())
    except database.DatabaseUrlError as error:
        raise MoveError(f"the target's URL {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise MoveError(f"the file with the target's URL cannot be read: {type(error).__name__}") from error
    if is_url and settings["PASSWORD"]:
        raise MoveError("a password on the command line is readable for everybody: write the URL into a file")
    return settings


def move(settings: dict[str, Any], *, say: Say) -> int:
    """Everything is in the target, and compared; how many rows. MoveError; then the target is as it was.

    The log key's process has to answer, as the logs are verified against what it signed.
    """
    with _alone(), _both(settings):
        _check_target()
        _check_source()
        was = {pk: _log(pk, SOURCE) for pk in Tenant.objects.using(SOURCE).values_list("pk", flat=True)}
        say(f"{len(was)} firms, their logs verified")
        try:
            with transaction.atomic():
                count = _take_over(say)
                if was != {pk: _log(pk, "default") for pk in Tenant.objects.values_list("pk", flat=True)}:
                    raise BrokenError(
                        "a log does not verify in the target as it does here, nothing was moved: tell who makes Siegel"
                    )
                say("compared; every log verified in the target")
        except DatabaseError as error:
            raise MoveError(_reason(error)) from error
        # All has moved; PostgreSQL collects these numbers by itself later, too.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return count


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else has the file of SQLite open: neither now nor until the end. MoveError."""
    if connection.vendor != "sqlite":
        raise MoveError("the rows lie in PostgreSQL already: unset SIEGEL_DATABASE to move those of SQLite")
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    kept = dict(options)
    options.update(init_command=_ALONE + options["init_command"], timeout=1)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM base_tenant")
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        if "locked" not in str(error):
            raise
        raise MoveError("the database is in use: stop the server first") from error
    finally:
        connection.close()
        options.clear()
        options.update(kept)


@contextmanager
def _both(settings: dict[str, Any]) -> Iterator[None]:
    """The target is the database of everything that runs here; the one of this installation is `SOURCE`."""
    source, target = connections["default"], ConnectionHandler({"default": settings})["default"]
    connections[SOURCE], connections["default"] = source, target
    try:
        yield
    finally:
        target.close()
        connections["default"] = source
        del connections[SOURCE]


def _check_target() -> None:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise MoveError("the target is not up to date: siegel-server migrate --role …, as the role that owns it")
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            if cursor.fetchone()[0]:
                raise MoveError("somebody else is connected to the target: stop the server first")
            for model in _models():
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {_quoted(model)})")  # noqa: S608  # our own tables
                if cursor.fetchone()[0]:
                    raise MoveError(f"the target is not empty ({model._meta.db_table}): take a new database")
    except DatabaseError as error:
        raise MoveError(_reason(error)) from error


def _check_source() -> None:
    source = connections[SOURCE]
    executor = MigrationExecutor(source)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MoveError("the installation is not up to date: siegel-server migrate")
    known = {model._meta.db_table for model in _models()} | _NO_MODEL
    if strange := sorted(set(source.introspection.table_names()) - known):
        raise MoveError(
            f"there are tables that are not ours, which would stay behind: {', '.join(strange)}; remove them first"
        )
    with source.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        if cursor.fetchone()[0] != "ok":
            raise BrokenError("the file of SQLite is damaged, nothing was moved: restore a backup first")
        cursor.execute("PRAGMA foreign_key_check")
        if (row := cursor.fetchone()) is not None:
            raise BrokenError(
                f"a row of {row[0]} names one of {row[2]} that is not there, nothing was moved: restore a backup first"
            )


def _log(tenant_id: str, alias: str) -> tuple[verification.Report, tuple[int, int]]:
    """How a log verifies, and what its reconciling finds. BrokenError for a log that was tampered with."""
    kept = connections["default"]
    connections["default"] = connections[alias]
    try:
        report = verification.verify(tenant_id)
        if report.finding is not None and report.finding.is_tampered:
            raise BrokenError(
                f"the log of {tenant_id} does not hold ({report.finding.code}): siegel-server audit verify"
            )
        found = Digest()
        for one in reconciling.discrepancies(tenant_id):
            found.add((one.code, one.table, one.key, one.index))
        return report, found.value()
    finally:
        connections["default"] = kept


def _take_over(say: Say) -> int:
    """Within the target's transaction."""
    models, total = _models(), 0
    with _bare(models):
        for model in models:
            sent = _copy(model)
            total += sent[0]
            if sent[0]:
                say(f"{model._meta.db_table}: {sent[0]} rows")
            arrived = Digest()
            for row in _rows(model, "default"):
                arrived.add(row)
            if arrived.value() != sent:
                raise BrokenError(
                    f"{model._meta.db_table} did not arrive as it was sent, nothing was moved:"
                    " look at disk and memory, and try again"
                )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    return total


@contextmanager
def _bare(models: list[type[Model]]) -> Iterator[None]:
    """The target's tables without triggers, which would note each row, and without foreign keys, until all is there.

    To make the keys again verifies them, in one go and in bounded memory.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS)
        keys = cursor.fetchall()
        for table, name, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for model in models:
            cursor.execute(f"ALTER TABLE {_quoted(model)} DISABLE TRIGGER USER")
        yield
        for model in models:
            cursor.execute(f"ALTER TABLE {_quoted(model)} ENABLE TRIGGER USER")
        for table, name, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _copy(model: type[Model]) -> tuple[int, int]:
    """All rows, streamed; their digest."""
    fields, sent = model._meta.concrete_fields, Digest()
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {_quoted(model)} ({columns}) FROM STDIN") as copy:
        for row in _rows(model, SOURCE):
            sent.add(row)
            copy.write_row(
                [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]
            )
    return sent.value()


def _rows(model: type[Model], alias: str) -> Iterator[tuple[object, ...]]:
    names = [field.attname for field in model._meta.concrete_fields]
    return model._base_manager.using(alias).order_by().values_list(*names).iterator(CHUNK)


def _models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _quoted(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _plain(value: object) -> object:
    """The same for the same value, whichever database it comes from."""
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, str | int | float | dict | list | None) else str(value)


def _reason(error: DatabaseError) -> str:
    """What PostgreSQL says, without the row at which it says so."""
    said = getattr(error.__cause__, "diag", None)
    text = said.message_primary if said is not None and said.message_primary else type(error).__name__
    return f"PostgreSQL refuses: {text}; nothing was moved"


def require_silence() -> None:
    """MoveError if a log key's process answers: then the server is running."""
    try:
        notary.last("")
    except notary.NotaryError as error:
        if error.code == "notary.silent":
            return
    raise MoveError("the server is running: stop it first")
