"""Signing in, set-up, invitations and certificates (docs/formats.md 10)."""

import time
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from siegel.accounts import sign_in as door
from siegel.accounts.doors import person_of, session_of, signed_in
from siegel.accounts.errors import AccountsError
from siegel.accounts.nonces import issue_nonce, use_nonce
from siegel.accounts.passkeys import verify_assertion
from siegel.accounts.queries import active_person
from siegel.accounts.sessions import left_s, mark_background
from siegel.base.origin import address_of, source_of
from siegel.base.throttle import refuse_excess
from siegel.firms.queries import firm_to_set_up
from siegel.keys import evidence, queries, rules, scanner, schemas, wire
from siegel.keys.access_api import router as access
from siegel.keys.actions import certificates, founding, invitations
from siegel.keys.actions.people import PersonKeys
from siegel.keys.emergency_api import router as emergency
from siegel.keys.models import Invitation
from siegel.keys.opening import offers_passkey, open_session, session_wire, site_of, verify_here
from siegel.keys.trusted_api import router as trusted
from siegel.keys.unlock_api import router as unlocking
from siegel.seals.canonical import b64
from siegel.seals.documents import Certificate, Login
from siegel.seals.errors import SealError
from siegel.seals.signed import Signed
from siegel.seals.unlock import passkey_method

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant

router = Router(auth=signed_in)
router.add_router("", access)
router.add_router("", emergency)
router.add_router("", trusted)
router.add_router("", unlocking)

SIGN_IN = "sign-in"
TRIES_PER_MINUTE = 60
# Ids of 22 characters, and a comma each.
MOST_ABOUT = 200
Wire = dict[str, Any]
# What the asking client knows of the log; without it, nothing.
AboutIds = Annotated[str | None, Field(max_length=MOST_ABOUT * 23)]
LogIndex = Annotated[int | None, Field(ge=0, le=2**53)]


class StartIn(schemas.Strict):
    firm: schemas.Name
    username: schemas.Name


class PasswordIn(StartIn):
    auth_key: schemas.Binary32
    keep: bool = False
    code: Annotated[str, Field(max_length=40)] | None = None


class UnlockIn(schemas.Strict):
    auth_key: schemas.Binary32


class ChallengeIn(schemas.Strict):
    firm: schemas.Name


class KeyIn(ChallengeIn):
    login: schemas.Doc


class PasskeyIn(schemas.PasskeyUse):
    firm: schemas.Name


class TokenIn(schemas.Strict):
    token: schemas.Name


class SetUpIn(TokenIn):
    name: schemas.Name
    username: schemas.Name
    firm_name: schemas.Name
    firm_place: schemas.Name
    person: schemas.Id
    certificates: Annotated[list[schemas.Doc], Field(min_length=5, max_length=6)]
    credential: schemas.Credential
    unlock: schemas.Binary


class CertificateIn(schemas.Strict):
    doc: schemas.Doc


# --- signing in -------------------------------------------------------------------------------------------------------


@router.post("/sign-in/start", auth=None)
def start(request: HttpRequest, body: StartIn) -> Wire:
    begun = door.start_sign_in(request, slug=body.firm, username=body.username)
    params = {"m_kib": begun.m_kib, "t": begun.t, "p": begun.p}
    return {"firm": begun.firm_id, "s": b64(begun.s), "params": params}


@router.post("/sign-in/password", auth=None)
def password(request: HttpRequest, body: PasswordIn) -> Wire:
    """The wrapped seed leaves here only after the second factor, for whoever has one. Such a session is not kept."""
    person, by_code = door.verify_sign_in(
        request, slug=body.firm, username=body.username, auth_key=body.auth_key, code=body.code
    )
    kept = body.keep and not by_code
    session = open_session(request, person, "password", unlock=queries.unlock_wrap_of(person), kept=kept)
    return {**session, "offer_passkey": offers_passkey(person)}


@router.post("/sign-in/challenge", auth=None)
def challenge(request: HttpRequest, body: ChallengeIn) -> Wire:
    door.throttle_sign_in(request)
    tenant = door.firm_of(body.firm)
    return {"firm": tenant.id, "nonce": issue_nonce(tenant=tenant, purpose=SIGN_IN)}


@router.post("/sign-in/key", auth=None)
def key(request: HttpRequest, body: KeyIn) -> Wire:
    """One answer for whatever is wrong with the proof: a stranger learns nothing of who exists."""
    tenant = door.firm_tried(request, body.firm)
    try:
        person = _signer(request, tenant, body.login.signed())
    except SealError as error:
        raise AccountsError("sign_in_refused", status=401) from error
    return open_session(request, person, "key")


@router.post("/sign-in/passkey", auth=None)
def passkey(request: HttpRequest, body: PasskeyIn) -> Wire:
    """Two factors in one: the authenticator has verified its user. The wrapped seed is the one of this passkey."""
    tenant = door.firm_tried(request, body.firm)
    use_nonce(tenant=tenant, purpose=SIGN_IN, nonce=b64(body.nonce))
    found = verify_assertion(site_of(request), tenant, body.nonce, body.assertion())
    wrap = queries.unlock_wrap_of(found.person, passkey_method(body.credential))
    return open_session(request, found.person, "passkey", unlock=wrap)


@router.get("/session")
def session(request: HttpRequest) -> Wire:
    return session_wire(session_of(request))


@router.post("/session/unlock")
def unlock(request: HttpRequest, body: UnlockIn) -> Wire:
    """The wrapped seed again, for whoever closed his key in a session that goes on."""
    person = person_of(request)
    door.verify_auth_key(request, slug=person.tenant.slug, username=person.username, auth_key=body.auth_key)
    wrap = queries.unlock_wrap_of(person)
    return {"unlock": b64(wrap) if wrap is not None else None}


@router.post("/session/end", auth=None)
def end(request: HttpRequest) -> Wire:
    door.end_session(request)
    return {}


@router.get("/session/left")
def left(request: HttpRequest) -> Wire:
    """How long the session still lasts; asking does not keep it alive."""
    mark_background(request)
    seconds, is_renewable = left_s(session_of(request))
    return {"left_s": seconds, "renewable": is_renewable}


def _signer(request: HttpRequest, tenant: "Tenant", signed: Signed) -> "Person":
    """The active person whose newest key signed a nonce of ours for this origin."""
    login = Login.parse(signed)
    use_nonce(tenant=tenant, purpose=SIGN_IN, nonce=login.nonce)
    person = active_person(tenant, login.subject)
    certificate = queries.certificate_of(person) if person else None
    if person is None or certificate is None:
        raise AccountsError("sign_in_refused", status=401)
    verify_here(request, signed, login, certificate, person.id)
    return person


# --- set-up -----------------------------------------------------------------------------------------------------------


@router.post("/set-up/open", auth=None)
def set_up_open(request: HttpRequest, body: TokenIn) -> Wire:
    _throttle(request, "set-up")
    tenant = firm_to_set_up(body.token)
    return {
        "firm": {"id": tenant.id, "slug": tenant.slug, "name": tenant.name},
        "scanner_key": scanner.signing_key(),
        "service_key": founding.service_key(),
        "log_key": founding.log_key(tenant),
    }


@router.post("/set-up", auth=None)
def set_up(request: HttpRequest, body: SetUpIn) -> Wire:
    _throttle(request, "set-up")
    tenant = firm_to_set_up(body.token)
    made = founding.Founding(
        token=body.token,
        person_id=body.person,
        name=body.name,
        username=body.username,
        firm_name=body.firm_name,
        firm_place=body.firm_place,
        certificates=tuple(doc.signed() for doc in body.certificates),
        keys=_person_keys(body.credential, body.unlock),
    )
    log_key = founding.log_key(tenant)
    owner = founding.found_firm(founding=made, scanner_key=scanner.signing_key(), log_key=log_key)
    return open_session(request, owner, "set_up")


# --- certificates -----------------------------------------------------------------------------------------------------


@router.get("/keys/certificates")
def list_certificates(request: HttpRequest, log: LogIndex = None, about: AboutIds = None) -> Wire:
    """Page by page: while `more`, ask again with the last log index as `log`. `about`: ids of people and teams."""
    person = person_of(request)
    subjects = evidence.beside(person) if about is None else evidence.about(person, about.split(","))
    found = evidence.evidence(person.tenant_id, subjects, log=log, limit=evidence.CERTIFICATES_PER_PAGE)
    return {**wire.evidence(found), "more": found.more}


@router.get("/keys/provisional")
def list_provisional(request: HttpRequest) -> Wire:
    return {"certificates": wire.certificates(evidence.provisional_for(person_of(request)))}


@router.post("/keys/certificates", response={201: Wire})
def add_certificate(request: HttpRequest, body: CertificateIn) -> Status[Wire]:
    certificates.add_certificate(by=person_of(request), signed=body.doc.signed())
    return Status(201, {})


@router.get("/scanner-key")
def scanner_key(request: HttpRequest) -> Wire:
    """The certified scanner's present key; 503 `no_scanner`, `scanner_not_certified`."""
    person = person_of(request)
    announced = scanner.scanner_key(person.tenant_id)
    queries.require_certified_scanner(person.tenant, announced)
    return {"doc": announced.to_wire()}


# --- invitations ------------------------------------------------------------------------------------------------------


@router.post("/invitations", response={201: Wire})
def invite(request: HttpRequest, body: schemas.InvitationIn) -> Status[Wire]:
    letter = invitations.Letter(
        id=body.id,
        person_id=body.person.id,
        name=body.person.name,
        username=body.person.username,
        email=body.person.email,
        role=body.role,
        client_id=body.client,
        office_id=body.office,
        certificate=body.certificate.signed(),
        revocation=body.revocation.signed() if body.revocation else None,
        vaults={append.vault: wire.documents_of(append) for append in body.vaults},
    )
    invitations.invite(by=person_of(request), letter=letter)
    return Status(201, {"id": letter.id})


@router.get("/invitations/{invitation_id}", auth=None)
def invitation(request: HttpRequest, invitation_id: str) -> Wire:
    """What an invited person verifies before he proves that he has the code."""
    _throttle(request, "invitation")
    found = queries.open_invitation(invitation_id, _now())
    person, tenant = found.person, found.tenant
    return {
        "firm": {"id": tenant.id, "slug": tenant.slug, "name": tenant.name},
        "person": {"id": person.id, "name": person.name, "username": person.username},
        "role": found.role,
        **wire.evidence(evidence.evidence(tenant.id, evidence.of_letter(found))),
        "certificate": queries.signed(found.certificate).to_wire(),
        "nonce": issue_nonce(tenant=tenant, purpose=_purpose(found)),
        "state": "open",
    }


@router.post("/invitations/{invitation_id}/wraps", auth=None)
def invitation_wraps(request: HttpRequest, invitation_id: str, body: schemas.LoginIn) -> Wire:
    """The vaults that wait, for whoever holds the invitation's key."""
    _throttle(request, "invitation")
    found = queries.open_invitation(invitation_id, _now())
    with rules.refusing():
        signed = body.login.signed()
        login = Login.parse(signed)
        use_nonce(tenant=found.tenant, purpose=_purpose(found), nonce=login.nonce)
        certificate = Certificate.parse(queries.signed(found.certificate))
        verify_here(request, signed, login, certificate, found.id)
    return {"vaults": [_waiting(vault) for vault in queries.waiting_vaults(found)]}


@router.post("/invitations/{invitation_id}/redeem", auth=None)
def redeem(request: HttpRequest, invitation_id: str, body: schemas.RedeemIn) -> Wire:
    """The first certificate wins. The same one again, with its password, signs in: an answer may have been lost."""
    _throttle(request, "invitation")
    found = queries.invitation(invitation_id)
    certificate = body.certificate.signed()
    if found.redeemed_id == certificate.hash:
        person = _proven_again(request, found, body.credential.auth_key)
        return open_session(request, person, "password", unlock=queries.unlock_wrap_of(person))
    queries.open_invitation(invitation_id, _now())
    person = invitations.redeem(
        invitation=found,
        certificate=certificate,
        wraps=[invitations.SeedWrap(wrap.vault, wrap.epoch, wrap.age) for wrap in body.wraps],
        keys=_person_keys(body.credential, body.unlock),
        now=_now(),
    )
    return open_session(request, person, "invitation")


def _proven_again(request: HttpRequest, found: Invitation, auth_key: bytes) -> "Person":
    """Certificates are no secrets, so the password must prove it; guessing is bounded as at the front door."""
    person = found.person
    proven, _ = door.verify_sign_in(
        request, slug=person.tenant.slug, username=person.username, auth_key=auth_key, code=None
    )
    return proven


def _waiting(vault: queries.WaitingVault) -> Wire:
    return {
        "vault": vault.vault_id,
        "title": vault.title,
        "epoch": queries.signed(vault.epoch).to_wire(),
        "roster": queries.signed(vault.roster).to_wire(),
        "wrap": b64(vault.age),
    }


def _person_keys(credential: schemas.Credential, unlock: bytes) -> PersonKeys:
    return PersonKeys.of(s=credential.s, auth_key=credential.auth_key, unlock=unlock)


def _purpose(found: Invitation) -> str:
    return f"invitation:{found.id}"


def _throttle(request: HttpRequest, what: str) -> None:
    refuse_excess(f"{what}:{source_of(address_of(request))}", limit=TRIES_PER_MINUTE)


def _now() -> int:
    return int(time.time())
