"""The door for whoever has the emergency sheet and no session (docs/formats.md 10, ADR 0017).

A login signed by the root opens two things: reading certificates and revocations, and one new owner. Each needs a
nonce of its own; there is no session of the root.
"""

from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from siegel.accounts import sign_in as door
from siegel.accounts.errors import AccountsError
from siegel.accounts.nonces import issue_nonce, use_nonce
from siegel.base.origin import address_of
from siegel.firms.queries import owners_of
from siegel.keys import evidence, queries, schemas, wire
from siegel.keys.actions import emergency
from siegel.keys.actions.people import PersonKeys
from siegel.keys.models import Certificate
from siegel.keys.opening import open_session, verify_here
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.documents import Login
from siegel.seals.errors import SealError

if TYPE_CHECKING:
    from siegel.base.models import Tenant

router = Router()

EMERGENCY = "emergency"
MAX_REVOCATIONS = 20
Wire = dict[str, Any]


class ChallengeIn(schemas.Strict):
    firm: schemas.Name


class RootIn(ChallengeIn):
    login: schemas.Doc


class OwnerIn(RootIn):
    person: schemas.Id
    name: schemas.Name
    username: schemas.Name
    certificate: schemas.Doc
    revocations: Annotated[list[schemas.Doc], Field(max_length=MAX_REVOCATIONS)] = []
    credential: schemas.Credential
    unlock: schemas.Binary


@router.post("/emergency/challenge", auth=None)
def challenge(request: HttpRequest, body: ChallengeIn) -> Wire:
    door.throttle_sign_in(request)
    tenant = door.firm_of(body.firm)
    return {"firm": tenant.id, "nonce": issue_nonce(tenant=tenant, purpose=EMERGENCY)}


@router.post("/emergency/open", auth=None)
def open_(request: HttpRequest, body: RootIn) -> Wire:
    """Certificates and revocations of the firm, and who its owners are."""
    tenant = _proven(request, body)
    emergency.note_root(tenant=tenant, address=address_of(request))
    everybody = evidence.Subjects(frozenset(), frozenset(), everybody=True)
    firm = {"id": tenant.id, "slug": tenant.slug, "name": tenant.name}
    owners = [{"id": one.pk, "name": one.name, "username": one.username} for one in owners_of(tenant)]
    return {"firm": firm, "owners": owners, **wire.evidence(evidence.evidence(tenant.id, everybody))}


@router.post("/emergency/owner", auth=None)
def owner(request: HttpRequest, body: OwnerIn) -> Wire:
    """A new owner, or an owner's new key, with his password; signed in."""
    tenant = _proven(request, body)
    credential = body.credential
    new = emergency.NewOwner(
        person_id=body.person,
        name=body.name,
        username=body.username,
        certificate=body.certificate.signed(),
        revocations=[doc.signed() for doc in body.revocations],
        keys=PersonKeys.of(s=credential.s, auth_key=credential.auth_key, unlock=body.unlock),
    )
    person = emergency.recover_owner(tenant=tenant, new=new)
    return open_session(request, person, EMERGENCY)


def _proven(request: HttpRequest, body: RootIn) -> "Tenant":
    """The firm whose root signed a nonce of ours for this address; one answer for whatever is wrong with the proof."""
    tenant = door.firm_tried(request, body.firm)
    row = Certificate.objects.filter(tenant=tenant, kind="root", out_at=None).first()
    try:
        signed = body.login.signed()
        login = Login.parse(signed)
        use_nonce(tenant=tenant, purpose=EMERGENCY, nonce=login.nonce)
        if row is None:
            raise AccountsError("sign_in_refused", status=401)
        verify_here(request, signed, login, CertificateDocument.parse(queries.signed(row)), tenant.id)
    except SealError as error:
        raise AccountsError("sign_in_refused", status=401) from error
    return tenant
