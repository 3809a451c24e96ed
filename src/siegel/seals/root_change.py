"""How whoever holds the present root, or recovery, puts another in its place (ADR 0019); what counts: `roots`."""

from dataclasses import dataclass

from siegel.seals.canonical import Json
from siegel.seals.certificates import CertificateStore, issue, recertify
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate, Revocation
from siegel.seals.errors import RefusedError
from siegel.seals.signed import Signed


@dataclass(frozen=True, slots=True)
class RootChange:
    """What changes the root, accepted in one place of the log; `certificates`: those the new root certifies anew."""

    root: Signed
    revocation: Signed
    certificates: tuple[Signed, ...]

    def to_wire(self) -> dict[str, Json]:
        return {
            "root": {**self.root.to_wire()},
            "revocation": {**self.revocation.to_wire()},
            "certificates": [{**one.to_wire()} for one in self.certificates],
        }


def change_root(
    seed: Seed, store: CertificateStore, new: Seed, *, reason: str, compromised_since: int | None, now: int
) -> RootChange:
    """The root's place goes to `new`; `seed` is that of the present root or of a recovery in force.

    The keys of owners and of recovery that are in force are certified anew. RefusedError `needs_root` for another seed.
    """
    present = store.root()
    keys = (seed.public_keys(signs_only=True).kid, seed.public_keys().kid)
    issuer = next((known for known in map(store.by_kid, keys) if known), None)
    if present is None or issuer is None or not _may_change(issuer.certificate, issuer.kid, present.kid, store):
        raise RefusedError("needs_root", "neither the firm's root nor its recovery")
    firm = present.certificate.firm
    generation = present.certificate.generation + 1
    signed = issue(
        seed, issuer, new.public_keys(signs_only=True), kind="root", subject=firm, now=now, generation=generation
    )
    # Its place in the log is the server's matter; nothing that is signed here depends on it.
    known = store.preview(signed, now)
    kept = {one.kid: one for one in store if one.certificate.kind in ("owner", "recovery") and store.in_force(one.kid)}
    revocation = Revocation(known.kid, present.hash, compromised_since, firm, reason).sign(new)
    return RootChange(signed, revocation, tuple(recertify(new, known, one.certificate, now) for one in kept.values()))


def _may_change(issuer: Certificate, kid: str, present: str, store: CertificateStore) -> bool:
    return store.in_force(kid) and (kid == present or issuer.kind == "recovery")
