"""`siegel-server`: the operator's program. Exit: 0 done, 1 refused by a rule, 2 wrong usage, 3 integrity broken."""

import os
import sys

import typer

from siegel.site.environment import SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Siegel for operators.")


@app.command()
def migrate() -> None:
    """Create or update the database and collect the static files."""
    _django("migrate", "--no-input", "--verbosity", "0")
    _django("collectstatic", "--no-input", "--verbosity", "0")


@app.command()
def check() -> None:
    """Check settings, models and pending migrations."""
    _django("check", "--fail-level", "WARNING")
    _django("migrate", "--check")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """Any command of Django: `siegel-server django makemigrations --check`."""
    _django(*context.args)


def _django(*arguments: str) -> None:
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siegel.site.settings")
    execute_from_command_line(["siegel-server", *arguments])


def main() -> None:
    try:
        app()
    except SettingsError as error:
        print(f"siegel-server: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
