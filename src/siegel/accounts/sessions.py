"""Who is asking: from a request's cookie to a live session, and back to cookies in the answer."""

from datetime import timedelta
from typing import Final, cast

import structlog
from django.conf import settings
from django.db import OperationalError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from siegel.accounts import lockout, rules
from siegel.accounts.actions import OpenedSession, token_hash
from siegel.accounts.models import Person, SignedInSession
from siegel.base.ids import new_id
from siegel.base.models import Tenant

log = structlog.get_logger("siegel.accounts")

# Not Strict: a link in an e-mail opens the document for whoever is signed in.
SAME_SITE: Final = "Lax"

# A session's use is written down at most this often: a page with many requests must not mean many writes.
SEEN_EVERY_S = 60


class VisitedRequest(HttpRequest):
    """What `middleware.Sessions` adds to every request: `person`, `tenant` and `signed_in` are all there or all None.

    `opened` and `closed` say what this request did to the session; the answer's cookies follow them. `tried`: whose
    access a refused answer was about (`denials`); `turned_away`: whose session it was that holds no more.
    """

    person: Person | None
    tenant: Tenant | None
    signed_in: SignedInSession | None
    session_expired: bool
    is_background: bool
    opened: OpenedSession | None
    closed: bool
    tried: tuple[Tenant, str] | None
    turned_away: Person | None


def visited(request: HttpRequest) -> VisitedRequest:
    return cast("VisitedRequest", request)


def recognise(request: HttpRequest) -> None:
    """Set person, tenant and session of the request. One query, none without a cookie."""
    visit = visited(request)
    visit.person = visit.tenant = visit.signed_in = visit.opened = None
    visit.session_expired = visit.is_background = visit.closed = False
    visit.tried = visit.turned_away = None
    token = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not token:
        return
    session = SignedInSession.objects.select_related("person__tenant").filter(token_hash=token_hash(token)).first()
    if session is None or not _is_valid(session):
        visit.session_expired = True
        if session is not None and session.person.state != Person.State.ACTIVE:
            visit.turned_away = session.person
        return
    visit.signed_in, visit.person, visit.tenant = session, session.person, session.person.tenant


def live(session: SignedInSession) -> QuerySet[SignedInSession]:
    """Asked again during long answers: holds the session while it and its person stand.

    Idleness does not count: a long download is use.
    """
    return SignedInSession.objects.filter(
        pk=session.pk, generation=F("person__session_generation"), person__state=Person.State.ACTIVE
    )


def sessions_of(person: Person) -> list[SignedInSession]:
    """The person's live sessions, the one used last first."""
    found = SignedInSession.objects.filter(person=person, generation=person.session_generation)
    return [session for session in found.defer("half").order_by("-last_seen_at", "-pk") if _in_time(session)]


def mark_background(request: HttpRequest) -> None:
    """This request is the page's own polling, not the person's doing: it does not keep the session alive."""
    visited(request).is_background = True


def note_use(request: HttpRequest) -> None:
    """Move the idle limit on. If the database is busy the answer still goes out; the next request tries again."""
    visit, now = visited(request), timezone.now()
    session = visit.signed_in
    if session is None or visit.closed or visit.is_background:
        return
    if (now - session.last_seen_at).total_seconds() < SEEN_EVERY_S:
        return
    try:
        SignedInSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    except OperationalError:
        log.warning("session use not noted", session=session.pk)


def write_cookies(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser the token of a session just opened, or take it away."""
    visit = visited(request)
    if visit.opened is not None:
        person = visit.opened.session.person
        kept = visit.opened.session.kept
        life = int(rules.KEPT_LIFE.total_seconds()) if kept else None
        _set(response, settings.SESSION_COOKIE_NAME, visit.opened.token, max_age=life)
        if not lockout.attempt_of(request, firm_id=person.tenant_id, username=person.username).known_device:
            mark = lockout.device_mark(person=person, device=new_id())
            _set(response, lockout.DEVICE_COOKIE, mark, max_age=lockout.DEVICE_LIFE_S)
    elif visit.closed or visit.session_expired:
        response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite=SAME_SITE)
    if visit.closed:
        # what the page kept: the sealed seed, files being uploaded, cached pages. Cookies of taste stay.
        response["Clear-Site-Data"] = '"cache", "storage"'


def remove_expired() -> int:
    """Delete sessions that are over, and the halves they hold; returns how many. For the periodic sweep."""
    over = [session.pk for session in SignedInSession.objects.defer("half") if not _in_time(session)]
    SignedInSession.objects.filter(pk__in=over).delete()
    return len(over)


def left_s(session: SignedInSession) -> tuple[int, bool]:
    """Seconds until the session ends by itself, and whether using it would move that end on."""
    idle_end = session.last_seen_at + timedelta(seconds=session.idle_s)
    life_end = session.started_at + rules.SESSION_LIFE
    left = min(idle_end, life_end) - timezone.now()
    return max(0, int(left.total_seconds())), idle_end < life_end


def _is_valid(session: SignedInSession) -> bool:
    person = session.person
    if not _in_time(session):
        session.delete()
        return False
    return person.state == Person.State.ACTIVE and session.generation == person.session_generation


def _in_time(session: SignedInSession) -> bool:
    return not rules.session_is_over(
        started_at=session.started_at,
        last_seen_at=session.last_seen_at,
        idle_s=session.idle_s,
        kept=session.kept,
        now=timezone.now(),
    )


def _set(response: HttpResponseBase, name: str, value: str, *, max_age: int | None) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=SAME_SITE,
    )
