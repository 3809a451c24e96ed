"""What was refused, in the log of the firm it concerns: sign-ins that failed, and addresses that were not open.

Written after the view has ended, when whatever it began has been rolled back: such an entry needs no transaction of the
view's, waits for no lock that the request itself holds, and stays though nothing else of the request does.

Nobody floods the log: each person, each tried name and each source has `PER_SOURCE` such entries an hour and each firm
`PER_FIRM`; the last one that is written says that more are not.
"""

import re

import structlog
from django.db import OperationalError
from django.http import HttpRequest

from siegel.accounts.models import Person
from siegel.accounts.sessions import visited
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.ids import ID_LENGTH
from siegel.base.models import Tenant
from siegel.base.origin import address_of, source_of
from siegel.base.throttle import counted
from siegel.seals.canonical import JsonInput

log = structlog.get_logger("siegel.accounts")

PER_SOURCE = 10
PER_FIRM = 200
WINDOW_S = 3600
# 16 bytes in 22 characters leave four ways for the last one.
_ID = re.compile(rf"[A-Za-z0-9_-]{{{ID_LENGTH - 1}}}[AQgw]")
# Programs ask there whether an upload is still known; that it is not is an answer like any other.
_NOT_TOLD = re.compile(r"^api/uploads")


@action
def note_denial(
    *, tenant: Tenant, kind: str, by: Person | None, about: dict[str, JsonInput], personal: dict[str, str]
) -> None:
    """An entry about something that did not happen."""
    audit.record(kind, tenant=tenant, by=by, about=about, personal=personal)


def note(request: HttpRequest, status: int) -> None:
    """After every answer; most refused nothing. A busy database costs the entry, not the answer."""
    found = _denial(request, status)
    if found is None:
        return
    tenant, kind, person = found
    address = address_of(request)
    about = _about(request, status)
    counts = []
    for source in _sources(request, address, person):
        counts.append(counted(f"{source} {tenant.pk}", window_s=WINDOW_S))
        if counts[-1] > PER_SOURCE:
            return
    in_firm = counted(f"denials {tenant.pk}", window_s=WINDOW_S, place="firms")
    if in_firm > PER_FIRM:
        return
    if max(counts) == PER_SOURCE or in_firm == PER_FIRM:
        about["last"] = True
    try:
        _write(tenant, kind, person, about, address)
    except OperationalError:
        log.warning("denial not noted", tenant=tenant.pk, kind=kind)


def _sources(request: HttpRequest, address: str, person: Person | None) -> list[str]:
    """Who is counted: the address, and the person or, at a sign-in, the name that was tried, which may be nobody's.

    Names that exist are counted like those that do not, as an entry takes time that somebody could measure.
    """
    tried, kept = visited(request).tried, [f"denial {source_of(address)}"]
    if tried is not None and tried[1]:
        return [*kept, f"denial name {tried[1]}"]
    return [*kept, f"denial {person.pk}"] if person else kept


def _denial(request: HttpRequest, status: int) -> tuple[Tenant, str, Person | None] | None:
    """Whose log, what kind, and who it was, if somebody is known."""
    visit = visited(request)
    if visit.turned_away is not None:
        return visit.turned_away.tenant, "accounts.turned_away", visit.turned_away
    if status == 401 and visit.tried is not None:
        tenant, username = visit.tried
        # Asked for names that exist and names that do not, so that neither takes longer.
        return tenant, "accounts.sign_in_failed", Person.objects.filter(tenant=tenant, username=username).first()
    match = request.resolver_match
    if status not in (403, 404) or visit.person is None or visit.tenant is None or match is None:
        return None
    return None if _NOT_TOLD.match(match.route) else (visit.tenant, "accounts.denied", visit.person)


def _about(request: HttpRequest, status: int) -> dict[str, JsonInput]:
    """The address by its pattern, and the ids in it that have the form of ids: what somebody typed stays out."""
    match = request.resolver_match
    ids = [str(value) for value in match.kwargs.values() if _ID.fullmatch(str(value))] if match else []
    return {"method": str(request.method), "route": match.route if match else "", "status": status, "asked": list(ids)}


def _write(tenant: Tenant, kind: str, person: Person | None, about: dict[str, JsonInput], address: str) -> None:
    personal = {"address": address}
    if kind == "accounts.sign_in_failed":
        # Not by him: somebody used his name.
        about["person"] = person.pk if person else None
        personal |= {"name": person.name} if person else {}
        person = None
    note_denial(tenant=tenant, kind=kind, by=person, about=about, personal=personal)
