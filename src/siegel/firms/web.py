"""Pages of the staff: clients. What needs keys is done by the island through the API."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from siegel.accounts.doors import person_of
from siegel.firms import queries
from siegel.firms.doors import staff_required

CLIENTS_PER_PAGE = 100


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
