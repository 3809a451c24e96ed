"""The door for whoever has the emergency sheet and no session (docs/formats.md 10, ADR 0017).

A login signed by the root, or by recovery where the root is lost (ADR 0031), opens two things: reading certificates and
revocations, and one new owner, certified by the root; with recovery that is a new one. Each needs a nonce of its own;
there is no session of the root.
"""

from contextlib import suppress
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
from siegel.keys.actions.root import NewRoot
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
MAX_CERTIFICATES = 100
Wire = dict[str, Any]


class ChallengeIn(schemas.Strict):
    firm: schemas.Name


class RootIn(ChallengeIn):
    login: schemas.Doc


class NewRootIn(schemas.Strict):
    root: schemas.Doc
    revocation: schemas.Doc
    certificates: Annotated[list[schemas.Doc], Field(max_length=MAX_CERTIFICATES)]

    def parsed(self) -> NewRoot:
        certificates = [doc.signed() for doc in self.certificates]
        return NewRoot(self.root.signed(), self.revocation.signed(), certificates)


class OwnerIn(RootIn):
    person: schemas.Id
    name: schemas.Name
    username: schemas.Name
    certificate: schemas.Doc
    revocations: Annotated[list[schemas.Doc], Field(max_length=MAX_REVOCATIONS)] = []
    credential: schemas.Credential
    unlock: schemas.Binary
    root: NewRootIn | None = None


@router.post("/emergency/challenge", auth=None)
def challenge(request: HttpRequest, body: ChallengeIn) -> Wire:
    door.throttle_sign_in(request)
    tenant = door.firm_of(body.firm)
    return {"firm": tenant.id, "nonce": issue_nonce(tenant=tenant, purpose=EMERGENCY)}


@router.post("/emergency/open", auth=None)
def open_(request: HttpRequest, body: RootIn) -> Wire:
    """Certificates and revocations of the firm, and who its owners are."""
    tenant, key = _proven(request, body)
    emergency.note_root(tenant=tenant, key=key, address=address_of(request))
    everybody = evidence.Subjects(frozenset(), frozenset(), everybody=True)
    firm = {"id": tenant.id, "slug": tenant.slug, "name": tenant.name}
    owners = [{"id": one.pk, "name": one.name, "username": one.username} for one in owners_of(tenant)]
    return {"firm": firm, "owners": owners, **wire.evidence(evidence.evidence(tenant.id, everybody))}


@router.post("/emergency/owner", auth=None)
def owner(request: HttpRequest, body: OwnerIn) -> Wire:
    """A new owner, or an owner's new key, with his password; signed in."""
    tenant, _ = _proven(request, body)
    credential = body.credential
    new = emergency.NewOwner(
        person_id=body.person,
        name=body.name,
        username=body.username,
        certificate=body.certificate.signed(),
        revocations=[doc.signed() for doc in body.revocations],
        keys=PersonKeys.of(s=credential.s, auth_key=credential.auth_key, unlock=body.unlock),
        root=body.root.parsed() if body.root else None,
    )
    person = emergency.recover_owner(tenant=tenant, new=new)
    return open_session(request, person, EMERGENCY)


def _proven(request: HttpRequest, body: RootIn) -> tuple["Tenant", str]:
    """The firm, and the key id of its root or recovery that signed a nonce of ours for this address.

    One answer for whatever is wrong with the proof.
    """
    tenant = door.firm_tried(request, body.firm)
    rows = Certificate.objects.filter(tenant=tenant, kind__in=("root", "recovery"), out_at=None)
    try:
        signed = body.login.signed()
        login = Login.parse(signed)
        use_nonce(tenant=tenant, purpose=EMERGENCY, nonce=login.nonce)
        for certificate in (CertificateDocument.parse(queries.signed(row)) for row in rows):
            with suppress(SealError):
                verify_here(request, signed, login, certificate, tenant.id)
                return tenant, certificate.kid
    except SealError as error:
        raise AccountsError("sign_in_refused", status=401) from error
    raise AccountsError("sign_in_refused", status=401)
