"""Pages of the staff: clients, audit log. What needs keys is done by the island through the API."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from siegel.accounts.doors import person_of
from siegel.base.queries import audit_lines, entry_count
from siegel.firms import queries
from siegel.firms.doors import staff_required

CLIENTS_PER_PAGE = 100
ENTRIES_PER_PAGE = 100


@require_GET
@staff_required
def clients(request: HttpRequest) -> HttpResponseBase:
    lines = queries.client_lines(person_of(request), after=request.GET.get("nach"), limit=CLIENTS_PER_PAGE + 1)
    shown = lines[:CLIENTS_PER_PAGE]
    context = {
        "clients": [_client_row(line) for line in shown],
        "total": queries.clients_visible_to(person_of(request)).count(),
        "more": shown[-1].id if len(lines) > CLIENTS_PER_PAGE else None,
    }
    return render(request, "firms/clients.html", context)


@require_GET
@staff_required
def client_new(request: HttpRequest) -> HttpResponseBase:
    return render(request, "firms/client_new.html")


@require_GET
@staff_required
def dossier_new(request: HttpRequest, client_id: str) -> HttpResponseBase:
    """Another dossier of a client the person sees."""
    client = get_object_or_404(queries.clients_visible_to(person_of(request)), pk=client_id)
    return render(request, "firms/dossier_new.html", {"client": client})


@require_GET
@staff_required
def audit_log(request: HttpRequest) -> HttpResponseBase:
    """The firm's log, newest first; `?vor=<number>` pages to older entries."""
    tenant = person_of(request).tenant
    lines = audit_lines(tenant, before=page_number(request.GET.get("vor")), limit=ENTRIES_PER_PAGE + 1)
    shown = lines[:ENTRIES_PER_PAGE]
    context = {
        "entries": shown,
        "older": shown[-1].number if len(lines) > ENTRIES_PER_PAGE else None,
        "total": entry_count(tenant),
    }
    return render(request, "base/audit_log.html", context)


def _client_row(line: queries.ClientLine) -> dict[str, object]:
    dossiers = [
        {"title": one.title, "url": reverse("vault:vault", args=[one.vault_id]) if one.vault_id else None}
        for one in line.dossiers
    ]
    return {
        "id": line.id,
        "number": line.number,
        "name": line.name,
        "dossiers": dossiers,
        "access": line.access,
    }


def page_number(text: str | None) -> int | None:
    """Where an older page begins, as an address says it; Http404 for nonsense."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Http404
    return int(text)
