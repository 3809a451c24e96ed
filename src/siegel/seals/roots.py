"""The line of a firm's roots: each certified by the one before or by recovery, and naming the one it replaces.

A root is replaced in one place of the log: the new root's certificate, the revocation of the old one signed by the new
one, and what the new one certifies anew (docs/formats.md, section 3, Change of root; ADR 0019). The certificate leads
those on who have pinned the old root; the revocation tells those who have pinned the new one which roots to believe.
"""

from collections.abc import Iterable
from itertools import pairwise

from siegel.seals.documents import Certificate, Revocation
from siegel.seals.errors import IntegrityError
from siegel.seals.registry import Registry
from siegel.seals.signed import Accepted


def first_root(pinned: str, certificates: Iterable[Accepted], revocations: Iterable[Accepted]) -> str:
    """The fingerprint of the root at which the line begins that leads to the pinned one.

    From the pinned root back: each that did not sign itself has signed a revocation that names the root before it, else
    the old root could be anybody's. Its signature is verified with all others. IntegrityError `root_link`.
    """
    known = {item.signed.hash: Certificate.parse(item.signed) for item in certificates}
    roots = {one.kid: one for one in known.values() if one.kind == "root"}
    named = [Revocation.parse(item.signed) for item in revocations]
    fingerprint, passed = pinned, {pinned}
    while (root := roots.get(fingerprint)) is not None and root.issuer is not None:
        before = [
            known[revocation.certificate]
            for revocation in named
            if revocation.author == fingerprint and _names_root(known, revocation)
        ]
        if len(before) != 1 or before[0].kid in passed:
            raise IntegrityError("root_link", "a root that does not name the one it replaced")
        fingerprint = before[0].kid
        passed.add(fingerprint)
    return fingerprint


def _names_root(known: dict[str, Certificate], revocation: Revocation) -> bool:
    found = known.get(revocation.certificate)
    return found is not None and found.kind == "root"


def check_next(store: Registry, certificate: Certificate, accepted: Accepted) -> None:
    """IntegrityError `certificate_root`, `certificate_generation` unless it is the root after the present one.

    That its issuer, the present root or recovery, is in force and has signed it is checked as of all others: who was
    replaced is revoked.
    """
    present = store.root()
    if present is None or accepted.log_index <= present.log_index:
        raise IntegrityError("certificate_root", "a root that follows none, or in the same place")
    if certificate.generation != present.certificate.generation + 1:
        raise IntegrityError("certificate_generation", "not the root that follows the present one")


def check_replaced(store: Registry, author: str, replaced: str, at: int) -> None:
    """IntegrityError `revocation_rights` unless `author` took the place of the root `replaced` at this place."""
    for before, after in pairwise(store.roots()):
        if (before.kid, after.kid, after.log_index) == (replaced, author, at):
            return
    raise IntegrityError("revocation_rights", "a root is taken back by the one that replaces it, and then")


def check_line(store: Registry) -> None:
    """IntegrityError `root_link` unless every root but the last was taken back by the one that followed."""
    roots = store.roots()
    if any(store.revoked(root.kid) is None for root in roots[:-1]):
        raise IntegrityError("root_link", "a root that was followed by another and not taken back by it")
