"""Inviting by letter, and redeeming: the first certificate under an invitation counts, all others are refused.

A person who is known already is invited anew: his old key is taken back in the same transaction, and the new one takes
its places (`revocation`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from siegel.accounts import actions as accounts
from siegel.accounts.mailbox import set_mailbox
from siegel.accounts.queries import people_of
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.firms import actions as firms
from siegel.firms.queries import Standing, clients_visible_to, offices_of, people_managed_by, role_of, standing
from siegel.keys import queries, rules
from siegel.keys.actions import chains
from siegel.keys.actions.certificates import about, accept, require_issuer
from siegel.keys.actions.people import PersonKeys, keep_unlocking
from siegel.keys.actions.revocations import revoke_key
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate, Chain, Holder, Invitation, Wrap
from siegel.seals.certificates import CertificateStore
from siegel.seals.documents import PERSONS, STAFF
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.epochs import check_wrap
from siegel.seals.invitations import parse_invitation_id
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@dataclass(frozen=True)
class Letter:
    """What the inviting browser made: an invitation's certificate and one roster change per vault (by vault id).

    `email`: where mail for the person goes; empty where nobody knows, or to leave it as it is.
    """

    id: str
    person_id: str
    name: str
    username: str
    role: str
    client_id: str | None
    certificate: Signed
    vaults: Mapping[str, chains.Documents]
    office_id: str | None = None
    revocation: Signed | None = None
    email: str = ""


@dataclass(frozen=True)
class SeedWrap:
    """An epoch's seed of a vault, sealed to the new person's key."""

    vault: str
    epoch: int
    age: bytes


@action
def invite(*, by: "Person", letter: Letter) -> Invitation:
    """A person who may redeem, and his place in each vault before he comes.

    For staff; BaseError `not_found` for others, and for a known person whom `by` does not look after. KeysError:
    `document_refused`, `invitation_exists` (409), and as in `chains.append_record`.
    """
    audit.in_turn(by.tenant)
    if role_of(by) not in STAFF:
        raise BaseError("not_found", status=404)
    document = _read_letter(letter)
    known_person = people_of(by.tenant_id).select_related("tenant").filter(pk=letter.person_id).first()
    person = _call_anew(by, known_person, letter, document) if known_person else _add_person(by, letter, document)
    logged = audit.record(
        "keys.access_reissued" if known_person else "keys.invitation_created",
        tenant=by.tenant,
        by=by,
        about=about(document, letter.certificate) | {"invitation": letter.id, "role": letter.role},
        personal={"name": letter.name},
        attested_by="person",
    )
    with rules.refusing():
        store = queries.store_of(by.tenant, [document.kid], [document.issuer or ""], subjects=[person.pk])
    _require_issuer(store, document, by)
    known = accept(tenant=by.tenant, signed=letter.certificate, store=store, logged=logged)
    invitation = Invitation.objects.create(
        id=letter.id,
        tenant=by.tenant,
        person=person,
        role=letter.role,
        certificate_id=known.hash,
        expires_at=document.not_after or 0,
    )
    for vault_id, documents in letter.vaults.items():
        _add_holder(by, vault_id, documents, known.kid, letter.name)
    if letter.email.strip():
        set_mailbox(person=person, by=by, address=letter.email)
    return invitation


def _read_letter(letter: Letter) -> CertificateDocument:
    """The certificate of a letter that is new, and is what it says of itself."""
    with rules.refusing():
        document = CertificateDocument.parse(letter.certificate)
        if parse_invitation_id(letter.id) != letter.id:
            raise KeysError("document_refused", reason="invitation_id")
    if Invitation.objects.filter(pk=letter.id).exists():
        raise KeysError("invitation_exists", status=409)
    _check_letter(letter, document)
    return document


@action
def redeem(
    *, invitation: Invitation, certificate: Signed, wraps: Sequence[SeedWrap], keys: PersonKeys, now: int
) -> "Person":
    """The invited person is active with keys of his own; the invitation's wraps are gone, its vaults' epochs are due.

    The same certificate again changes nothing. KeysError: `invitation_gone` (410) for another one or after its end,
    `stale` (409) when a vault has a newer epoch than the wraps, `document_refused`, `wraps_incomplete`.
    """
    audit.in_turn(invitation.tenant)
    invitation = Invitation.objects.select_related("person__tenant", "certificate").get(pk=invitation.pk)
    person = invitation.person
    if invitation.redeemed_id == certificate.hash:
        audit.unchanged()
        return person
    if invitation.redeemed_id or invitation.expires_at < now or invitation.certificate.out_at is not None:
        raise KeysError("invitation_gone", status=410)
    with rules.refusing():
        document = CertificateDocument.parse(certificate)
        store = queries.store_of(person.tenant, [invitation.certificate.kid, document.kid], subjects=[person.pk])
    if document.issuer != invitation.certificate_id:
        raise KeysError("document_refused", reason="certificate_issuer")
    logged = audit.record(
        "keys.invitation_redeemed",
        tenant=person.tenant,
        by=person,
        about=about(document, certificate) | {"invitation": invitation.id},
        attested_by="person",
    )
    known = accept(tenant=person.tenant, signed=certificate, store=store, logged=logged)
    invitation.redeemed_id = known.hash
    invitation.save(update_fields=["redeemed"])
    _hand_over(invitation, known.kid, wraps)
    keep_unlocking(person=person, keys=keys, generation=document.generation)
    return person


def _require_issuer(store: CertificateStore, document: CertificateDocument, by: "Person") -> None:
    """By the person himself; an owner's by the root, whose signature an owner brings."""
    issuer = store.by_hash(document.issuer or "")
    if document.role == "owner" and issuer and issuer.certificate.kind == "root" and role_of(by) == "owner":
        return
    require_issuer(store, document, by)


def _check_letter(letter: Letter, document: CertificateDocument) -> None:
    said = (document.kind, document.role, document.subject, document.office, document.vaults)
    if said != ("invitation", letter.role, letter.person_id, letter.office_id, tuple(sorted(letter.vaults))):
        raise KeysError("document_refused", reason="invitation_mismatch")


def _call_anew(by: "Person", person: "Person", letter: Letter, document: CertificateDocument) -> "Person":
    """The person waits for the new letter: he keeps id, user name and place; nothing he had opens anything."""
    if not people_managed_by(by).filter(pk=person.pk).exists():
        raise BaseError("not_found", status=404)
    found = standing(person)
    if found is None or not _is_same(person, found, letter):
        raise KeysError("document_refused", reason="invitation_mismatch")
    if document.generation != queries.generation_of(person) + 1:
        raise KeysError("document_refused", reason="invitation_generation")
    if letter.revocation:
        revoke_key(by=by, signed=letter.revocation)
    if _has_key(person):
        raise KeysError("document_refused", reason="reset_revocation")
    accounts.set_state(person=person, state=person.State.INVITED)
    return person


def _is_same(person: "Person", found: Standing, letter: Letter) -> bool:
    """Whether the letter is for the person as he is; a client's office may be named where none was."""
    same = (person.username, person.name, found.role) == (letter.username, letter.name, letter.role)
    offices = (letter.office_id, None) if found.role == "client" else (letter.office_id,)
    return same and found.office_id in offices and letter.client_id in (None, found.client_id)


def _has_key(person: "Person") -> bool:
    """Whether a key of the person, or a letter to him, is in force."""
    rows = Certificate.objects.filter(tenant=person.tenant_id, subject=person.pk, out_at=None)
    letters = Invitation.objects.filter(person=person, redeemed=None)
    return rows.filter(Q(kind__in=PERSONS) | Q(pk__in=letters.values("certificate"))).exists()


def _add_person(by: "Person", letter: Letter, document: CertificateDocument) -> "Person":
    if (letter.role == "client") != (letter.client_id is not None):
        raise KeysError("document_refused", reason="invitation_client")
    if document.generation != 1 or letter.revocation:
        raise KeysError("document_refused", reason="invitation_generation")
    client = clients_visible_to(by).filter(pk=letter.client_id).first() if letter.client_id else None
    office = offices_of(by.tenant).filter(pk=letter.office_id).first() if letter.office_id else None
    if (letter.client_id and client is None) or (letter.office_id and office is None):
        raise BaseError("not_found", status=404)
    if client is not None and client.office_id not in (None, letter.office_id):
        # else the leader of the client's office could not take the key back
        raise KeysError("document_refused", reason="certificate_office")
    person = accounts.add_person(
        tenant=by.tenant, person_id=letter.person_id, username=letter.username, name=letter.name, by=by
    )
    if client is None:
        firms.add_staff(person=person, role=letter.role, by=by, office=office)
    else:
        firms.add_client_user(person=person, client=client, by=by)
    return person


def _add_holder(by: "Person", vault_id: str, documents: chains.Documents, kid: str, name: str) -> None:
    """Append the roster change by which the invitation becomes a holder, and nothing else."""
    appended = chains.append_record(
        by=by, vault_id=vault_id, documents=documents, nodes=lambda _: None, personal={"name": name}
    )
    if appended.step is None or documents.roster is None:
        raise KeysError("document_refused", reason="invitation_roster")
    if not Holder.objects.filter(chain=vault_id, roster_kid=kid).exists():
        raise KeysError("document_refused", reason="invitation_roster")


def _hand_over(invitation: Invitation, kid: str, wraps: Sequence[SeedWrap]) -> None:
    """The new key takes the invitation's place in all its vaults."""
    invited = invitation.certificate.kid
    places = Holder.objects.filter(chain__tenant=invitation.tenant_id, roster_kid=invited)
    current = dict(Chain.objects.filter(pk__in=places.values("chain")).values_list("vault_id", "epoch"))
    if {wrap.vault for wrap in wraps} != current.keys() or len(wraps) != len(current):
        raise KeysError("wraps_incomplete")
    if any(wrap.epoch != current[wrap.vault] for wrap in wraps):
        raise KeysError("stale", status=409)
    with rules.refusing():
        for wrap in wraps:
            check_wrap(wrap.age)
    places.update(kid=kid)
    Wrap.objects.filter(chain__in=current, kid=invited).delete()
    Wrap.objects.bulk_create(Wrap(chain_id=wrap.vault, epoch=wrap.epoch, kid=kid, age=wrap.age) for wrap in wraps)
    Chain.objects.filter(pk__in=current).update(due=True)
