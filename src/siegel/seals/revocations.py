"""A revocation takes back a key; who may, and what the log says of it (docs/formats.md, section 3, Revocation)."""

from dataclasses import dataclass
from typing import Self

from siegel.seals.derive import Seed
from siegel.seals.documents import MAY_CERTIFY, PERSONS, Certificate, Revocation
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.known import Known
from siegel.seals.signed import Accepted, Signed

# Besides, every person may revoke his own key.
MAY_REVOKE: dict[str, tuple[str, ...]] = {
    "root": ("owner", "recovery"),
    "owner": ("owner", *MAY_CERTIFY["owner"]),
    "office_leader": MAY_CERTIFY["office_leader"],
    "clerk": MAY_CERTIFY["clerk"],
}


class AcceptedRevocation(Accepted):
    """A revocation as the log has it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Revoked:
    """Where the log takes a key back. What the key certified from the log index `since` on falls there."""

    log_index: int
    accepted_at: int
    since: int
    reason: str

    @classmethod
    def of(cls, accepted: AcceptedRevocation, revocation: Revocation) -> Self:
        since = revocation.compromised_since
        place = accepted.log_index
        return cls(place, accepted.accepted_at, place if since is None else since, revocation.reason)


def check_may_revoke(author: Certificate, certificate: Certificate) -> None:
    """IntegrityError `revocation_rights` unless the holder of `author` may take back the key of `certificate`."""
    if author.kind in PERSONS and author.kid == certificate.kid:
        return
    if author.kind == certificate.kind == "root" and author.kid != certificate.kid:
        # which of them, the line of the roots says
        return
    allowed = MAY_REVOKE.get(author.kind, ())
    if certificate.kind not in allowed or (certificate.role or certificate.kind) not in allowed:
        raise IntegrityError("revocation_rights", f"a {author.kind} that may not revoke a {certificate.kind}")
    if author.office is not None and author.office != certificate.office:
        raise IntegrityError("revocation_rights", "the key belongs to another office")


def revoke_key(seed: Seed, author: Known, known: Known, compromised_since: int | None, reason: str) -> Signed:
    """The revocation of `known`'s key, signed by `author` with `seed`.

    `compromised_since`: the log index from which on what the key certified falls; None for nothing of the past.
    RefusedError `not_allowed` if the author may not; the last owner's key is the store's matter.
    """
    try:
        check_may_revoke(author.certificate, known.certificate)
    except IntegrityError as error:
        raise RefusedError("not_allowed", str(error)) from error
    return Revocation(
        author=author.kid,
        certificate=known.hash,
        compromised_since=compromised_since,
        firm=known.certificate.firm,
        reason=reason,
    ).sign(seed)
