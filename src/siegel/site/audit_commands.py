"""`siegel-server audit …`. Exit: 0 intact, 1 incomplete or refused, 2 usage, 3 tampered."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siegel.site.ready import ready

if TYPE_CHECKING:
    from siegel.base.models import Tenant
    from siegel.seals.log_origins import Statement

audit_app = typer.Typer(no_args_is_help=True, help="The firms' audit logs: verified, proven, exported.")

Slug = Annotated[
    str, typer.Argument(metavar="FIRM", help="the firm's short name; @provider for the provider's own log")
]
AsJson = Annotated[bool, typer.Option("--json", help="answer in JSON")]
DAY = ["%Y-%m-%d"]
TAMPERED = 3
INCOMPLETE = 1


@audit_app.command("verify")
def verify(slug: Slug, as_json: AsJson = False) -> None:
    """Verify a log from its first entry on, against every head that was ever signed of it."""
    tenant = _tenant(slug)
    from siegel.base.audit.gaps import statements
    from siegel.base.audit.verification import check
    from siegel.keys.machines import log_print

    report = check(tenant.pk)
    shown, is_certified = log_print(tenant)
    found = report.finding
    lost = 0 if found is not None and found.is_tampered else sum(one.lost for one in statements(tenant.pk))
    answer = {
        "firm": slug,
        "size": report.size,
        "root": report.root.hex() if report.root else None,
        "finding": found.code if found else None,
        "entry": found.index if found else None,
        "lost": lost,
        "key": shown,
        "certified": is_certified,
    }
    place = "" if found is None or found.index is None else f", first entry {found.index}"
    text = f"{found.code}{place}" if found else "intact"
    if lost:
        text += f"; {lost} more are lost, the log began anew"
    if shown is not None:
        text += f"; log key {shown}" + ("" if is_certified else ", which no owner has certified")
    _say(answer, f"{slug}: {report.size} entries, {text}", as_json=as_json)
    if found is not None or lost:
        raise typer.Exit(TAMPERED if found is not None and found.is_tampered else INCOMPLETE)


@audit_app.command("proof")
def proof(
    slug: Slug,
    index: Annotated[int, typer.Argument(min=0, help="the entry, counted from 0")],
    out: Annotated[Path, typer.Option("-o", "--output", dir_okay=False, help="the file to write")],
) -> None:
    """Write the proof of an entry (C2SP tlog-proof), which anybody checks offline."""
    tenant = _tenant(slug)
    from siegel.base.audit import notary, proofs
    from siegel.base.models import AuditEntry

    try:
        out.write_bytes(proofs.proof_file(tenant.pk, index).encode())
    except AuditEntry.DoesNotExist:
        _refuse("the log has no such entry")
    except notary.NotaryError as error:
        _refuse(f"no signed head covers this entry ({error.code}): is the server running, is the log key there?")


@audit_app.command("export")
def export(
    slug: Slug,
    out: Annotated[Path, typer.Argument(dir_okay=False, help="the zip file to write")],
    since: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="first day in the PDF")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=DAY, help="last day in the PDF")] = None,
) -> None:
    """Write all that an auditor needs: entries, tiles, heads, cosignatures, timestamps, a checking program, a PDF."""
    tenant = _tenant(slug)
    from siegel.base.audit.export import UnsignedError, write_export
    from siegel.base.queries import AuditFilter

    end = until + timedelta(days=1) if until else None
    within = AuditFilter(since=_seconds(since), until=_seconds(end))
    try:
        size = write_export(tenant, out, within=within)
    except UnsignedError:
        _refuse("the log was never signed: is the log key there?")
    typer.echo(f"{slug}: {size} entries in {out}")


@audit_app.command("reconcile")
def reconcile(
    slug: Slug,
    as_json: AsJson = False,
    baseline: Annotated[
        bool,
        typer.Option(
            "--baseline", help="once, for a log older than this comparison: take the unknown rows as they are"
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Compare the rows that weigh with what the log says of them. Verify the log first."""
    tenant = _tenant(slug)
    if baseline:
        _note_baseline(tenant, yes=yes)
        return
    from siegel.base.audit.reconciling import discrepancies

    count = 0
    for found in discrepancies(tenant.pk):
        count += 1
        answer = {"finding": found.code, "table": found.table, "key": found.key, "entry": found.index}
        since = "" if found.index is None else f", last logged in entry {found.index}"
        _say(answer, f"{found.code}: {found.table} {found.key}{since}", as_json=as_json)
    if not as_json:
        typer.echo(f"{slug}: {count} rows are not as the log left them")
    if count:
        raise typer.Exit(TAMPERED)


def _note_baseline(tenant: "Tenant", *, yes: bool) -> None:
    from siegel.base.audit.baseline import BaselineError, note_baseline

    if not yes:
        typer.confirm("Take all rows that the log does not know as they are now? The log says so.", abort=True)
    try:
        counts = note_baseline(tenant=tenant)
    except BaselineError as error:
        _refuse(str(error))
    for table, count in sorted(counts.items()):
        typer.echo(f"{table}: {count} rows as they are now")


@audit_app.command("erase")
def erase(
    slug: Slug,
    reason: Annotated[str, typer.Option(help="why, in a word or a file number; it stands in the log for ever")],
    entry: Annotated[list[int] | None, typer.Option(min=0, help="an entry, counted from 0; repeatable")] = None,
    person: Annotated[str, typer.Option(help="id of a person: all entries by him or about him")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Erase the personal parts of entries for good. The entries stay, and so do all proofs."""
    tenant = _tenant(slug)
    from siegel.base.audit.erasure import entries_about, erase_personal_parts

    indexes = [*(entry or []), *(entries_about(tenant, person) if person else [])]
    if not indexes:
        _refuse("no entries: name some, or a person whose id the log knows")
    if not yes:
        typer.confirm(f"Erase names and addresses of {len(set(indexes))} entries? It cannot be undone.", abort=True)
    try:
        count = erase_personal_parts(tenant=tenant, indexes=indexes, reason=reason)
    except ValueError as error:
        _refuse(str(error))
    typer.echo(f"{slug}: personal parts of {count} entries erased; the log says so")


@audit_app.command("begin-anew")
def begin_anew(
    slug: Slug,
    held: Annotated[
        list[Path] | None,
        typer.Option(dir_okay=False, exists=True, help="a checkpoint or proof that somebody kept; repeatable"),
    ] = None,
    because: Annotated[str, typer.Option(help="why, though the log is the one signed last; it stands in the log")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """After a restored backup: end the log as it is, and go on under a new origin that says what is missing."""
    tenant = _tenant(slug)
    from siegel.base.audit import beginnings, notary
    from siegel.lib.tlog import TlogError
    from siegel.seals.log_origins import held_note

    try:
        notes = [held_note(path.read_bytes()) for path in held or []]
        finding = beginnings.examined(tenant.pk, held=notes, because=because)
        said = finding.statement
        if said is not None:
            _tell(said)
        if said is not None and not yes:
            typer.confirm(f"End this log and go on as {said.origin}? It cannot be undone.", abort=True)
        beginnings.begin_anew(tenant, finding)
    except (beginnings.BeginningError, TlogError) as error:
        _refuse(str(error))
    except notary.NotaryError as error:
        _refuse(f"{error.code}: is the server running, is the log key there?")
    typer.echo(f"{slug}: the log goes on as {_origin(tenant)}")


def _tell(said: "Statement") -> None:
    for one in said.ended:
        at = "" if one.at is None else f", {datetime.fromtimestamp(one.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
        typer.echo(f"signed last: {one.head.size} entries of {one.head.origin}{at}")
    typer.echo(f"proven to be still there: {said.kept.size} entries")
    typer.echo(f"lost: {said.lost} entries at most ({said.reason})")


def _origin(tenant: "Tenant") -> str:
    from siegel.base.audit.checkpoints import log_of

    return log_of(tenant.pk).origin


def _seconds(day: datetime | None) -> int | None:
    """At which the day begins where the firms are."""
    from django.utils import timezone

    return int(timezone.make_aware(day).timestamp()) if day else None


def _tenant(slug: str) -> "Tenant":
    ready()
    from siegel.base.models import Tenant

    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise typer.BadParameter("there is no such firm")
    return tenant


def _say(answer: dict[str, Any], text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(answer) if as_json else text)


def _refuse(text: str) -> None:
    sys.stderr.write(f"siegel-server: {text}\n")
    raise typer.Exit(INCOMPLETE)
