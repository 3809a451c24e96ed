"""Pages of vaults. Their contents come by the API and are opened by the island."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from siegel.accounts.doors import person_of, sign_in_required
from siegel.base.errors import BaseError
from siegel.firms.doors import owner_person
from siegel.keys import trusted
from siegel.seals.documents import WAIT_DAYS
from siegel.vault import queries
from siegel.vault.actions.settings import change_settings
from siegel.vault.forms import SettingsForm
from siegel.vault.settings import settings_of


@require_GET
@sign_in_required
def vaults(request: HttpRequest) -> HttpResponseBase:
    return render(request, "vault/list.html", {"vaults": queries.vaults_of(person_of(request))})


@require_GET
@sign_in_required
def trust(request: HttpRequest) -> HttpResponseBase:
    """Notfall-Ordner: whom one trusts, who asks to be let in, which vaults trust the reader."""
    person = person_of(request)
    lines = queries.vaults_of(person)
    own = [line.id for line in lines if line.vault.vault_kind == "personal" and line.right == "manage"]
    context = {
        "asked": trusted.asked_of(person),
        "entrusted": trusted.entrusted_to(person),
        "own": trusted.own_vaults(own),
        "candidates": trusted.candidates_for(person),
        "waits": WAIT_DAYS,
    }
    return render(request, "vault/trust.html", context)


@require_GET
@sign_in_required
def vault(request: HttpRequest, vault_id: str) -> HttpResponseBase:
    try:
        line = queries.vault_of(person_of(request), vault_id)
    except BaseError as error:
        raise Http404 from error
    return render(request, "vault/vault.html", {"vault": line})


@require_GET
@sign_in_required
def settings(request: HttpRequest) -> HttpResponseBase:
    """What holds for all vaults of the firm; for owners."""
    form = SettingsForm.showing(settings_of(owner_person(request).tenant_id))
    return render(request, "vault/settings.html", {"form": form, "saved": request.GET.get("gespeichert")})


@require_POST
@sign_in_required
def save_settings(request: HttpRequest) -> HttpResponseBase:
    """Saves the form of `settings`, or shows it again with what is wrong."""
    person, form = owner_person(request), SettingsForm(request.POST)
    if not form.is_valid():
        return render(request, "vault/settings.html", {"form": form}, status=400)
    change_settings(by=person, **form.decided())
    target = redirect("vault:settings")
    target["Location"] += "?gespeichert=1"
    return target
