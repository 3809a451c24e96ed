"""Pages where keys are made: set-up, redeeming, inviting. The server puts no secret on them and gets none."""

from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from siegel.accounts.doors import person_of
from siegel.firms.doors import may_invite_staff, staff_required
from siegel.firms.queries import clients_visible_to, dossiers_visible_to
from siegel.keys.models import Invitation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from siegel.firms.models import Dossier


@require_GET
def set_up(request: HttpRequest) -> HttpResponseBase:
    """The owner's first page; the one-time token stands in the fragment and is checked by the API."""
    return render(request, "keys/set_up.html")


@require_GET
def emergency(request: HttpRequest) -> HttpResponseBase:
    """For whoever has the emergency sheet; the API asks for the root's signature."""
    return render(request, "keys/emergency.html")


@require_GET
def redeem(request: HttpRequest, invitation_id: str | None = None) -> HttpResponseBase:
    """For whoever has a letter. An unknown id shows the same page: the API says what is wrong with it."""
    found = Invitation.objects.select_related("tenant").filter(pk=invitation_id).first() if invitation_id else None
    context = {"invitation_id": invitation_id, "firm": found.tenant if found else None}
    return render(request, "keys/redeem.html", context)


@require_GET
@staff_required
def invite_staff(request: HttpRequest) -> HttpResponseBase:
    if not may_invite_staff(request):
        raise Http404
    dossiers = dossiers_visible_to(person_of(request)).exclude(vault_id=None).select_related("client")
    return _invite(request, "staff", dossiers.order_by("client__sort_name", "title"))


@require_GET
@staff_required
def invite_client(request: HttpRequest, client_id: str) -> HttpResponseBase:
    person = person_of(request)
    client = get_object_or_404(clients_visible_to(person), pk=client_id)
    dossiers = dossiers_visible_to(person).filter(client=client).exclude(vault_id=None).select_related("client")
    return _invite(request, "client", dossiers.order_by("title"), client=client)


def _invite(request: HttpRequest, subject: str, dossiers: "QuerySet[Dossier]", **more: object) -> HttpResponseBase:
    offered = [
        {
            "id": one.id,
            "vault_id": one.vault_id,
            "title": one.title,
            "client_name": one.client.name,
            "client_number": one.client.number,
        }
        for one in dossiers
    ]
    return render(request, "keys/invite.html", {"subject": subject, "dossiers": offered, **more})
