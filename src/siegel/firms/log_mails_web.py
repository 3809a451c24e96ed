"""„Täglicher Stand per E-Mail“ for owners, and „Stand vergleichen“ for whoever holds one."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from siegel.accounts.doors import person_of, sign_in_required
from siegel.accounts.mailbox import mailboxes_of
from siegel.accounts.queries import people_of
from siegel.firms.doors import log_reader, owner_person
from siegel.firms.log_mails import readers_of, set_log_mail
from siegel.firms.queries import standings

PEOPLE_SHOWN = 1000


@require_GET
@sign_in_required
def log_mails(request: HttpRequest) -> HttpResponseBase:
    """Who gets the mail, who has no address for it, and whom else it could go to (the first thousand by name)."""
    tenant = owner_person(request).tenant
    chosen = readers_of(tenant)
    boxes = mailboxes_of(chosen)
    roles = standings(chosen)
    readers = [
        {
            "person": person,
            "standing": roles.get(person.pk),
            "address": boxes[person.pk].address if person.pk in boxes else "",
        }
        for person in people_of(tenant.pk).filter(pk__in=chosen).order_by("name")
    ]
    others = people_of(tenant.pk).exclude(pk__in=chosen).order_by("name").values_list("pk", "name")[:PEOPLE_SHOWN]
    reachable = mailboxes_of(pk for pk, _name in others)
    context = {"readers": readers, "others": [(pk, name) for pk, name in others if pk in reachable]}
    return render(request, "base/log_mails.html", context)


@require_POST
@sign_in_required
def save_log_mail(request: HttpRequest) -> HttpResponseBase:
    """One person is chosen, or no longer."""
    owner = owner_person(request)
    wanted = request.POST.get("wanted")
    person = people_of(owner.tenant_id).filter(pk=request.POST.get("person", "")).first()
    if person is None or wanted not in ("yes", "no"):
        raise Http404
    set_log_mail(person=person, is_wanted=wanted == "yes", by=owner)
    return redirect("firms:log_mails")


@require_GET
@sign_in_required
def compare_log(request: HttpRequest) -> HttpResponseBase:
    """A head that somebody kept is compared in his browser."""
    log_reader(request)
    return render(request, "base/log_compare.html", {"firm": person_of(request).tenant})
