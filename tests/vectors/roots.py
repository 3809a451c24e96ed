"""A firm whose root was replaced, twice, and servers that lie about it: roots.json."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from siegel.seals.certificates import CertificateStore, Known, issue, root_certificate
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate, Revocation
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.root_change import RootChange, change_root
from siegel.seals.signed import Accepted, Signed
from tests.vectors.sealed_rows import fixed_id, fixed_seed
from tests.vectors.story import NOW, accepted_wire

Event = Accepted | AcceptedRevocation


def fingerprint(seed: Seed) -> str:
    return seed.public_keys(signs_only=True).kid


@dataclass
class Line:
    """What the log holds; each step gets the next place."""

    pinned: Seed = field(default_factory=lambda: fixed_seed("first root"))
    events: list[Event] = field(default_factory=list)
    place: int = 0

    def __post_init__(self) -> None:
        self.firm = fixed_id("firm of roots")
        self.recovery, self.owner, self.partner = (fixed_seed(name) for name in ("recovery", "owner", "partner"))
        self.next()
        self.show(root_certificate(self.pinned, self.firm, NOW))
        root = self.known(self.pinned, signs_only=True)
        self.next()
        self.certify(self.pinned, root, self.recovery, "recovery", self.firm)
        self.certify(self.pinned, root, self.owner, "owner", fixed_id("owner"))
        self.next()
        self.certify(self.pinned, root, self.partner, "owner", fixed_id("partner"))
        self.next()
        self.certify(self.owner, self.known(self.owner), fixed_seed("clerk"), "clerk", fixed_id("clerk"))

    def next(self) -> int:
        self.place += 1
        return self.place

    def show(self, signed: Signed, kind: type[Event] = Accepted) -> None:
        self.events.append(kind(signed, NOW + self.place, self.place))

    def store(self, pinned: Seed | None = None) -> CertificateStore:
        return CertificateStore.verified(self.events, fingerprint(pinned or self.pinned))

    def known(self, seed: Seed, *, signs_only: bool = False) -> Known:
        found = self.store().by_kid(seed.public_keys(signs_only=signs_only).kid)
        assert found is not None
        return found

    def certify(self, seed: Seed, issuer: Known, new: Seed, kind: str, subject: str, **more: Any) -> None:
        keys = new.public_keys(signs_only=kind == "root")
        self.show(issue(seed, issuer, keys, kind=kind, subject=subject, now=NOW, **more))

    def change(self, by: Seed, new: Seed, since: int | None = None) -> RootChange:
        """Takes the place of the root, in the next place of the log."""
        made = change_root(by, self.store(), new, reason="compromised", compromised_since=since, now=NOW)
        self.next()
        self.show(made.root)
        self.show(made.revocation, AcceptedRevocation)
        for signed in made.certificates:
            self.show(signed)
        return made

    def wire(self) -> dict[str, Any]:
        given = [one for one in self.events if not isinstance(one, AcceptedRevocation)]
        taken = [one for one in self.events if isinstance(one, AcceptedRevocation)]
        return {"certificates": [*map(accepted_wire, given)], "revocations": [*map(accepted_wire, taken)]}


SECOND, THIRD, THIEF = (fixed_seed(name) for name in ("second root", "third root", "thief of roots"))


def changed(since: int | None = None) -> Line:
    """The first root gave its place to the second."""
    line = Line()
    line.change(line.pinned, SECOND, since)
    return line


def root_vectors() -> dict[str, Any]:
    honest = changed()
    honest.next()
    honest.certify(SECOND, honest.known(SECOND, signs_only=True), fixed_seed("late"), "owner", fixed_id("late"))
    honest.change(honest.recovery, THIRD)
    stolen = changed(since=3)
    people = {name: fixed_seed(name).public_keys().kid for name in ("recovery", "owner", "partner", "clerk", "late")}
    return {
        "firm": honest.firm,
        "roots": [fingerprint(seed) for seed in (honest.pinned, SECOND, THIRD)],
        "people": people,
        "honest": honest.wire(),
        "stolen": stolen.wire() | {"since": 3, "changed_at": stolen.place},
        "lies": [
            {"name": name, "pinned": fingerprint(pinned), "code": code} | line.wire()
            for name, (line, pinned, code) in ((name, lie()) for name, lie in LIES.items())
        ],
    }


Lie = tuple[Line, Seed, str]


def _fabricated() -> Lie:
    line = Line(pinned=THIEF)
    return line, fixed_seed("first root"), "certificate_root"


def _unsigned() -> Lie:
    """The server makes a successor itself."""
    line = Line()
    root = line.known(line.pinned, signs_only=True)
    line.next()
    line.certify(THIEF, root, SECOND, "root", line.firm, generation=2)
    return line, line.pinned, "signature_invalid"


def _by_an_owner() -> Lie:
    line = Line()
    made = change_root(line.pinned, line.store(), SECOND, reason="lost", compromised_since=None, now=NOW)
    line.next()
    line.show(replace(Certificate.parse(made.root), issuer=line.known(line.owner).hash).sign(line.owner))
    return line, line.pinned, "certificate_issuer_rights"


def _of_the_replaced() -> Lie:
    """The old root is stolen: it names another successor."""
    line = changed()
    old = line.known(line.pinned, signs_only=True)
    line.next()
    line.certify(line.pinned, old, THIEF, "root", line.firm, generation=3)
    return line, line.pinned, "certificate_issuer_revoked"


def _owner_of_the_replaced() -> Lie:
    line = changed()
    old = line.known(line.pinned, signs_only=True)
    line.next()
    line.certify(line.pinned, old, THIEF, "owner", fixed_id("thief"))
    return line, line.pinned, "certificate_issuer_revoked"


def _two_in_one_place() -> Lie:
    line = Line()
    old = line.known(line.pinned, signs_only=True)
    line.change(line.pinned, SECOND)
    line.certify(line.pinned, old, THIEF, "root", line.firm, generation=3)
    return line, line.pinned, "certificate_root"


def _withheld() -> Lie:
    """The revocation of the old root is not shown: it would go on certifying."""
    line = changed()
    line.events = [one for one in line.events if not isinstance(one, AcceptedRevocation)]
    return line, line.pinned, "root_link"


def _false_past() -> Lie:
    """Who knows the second root only is shown another past, in which the thief's root certified it."""
    line = Line(pinned=THIEF)
    root = line.known(THIEF, signs_only=True)
    line.next()
    line.certify(THIEF, root, SECOND, "root", line.firm, generation=2)
    line.show(Revocation(fingerprint(SECOND), root.hash, None, line.firm, "lost").sign(THIEF), AcceptedRevocation)
    return line, SECOND, "signature_invalid"


def _past_without_link() -> Lie:
    line, _, _ = _false_past()
    line.events.pop()
    return line, SECOND, "root_link"


def _rolled_back() -> Lie:
    return Line(), SECOND, "certificate_root"


def _back_to_the_old() -> Lie:
    line = changed()
    line.next()
    line.certify(line.recovery, line.known(line.recovery), line.pinned, "root", line.firm, generation=3)
    return line, line.pinned, "root_link"


def _recovery_taken_back() -> Lie:
    """Both halves of recovery were stolen; the firm has taken it back."""
    line = changed()
    second, recovery = line.known(SECOND, signs_only=True), line.known(line.recovery)
    line.next()
    revocation = Revocation(second.kid, recovery.hash, None, line.firm, "compromised")
    line.show(revocation.sign(SECOND), AcceptedRevocation)
    line.next()
    line.certify(line.recovery, recovery, THIEF, "root", line.firm, generation=3)
    return line, line.pinned, "certificate_issuer_revoked"


def _skipped() -> Lie:
    line = Line()
    root = line.known(line.pinned, signs_only=True)
    line.next()
    line.certify(line.pinned, root, SECOND, "root", line.firm, generation=3)
    return line, line.pinned, "certificate_generation"


def _moved_away() -> Lie:
    """The revocation of the old root is dated to a later place: in between it would count beside the new one."""
    line = changed()
    line.place += 3
    line.events = [
        AcceptedRevocation(one.signed, NOW + line.place, line.place) if isinstance(one, AcceptedRevocation) else one
        for one in line.events
    ]
    return line, line.pinned, "revocation_rights"


def _takes_itself_back() -> Lie:
    """Without a successor: the firm would have no root."""
    line = changed()
    second = line.known(SECOND, signs_only=True)
    line.next()
    line.show(Revocation(second.kid, second.hash, None, line.firm, "lost").sign(SECOND), AcceptedRevocation)
    return line, line.pinned, "revocation_rights"


LIES: dict[str, Callable[[], Lie]] = {
    "a root that nobody has certified, in the place of the pinned one": _fabricated,
    "a successor that the present root has not signed": _unsigned,
    "a successor by an owner": _by_an_owner,
    "a successor by a root that was replaced": _of_the_replaced,
    "an owner by a root that was replaced": _owner_of_the_replaced,
    "two successors in one place": _two_in_one_place,
    "a change without the revocation of the old root": _withheld,
    "a false past of the pinned root": _false_past,
    "a past that the pinned root does not name": _past_without_link,
    "a server that has gone back behind the change": _rolled_back,
    "back to the old root": _back_to_the_old,
    "a successor by recovery that was taken back": _recovery_taken_back,
    "a generation skipped": _skipped,
    "the old root taken back later than it was replaced": _moved_away,
    "a root that takes itself back": _takes_itself_back,
}
