"""Property: whatever is certified and revoked in whatever order, a key is in force as the definition says."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.seals.certificates import CertificateStore, recertify
from siegel.seals.derive import Seed
from siegel.seals.documents import Revocation
from siegel.seals.errors import SealError
from siegel.seals.revocations import revoke_key
from siegel.seals.tests.people import Firm, Person

FIRM = Firm()
SEEDS = [Seed.generate() for _ in range(6)]
STARS = [FIRM.owner, FIRM.partner, FIRM.clerk, FIRM.client]

Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(st.sampled_from(["clerk", "client", "again", "revoke"]), *[st.integers(0, 30)] * 3), max_size=12
)


@dataclass
class Log:
    """A firm that goes on from `FIRM`, and everybody in it."""

    firm: Firm
    people: list[Person]

    @classmethod
    def begin(cls) -> "Log":
        firm = object.__new__(Firm)
        firm.__dict__ |= FIRM.__dict__ | {"accepted": list(FIRM.accepted), "revocations": []}
        firm.store = CertificateStore.verified(FIRM.accepted, FIRM.root_kid)
        return cls(firm, list(STARS))

    def take(self, step: Step) -> None:
        """One attempt; what is not allowed changes nothing."""
        kind, by, whom, since = step
        author, person = self.people[by % len(self.people)], self.people[whom % len(self.people)]
        now = self.firm.now + self.firm.index
        try:
            if kind == "revoke":
                place = since if since <= self.firm.index else None
                self.firm.accept_revocation(revoke_key(author.seed, author.known, person.known, place, "left"))
            elif kind == "again":
                again = recertify(author.seed, author.known, person.known.certificate, now)
                self.people.append(self.firm.accept(again, person.seed))
            else:
                self.people.append(self.firm.certify(author, kind))
        except SealError:
            return


def falls(store: CertificateStore, revoked: dict[str, tuple[int, int]], name: str, at: int) -> bool:
    known = store.by_hash(name)
    assert known is not None
    if known.certificate.issuer is None:
        return False
    issuer = store.by_hash(known.certificate.issuer)
    assert issuer is not None
    place, since = revoked.get(issuer.kid, (at + 1, 0))
    return (place <= at and known.log_index >= since) or falls(store, revoked, issuer.hash, at)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_a_key_is_in_force_as_the_definition_says(taken: list[Step]) -> None:
    log = Log.begin()
    for step in taken:
        log.take(step)
    store = CertificateStore.verified(log.firm.accepted, log.firm.root_kid, log.firm.revocations)
    revoked: dict[str, tuple[int, int]] = {}
    for item in log.firm.revocations:
        revocation = Revocation.parse(item.signed)
        known = store.by_hash(revocation.certificate)
        assert known is not None
        since = revocation.compromised_since
        revoked[known.kid] = (item.log_index, item.log_index if since is None else since)
    for at in range(log.firm.index + 1):
        for kid in {known.kid for known in store}:
            own = [known for known in store if known.kid == kid and known.log_index <= at]
            taken_back = kid in revoked and revoked[kid][0] <= at
            expected = not taken_back and any(not falls(store, revoked, known.hash, at) for known in own)
            assert store.in_force(kid, at) == log.firm.store.in_force(kid, at) == expected


@settings(max_examples=40, deadline=None)
@given(steps, st.integers(0, 3), st.integers(0, 12))
def test_what_a_revocation_would_fell_is_what_it_fells(taken: list[Step], whom: int, since: int) -> None:
    log = Log.begin()
    for step in taken:
        log.take(step)
    person, store = STARS[whom], log.firm.store
    if store.revoked(person.kid) or since > log.firm.index:
        return
    before = {known.kid for known in store if store.in_force(known.kid)}
    planned = {known.kid for known in store.fallen_by(person.kid, since)}
    author = next((one for one in (FIRM.partner, FIRM.owner) if one.kid != person.kid and one.kid in before), None)
    if author is None or person.kid not in before:
        return
    log.firm.accept_revocation(revoke_key(author.seed, author.known, person.known, since, "compromised"))
    after = {known.kid for known in store if store.in_force(known.kid)}
    assert before - after - {person.kid} == planned
