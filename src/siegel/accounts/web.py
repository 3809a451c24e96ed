from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from siegel.accounts import sign_in as door
from siegel.accounts.errors import AccountsError
from siegel.accounts.sessions import visited

REASONS = {"abgelaufen": "expired", "abgemeldet": "signed_out"}


@require_GET
def sign_in(request: HttpRequest, slug: str | None = None) -> HttpResponseBase:
    """The sign-in page, with the firm's name on it if the address says which one."""
    if visited(request).person is not None:
        return redirect("desk:start")
    context: dict[str, object] = {"reason": REASONS.get(request.GET.get("grund", ""))}
    if slug is not None:
        try:
            context["firm"] = door.firm_of(slug)
        except AccountsError as error:
            raise Http404 from error
    return render(request, "accounts/sign_in.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    tenant = visited(request).tenant
    door.end_session(request)
    target = redirect("accounts:sign_in_firm", slug=tenant.slug) if tenant else redirect("accounts:sign_in")
    target["Location"] += "?grund=abgemeldet"
    return target
