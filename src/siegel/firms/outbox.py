"""„Postausgang“: the firm's mails, for its owners. Never a mail's text."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from siegel.accounts.doors import person_of, sign_in_required
from siegel.base.outmail import actions
from siegel.base.outmail.queries import mail_of, mails_of
from siegel.firms.audit_web import page_number
from siegel.firms.doors import owner_person

MAILS_PER_PAGE = 100


@require_GET
@sign_in_required
def outbox(request: HttpRequest) -> HttpResponseBase:
    """Newest first; `?vor=<id>` pages to older ones."""
    tenant = owner_person(request).tenant
    mails = mails_of(tenant, before=page_number(request.GET.get("vor")), limit=MAILS_PER_PAGE + 1)
    shown = mails[:MAILS_PER_PAGE]
    context = {
        "mails": shown,
        "older": shown[-1].pk if len(mails) > MAILS_PER_PAGE else None,
        "server": settings.SMTP,
        "folder": settings.MAIL_FOLDER.name,
        "again": actions.AGAIN,
        "tried": request.GET.get("erneut"),
    }
    return render(request, "outmail/outbox.html", context)


@require_POST
@sign_in_required
def send_again(request: HttpRequest, mail_id: int) -> HttpResponseBase:
    """A mail of the owner's firm is tried once more, at once."""
    owner = owner_person(request)
    mail = mail_of(owner.tenant, mail_id)
    if mail is None:
        raise Http404
    actions.send_again(mail=mail, by=person_of(request))
    target = redirect("firms:outbox")
    target["Location"] += "?erneut=1"
    return target
