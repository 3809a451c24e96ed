"""Signing in and out, as the API's endpoints call it. Guessing is bounded (`lockout`, `base.throttle`)."""

from dataclasses import dataclass

from django.http import HttpRequest

from siegel.accounts import actions, lockout, passwords, rules
from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Credential, Person, SignedInSession
from siegel.accounts.second_factor import accept_code, second_factor_of
from siegel.accounts.sessions import visited
from siegel.base.models import Tenant
from siegel.base.origin import address_of, source_of
from siegel.base.throttle import refuse_excess

# An office of forty that starts at eight o'clock behind one address, two or three requests each.
ATTEMPTS_PER_MINUTE = 180


@dataclass(frozen=True)
class SignInStart:
    """What a browser needs before it can derive the keys of a password."""

    firm_id: str
    s: bytes
    m_kib: int
    t: int
    p: int


def firm_of(slug: str) -> Tenant:
    """The tenant at this address; AccountsError `unknown_firm` (404)."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise AccountsError("unknown_firm", status=404)
    return tenant


def firm_tried(request: HttpRequest, slug: str) -> Tenant:
    """`firm_of` for a proof by key or root: where it is refused, the firm's log will say so. BaseError `throttled`."""
    throttle_sign_in(request)
    tenant = firm_of(slug)
    visited(request).tried = tenant, ""
    return tenant


def start_sign_in(request: HttpRequest, *, slug: str, username: str) -> SignInStart:
    """The salt part and parameters of a user name, whether the name exists or not."""
    throttle_sign_in(request)
    tenant = firm_of(slug)
    nobody = passwords.salt_of_nobody(tenant.id, username)
    known = Credential.objects.filter(person__tenant=tenant, person__username=username).values_list("s", flat=True)
    s = bytes(known.first() or nobody)
    return SignInStart(tenant.id, s, **passwords.CLIENT_PARAMETERS)


def verify_auth_key(request: HttpRequest, *, slug: str, username: str, auth_key: bytes) -> Person:
    """The active person whose password gives `auth_key`: the first factor only.

    AccountsError `sign_in_refused` (401) in all other cases, the lockout included: one text, one path, one time.
    """
    person, attempt = _verify(request, slug=slug, username=username, auth_key=auth_key)
    lockout.forgive(attempt)
    return person


def verify_sign_in(
    request: HttpRequest, *, slug: str, username: str, auth_key: bytes, code: str | None
) -> tuple[Person, bool]:
    """The person who may sign in now, and whether a one-time password or recovery code was a part of the proof.

    AccountsError: `sign_in_refused` as for `verify_auth_key`; `code_needed`, `code_refused` (401) of somebody who has
    a second factor. A wrong code counts like a wrong password, and a right password does not forgive it.
    """
    person, attempt = _verify(request, slug=slug, username=username, auth_key=auth_key)
    has_second = second_factor_of(person) is not None
    if has_second and not code:
        lockout.take_back(attempt)
        visited(request).tried = None
        raise AccountsError("code_needed", status=401)
    if has_second and not accept_code(person, code or ""):
        _note_if_locked(request, attempt, person)
        raise AccountsError("code_refused", status=401)
    lockout.forgive(attempt)
    return person, has_second


def _verify(request: HttpRequest, *, slug: str, username: str, auth_key: bytes) -> tuple[Person, lockout.Attempt]:
    """The person and the attempt, which stays counted until somebody forgives it or takes it back."""
    throttle_sign_in(request)
    tenant = firm_of(slug)
    visited(request).tried = tenant, username
    attempt = lockout.attempt_of(request, firm_id=tenant.id, username=username)
    if not lockout.count_attempt(attempt):
        raise AccountsError("sign_in_refused", status=401)
    credential = (
        Credential.objects.select_related("person__tenant")
        .filter(person__tenant=tenant, person__username=username, person__state=Person.State.ACTIVE)
        .first()
    )
    if not passwords.auth_key_fits(credential.auth_hash if credential else None, auth_key) or credential is None:
        if credential is not None:
            _note_if_locked(request, attempt, credential.person)
        raise AccountsError("sign_in_refused", status=401)
    return credential.person, attempt


def _note_if_locked(request: HttpRequest, attempt: lockout.Attempt, person: Person) -> None:
    if lockout.is_now_locked(attempt):
        actions.note_lockout(person=person, address=address_of(request))


def open_session(
    request: HttpRequest, *, person: Person, idle_s: int, method: str, kept: bool = False
) -> SignedInSession:
    """Sign the person in on this browser; the answer to `request` will carry the cookie.

    A session the browser already had ends. The CSRF token is not rotated: pages carry it in their head and go on
    working after signing in, and StrictCsrf compares the origin as well.
    """
    visit = visited(request)
    if visit.signed_in is not None:
        actions.finish_session(session=visit.signed_in)
    opened = actions.start_session(
        person=person,
        idle_s=idle_s,
        method=method,
        address=address_of(request),
        device=rules.device_name(request.headers.get("User-Agent", "")),
        kept=kept,
    )
    visit.opened, visit.signed_in = opened, opened.session
    visit.person, visit.tenant = person, person.tenant
    return opened.session


def renew_session(request: HttpRequest, *, person: Person, idle_s: int) -> SignedInSession:
    """Where all the person's sessions have just ended: a new one here, kept or not as the one before."""
    visit = visited(request)
    before, visit.signed_in = visit.signed_in, None
    if before is None:
        raise AccountsError("sign_in_refused", status=401)
    return open_session(request, person=person, idle_s=idle_s, method=before.method, kept=before.kept)


def end_session(request: HttpRequest) -> None:
    """Sign out; harmless when nobody is signed in. The answer clears the cookie and what the page stored."""
    visit = visited(request)
    if visit.signed_in is not None:
        actions.finish_session(session=visit.signed_in)
    visit.signed_in = visit.person = visit.tenant = visit.opened = None
    visit.closed = True


def throttle_sign_in(request: HttpRequest) -> None:
    """BaseError `throttled` (429) when one source asks for more than a busy office behind one address would."""
    refuse_excess(f"sign-in:{source_of(address_of(request))}", limit=ATTEMPTS_PER_MINUTE)
