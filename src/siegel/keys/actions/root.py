"""The firm gets another root: its certificate, the old one's end, what it certifies anew, all in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.firms import actions as firms
from siegel.firms.queries import role_of
from siegel.keys import queries, rules
from siegel.keys.actions.certificates import accept
from siegel.keys.actions.revocations import Due, fall, keep_revocation, shut_out
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate
from siegel.seals.canonical import unb64
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.documents import Revocation as RevocationDocument
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant
    from siegel.seals.certificates import CertificateStore, Known

OF_THE_LINE = ("root", "recovery", "owner")


@dataclass(frozen=True)
class NewRoot:
    """What a browser made: the root's certificate, the old root's revocation, and certificates by the new root."""

    root: Signed
    revocation: Signed
    certificates: Sequence[Signed]


@action
def change_root(*, by: "Person", new: NewRoot) -> Due:
    """The firm's root is another one, which has certified recovery and at least `by` anew; an owner brings it.

    The same again changes nothing. BaseError `not_found` (404) for others; KeysError `document_refused` with the rule
    that is broken (`root_incomplete` without recovery or `by`), `stale` (409) where somebody else was quicker.
    """
    audit.in_turn(by.tenant)
    if role_of(by) != "owner":
        raise BaseError("not_found", status=404)
    if Certificate.objects.filter(pk=new.root.hash, tenant=by.tenant_id).exists():
        audit.unchanged()
        return Due(0, [])
    return shut_out(by, replace_root(by.tenant, by, new))


def replace_root(tenant: "Tenant", by: "Person | None", new: NewRoot) -> set[str]:
    """Part of an action: as `change_root`; `by` is None where the sheet alone brings it (ADR 0031).

    Returns the key ids of what fell; the caller shuts their holders out.
    """
    with rules.refusing():
        root = CertificateDocument.parse(new.root)
        revocation = RevocationDocument.parse(new.revocation)
    old = Certificate.objects.filter(tenant=tenant, kind="root", out_at=None).first()
    if root.kind != "root" or old is None or revocation.certificate != old.hash:
        raise KeysError("stale", status=409)
    line = Certificate.objects.filter(tenant=tenant, kind__in=OF_THE_LINE)
    store = queries.store_of(tenant, set(line.values_list("kid", flat=True)))
    about = {"certificate": new.root.hash, "key": root.kid, "replaced": old.kid, "revocation": new.revocation.hash}
    logged = audit.record("keys.root_changed", tenant=tenant, by=by, about=about, attested_by="person")
    known = accept(tenant=tenant, signed=new.root, store=store, logged=logged)
    with rules.refusing():
        store.revoke(AcceptedRevocation(new.revocation, logged.at, logged.index))
    keep_revocation(old, new.revocation, revocation.author, logged)
    fallen = fall(old, revocation.compromised_since, logged.index)
    wanted = {queries.kid_of(by)} if by else set()
    before = Certificate.objects.filter(tenant=tenant, kind="recovery").values_list("kid", flat=True)
    wanted |= {kid for kid in before if store.revoked(kid) is None}
    if not wanted <= _certify_anew(tenant, new.certificates, store, known, logged):
        raise KeysError("document_refused", reason="root_incomplete")
    firms.replace_root(tenant=tenant, root_fingerprint=unb64(known.kid))
    return fallen


def _certify_anew(
    tenant: "Tenant",
    certificates: Sequence[Signed],
    store: "CertificateStore",
    root: "Known",
    logged: audit.Logged,
) -> set[str]:
    """Known keys, by the new root: their ids. KeysError `document_refused`."""
    done = set()
    for signed in certificates:
        with rules.refusing():
            document = CertificateDocument.parse(signed)
        if document.issuer != root.hash or store.by_kid(document.kid) is None:
            raise KeysError("document_refused", reason="certificate_issuer")
        done.add(accept(tenant=tenant, signed=signed, store=store, logged=logged).kid)
    return done
