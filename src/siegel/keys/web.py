"""Pages of keys: set-up, redeeming, inviting, the staff, a client's people. No secret is on them, and none is sent."""

from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_POST

from siegel.accounts.doors import person_of
from siegel.accounts.mailbox import set_mailbox
from siegel.base.outmail.errors import OutmailError
from siegel.firms import actions as firms
from siegel.firms.doors import is_owner, may_invite_staff, owner_person, staff_required
from siegel.firms.errors import FirmsError
from siegel.firms.queries import (
    clients_visible_to,
    dossiers_visible_to,
    office_id_of,
    offices_of,
    staff_members,
    standing,
)
from siegel.keys import people
from siegel.keys.addresses import Typed, address_lines
from siegel.keys.machines import machines_page
from siegel.keys.models import Invitation
from siegel.keys.overview import due_for, teams_of
from siegel.keys.recovery import waiting_for_recovery

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from siegel.accounts.models import Person
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
def staff(request: HttpRequest) -> HttpResponseBase:
    """The tree of keys for those who may take some back, a list for clerks."""
    person = person_of(request)
    if may_invite_staff(request):
        return render(request, "keys/staff.html", {"page": people.staff_page(person), "is_owner": is_owner(request)})
    return render(request, "keys/staff_list.html", {"staff": staff_members(person.tenant)})


@require_GET
@staff_required
def teams(request: HttpRequest) -> HttpResponseBase:
    if not may_invite_staff(request):
        raise Http404
    page = people.teams_page(person_of(request))
    return render(request, "keys/teams.html", {"page": page, "is_owner": is_owner(request)})


@require_GET
@staff_required
def sheet(request: HttpRequest) -> HttpResponseBase:
    """For owners: the emergency sheet in shares, and a new root."""
    tenant = owner_person(request).tenant
    return render(request, "keys/sheet.html", {"is_owner": True, "waiting": waiting_for_recovery(tenant.pk)})


@require_GET
@staff_required
def machines(request: HttpRequest) -> HttpResponseBase:
    """For owners: the keys of virus scanner and server, which nobody else may certify."""
    tenant = owner_person(request).tenant
    old = import_string(settings.OLD_CONTENTS)(tenant)
    return render(request, "keys/machines.html", {"page": machines_page(tenant), "is_owner": True, "old": old})


@require_GET
@staff_required
def client(request: HttpRequest, client_id: str) -> HttpResponseBase:
    """A client with the dossiers that the reader may see, and the people who sign in for it."""
    return _client(request, client_id)


def _client(request: HttpRequest, client_id: str, typed: Typed | None = None) -> HttpResponseBase:
    person = person_of(request)
    found = get_object_or_404(clients_visible_to(person).select_related("office"), pk=client_id)
    users = people.client_users(person, found.id)
    context = {
        "client": found,
        "addresses": address_lines(users, typed),
        "saved": typed is None and request.GET.get("gespeichert"),
        "dossiers": dossiers_visible_to(person).filter(client=found).order_by("title"),
        "users": users,
        "due": due_for(person),
    }
    return render(request, "keys/client.html", context, status=400 if typed else 200)


@require_POST
@staff_required
def save_address(request: HttpRequest, person_id: str) -> HttpResponseBase:
    """Of somebody who signs in for a client. A wrong address is shown again with what is wrong about it."""
    person, address = _managed(request, person_id), request.POST.get("address", "")
    found = standing(person)
    if found is None or found.client_id is None:
        raise Http404
    try:
        set_mailbox(person=person, by=person_of(request), address=address)
    except OutmailError as error:
        return _client(request, found.client_id, Typed(person.pk, address, error))
    target = redirect("keys:client", found.client_id)
    target["Location"] += "?gespeichert=1#e-mail"
    return target


@require_GET
@staff_required
def renew(request: HttpRequest, person_id: str) -> HttpResponseBase:
    """Another letter for somebody whose key, or whose letter, is gone."""
    person = _managed(request, person_id)
    found = standing(person)
    context = {
        "person": person,
        "client_id": found.client_id if found else None,
        "role": found.role if found else "",
        "party": found.party if found else "",
        "back": _page_of(person),
        "renewal": people.renewal_of(person, by=person_of(request)),
    }
    return render(request, "keys/renew.html", context)


@require_POST
@staff_required
def block(request: HttpRequest, person_id: str) -> HttpResponseBase:
    return _changed(request, person_id, firms.block_person)


@require_POST
@staff_required
def unblock(request: HttpRequest, person_id: str) -> HttpResponseBase:
    return _changed(request, person_id, firms.unblock_person)


def _changed(request: HttpRequest, person_id: str, change: "Callable[..., None]") -> HttpResponseBase:
    person = _managed(request, person_id)
    # Whoever was revoked meanwhile needs no blocking; the page shows how it is.
    with suppress(FirmsError):
        change(person=person, by=person_of(request))
    return redirect(_page_of(person))


def _managed(request: HttpRequest, person_id: str) -> "Person":
    found = people.managed_person(person_of(request), person_id)
    if found is None:
        raise Http404
    return found


def _page_of(person: "Person") -> str:
    """Where the person is listed."""
    found = standing(person)
    return reverse("keys:client", args=[found.client_id]) if found and found.client_id else reverse("keys:staff")


@require_GET
@staff_required
def invite_staff(request: HttpRequest) -> HttpResponseBase:
    if not may_invite_staff(request):
        raise Http404
    dossiers = dossiers_visible_to(person_of(request)).exclude(vault_id=None).select_related("client")
    person = person_of(request)
    own = office_id_of(person)
    offices = [office for office in offices_of(person.tenant) if own in (None, office.pk)]
    # whoever manages a team may put others into it
    managed = [line.team for line in teams_of(person) if line.rights == "manage"]
    ordered = dossiers.order_by("client__sort_name", "title")
    return _invite(
        request, "staff", ordered, offices=offices, teams=managed, may_lead=is_owner(request), fixed_office=own
    )


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
