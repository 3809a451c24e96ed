"""A key is taken back: in one transaction every door that it opened is shut (KEYS 6).

Only rows of this room and of accounts change; what higher rooms tidy up afterwards, no door waits for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from siegel.accounts import actions as accounts
from siegel.accounts.queries import people_of
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.firms import actions as firms
from siegel.firms.queries import people_managed_by, role_of
from siegel.keys import queries, rules
from siegel.keys.actions.certificates import add_certificate
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate, Chain, Revocation, Team, UnlockWrap, Wrap
from siegel.keys.places import chains_opened_by
from siegel.seals.documents import PERSONS
from siegel.seals.documents import Revocation as RevocationDocument
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@dataclass(frozen=True)
class Due:
    """What has to get new keys because of a revocation: how many vaults, and which teams (ids)."""

    vaults: int
    teams: list[str]


@action
def revoke_key(*, by: "Person", signed: Signed, certificates: Sequence[Signed] = ()) -> Due:
    """The key is out of force: its person is out, its wraps are gone, what it opened is due.

    `certificates` certify again what fell with it; whose key stays fallen is blocked, until somebody vouches for him.
    The same revocation again changes nothing. BaseError `not_found` (404) for a key whose person `by` does not look
    after; KeysError `document_refused` with the rule it breaks.
    """
    audit.in_turn(by.tenant)
    with rules.refusing():
        document = RevocationDocument.parse(signed)
    row = Certificate.objects.filter(pk=document.certificate, tenant=by.tenant_id).first()
    if row is None:
        raise KeysError("document_refused", reason="revocation_certificate")
    if Revocation.objects.filter(pk=signed.hash).exists():
        audit.unchanged()
        return due_among(chains_opened_by(by.tenant_id, [row.kid]))
    _require_may_see(by, row)
    at = _accept(by, signed, document, row)
    fallen = fall(row, document.compromised_since, at)
    Wrap.objects.filter(chain__tenant=by.tenant_id, kid=row.kid).delete()
    _end_access(by, row)
    for certificate in certificates:
        add_certificate(by=by, signed=certificate)
    return shut_out(by, fallen, row.kid)


def shut_out(by: "Person", fallen: set[str], *revoked: str) -> Due:
    """Part of an action: whose key stays fallen is blocked, and what it opened is due, as with those `revoked`."""
    out = _out_of_force(by.tenant_id, fallen)
    _block_fallen(by, out)
    opened = chains_opened_by(by.tenant_id, [*revoked, *out])
    opened.filter(due=False).update(due=True)
    return due_among(opened)


def _accept(by: "Person", signed: Signed, document: RevocationDocument, row: Certificate) -> int:
    """Verified, in the log and in the table; returns its place. KeysError `document_refused`."""
    author = Certificate.objects.filter(kid=document.author, tenant=by.tenant_id).first()
    # the root signs on paper: an owner brings what it signed
    its_own = author is not None and author.subject == by.id
    if not its_own and not (author and author.kind == "root" and role_of(by) == "owner"):
        raise KeysError("document_refused", reason="revocation_rights")
    owners = Certificate.objects.filter(tenant=by.tenant_id, kind="owner").values_list("kid", flat=True)
    keys = {document.author, row.kid, *(owners if row.kind == "owner" else ())}
    store = queries.store_of(by.tenant, keys, [row.hash])
    logged = audit.record(
        "keys.revoked",
        tenant=by.tenant,
        by=by,
        about={
            "certificate": row.hash,
            "key": row.kid,
            "kind": row.kind,
            "reason": document.reason,
            "revocation": signed.hash,
            "subject": row.subject,
        },
        personal=_names(row),
        attested_by="person",
    )
    with rules.refusing():
        store.revoke(AcceptedRevocation(signed, logged.at, logged.index))
    keep_revocation(row, signed, document.author, logged)
    return logged.index


def keep_revocation(row: Certificate, signed: Signed, author: str, logged: audit.Logged) -> None:
    """Part of an action: the revocation of the key of `row`, which was verified."""
    Revocation.objects.create(
        hash=signed.hash,
        tenant_id=row.tenant_id,
        kid=row.kid,
        subject=row.subject,
        author=author,
        bytes=signed.raw,
        sig=signed.sig,
        accepted_at=logged.at,
        log_index=logged.index,
    )


def _require_may_see(by: "Person", row: Certificate) -> None:
    """People's keys by whoever looks after them, or by themselves; the others by rulers, as the rules of seals say."""
    if row.subject == by.id:
        return
    if row.kind in (*PERSONS, "invitation"):
        may = people_managed_by(by).filter(pk=row.subject).exists()
    else:
        may = role_of(by) in ("owner", "office_leader")
    if not may:
        raise BaseError("not_found", status=404)


def _names(row: Certificate) -> dict[str, str]:
    person = people_of(row.tenant_id).filter(pk=row.subject).first()
    team = Team.objects.filter(pk=row.subject).first() if row.kind == "team" else None
    name = person.name if person else team.name if team else ""
    return {"name": name} if name else {}


def fall(row: Certificate, since: int | None, at: int) -> set[str]:
    """Marks the key's certificates, and what falls with them; returns the key ids of what fell.

    What the key certified from `since` on falls, and what was certified under a fallen certificate, down to the last.
    Only in this firm: anybody's key can be certified in any firm, its holder need not know.
    """
    own = Certificate.objects.filter(tenant=row.tenant_id)
    own.filter(kid=row.kid, out_at=None).update(out_at=at)
    if since is None:
        return set()
    fallen: dict[str, str] = {}
    # a root never falls with the one it replaced
    level = own.filter(issuer__kid=row.kid, log_index__gte=since).exclude(kind="root")
    while found := dict(level.exclude(pk__in=fallen).values_list("pk", "kid")):
        fallen |= found
        level = own.filter(issuer__in=found)
    own.filter(pk__in=fallen, out_at=None).update(out_at=at)
    return set(fallen.values())


def _out_of_force(tenant_id: str, kids: set[str]) -> set[str]:
    in_force = Certificate.objects.filter(tenant=tenant_id, kid__in=kids, out_at=None)
    return kids - set(in_force.values_list("kid", flat=True))


def _end_access(by: "Person", row: Certificate) -> None:
    """Of a person whose newest key this was, or who was to have one: he is revoked until he is invited anew."""
    if row.kind not in (*PERSONS, "invitation"):
        return
    person = people_of(row.tenant_id).select_related("tenant").get(pk=row.subject)
    waits = row.kind == "invitation" and person.state == person.State.INVITED
    if not waits and queries.kid_of(person) != row.kid:
        return
    UnlockWrap.objects.filter(person=person).delete()
    accounts.end_access(person=person, by=by)
    accounts.set_state(person=person, state=person.State.REVOKED)


def _block_fallen(by: "Person", kids: set[str]) -> None:
    """Nobody vouches any more for the people of these keys: whoever stole the key may have made them up."""
    subjects = Certificate.objects.filter(tenant=by.tenant_id, kid__in=kids, kind__in=PERSONS).values("subject")
    for person in people_of(by.tenant_id).filter(pk__in=subjects).exclude(pk=by.pk).select_related("tenant"):
        if person.state == person.State.ACTIVE and queries.kid_of(person) in kids:
            firms.block_person(person=person, by=by)


def due_among(opened: QuerySet[Chain]) -> Due:
    """What of these is due."""
    teams = Team.objects.filter(pk__in=opened.filter(due=True).values("pk")).order_by("pk")
    ids = list(teams.values_list("pk", flat=True))
    return Due(opened.filter(due=True).count() - len(ids), ids)
