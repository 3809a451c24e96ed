"""Who may certify whom, and a store of certificates verified up to the pinned root (docs/formats.md, section 3).

Every door of the room takes a `CertificateStore`, and a key that is not in it is nobody's. `verified` is for those who
believe nobody (browser, agent, scanner): it takes what a server says and checks everything. `load` is for the server
alone, which put the certificates into its own table after `add` had checked them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

from siegel.lib.age import FileKey, HybridRecipient, KeyFormatError, RecipientError
from siegel.lib.ed25519 import is_public_key
from siegel.seals.canonical import Json, unb64
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.documents import ALG, ALG_SIGNS_ONLY, INVITATION_LIFE_S, MAY_CERTIFY, Certificate
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.fields import Fields
from siegel.seals.signed import Signed

# Writers date certificates back by this much, so that a clock that is ahead does not make them invalid on arrival.
CLOCK_LEEWAY_S = 300


@dataclass(frozen=True, slots=True)
class Accepted:
    """A certificate as the log has it: the document, the time and the place of its acceptance."""

    signed: Signed
    accepted_at: int
    log_index: int

    @classmethod
    def from_wire(cls, value: Json) -> Self:
        f = Fields(value, "accepted certificate")
        return cls(Signed.from_wire(f.take("doc")), f.time("accepted_at"), f.integer("log_index", 0))


@dataclass(frozen=True, slots=True)
class Known:
    """A certificate in a store: verified, with its hash (by which it is named as issuer) and its place in the log."""

    certificate: Certificate
    hash: str
    kid: str
    accepted_at: int
    log_index: int


class CertificateStore:
    """Certificates whose chains end at the root with the pinned fingerprint."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._by_hash: dict[str, Known] = {}
        self._by_kid: dict[str, list[Known]] = {}
        self._redemptions: dict[str, Known] = {}

    @classmethod
    def verified(cls, accepted: Iterable[Accepted], root: str) -> Self:
        """The store of all of `accepted`, in whatever order they come; IntegrityError if one of them does not hold.

        Of several redemptions of one invitation the first in the log counts; a second one is an error, as the server
        must have refused it.
        """
        store = cls(root)
        waiting = [(item, Certificate.parse(item.signed)) for item in sorted(accepted, key=lambda a: a.log_index)]
        while waiting:
            rest = []
            for item, certificate in waiting:
                if certificate.issuer is None or certificate.issuer in store._by_hash:
                    store.add(item)
                else:
                    rest.append((item, certificate))
            if len(rest) == len(waiting):
                raise IntegrityError("certificate_issuer", "the issuer of a certificate is not among the certificates")
            waiting = rest
        return store

    def add(self, accepted: Accepted) -> Known:
        """Verifies one certificate against those in the store and takes it in; the same one again is no error.

        IntegrityError: `certificate_…` for the rule it breaks, `signature_invalid`, or of its form.
        """
        if known := self._by_hash.get(accepted.signed.hash):
            return known
        certificate = Certificate.parse(accepted.signed)
        issuer = self._check_issuer(certificate, accepted)
        Certificate.verify(accepted.signed, issuer.signing_key)
        _check_keys(certificate)
        self._check_same_key(certificate)
        if issuer.kind == "invitation" and issuer.kid in self._redemptions:
            raise IntegrityError("certificate_redeemed", "the invitation was redeemed before, with another certificate")
        return self.load(accepted)

    def load(self, accepted: Accepted) -> Known:
        """Takes in a certificate that `add` accepted earlier; checks nothing."""
        certificate = Certificate.parse(accepted.signed)
        known = Known(certificate, accepted.signed.hash, certificate.kid, accepted.accepted_at, accepted.log_index)
        self._by_hash[known.hash] = known
        self._by_kid.setdefault(known.kid, []).append(known)
        issuer = self._by_hash.get(certificate.issuer or "")
        if issuer and issuer.certificate.kind == "invitation":
            self._redemptions.setdefault(issuer.kid, known)
        return known

    def by_hash(self, value: str) -> Known | None:
        return self._by_hash.get(value)

    def by_kid(self, kid: str) -> Known | None:
        """The certificate of a key; where there are several, one that a person issued."""
        known = self._by_kid.get(kid, [])
        return next((k for k in known if not self._from_invitation(k)), known[0] if known else None)

    def member(self, key: str) -> Known | None:
        """Whom a roster's key stands for: its holder, or for an invitation its first redemption, once there is one."""
        redeemed = self._redemptions.get(key)
        return self.by_kid(redeemed.kid) if redeemed else self.by_kid(key)

    def redemption(self, invitation: str) -> Known | None:
        """The certificate by which the invitation with this key id was redeemed."""
        return self._redemptions.get(invitation)

    def since(self, kid: str) -> int:
        """The log index at which the key was first certified; IntegrityError `certificate_unknown`."""
        if not (known := self._by_kid.get(kid)):
            raise IntegrityError("certificate_unknown", "no certificate for this key")
        return min(k.log_index for k in known)

    def is_provisional(self, kid: str) -> bool:
        """Whether only an invitation vouches for the key: no person has countersigned it yet."""
        known = self._by_kid.get(kid, [])
        return bool(known) and all(self._from_invitation(k) for k in known)

    def countersignable(self, issuer: Certificate) -> list[Known]:
        """The provisional certificates that the holder of `issuer` may confirm."""
        return [
            known for known in self if self.is_provisional(known.kid) and known.certificate.kind in issuer.certifies
        ]

    def __iter__(self) -> Iterator[Known]:
        return iter(self._by_hash.values())

    def _from_invitation(self, known: Known) -> bool:
        issuer = self._by_hash.get(known.certificate.issuer or "")
        return issuer is not None and issuer.certificate.kind == "invitation"

    def _check_issuer(self, certificate: Certificate, accepted: Accepted) -> Certificate:
        """The certificate that must have signed this one, after the rules between the two were checked."""
        if certificate.issuer is None:
            issuer = certificate
            if certificate.kid != self._root:
                raise IntegrityError("certificate_root", "another root than the pinned one")
        else:
            known = self._by_hash.get(certificate.issuer)
            if known is None:
                raise IntegrityError("certificate_issuer", "the issuer is not among the certificates")
            issuer = known.certificate
            check_may_issue(issuer, certificate)
        for one in (issuer, certificate):
            if not one.not_before <= accepted.accepted_at <= (one.not_after or accepted.accepted_at):
                raise IntegrityError("certificate_time", "accepted outside its validity, or its issuer's")
        return issuer

    def _check_same_key(self, certificate: Certificate) -> None:
        """One key, one holder: else a second certificate could lend a known key another name or another rank."""
        for known in self._by_kid.get(certificate.kid, []):
            same = known.certificate
            if (same.subject, same.kind, same.generation) != (
                certificate.subject,
                certificate.kind,
                certificate.generation,
            ):
                raise IntegrityError("certificate_conflict", "the key is certified for somebody or something else")


def check_may_issue(issuer: Certificate, certificate: Certificate) -> None:
    """IntegrityError `certificate_issuer_rights`, `certificate_firm` or `certificate_invitation` if it may not."""
    if issuer.firm != certificate.firm:
        raise IntegrityError("certificate_firm", "issuer and subject belong to different firms")
    if certificate.kind not in issuer.certifies or (certificate.role or certificate.kind) not in issuer.certifies:
        raise IntegrityError("certificate_issuer_rights", f"a {issuer.kind} that may not certify a {certificate.kind}")
    invited = (issuer.subject, issuer.generation)
    if issuer.kind == "invitation" and (certificate.subject, certificate.generation) != invited:
        raise IntegrityError("certificate_invitation", "the invitation is for somebody else or another generation")


def _check_keys(certificate: Certificate) -> None:
    """IntegrityError `certificate_signing_key` or `certificate_recipient` for a key that is none.

    Anybody could sign for a signing key of small order; a recipient nobody can seal to would block every later rotation
    of the vaults its holder belongs to. Whether one can, sealing to it shows.
    """
    if not is_public_key(unb64(certificate.signing_key)):
        raise IntegrityError("certificate_signing_key", "the signing key is no point of large order")
    if certificate.recipient is not None:
        try:
            HybridRecipient.parse(certificate.recipient).wrap(FileKey(bytes(16)))
        except (KeyFormatError, RecipientError) as error:
            raise IntegrityError("certificate_recipient", "the recipient is not a usable key") from error


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
) -> Signed:
    """A certificate for `keys`, signed with the issuer's `seed`; may itself certify all that its kind may.

    `role` and `vaults` are an invitation's, which lives 30 days. RefusedError `not_allowed` if the issuer may not.
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
    )
    try:
        check_may_issue(issuer.certificate, certificate)
    except IntegrityError as error:
        raise RefusedError("not_allowed", str(error)) from error
    return certificate.sign(seed)


def countersign(seed: Seed, issuer: Known, provisional: Certificate, now: int) -> Signed:
    """An ordinary certificate for the keys of a provisional one, signed by a person."""
    certificate = replace(provisional, issuer=issuer.hash, not_before=now - CLOCK_LEEWAY_S)
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
) -> Certificate:
    not_before = now - CLOCK_LEEWAY_S
    return Certificate(
        alg=ALG_SIGNS_ONLY if keys.recipient is None else ALG,
        certifies=(role,) if role else tuple(sorted(MAY_CERTIFY.get(kind, ()))),
        firm=firm,
        generation=generation,
        issuer=issuer,
        kind=kind,
        not_after=not_before + INVITATION_LIFE_S if kind == "invitation" else None,
        not_before=not_before,
        office=None,
        recipient=keys.recipient,
        role=role,
        signing_key=keys.signing_key,
        subject=subject,
        vaults=tuple(sorted(vaults)),
    )
