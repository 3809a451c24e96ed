"""Pages of vaults. Their contents come by the API and are opened by the island."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from siegel.accounts.doors import person_of, sign_in_required
from siegel.base.errors import BaseError
from siegel.vault import queries


@require_GET
@sign_in_required
def vaults(request: HttpRequest) -> HttpResponseBase:
    return render(request, "vault/list.html", {"vaults": queries.vaults_of(person_of(request))})


@require_GET
@sign_in_required
def vault(request: HttpRequest, vault_id: str) -> HttpResponseBase:
    try:
        line = queries.vault_of(person_of(request), vault_id)
    except BaseError as error:
        raise Http404 from error
    return render(request, "vault/vault.html", {"vault": line})
