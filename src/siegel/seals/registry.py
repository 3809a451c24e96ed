"""The certificates and revocations that are known, and what follows from them: whose a key is, and whether it counts.

Nothing is checked here: `CertificateStore` verifies, and the server loads what it verified earlier.
"""

from collections.abc import Iterator, Sequence

from siegel.seals.canonical import MAX_INTEGER
from siegel.seals.documents import PERSONS, Certificate, Revocation
from siegel.seals.errors import IntegrityError
from siegel.seals.known import Known, Team
from siegel.seals.revocations import AcceptedRevocation, Revoked
from siegel.seals.signed import Accepted


class Registry:
    """Certificates, and the revocations of their keys, in the order of the log.

    `teams`: the teams whose chains are known, by id; whoever replays a vault puts them there.
    """

    def __init__(self) -> None:
        self._by_hash: dict[str, Known] = {}
        self._by_kid: dict[str, list[Known]] = {}
        self._redemptions: dict[str, Known] = {}
        self._generations: dict[str, dict[int, Known]] = {}
        # Of each subject, by the first of its certificates.
        self._ranks: dict[str, str] = {}
        self._roots: list[Known] = []
        self._recoveries: list[Known] = []
        self._revoked: dict[str, Revoked] = {}
        self._revocations: set[str] = set()
        self.teams: dict[str, Team] = {}

    def load(self, accepted: Accepted) -> Known:
        """Takes in a certificate that `add` accepted earlier; checks nothing.

        Whether it is in force can be told only beside its issuers up to the root and their revocations.
        """
        certificate = Certificate.parse(accepted.signed)
        known = Known(certificate, accepted.signed.hash, certificate.kid, accepted.accepted_at, accepted.log_index)
        self._by_hash[known.hash] = known
        self._by_kid.setdefault(known.kid, []).append(known)
        self._ranks.setdefault(certificate.subject, certificate.rank)
        if certificate.kind == "root":
            self._roots.append(known)
        if certificate.kind == "recovery":
            self._recoveries.append(known)
        if certificate.kind in (*PERSONS, "team"):
            self._generations.setdefault(certificate.subject, {}).setdefault(certificate.generation, known)
        issuer = self._by_hash.get(certificate.issuer or "")
        if issuer and issuer.certificate.kind == "invitation":
            self._redemptions.setdefault(issuer.kid, known)
        return known

    def load_revocation(self, accepted: AcceptedRevocation) -> None:
        """Takes in a revocation that `revoke` accepted earlier; checks nothing. Its certificate must be there."""
        revocation = Revocation.parse(accepted.signed)
        self._revoked[self._by_hash[revocation.certificate].kid] = Revoked.of(accepted, revocation)
        self._revocations.add(accepted.signed.hash)

    def by_hash(self, value: str) -> Known | None:
        return self._by_hash.get(value)

    def by_kid(self, kid: str) -> Known | None:
        """The certificate of a key; where there are several, one that stands, and that a person issued."""
        known = self._by_kid.get(kid, [])
        if len(known) < 2:
            return known[0] if known else None
        return max(known, key=lambda k: (self._stands(k, MAX_INTEGER), not self._from_invitation(k)))

    def member(self, key: str, at: int | None = None) -> Known | None:
        """Whom a roster's key stands for at a log index (None: now).

        Its holder; for an invitation its first redemption, once there is one; for a team its newest generation; for a
        recovery key that was taken back the one in its place (ADR 0040).
        """
        at = MAX_INTEGER if at is None else at
        redeemed = self._redemptions.get(key)
        if redeemed and redeemed.log_index <= at:
            return self.by_kid(redeemed.kid)
        known = self.by_kid(key)
        if known and known.certificate.kind == "team":
            return self.generation(known.certificate.subject, at=at) or known
        if known and known.certificate.kind == "recovery":
            return self._present_recovery(known, at)
        return known

    def recovery(self) -> Known | None:
        """The recovery key to which the firm's first one leads, if that is in force; else the newest that is."""
        present = [known for known in self._recoveries if self.in_force(known.kid)]
        first = min(self._recoveries, key=lambda known: self._place(known.kid), default=None)
        led = self._present_recovery(first, MAX_INTEGER) if first else None
        newest = max(present, key=lambda known: self._place(known.kid), default=None)
        return led if led and self.in_force(led.kid) else newest

    def _present_recovery(self, named: Known, at: int) -> Known:
        """The key itself until it is taken back; then the one in its place, until that is taken back, and so on.

        Not simply the newest: else another key beside the one in force would be enough to read on. Where a server shows
        an end that does not lie behind the one before, the line ends there.
        """
        kid, place = named.kid, -1
        while (revoked := self._revoked.get(kid)) and place < revoked.log_index <= at:
            place = revoked.log_index
            follower = self._recovery_after(place, at)
            if follower is None:
                return named
            kid = follower
        return self.by_kid(kid) or named

    def _recovery_after(self, place: int, at: int) -> str | None:
        """Which recovery key came for one that was taken back at `place`: the newest that counted there, as it is
        certified just before; else the first since then. Without those that have fallen at a log index.
        """
        kids = {known.kid for known in self._recoveries if self._stands(known, at)}
        there = [kid for kid in kids if self.since(kid) <= place and self.in_force(kid, place)]
        later = [kid for kid in kids if self.since(kid) > place]
        return max(there, key=self._place) if there else min(later, key=self._place, default=None)

    def _place(self, kid: str) -> tuple[int, str]:
        return self.since(kid), kid

    def generation(self, subject: str, number: int | None = None, *, at: int = MAX_INTEGER) -> Known | None:
        """The first certificate of a team's or a person's key of this generation, or of the newest at a log index."""
        generations = self._generations.get(subject, {})
        if number is not None:
            return generations.get(number)
        newest = max((g for g, known in generations.items() if known.log_index <= at), default=0)
        return generations.get(newest)

    def redemption(self, invitation: str) -> Known | None:
        """The certificate by which the invitation with this key id was redeemed."""
        return self._redemptions.get(invitation)

    def root(self) -> Known | None:
        """The firm's root: the last of its line."""
        return self._roots[-1] if self._roots else None

    def roots(self) -> Sequence[Known]:
        """The firm's roots, each in the place of the one before."""
        return self._roots

    def since(self, kid: str) -> int:
        """The log index at which the key was first certified; IntegrityError `certificate_unknown`."""
        if not (known := self._by_kid.get(kid)):
            raise IntegrityError("certificate_unknown", "no certificate for this key")
        return min(k.log_index for k in known)

    def revoked(self, kid: str) -> Revoked | None:
        """Where the log takes the key back, if it does."""
        return self._revoked.get(kid)

    def in_force(self, kid: str, at: int | None = None) -> bool:
        """Whether the key counts at a log index (None: now): not revoked there, and one of its certificates stands."""
        at = MAX_INTEGER if at is None else at
        revoked = self._revoked.get(kid)
        if revoked and revoked.log_index <= at:
            return False
        return any(self._stands(known, at) for known in self._by_kid.get(kid, ()))

    def fallen_by(self, kid: str, since: int | None) -> list[Known]:
        """What a revocation of `kid` that names `since` would put out of force besides: one certificate per key.

        These somebody has to certify again, or to let go. In the log's order.
        """
        if since is None:
            return []
        fallen: dict[str, Known] = {}
        for known in sorted(self, key=lambda one: one.log_index):
            issuer = self._by_hash.get(known.certificate.issuer or "")
            if issuer and (issuer.hash in fallen or (issuer.kid == kid and known.log_index >= since)):
                fallen[known.hash] = known

        def stays(known: Known) -> bool:
            return known.hash not in fallen and self._stands(known, MAX_INTEGER)

        keys = {known.kid: known for known in fallen.values() if known.kid != kid and self.in_force(known.kid)}
        return [known for known in keys.values() if not any(map(stays, self._by_kid[known.kid]))]

    def is_provisional(self, kid: str) -> bool:
        """Whether only an invitation vouches for the key: of what stands, no person has countersigned it yet."""
        known = [k for k in self._by_kid.get(kid, []) if self._stands(k, MAX_INTEGER)]
        return bool(known) and all(self._from_invitation(k) for k in known)

    def countersignable(self, issuer: Certificate) -> list[Known]:
        """The provisional certificates that the holder of `issuer` may confirm."""
        return [
            known
            for known in self
            if known.certificate.kind in issuer.certifies
            and issuer.office in (None, known.certificate.office)
            and self.in_force(known.kid)
            and self.is_provisional(known.kid)
            and self._stands(known, MAX_INTEGER)
        ]

    def __iter__(self) -> Iterator[Known]:
        return iter(self._by_hash.values())

    def _stands(self, known: Known, at: int) -> bool:
        """Whether a certificate was accepted and has not fallen at a log index."""
        fell = self._fell_at(known)
        return known.log_index <= at and (fell is None or fell > at)

    def _fell_at(self, known: Known) -> int | None:
        """Where a certificate fell: because its issuer was compromised when it was issued, or with its issuer's.

        A root never falls: it would fall with the one it replaced.
        """
        issuer = self._by_hash.get(known.certificate.issuer or "")
        if issuer is None or known.certificate.kind == "root" or not self._revoked:
            return None
        places = [self._fell_at(issuer)]
        revoked = self._revoked.get(issuer.kid)
        if revoked and known.log_index >= revoked.since:
            places.append(revoked.log_index)
        return min((place for place in places if place is not None), default=None)

    def _from_invitation(self, known: Known) -> bool:
        issuer = self._by_hash.get(known.certificate.issuer or "")
        return issuer is not None and issuer.certificate.kind == "invitation"
