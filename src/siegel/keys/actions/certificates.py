"""Certificates are accepted once and for ever; what this server checked, every client checks again."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.keys import queries, rules
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate, Chain, Holder
from siegel.seals.certificates import Accepted, CertificateStore, Known
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant

# What the owner may certify without an invitation; people's keys come by invitations and are countersigned here.
MACHINES = ("scanner", "service")


@action
def add_certificate(*, by: "Person", signed: Signed) -> None:
    """A countersignature for a provisional or a fallen key, or a new certificate for scanner or service.

    The same again is fine, and so is a countersignature when another certifier was quicker: clients give them without
    being asked. It is not kept. What a key that was out of force holds is due: it has missed epochs.
    KeysError `document_refused` with the rule it breaks as reason.
    """
    audit.in_turn(by.tenant)
    if Certificate.objects.filter(pk=signed.hash, tenant=by.tenant_id).exists():
        audit.unchanged()
        return
    with rules.refusing():
        document = CertificateDocument.parse(signed)
        store = queries.store_of(by.tenant, [document.kid], [document.issuer or ""], subjects=[document.subject])
    require_issuer(store, document, by)
    if _is_countersigned(store, document):
        audit.unchanged()
        return
    if document.kind not in MACHINES and store.by_kid(document.kid) is None:
        # people's keys come by invitation, a team's with its epoch
        raise KeysError("document_refused", reason="certificate_not_invited")
    kind = "keys.certificate_added" if document.kind in MACHINES else "keys.countersigned"
    logged = audit.record(kind, tenant=by.tenant, by=by, about=about(document, signed), attested_by="person")
    was_out = store.by_kid(document.kid) is not None and not store.in_force(document.kid)
    accept(tenant=by.tenant, signed=signed, store=store, logged=logged)
    if was_out:
        held = Holder.objects.filter(chain__tenant=by.tenant_id, kid=document.kid)
        Chain.objects.filter(pk__in=held.values("chain")).update(due=True)


def _is_countersigned(store: CertificateStore, document: CertificateDocument) -> bool:
    """Whether this key of a person is certified for the same name and role already, and not only by an invitation."""
    known = store.by_kid(document.kid)
    if known is None or document.kind in MACHINES or not store.in_force(known.kid) or store.is_provisional(known.kid):
        return False
    return (known.certificate.kind, known.certificate.subject) == (document.kind, document.subject)


def add_team_key(*, by: "Person", team_id: str, signed: Signed) -> None:
    """Part of an action: the certificate of a team's next generation, accepted with the epoch it is for.

    KeysError `document_refused`. That the keys are the epoch's is the chain's rule (`team_differs`).
    """
    with rules.refusing():
        document = CertificateDocument.parse(signed)
        store = queries.store_of(by.tenant, [], [document.issuer or ""], subjects=[team_id])
    require_issuer(store, document, by)
    if document.kind != "team" or document.subject != team_id:
        raise KeysError("document_refused", reason="team_differs")
    logged = audit.record(
        "keys.certificate_added", tenant=by.tenant, by=by, about=about(document, signed), attested_by="person"
    )
    accept(tenant=by.tenant, signed=signed, store=store, logged=logged)


def require_issuer(store: CertificateStore, document: CertificateDocument, by: "Person") -> None:
    """KeysError `document_refused` (`certificate_issuer`) unless the issuer's certificate is the person's own."""
    issuer = store.by_hash(document.issuer or "")
    if issuer is None or issuer.certificate.subject != by.id:
        raise KeysError("document_refused", reason="certificate_issuer")


def accept(*, tenant: "Tenant", signed: Signed, store: CertificateStore, logged: audit.Logged) -> Known:
    """Verify against `store`, take it in there and keep it. KeysError `document_refused`."""
    at = logged.at
    with rules.refusing():
        known = store.add(Accepted(signed, at, logged.index))
    document = known.certificate
    if document.firm != tenant.id:
        raise KeysError("document_refused", reason="certificate_firm")
    Certificate.objects.create(
        hash=known.hash,
        tenant=tenant,
        kind=document.kind,
        subject=document.subject,
        generation=document.generation,
        kid=known.kid,
        issuer_id=document.issuer,
        bytes=signed.raw,
        sig=signed.sig,
        accepted_at=at,
        log_index=logged.index,
    )
    return known


def about(document: CertificateDocument, signed: Signed) -> dict[str, str]:
    """What an entry says about a certificate."""
    return {"certificate": signed.hash, "key": document.kid, "kind": document.kind, "subject": document.subject}
