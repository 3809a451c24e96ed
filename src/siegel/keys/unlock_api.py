"""A passkey opens the key again in a session that goes on (docs/formats.md 10, ADR 0015).

The nonce is for this person and this purpose alone: an assertion for signing in opens nothing here, and one from here
signs nobody in.
"""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from ninja import Router

from siegel.accounts import sign_in as door
from siegel.accounts.doors import person_of, signed_in
from siegel.accounts.errors import AccountsError
from siegel.accounts.nonces import issue_nonce, use_nonce
from siegel.accounts.passkeys import credential_ids, passkeys_of, verify_assertion
from siegel.keys import queries, schemas
from siegel.keys.opening import site_of
from siegel.seals.canonical import b64
from siegel.seals.unlock import passkey_method

if TYPE_CHECKING:
    from siegel.accounts.models import Person

router = Router(auth=signed_in)

Wire = dict[str, Any]


@router.post("/session/unlock/challenge")
def challenge(request: HttpRequest, body: schemas.Nothing) -> Wire:
    """A nonce, and which passkeys are the person's."""
    door.throttle_sign_in(request)
    person = person_of(request)
    credentials = list(credential_ids(passkeys_of(person)).values())
    return {"nonce": issue_nonce(tenant=person.tenant, purpose=_purpose(person)), "credentials": credentials}


@router.post("/session/unlock/passkey")
def unlock(request: HttpRequest, body: schemas.PasskeyUse) -> Wire:
    """The seed as it is wrapped for this passkey, which is the person's own."""
    door.throttle_sign_in(request)
    person = person_of(request)
    use_nonce(tenant=person.tenant, purpose=_purpose(person), nonce=b64(body.nonce))
    found = verify_assertion(site_of(request), person.tenant, body.nonce, body.assertion())
    wrap = queries.unlock_wrap_of(person, passkey_method(body.credential))
    if found.person != person or wrap is None:
        raise AccountsError("passkey_refused", status=401)
    return {"unlock": b64(wrap)}


def _purpose(person: "Person") -> str:
    return f"unlock:{person.pk}"
