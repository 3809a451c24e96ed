from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from siegel.accounts import actions
from siegel.accounts import sign_in as door
from siegel.accounts.doors import person_of, session_of, sign_in_required
from siegel.accounts.errors import AccountsError
from siegel.accounts.mailbox import mailbox_of
from siegel.accounts.models import Mailbox
from siegel.accounts.own_address import asked_address, confirm_own_address, linked_address, save_own_mailbox
from siegel.accounts.passkeys import credential_ids, passkeys_of
from siegel.accounts.second_factor import second_factor_of
from siegel.accounts.sessions import sessions_of, visited
from siegel.base.errors import BaseError, message_of
from siegel.base.outmail.errors import OutmailError

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


@require_GET
@sign_in_required
def access(request: HttpRequest) -> HttpResponseBase:
    """My access: who I am, and where I am signed in."""
    return _access(request)


def _access(request: HttpRequest, **more: object) -> HttpResponseBase:
    person, current = person_of(request), session_of(request)
    sessions = sessions_of(person)
    passkeys = passkeys_of(person)
    credentials = credential_ids(passkeys)
    context = {
        "person": person,
        "passkeys": [(passkey, credentials[passkey.pk]) for passkey in passkeys],
        "current": current,
        "others": [session for session in sessions if session.pk != current.pk],
        "second_factor": second_factor_of(person),
        "ended": request.GET.get("beendet"),
        "mailbox": mailbox_of(person),
        "mail_saved": request.GET.get("gespeichert"),
        "asked_address": asked_address(person),
        **more,
    }
    return render(request, "accounts/access.html", context, status=400 if "mail_problem" in more else 200)


@require_POST
@sign_in_required
def save_mailbox(request: HttpRequest) -> HttpResponseBase:
    """What I want to be told, and an address to confirm; a wrong one is shown again with what is wrong about it."""
    typed = {name: request.POST.get(name, "") for name in ("address", "language", "digest")}
    person = person_of(request)
    try:
        save_own_mailbox(person=person, **typed)
    except (OutmailError, BaseError) as error:
        return _access(request, mailbox=Mailbox(person=person, **typed), mail_problem=message_of(error.code))
    return _saved()


def _saved() -> HttpResponseBase:
    target = redirect("accounts:access")
    target["Location"] += "?gespeichert=1#e-mail"
    return target


@require_GET
@sign_in_required
def mailbox_link(request: HttpRequest) -> HttpResponseBase:
    """Where the link of the mail leads: it shows the address, and a click makes it count. Followed again, it did."""
    link = request.GET.get("link", "")
    try:
        address = linked_address(person_of(request), link)
    except AccountsError as error:
        return _access(request, mail_problem=message_of(error.code))
    if address == mailbox_of(person_of(request)).address:
        return _saved()
    return _access(request, confirming={"link": link, "address": address})


@require_POST
@sign_in_required
def confirm_mailbox(request: HttpRequest) -> HttpResponseBase:
    """My new address, which the link names, counts."""
    try:
        confirm_own_address(person=person_of(request), link=request.POST.get("link", ""))
    except AccountsError as error:
        return _access(request, mail_problem=message_of(error.code))
    return _saved()


@require_POST
@sign_in_required
def end_sessions(request: HttpRequest) -> HttpResponseBase:
    """Ends the session that the form names, or all but this one; one that is none of his changes nothing."""
    named = request.POST.get("session", "")
    one = int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None
    if one is None and named != "others":
        raise Http404
    actions.end_sessions(by=person_of(request), current=session_of(request), session_id=one)
    target = redirect("accounts:access")
    target["Location"] += "?beendet=1"
    return target
