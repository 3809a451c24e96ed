"""The firm gets another recovery key: certified by the root, which takes the old one back (ADR 0031)."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.firms.queries import role_of
from siegel.keys import queries, rules
from siegel.keys.actions.certificates import about, accept
from siegel.keys.actions.revocations import Due, due_among, revoke_key
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate, Holder
from siegel.keys.places import chains_opened_by
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.documents import Revocation as RevocationDocument
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def replace_recovery(*, by: "Person", certificate: Signed, revocation: Signed) -> Due:
    """Both are signed by the present root; an owner brings them. What named the old key is due.

    Its wraps are deleted: from now on it opens nothing here. The vaults get the new one with their next epochs. The
    same again changes nothing. BaseError `not_found` (404) for others; KeysError `document_refused` with the rule that
    is broken.
    """
    audit.in_turn(by.tenant)
    if role_of(by) != "owner":
        raise BaseError("not_found", status=404)
    with rules.refusing():
        document = CertificateDocument.parse(certificate)
        revoked = RevocationDocument.parse(revocation)
    if Certificate.objects.filter(pk=certificate.hash, tenant=by.tenant_id).exists():
        revoke_key(by=by, signed=revocation)
        return due_among(chains_opened_by(by.tenant_id, [document.kid]))
    root = Certificate.objects.filter(tenant=by.tenant_id, kind="root", out_at=None).first()
    if document.kind != "recovery" or root is None or document.issuer != root.hash:
        raise KeysError("document_refused", reason="certificate_issuer")
    row = Certificate.objects.filter(pk=revoked.certificate, tenant=by.tenant_id, kind="recovery").first()
    if row is None:
        raise KeysError("document_refused", reason="revocation_certificate")
    with rules.refusing():
        store = queries.store_of(by.tenant, [document.kid], [root.hash])
    logged = audit.record(
        "keys.recovery_replaced", tenant=by.tenant, by=by, about=about(document, certificate), attested_by="person"
    )
    accept(tenant=by.tenant, signed=certificate, store=store, logged=logged)
    due = revoke_key(by=by, signed=revocation)
    # Whatever is due now is sealed to the new one by whoever begins the next epoch (ADR 0040).
    Holder.objects.filter(chain__tenant=by.tenant_id, rights="hold", kid=row.kid).update(kid=document.kid)
    return due
