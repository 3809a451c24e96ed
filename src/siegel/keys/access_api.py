"""What a person changes on his own access (docs/formats.md 10). Each call brings a fresh proof of who asks."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import model_validator

from siegel.accounts import sign_in as door
from siegel.accounts.doors import person_of, signed_in
from siegel.accounts.errors import AccountsError
from siegel.accounts.nonces import issue_nonce, use_nonce
from siegel.keys import queries, schemas
from siegel.keys.actions import access
from siegel.keys.actions.people import PersonKeys
from siegel.keys.opening import renew_session, verify_here
from siegel.seals.documents import Login
from siegel.seals.errors import SealError

if TYPE_CHECKING:
    from siegel.accounts.models import Person

router = Router(auth=signed_in)

Wire = dict[str, Any]


class Proof(schemas.Strict):
    """The present password's authentication key, or a signature by the open key: exactly one of them."""

    auth_key: schemas.Binary32 | None = None
    login: schemas.Doc | None = None

    @model_validator(mode="after")
    def _one(self) -> "Proof":
        if (self.auth_key is None) == (self.login is None):
            raise ValueError("one proof")
        return self


class PasswordIn(schemas.Strict):
    proof: Proof
    credential: schemas.Credential
    unlock: schemas.Binary


@router.post("/account/challenge")
def challenge(request: HttpRequest) -> Wire:
    """What the open key signs to prove itself."""
    door.throttle_sign_in(request)
    person = person_of(request)
    return {"nonce": issue_nonce(tenant=person.tenant, purpose=_purpose(person))}


@router.post("/account/password")
def change_password(request: HttpRequest, body: PasswordIn) -> Wire:
    """From now on the new password; all sessions but this one are over, and this one is a new one."""
    person = _proven(request, body.proof)
    credential = body.credential
    access.change_password(
        person=person, keys=PersonKeys.of(s=credential.s, auth_key=credential.auth_key, unlock=body.unlock)
    )
    return renew_session(request, person)


def _proven(request: HttpRequest, proof: Proof) -> "Person":
    """The person who is signed in, and has just proven it again; else AccountsError `sign_in_refused` (401)."""
    person = person_of(request)
    if proof.auth_key is not None:
        door.verify_auth_key(request, slug=person.tenant.slug, username=person.username, auth_key=proof.auth_key)
    elif proof.login is not None:
        _verify_key(request, person, proof.login)
    return person


def _verify_key(request: HttpRequest, person: "Person", doc: schemas.Doc) -> None:
    certificate = queries.certificate_of(person)
    try:
        signed = doc.signed()
        login = Login.parse(signed)
        use_nonce(tenant=person.tenant, purpose=_purpose(person), nonce=login.nonce)
        if certificate is None:
            raise AccountsError("sign_in_refused", status=401)
        verify_here(request, signed, login, certificate, person.id)
    except SealError as error:
        raise AccountsError("sign_in_refused", status=401) from error


def _purpose(person: "Person") -> str:
    return f"account:{person.id}"
