"""Changes to people, their credentials and their sessions."""

import hashlib
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from siegel.accounts import rules
from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Credential, OneTimeSecret, Passkey, Person, RecoveryCode, SignedInSession
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.models import Tenant
from siegel.seals.unlock import S_SIZE

TOKEN_BYTES = 32
HALF_BYTES = 32
# Set-up and invitation end with a password that was just chosen.
WITH_PASSWORD = ("password", "invitation", "set_up")


@dataclass(frozen=True)
class OpenedSession:
    """A new session and its token, which goes into the cookie and nowhere else."""

    session: SignedInSession
    token: str

    def __repr__(self) -> str:
        return "<secret>"


@action
def add_person(*, tenant: Tenant, person_id: str, username: str, name: str, by: Person | None) -> Person:
    """A person in state `invited`. The id is the client's choice, because certificates name it before we hear of it.

    AccountsError: `username_invalid`, `name_invalid`, `username_taken` (409; also if the id is taken).
    """
    audit.in_turn(tenant)
    rules.check_username(username)
    rules.check_name(name)
    try:
        with transaction.atomic():
            person = Person.objects.create(id=person_id, tenant=tenant, username=username, name=name)
    except IntegrityError as error:
        raise AccountsError("username_taken", status=409, username=username) from error
    audit.record(
        "accounts.person_added", tenant=tenant, by=by, about={"person": person.id}, personal={"name": person.name}
    )
    return person


@action
def set_credential(*, person: Person, s: bytes, auth_hash: str) -> None:
    """The person can sign in by password from now on; an invited person becomes active.

    `s` is the 32 random bytes of the browser, `auth_hash` comes from `passwords.hash_auth_key`. What went before is
    replaced and the person's other sessions end.
    """
    audit.in_turn(person.tenant)
    if len(s) != S_SIZE:
        raise AccountsError("bad_request")
    Credential.objects.update_or_create(person=person, defaults={"s": s, "auth_hash": auth_hash})
    # In the database, not from what this object remembers: a generation never comes back.
    Person.objects.filter(pk=person.pk).update(
        state=Person.State.ACTIVE, session_generation=F("session_generation") + 1
    )
    person.refresh_from_db(fields=["state", "session_generation"])
    SignedInSession.objects.filter(person=person).delete()
    audit.record("accounts.credential_set", tenant=person.tenant, by=person, about={"person": person.id})


@action
def start_session(
    *, person: Person, idle_s: int, method: str, address: str, device: str = "", kept: bool = False
) -> OpenedSession:
    """A session for a person who has proven who he is. `method`: `password`, `passkey`, `key`, `invitation`, `set_up`.

    A kept one outlives the browser; `idle_s` then is `rules.KEPT_IDLE`. AccountsError `sign_in_refused` (401) unless
    the person is active.
    """
    if person.state != Person.State.ACTIVE:
        raise AccountsError("sign_in_refused", status=401)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    session = SignedInSession.objects.create(
        person=person,
        token_hash=token_hash(token),
        half=secrets.token_bytes(HALF_BYTES),
        generation=person.session_generation,
        idle_s=int(rules.KEPT_IDLE.total_seconds()) if kept else idle_s,
        started_at=now,
        last_seen_at=now,
        method=method,
        device=device,
        kept=kept,
    )
    if method in WITH_PASSWORD:
        Person.objects.filter(pk=person.pk).update(password_sign_ins=F("password_sign_ins") + 1)
    audit.record(
        "accounts.signed_in",
        tenant=person.tenant,
        by=person,
        about={"method": method},
        personal={"address": address},
    )
    return OpenedSession(session, token)


@action
def finish_session(*, session: SignedInSession) -> None:
    """The session's row is deleted and the half it held with it."""
    session.delete()
    audit.record("accounts.signed_out", tenant=session.person.tenant, by=session.person)


def set_state(*, person: Person, state: Person.State) -> None:
    """Part of an action: unless the state is `active` every session ends, and no door opens for the person any more."""
    if state != Person.State.ACTIVE:
        SignedInSession.objects.filter(person=person).delete()
        Person.objects.filter(pk=person.pk).update(session_generation=F("session_generation") + 1)
    Person.objects.filter(pk=person.pk).update(state=state)
    person.state = state


@action
def end_sessions(*, by: Person, current: SignedInSession, session_id: int | None = None) -> int:
    """One of the person's other sessions is over, or all of them, and the halves they held are gone; how many."""
    others = SignedInSession.objects.filter(person=by).exclude(pk=current.pk)
    if session_id is not None:
        others = others.filter(pk=session_id)
    ended, _ = others.delete()
    if ended:
        audit.record("accounts.sessions_ended", tenant=by.tenant, by=by, about={"sessions": ended})
    else:
        audit.unchanged()
    return ended


@action
def end_access(*, person: Person, by: Person | None) -> None:
    """Nothing the person had signs in any more: password, second factor, passkeys, sessions, marks of devices.

    For revocation, as a part of its transaction. It does not touch the person's state (a new invitation makes him
    active again), nor the wrapped seeds, which belong to `keys`.
    """
    audit.in_turn(person.tenant)
    for table in (Credential, OneTimeSecret, RecoveryCode, Passkey, SignedInSession):
        table.objects.filter(person=person).delete()
    # Whatever was loaded before is out as well: every door compares the generation.
    Person.objects.filter(pk=person.pk).update(session_generation=F("session_generation") + 1)
    audit.record(
        "accounts.access_ended",
        tenant=person.tenant,
        by=by,
        about={"person": person.id},
        personal={"name": person.name},
    )


@action
def note_lockout(*, person: Person, address: str) -> None:
    """Somebody at `address` has used up his guesses for this person."""
    audit.record(
        "accounts.locked",
        tenant=person.tenant,
        about={"minutes": int(rules.LOCK_WINDOW.total_seconds()) // 60, "person": person.id},
        personal={"name": person.name, "address": address},
    )


def token_hash(token: str) -> bytes:
    """How a session's token is stored; it is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()
