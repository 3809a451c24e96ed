"""Certificates are accepted once and for ever; what this server checked, every client checks again."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.keys import queries, rules
from siegel.keys.actions.chains import accepted_at
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate
from siegel.seals.certificates import Accepted, CertificateStore, Known
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import AuditEntry, Tenant

# What the owner may certify without an invitation; people's keys come by invitations and are countersigned here.
MACHINES = ("scanner", "service")


@action
def add_certificate(*, by: "Person", signed: Signed) -> None:
    """A countersignature for a provisional key, or a new certificate for scanner or service; the same again is fine.

    So is a countersignature when another certifier was quicker: clients give them without being asked. It is not kept.
    KeysError `document_refused` with the rule it breaks as reason.
    """
    if Certificate.objects.filter(pk=signed.hash, tenant=by.tenant_id).exists():
        audit.unchanged()
        return
    with rules.refusing():
        document = CertificateDocument.parse(signed)
        store = queries.store_of(by.tenant, [document.kid], [document.issuer or ""])
    issuer = store.by_hash(document.issuer or "")
    if issuer is None or issuer.certificate.subject != by.id:
        raise KeysError("document_refused", reason="certificate_issuer")
    if _is_countersigned(store, document):
        audit.unchanged()
        return
    if document.kind not in MACHINES and not store.is_provisional(document.kid):
        raise KeysError("document_refused", reason="certificate_not_invited")
    kind = "keys.certificate_added" if document.kind in MACHINES else "keys.countersigned"
    logged = audit.record(kind, tenant=by.tenant, by=by, about=about(document, signed), attested_by="person")
    accept(tenant=by.tenant, signed=signed, store=store, logged=logged)


def _is_countersigned(store: CertificateStore, document: CertificateDocument) -> bool:
    """Whether this key of a person is certified for the same name and role already, and not only by an invitation."""
    known = store.by_kid(document.kid)
    if known is None or document.kind in MACHINES or store.is_provisional(document.kid):
        return False
    return (known.certificate.kind, known.certificate.subject) == (document.kind, document.subject)


def accept(*, tenant: "Tenant", signed: Signed, store: CertificateStore, logged: "AuditEntry") -> Known:
    """Verify against `store`, take it in there and keep it. KeysError `document_refused`."""
    at = accepted_at(logged)
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
