"""From a proof to a session on the wire; alike for all doors of the API."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from siegel.accounts import sign_in as door
from siegel.accounts.errors import AccountsError
from siegel.accounts.passkeys import Site, passkeys_of
from siegel.accounts.queries import password_sign_ins
from siegel.firms.queries import role_of, root_fingerprint_of
from siegel.firms.rules import idle_s
from siegel.keys import queries, wire
from siegel.seals.documents import Certificate, Login
from siegel.seals.login import verify_login
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person, SignedInSession

Wire = dict[str, Any]


def origins(request: HttpRequest) -> set[str]:
    """The addresses under which this request may have been meant for us."""
    return {settings.PUBLIC_URL, f"{request.scheme}://{request.get_host()}"}


def site_of(request: HttpRequest) -> Site:
    """For whom the passkeys of this request are."""
    return Site(urlsplit(f"//{request.get_host()}").hostname or "", frozenset(origins(request)))


def verify_here(request: HttpRequest, signed: Signed, login: Login, certificate: Certificate, subject: str) -> None:
    """SealError unless the login was signed for this address by the certified key."""
    origin = login.origin if login.origin in origins(request) else settings.PUBLIC_URL
    verify_login(signed, certificate, subject=subject, nonce=login.nonce, origin=origin)


def open_session(
    request: HttpRequest, person: "Person", method: str, *, unlock: bytes | None = None, kept: bool = False
) -> Wire:
    """A session for the person, its idle limit by his role."""
    opened = door.open_session(request, person=person, idle_s=_idle_s(person), method=method, kept=kept)
    return session_wire(opened, unlock=unlock)


def renew_session(request: HttpRequest, person: "Person") -> Wire:
    """A session in the place of the one that has just ended with all others of the person."""
    return session_wire(door.renew_session(request, person=person, idle_s=_idle_s(person)))


def session_wire(opened: "SignedInSession", unlock: bytes | None = None) -> Wire:
    person = opened.person
    role, root = role_of(person) or "", root_fingerprint_of(person.tenant) or b""
    return wire.session(opened, role, root=root, kid=queries.kid_of(person), unlock=unlock)


def offers_passkey(person: "Person") -> bool:
    """At the second sign-in with a password, to whoever has none."""
    return password_sign_ins(person) == 2 and not passkeys_of(person)


def _idle_s(person: "Person") -> int:
    role = role_of(person)
    if role is None:
        raise AccountsError("sign_in_refused", status=401)
    return idle_s(role)
