"""The page of the audit log: how it stands, who confirmed it, its entries with filters, one of them with its proof."""

import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from siegel.accounts.doors import person_of
from siegel.accounts.models import Person
from siegel.accounts.queries import people_of
from siegel.base.audit import checkpoints, tree
from siegel.base.audit.export import UnsignedError, write_export
from siegel.base.audit.kinds import OF_THE_PROVIDER
from siegel.base.audit.stamping import anchor_of
from siegel.base.audit.standing import standing_of
from siegel.base.audit.verification import check
from siegel.base.errors import BaseError
from siegel.base.models import Tenant
from siegel.base.places import Places
from siegel.base.queries import AuditFilter, AuditLine, audit_line, entry_count, found_lines, pinned_lines
from siegel.firms import queries
from siegel.firms.doors import staff_required
from siegel.firms.models import Dossier
from siegel.firms.tried import with_tried
from siegel.lib import tlog

ENTRIES_PER_PAGE = 100
PINNED = 3
STEPS_SHOWN = 4
PEOPLE_SHOWN = 1000
KINDS = {
    "anmeldungen": ("accounts.",),
    "dateien": ("vault.",),
    "schluessel": ("keys.",),
    "stammdaten": ("firms.",),
    "abgewiesen": ("accounts.denied", "accounts.sign_in_failed", "accounts.turned_away", "accounts.locked"),
    "betreiber": tuple(sorted(OF_THE_PROVIDER)),
}
SPANS = {"7": timedelta(days=7), "30": timedelta(days=30), "365": timedelta(days=365)}
# To compute a whole log again, or to pack it, takes seconds: one of them at a time.
_places = Places(total=1, each=1)


@dataclass(frozen=True)
class Proof:
    """The way from an entry to the signed head: hashes in hexadecimal, shortened; `hidden`: steps not shown."""

    entry: str
    steps: tuple[str, ...]
    hidden: int
    root: str
    count: int


@require_GET
@staff_required
def audit_log(request: HttpRequest) -> HttpResponseBase:
    """Newest first; `?vor=<number>` pages to older entries, `?eintrag=<number>` shows one."""
    person = person_of(request)
    tenant, asked = person.tenant, request.GET
    matching = _filter(person, asked)
    before = page_number(asked.get("vor"))
    lines, reached = found_lines(tenant, before=before, limit=ENTRIES_PER_PAGE, matching=matching)
    shown = _shown(person, page_number(asked.get("eintrag")))
    kept = {name: asked[name] for name in ("person", "akte", "vorgang", "zeit", "von", "bis") if asked.get(name)}
    context = {
        "standing": standing_of(tenant),
        "anchor": anchor_of(tenant),
        "entries": with_tried(lines, person),
        "older": reached if reached > 1 else None,
        "total": entry_count(tenant),
        "pinned": [] if kept or asked.get("vor") else pinned_lines(tenant, OF_THE_PROVIDER, limit=PINNED),
        "entry": shown,
        "proof": _proof(tenant, shown.number - 1) if shown else None,
        "asked": kept,
        "query": urlencode(kept),
        "people": people_of(tenant.pk).order_by("name")[:PEOPLE_SHOWN],
        "dossiers": _dossiers(person).select_related("client").order_by("client__sort_name", "title")[:PEOPLE_SHOWN],
    }
    return render(request, "base/audit_log.html", context)


@require_POST
@staff_required
def verify_log(request: HttpRequest) -> HttpResponseBase:
    """Computes the whole log again now."""
    tenant = person_of(request).tenant
    with suppress(BaseError), _places.taken(tenant.pk):  # taken: somebody computes one already
        check(tenant.pk)
    return redirect("firms:audit_log")


@require_GET
@staff_required
def export_log(request: HttpRequest) -> HttpResponseBase:
    """The zip for an auditor; back to the page, which says why, while nobody signs or another one is being made."""
    tenant = person_of(request).tenant
    with (
        suppress(BaseError, UnsignedError),
        _places.taken(tenant.pk),
        tempfile.TemporaryDirectory(prefix="siegel-export-") as folder,
    ):
        path = Path(folder) / "log.zip"
        write_export(tenant, path, within=_period(request.GET))
        # The open file outlives its folder.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"protokoll-{tenant.slug}.zip")
    return redirect("firms:audit_log")


def _filter(person: Person, asked: QueryDict) -> AuditFilter:
    """What the address asks for. Ids that are not the firm's find nothing."""
    ids = []
    if name := asked.get("person"):
        ids.append((name,))
    if name := asked.get("akte"):
        dossier = _dossiers(person).filter(pk=name).first()
        if dossier is None:
            raise Http404
        ids.append((dossier.pk, *([dossier.vault_id] if dossier.vault_id else [])))
    return replace(_period(asked), ids=tuple(ids), kinds=KINDS.get(asked.get("vorgang", ""), ()))


def _period(asked: QueryDict) -> AuditFilter:
    span, now = SPANS.get(asked.get("zeit", "")), timezone.now()
    since = int((now - span).timestamp()) if span else _day(asked.get("von"))
    return AuditFilter(since=since, until=_day(asked.get("bis"), after=1))


def _dossiers(person: Person) -> Any:
    return Dossier.objects.filter(client__in=queries.clients_visible_to(person))


def _day(text: str | None, *, after: int = 0) -> int | None:
    """Seconds at which the day begins here, or so many days later."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
        return int(timezone.make_aware(datetime(day.year, day.month, day.day)).timestamp())  # noqa: DTZ001 (made so)
    except (ValueError, OverflowError) as error:
        raise Http404 from error


def _shown(reader: Person, number: int | None) -> AuditLine | None:
    if number is None:
        return None
    line = audit_line(reader.tenant, number) if number else None
    if line is None:
        raise Http404
    return with_tried([line], reader)[0]


def _proof(tenant: Tenant, index: int) -> Proof | None:
    """None while no signed head covers the entry."""
    newest = checkpoints.newest(tenant.pk)
    if newest is None or newest.size <= index:
        return None
    read = tree.reader(tenant.pk)
    steps = [digest.hex() for digest in tlog.inclusion_proof(index, newest.size, read)]
    [entry] = read([tlog.Node(0, index)])
    root = tlog.Checkpoint.parse(tlog.Note.parse(bytes(newest.note)).text).root
    few = tuple(_short(step) for step in steps[:STEPS_SHOWN])
    return Proof(_short(entry.hex()), few, len(steps) - len(few), _short(root.hex()), len(steps))


def _short(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, 20, 4)) + " …"


def page_number(text: str | None) -> int | None:
    """Where an older page begins, as an address says it; Http404 for nonsense."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Http404
    return int(text)
