"""What a person changes on his own access (docs/formats.md 10). Each call brings a fresh proof of who asks."""

from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field, model_validator

from siegel.accounts import second_factor
from siegel.accounts import sign_in as door
from siegel.accounts.doors import person_of, session_of, signed_in
from siegel.accounts.errors import AccountsError
from siegel.accounts.nonces import issue_nonce, use_nonce
from siegel.accounts.one_time import SECRET_BYTES
from siegel.accounts.passkeys import Registration, verify_registration
from siegel.firms.queries import role_of
from siegel.firms.rules import idle_s
from siegel.keys import queries, schemas
from siegel.keys.actions import access
from siegel.keys.actions.people import PersonKeys
from siegel.keys.opening import renew_session, site_of, verify_here
from siegel.seals.canonical import b64
from siegel.seals.documents import Login
from siegel.seals.errors import SealError

if TYPE_CHECKING:
    from siegel.accounts.models import Person

router = Router(auth=signed_in)

Wire = dict[str, Any]
Code = Annotated[str, Field(min_length=1, max_length=40)]


class Proof(schemas.Strict):
    """The present password's authentication key, or a signature by the open key: exactly one of them."""

    auth_key: schemas.Binary32 | None = None
    login: schemas.Doc | None = None

    @model_validator(mode="after")
    def _one(self) -> "Proof":
        if (self.auth_key is None) == (self.login is None):
            raise ValueError("one proof")
        return self


class SelfRecordIn(schemas.Strict):
    number: Annotated[int, Field(ge=1, le=2**53 - 1)]
    age: schemas.Binary


class PasswordIn(schemas.Strict):
    proof: Proof
    credential: schemas.Credential
    unlock: schemas.Binary


class SecondFactorIn(schemas.Strict):
    proof: Proof
    secret: schemas.Binary
    code: Code


class PasswordAndCodeIn(schemas.Strict):
    auth_key: schemas.Binary32
    code: Code


class PasskeyIn(schemas.Strict):
    proof: Proof
    nonce: schemas.Binary32
    credential: schemas.Binary
    client_data: schemas.Binary
    attestation: schemas.Binary
    name: schemas.Name
    unlock: schemas.Binary


@router.post("/account/challenge")
def challenge(request: HttpRequest, body: schemas.Nothing) -> Wire:
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


@router.post("/account/second-factor")
def add_second_factor(request: HttpRequest, body: SecondFactorIn) -> Wire:
    """One-time passwords of this secret from now on; the recovery codes, which are not shown again."""
    if len(body.secret) != SECRET_BYTES:
        raise AccountsError("bad_request")
    person, role = _proven(request, body.proof), role_of(person_of(request))
    codes = second_factor.add_second_factor(
        person=person,
        secret=body.secret,
        code=body.code,
        current=session_of(request),
        idle_s=idle_s(role or "client"),
    )
    return {"recovery_codes": codes}


@router.post("/account/second-factor/remove")
def remove_second_factor(request: HttpRequest, body: PasswordAndCodeIn) -> Wire:
    second_factor.remove_second_factor(person=_proven_twice(request, body))
    return {}


@router.post("/account/recovery-codes")
def renew_recovery_codes(request: HttpRequest, body: PasswordAndCodeIn) -> Wire:
    return {"recovery_codes": second_factor.renew_recovery_codes(person=_proven_twice(request, body))}


@router.post("/account/passkeys", response={201: Wire})
def add_passkey(request: HttpRequest, body: PasskeyIn) -> Status[Wire]:
    """A passkey and the seed wrapped for it, in one transaction."""
    person = _proven(request, body.proof)
    use_nonce(tenant=person.tenant, purpose=_purpose(person), nonce=b64(body.nonce))
    registration = Registration(body.credential, body.client_data, body.attestation)
    made = verify_registration(site_of(request), body.nonce, registration)
    access.add_passkey(person=person, made=made, name=body.name, unlock=body.unlock)
    return Status(201, {})


@router.post("/account/passkeys/{int:passkey_id}/remove")
def remove_passkey(request: HttpRequest, passkey_id: int, body: schemas.Nothing) -> Wire:
    access.remove_passkey(person=person_of(request), passkey_id=passkey_id)
    return {}


@router.get("/account/self")
def self_record(request: HttpRequest) -> Wire:
    """The person's own, sealed; number 0 while there is none."""
    number, age = queries.self_record_of(person_of(request))
    return {"number": number, "age": b64(age) if age is not None else None}


@router.post("/account/self", response={201: Wire})
def write_self_record(request: HttpRequest, body: SelfRecordIn) -> Status[Wire]:
    access.write_self_record(person=person_of(request), number=body.number, age=body.age)
    return Status(201, {})


def _proven_twice(request: HttpRequest, body: PasswordAndCodeIn) -> "Person":
    """By password and code, as at the front door."""
    person = person_of(request)
    door.verify_sign_in(
        request, slug=person.tenant.slug, username=person.username, auth_key=body.auth_key, code=body.code
    )
    return person


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
