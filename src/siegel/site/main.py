"""`siegel-server`: the operator's program. Exit: 0 done, 1 refused by a rule, 2 wrong usage, 3 integrity broken."""

import json
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

import siegel
from siegel.site import audit_commands, database_commands
from siegel.site.environment import SettingsError
from siegel.site.ready import configured as _configured
from siegel.site.ready import ready as _settings

# Plain tracebacks: the pretty ones print the values of variables, which may be secrets.
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Siegel for operators."
)
firms_app = typer.Typer(no_args_is_help=True, help="Firms of this installation.")
app.add_typer(firms_app, name="firms")
app.add_typer(audit_commands.audit_app, name="audit")
app.add_typer(database_commands.database_app, name="database")

# More than all places of slow requests together (base.bodies 8, vault.tus 10, vault.api 6); each more costs 2 MB.
WEB_THREADS = 28
ORPHAN_AGE_S = 24 * 3600
T = TypeVar("T")


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"siegel-server {siegel.__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """What stands before every command."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
) -> None:
    """Run everything on this machine: web server, worker, scanner, clamd, log key. Ends with Ctrl-C or SIGTERM."""
    from siegel.site import serve as server

    settings = _prepared()
    scanner = server.scanner_part(socket=settings.SCANNER_SOCKET, keys=settings.KEY_DIR, spool=settings.DATA / "spool")
    notary = server.notary_part(socket=settings.LOG_KEY_SOCKET, keys=settings.KEY_DIR, state=settings.DATA / "notary")
    web = server.web_part(host=host, port=port, threads=WEB_THREADS)
    server.serve([notary, scanner, web, server.worker_part()], sweep=[sys.executable, "-m", "siegel.site", "sweep"])


def _prepared() -> Any:
    """The settings, with a database that is up to date. On PostgreSQL the role that serves may not make it so."""
    settings = _configured()
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        migrate()
    else:
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise SettingsError("the database is not up to date: siegel-server migrate, as the role that owns it")
        connection.close()
        _django("collectstatic", "--no-input", "--verbosity", "0")
    return _settings()


@app.command()
def worker() -> None:
    """Have the logs signed and verified, run jobs, send mails, until SIGTERM or Ctrl-C; `serve` runs one by itself."""
    import signal
    from threading import Event, Thread

    _settings()
    from siegel.base.audit import sequencer
    from siegel.base.audit.keeper import keep
    from siegel.base.jobs.worker import work

    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    # A log is signed every second, whatever a mail server takes.
    threads = [Thread(target=keep, args=(ended.wait,))]
    if sequencer.is_used():
        threads.append(Thread(target=sequencer.keep, args=(ended.wait,)))
    for thread in threads:
        thread.start()
    try:
        work(ended)
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@app.command()
def parked(
    retry: Annotated[bool, typer.Option("--retry", help="hand them over once more")] = False,
) -> None:
    """How many log entries followers gave up on; exit code 1 while there are some."""
    _settings()
    from siegel.base.jobs.followers import retry_parked
    from siegel.base.jobs.models import ParkedEntry
    from siegel.vault.notices.followups import FOLLOWERS

    if retry:
        done, _left = retry_parked(FOLLOWERS)
        typer.echo(f"done: {done}")
    for one in (rows := ParkedEntry.objects.order_by("pk")):
        typer.echo(f"{one.name} {one.tenant_id} {one.index} {one.error}")
    if rows:
        raise typer.Exit(1)


@app.command()
def sweep() -> None:
    """Remove expired sessions, challenges, uploads and trash, and files nothing names; `serve` does this every hour."""
    _settings()
    from siegel.accounts.nonces import remove_expired_nonces
    from siegel.accounts.sessions import remove_expired
    from siegel.base.blobs import remove_orphans
    from siegel.vault.actions.emptying import empty_trashes
    from siegel.vault.actions.uploads import remove_expired_uploads

    remove_expired()
    remove_expired_nonces()
    remove_expired_uploads()
    empty_trashes()
    remove_orphans(older_than_s=ORPHAN_AGE_S)


@firms_app.command("create")
def create_firm(
    slug: Annotated[str, typer.Argument(help="the firm's short name in addresses; it never changes")],
    name: Annotated[str, typer.Option(help="name of the firm")],
    place: Annotated[str, typer.Option(help="place of the firm")] = "",
    phone: Annotated[str, typer.Option(help="telephone number shown to clients")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="answer in JSON")] = False,
) -> None:
    """Make a firm and print the one-time link with which its owner founds it within 24 hours."""
    _settings()
    from siegel.firms.actions import create_firm as create

    tenant, token = _refusing(lambda: create(slug=slug, name=name, place=place, phone=phone))
    _print_link(tenant.slug, token, as_json=as_json)


@firms_app.command("link")
def renew_link(
    slug: Annotated[str, typer.Argument(help="the firm's short name")],
    as_json: Annotated[bool, typer.Option("--json", help="answer in JSON")] = False,
) -> None:
    """Print a new one-time link for a firm that is not founded yet; the old one no longer works."""
    _settings()
    from siegel.base.models import Tenant
    from siegel.firms.actions import issue_set_up_link

    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise typer.BadParameter("there is no such firm")
    _print_link(slug, _refusing(lambda: issue_set_up_link(tenant=tenant)), as_json=as_json)


def _print_link(slug: str, token: str, *, as_json: bool) -> None:
    link = f"{_settings().PUBLIC_URL}/einrichten#{token}"
    typer.echo(json.dumps({"slug": slug, "link": link}) if as_json else link)


@app.command()
def release() -> None:
    """Print the list of the files that browsers get, to be signed offline: ssh-keygen -Y sign -n siegel-release@v1."""
    _django("collectstatic", "--no-input", "--verbosity", "0")
    from siegel.base.release import served

    sys.stdout.buffer.write(served())


@app.command()
def migrate(
    role: Annotated[str, typer.Option(help="PostgreSQL: the role as which the server works; it gets its rights")] = "",
) -> None:
    """Create or update the database and collect the static files."""
    _configured().DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    _django("migrate", "--no-input", "--verbosity", "0")
    if role:
        _grant(role)
    _django("collectstatic", "--no-input", "--verbosity", "0")


def _grant(role: str) -> None:
    from siegel.site.database_roles import RoleError, grant

    try:
        grant(role)
    except RoleError as error:
        typer.echo(f"siegel-server: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def check() -> None:
    """Check settings, models and pending migrations."""
    _django("check", "--fail-level", "WARNING")
    _django("migrate", "--check")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """Any command of Django: `siegel-server django makemigrations --check`."""
    _django(*context.args)


def _refusing(work: Callable[[], T]) -> T:
    """The result, or exit code 1 with the refusal's text."""
    from siegel.base.errors import DomainError

    try:
        return work()
    except DomainError as error:
        typer.echo(f"siegel-server: {error}", err=True)
        raise typer.Exit(1) from error


def _django(*arguments: str) -> None:
    from django.core.management import execute_from_command_line

    _settings()
    execute_from_command_line(["siegel-server", *arguments])


def main() -> None:
    os.umask(0o077)
    try:
        app()
    except SettingsError as error:
        print(f"siegel-server: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
