"""From the emergency sheet: an owner whose key is lost, or who died, is followed by one of the root's (ADR 0017)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siegel.accounts import actions as accounts
from siegel.accounts.queries import people_of
from siegel.base import audit
from siegel.base.actions import action
from siegel.firms import actions as firms
from siegel.firms.queries import role_of
from siegel.keys import queries, rules
from siegel.keys.actions.certificates import about, accept
from siegel.keys.actions.people import PersonKeys, keep_unlocking
from siegel.keys.actions.revocations import revoke_key, shut_out
from siegel.keys.actions.root import NewRoot, replace_root
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.documents import Revocation
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant


@dataclass(frozen=True)
class NewOwner:
    """What a browser made from the sheet: `certificate` for an owner's new key and `revocations`, signed by the root.

    `name` and `username` count for somebody who is not known yet. `root`: that root is a new one, signed by recovery as
    the old one is lost (ADR 0031).
    """

    person_id: str
    name: str
    username: str
    certificate: Signed
    revocations: Sequence[Signed]
    keys: PersonKeys
    root: NewRoot | None = None


@action
def note_root(*, tenant: "Tenant", key: str, address: str) -> None:
    """Somebody proved that he has the root's or recovery's key, and reads the firm's certificates."""
    audit.in_turn(tenant)
    audit.record("keys.root_signed_in", tenant=tenant, about={"key": key}, personal={"address": address})


@action
def recover_owner(*, tenant: "Tenant", new: NewOwner) -> "Person":
    """The person is an active owner with this key and password; what he had before opens nothing any more.

    Somebody who is known must be an owner, and his old key is taken back in the same transaction. KeysError
    `document_refused` with the rule that is broken; `emergency_generation`, `emergency_key_in_force` (409).
    """
    audit.in_turn(tenant)
    with rules.refusing():
        document = CertificateDocument.parse(new.certificate)
    fallen = replace_root(tenant, None, new.root) if new.root else set()
    issuer = Certificate.objects.filter(pk=document.issuer, tenant=tenant, kind="root", out_at=None).first()
    if document.kind != "owner" or document.subject != new.person_id or issuer is None:
        raise KeysError("document_refused", reason="certificate_issuer")
    known = people_of(tenant.id).select_related("tenant").filter(pk=new.person_id).first()
    if known and role_of(known) != "owner":
        raise KeysError("document_refused", reason="certificate_conflict")
    person = known or _add_owner(tenant, new)
    for signed in new.revocations:
        _require_root(tenant, signed)
        revoke_key(by=person, signed=signed)
    _require_next(person, document)
    logged = audit.record(
        "keys.owner_recovered",
        tenant=tenant,
        by=person,
        about=about(document, new.certificate),
        personal={"name": person.name},
        attested_by="person",
    )
    with rules.refusing():
        store = queries.store_of(tenant, [document.kid], [document.issuer or ""], subjects=[person.pk])
    accept(tenant=tenant, signed=new.certificate, store=store, logged=logged)
    keep_unlocking(person=person, keys=new.keys, generation=document.generation)
    shut_out(person, fallen)
    return person


def _add_owner(tenant: "Tenant", new: NewOwner) -> "Person":
    person = accounts.add_person(tenant=tenant, person_id=new.person_id, username=new.username, name=new.name, by=None)
    firms.add_staff(person=person, role="owner", by=None)
    return person


def _require_root(tenant: "Tenant", signed: Signed) -> None:
    """Else the new owner would bring a revocation that nobody here has signed."""
    with rules.refusing():
        author = Revocation.parse(signed).author
    if not Certificate.objects.filter(tenant=tenant, kind="root", kid=author).exists():
        raise KeysError("document_refused", reason="revocation_rights")


def _require_next(person: "Person", document: CertificateDocument) -> None:
    """One key at a time: the new one follows the newest, which is out of force."""
    if document.generation != queries.generation_of(person) + 1:
        raise KeysError("emergency_generation", status=409)
    if queries.certificate_of(person) is not None:
        raise KeysError("emergency_key_in_force", status=409)
