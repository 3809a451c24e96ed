"""Who may certify whom, and a store of certificates verified up to the pinned root (docs/formats.md, section 3).

Every door of the room takes a `CertificateStore`, and a key that is not in it is nobody's. `verified` is for those who
believe nobody (browser, agent, scanner): it takes what a server says and checks everything. `load` is for the server
alone, which put the certificates into its own table after `add` had checked them.

Keys are taken back by revocations, which the store holds beside the certificates. The order of both is the log's.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Self, TypeAlias

from siegel.seals.canonical import MAX_INTEGER
from siegel.seals.certifying import check_keys, check_may_issue
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.documents import INVITATION_LIFE_S, MAY_CERTIFY, PERSONS, Certificate, Revocation, alg_of
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.known import Known
from siegel.seals.registry import Registry
from siegel.seals.revocations import AcceptedRevocation, check_may_revoke
from siegel.seals.roots import check_line, check_next, check_replaced, first_root
from siegel.seals.signed import Accepted, Signed

__all__ = [
    "Accepted",
    "CertificateStore",
    "Known",
    "countersign",
    "issue",
    "recertify",
    "root_certificate",
    "team_certificate",
]
# Writers date certificates back by this much, so that a clock that is ahead does not make them invalid on arrival.
CLOCK_LEEWAY_S = 300
Event: TypeAlias = AcceptedRevocation | Accepted


class CertificateStore(Registry):
    """Certificates whose chains end at the root with the pinned fingerprint, and the revocations of their keys."""

    def __init__(self, root: str) -> None:
        super().__init__()
        # where the line of roots begins: the pinned one, unless that replaced another
        self._first = root

    @classmethod
    def verified(cls, accepted: Iterable[Event], root: str, revocations: Iterable[AcceptedRevocation] = ()) -> Self:
        """The store of all of them, in whatever order they come; IntegrityError if one of them does not hold.

        Of several redemptions of one invitation the first in the log counts; a second one is an error, as the server
        must have refused it. At one place of the log a new root comes first, then revocations.
        """
        store = cls(root)
        events: list[Event] = sorted((*revocations, *accepted), key=lambda event: event.log_index)
        taken = [event for event in events if isinstance(event, AcceptedRevocation)]
        given = [event for event in events if not isinstance(event, AcceptedRevocation)]
        store._first = first_root(root, given, taken)
        for _, group in groupby(events, key=lambda event: event.log_index):
            store._add_place(list(group))
        check_line(store)
        return store

    def _add_place(self, events: Iterable[Event]) -> None:
        """What one place of the log holds."""
        revocations = [event for event in events if isinstance(event, AcceptedRevocation)]
        certificates = [event for event in events if not isinstance(event, AcceptedRevocation)]
        roots = [item for item in certificates if Certificate.parse(item.signed).kind == "root"]
        if any(Certificate.parse(item.signed).issuer for item in roots):
            self._add_all(roots)
        for revocation in revocations:
            self.revoke(revocation)
        self._add_all(certificates)

    def preview(self, signed: Signed, now: int) -> Known:
        """The certificate as it will stand once it is accepted; it is not taken in."""
        certificate = Certificate.parse(signed)
        return Known(certificate, signed.hash, certificate.kid, now, MAX_INTEGER)

    def _add_all(self, accepted: Iterable[Accepted]) -> None:
        """Adds certificates of one place in the log, each after its issuer."""
        waiting = [(item, Certificate.parse(item.signed).issuer) for item in accepted]
        while waiting:
            rest: list[tuple[Accepted, str | None]] = []
            for item, issuer in waiting:
                if issuer is None or issuer in self._by_hash:
                    self.add(item)
                else:
                    rest.append((item, issuer))
            if len(rest) == len(waiting):
                raise IntegrityError("certificate_issuer", "the issuer is not among the certificates before this one")
            waiting = rest

    def add(self, accepted: Accepted) -> Known:
        """Verifies one certificate against what is in the store and takes it in; the same one again is no error.

        IntegrityError: `certificate_…` for the rule it breaks, `signature_invalid`, or of its form.
        """
        if known := self._by_hash.get(accepted.signed.hash):
            return known
        certificate = Certificate.parse(accepted.signed)
        issuer = self._check_issuer(certificate, accepted)
        Certificate.verify(accepted.signed, issuer.signing_key)
        check_keys(certificate)
        self._check_same_key(certificate)
        self._check_same_rank(certificate)
        if issuer.kind == "invitation" and issuer.kid in self._redemptions:
            raise IntegrityError("certificate_redeemed", "the invitation was redeemed before, with another certificate")
        self._check_one_key(certificate, accepted.log_index)
        self._check_generation(certificate)
        return self.load(accepted)

    def revoke(self, accepted: AcceptedRevocation) -> None:
        """Verifies one revocation against what is in the store and takes it in; the same one again is no error.

        IntegrityError: `revocation_…` for the rule it breaks, `signature_invalid`, or of its form. All owners must be
        in the store when one of them is revoked.
        """
        if accepted.signed.hash in self._revocations:
            return
        revocation = Revocation.parse(accepted.signed)
        known, author = self._by_hash.get(revocation.certificate), self.by_kid(revocation.author)
        if known is None:
            raise IntegrityError("revocation_certificate", "it revokes a certificate that nobody knows")
        if revocation.firm != known.certificate.firm:
            raise IntegrityError("revocation_firm", "a revocation of another firm")
        if author is None or not self.in_force(author.kid, accepted.log_index):
            raise IntegrityError("revocation_rights", "the author's key is not in force")
        Revocation.verify(accepted.signed, author.certificate.signing_key)
        check_may_revoke(author.certificate, known.certificate)
        if known.certificate.kind == "root":
            check_replaced(self, author.kid, known.kid, accepted.log_index)
        if known.kid in self._revoked:
            raise IntegrityError("revocation_repeated", "the key was revoked before")
        if (revocation.compromised_since or 0) > accepted.log_index:
            raise IntegrityError("revocation_time", "compromised only after its revocation")
        if known.certificate.kind == "owner" and author.certificate.kind != "root":
            self._check_other_owner(known.kid, accepted.log_index)
        self.load_revocation(accepted)

    def _check_issuer(self, certificate: Certificate, accepted: Accepted) -> Certificate:
        """The certificate that must have signed this one, after the rules between the two were checked."""
        known = None
        if certificate.issuer is None:
            issuer = certificate
            if certificate.kid != self._first or self._roots:
                raise IntegrityError("certificate_root", "another root than the pinned one")
        else:
            known = self._by_hash.get(certificate.issuer)
            if known is None:
                raise IntegrityError("certificate_issuer", "the issuer is not among the certificates")
            issuer = known.certificate
            check_may_issue(issuer, certificate)
            if certificate.kind == "root":
                check_next(self, certificate, accepted)
        for one in (issuer, certificate):
            if not one.not_before <= accepted.accepted_at <= (one.not_after or accepted.accepted_at):
                raise IntegrityError("certificate_time", "accepted outside its validity, or its issuer's")
        at = accepted.log_index
        if known and not self._is_behind(at, known.log_index):
            raise IntegrityError("certificate_place", "its place in the log is not behind its issuer's")
        if known and not (self.in_force(known.kid, at) and self._stands(known, at)):
            raise IntegrityError("certificate_issuer_revoked", "the issuer's key, or its certificate, has no force")
        return issuer

    def _check_same_key(self, certificate: Certificate) -> None:
        """One key, one holder: else a second certificate could lend a known key another name or another rank."""
        for known in self._by_kid.get(certificate.kid, []):
            if _holder(known.certificate) != _holder(certificate):
                raise IntegrityError("certificate_conflict", "the key is certified for somebody or something else")
        if certificate.kid in self._revoked:
            raise IntegrityError("certificate_revoked", "the key was taken back for ever")

    def _check_same_rank(self, certificate: Certificate) -> None:
        """One subject, one rank: else whoever certifies clients could make himself a newer key of an owner's."""
        if self._ranks.get(certificate.subject, certificate.rank) != certificate.rank:
            raise IntegrityError("certificate_conflict", "its subject is certified as something else")

    def _check_one_key(self, certificate: Certificate, at: int) -> None:
        """One person, one key: else whoever certifies clients could make himself a second key of a client's.

        A new key of a person, and a letter that leads to one, counts only behind the place at which his key before it
        was taken back. That it is out of force is not enough: who fell could be certified again.
        """
        if certificate.kind not in (*PERSONS, "invitation") or certificate.kid in self._by_kid:
            return
        before = self.generation(certificate.subject)
        revoked = self._revoked.get(before.kid) if before else None
        if before and not (revoked and revoked.log_index < at):
            raise IntegrityError("subject_has_key", "the person's key before it was not taken back first")

    def _check_generation(self, certificate: Certificate) -> None:
        """The keys of a person, or of a team, come one after another; a team's stay in its office."""
        if certificate.kind not in (*PERSONS, "invitation", "team") or certificate.kid in self._by_kid:
            return
        newest = self.generation(certificate.subject)
        if certificate.generation != (newest.certificate.generation + 1 if newest else 1):
            raise IntegrityError("certificate_generation", "not the generation that follows the newest")
        if certificate.kind == "team" and newest and newest.certificate.office != certificate.office:
            raise IntegrityError("certificate_office", "the team belongs to another office")

    def _is_behind(self, at: int, issued_at: int) -> bool:
        """Whether a certificate at `at` comes after its issuer's; what a root brings with it lies in one place."""
        return at > issued_at or (at == issued_at and any(root.log_index == at for root in self._roots))

    def _check_other_owner(self, kid: str, at: int) -> None:
        """Without an owner nobody but the root could certify an owner or a scanner."""
        owners = {known.kid for known in self if known.certificate.kind == "owner"}
        if not any(self.in_force(owner, at) for owner in owners - {kid}):
            raise IntegrityError("revocation_last_owner", "the last owner's key is revoked by the root only")


def _holder(certificate: Certificate) -> tuple[str, str, int, str | None]:
    return certificate.subject, certificate.kind, certificate.generation, certificate.office


def root_certificate(seed: Seed, firm: str, now: int) -> Signed:
    """The firm's root, signed by itself."""
    keys = seed.public_keys(signs_only=True)
    return _document(keys, firm=firm, kind="root", subject=firm, issuer=None, now=now).sign(seed)


def issue(
    seed: Seed,
    issuer: Known,
    keys: PublicKeys,
    *,
    kind: str,
    subject: str,
    now: int,
    generation: int = 1,
    role: str | None = None,
    vaults: Iterable[str] = (),
    office: str | None = None,
) -> Signed:
    """A certificate for `keys`, signed with the issuer's `seed`; may itself certify all that its kind may.

    `role` and `vaults` are an invitation's, which lives 30 days. An issuer with an office certifies for this office,
    whether it is named or not. RefusedError `not_allowed` if the issuer may not.
    """
    certificate = _document(
        keys,
        firm=issuer.certificate.firm,
        kind=kind,
        subject=subject,
        issuer=issuer.hash,
        now=now,
        generation=generation,
        role=role,
        vaults=vaults,
        office=office or issuer.certificate.office,
    )
    return _signed(seed, issuer, certificate)


def team_certificate(
    seed: Seed, issuer: Known, recipient: str, *, team: str, generation: int, now: int, office: str | None = None
) -> Signed:
    """The certificate of a team's generation; `recipient` is that of its chain's epoch of the same number."""
    keys = PublicKeys(None, recipient)
    return issue(seed, issuer, keys, kind="team", subject=team, now=now, generation=generation, office=office)


def countersign(seed: Seed, issuer: Known, provisional: Certificate, now: int) -> Signed:
    """An ordinary certificate for the keys of a provisional one, signed by a person."""
    return _signed(seed, issuer, replace(provisional, issuer=issuer.hash, not_before=now - CLOCK_LEEWAY_S))


def recertify(seed: Seed, issuer: Known, fallen: Certificate, now: int) -> Signed:
    """Another certificate for the keys of one that fell, or is about to, by somebody else."""
    return countersign(seed, issuer, fallen, now)


def _signed(seed: Seed, issuer: Known, certificate: Certificate) -> Signed:
    try:
        check_may_issue(issuer.certificate, certificate)
    except IntegrityError as error:
        raise RefusedError("not_allowed", str(error)) from error
    return certificate.sign(seed)


def _document(
    keys: PublicKeys,
    *,
    firm: str,
    kind: str,
    subject: str,
    issuer: str | None,
    now: int,
    generation: int = 1,
    role: str | None = None,
    vaults: Iterable[str] = (),
    office: str | None = None,
) -> Certificate:
    not_before = now - CLOCK_LEEWAY_S
    return Certificate(
        alg=alg_of(kind),
        certifies=(role,) if role else tuple(sorted(MAY_CERTIFY.get(kind, ()))),
        firm=firm,
        generation=generation,
        issuer=issuer,
        kind=kind,
        not_after=not_before + INVITATION_LIFE_S if kind == "invitation" else None,
        not_before=not_before,
        office=office,
        recipient=keys.recipient,
        role=role,
        signing_key=keys.signing_key,
        subject=subject,
        vaults=tuple(sorted(vaults)),
    )
