import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from siegel.accounts.doors import person_of, sign_in_required
from siegel.accounts.models import Person
from siegel.accounts.queries import people_of
from siegel.base.audit.standing import standing_of as log_standing
from siegel.base.queries import AuditLine, audit_lines
from siegel.firms.doors import may_invite_staff, standing_of
from siegel.firms.tried import with_tried
from siegel.keys.overview import due_for
from siegel.keys.queries import owner_certified_since
from siegel.vault.queries import sent_by, vaults_of

VAULTS_SHOWN = 8
LINES_SHOWN = 8
LINES_READ = 300
# What happens every day and says nothing by itself; sign-ins are summed.
ROUTINE = frozenset(
    {
        "accounts.mail_wishes_set",
        "accounts.sessions_ended",
        "accounts.sign_in_failed",
        "accounts.signed_in",
        "accounts.signed_out",
        "base.release_served",
    }
)
SENT_SHOWN = 5
# So long everybody of the staff is told that the emergency sheet was used.
NOTICE_S = 14 * 24 * 60 * 60


@require_GET
@sign_in_required
def start(request: HttpRequest) -> HttpResponseBase:
    """The first page after signing in; which one depends on who it is."""
    person, found = person_of(request), standing_of(request)
    if found is None:
        raise Http404
    return _firm(request, person) if found.is_staff else _client(request, person)


def _firm(request: HttpRequest, person: Person) -> HttpResponseBase:
    vaults = vaults_of(person)
    recovered = owner_certified_since(person.tenant_id, int(time.time()) - NOTICE_S)
    context = {
        # whoever rules keys is told what was begun and not ended
        "due": due_for(person) if may_invite_staff(request) else None,
        "recovered": people_of(person.tenant_id).filter(pk=recovered).first() if recovered else None,
        "vaults": vaults[:VAULTS_SHOWN],
        "vault_total": len(vaults),
        "log": _log(person),
        "standing": log_standing(person.tenant),
    }
    return render(request, "desk/firm.html", context)


@dataclass(frozen=True)
class _Deed:
    """An entry, the newest of so many that somebody made of the same thing one after the other."""

    line: AuditLine
    times: int


@dataclass(frozen=True)
class _Log:
    """The newest deeds, and how many signed in, or tried to, among the entries that were looked at, since `since`."""

    lines: Sequence[_Deed]
    signed_in: int
    failed: int
    since: datetime


def _log(person: Person) -> _Log:
    newest = audit_lines(person.tenant, limit=LINES_READ)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    # A day with more entries than are read is told from the oldest of them on.
    since = max(midnight, newest[-1].at) if len(newest) == LINES_READ else midnight
    kinds = Counter(line.kind for line in newest if line.at >= since)
    lines = with_tried((line for line in newest if line.kind not in ROUTINE), person)
    alike = (list(group) for _, group in groupby(lines, lambda line: (line.kind, line.who, line.about)))
    deeds = [_Deed(group[0], len(group)) for group in islice(alike, LINES_SHOWN)]
    return _Log(deeds, kinds["accounts.signed_in"], kinds["accounts.sign_in_failed"], since)


def _client(request: HttpRequest, person: Person) -> HttpResponseBase:
    context = {"vaults": vaults_of(person), "sent": sent_by(person, limit=SENT_SHOWN)}
    return render(request, "desk/client.html", context)
