"""Which recovery key a line means after others were taken back; one more beside it means nothing (ADR 0040)."""

import pytest

from siegel.seals.derive import Seed
from siegel.seals.revocations import AcceptedRevocation, revoke_key
from siegel.seals.root_change import change_root
from siegel.seals.signed import Accepted
from siegel.seals.tests.people import Firm, Person


def another(firm: Firm, generation: int) -> Person:
    """A recovery key that the root certifies, and takes nothing back for it."""
    return firm.certify(firm.root, "recovery", subject=firm.id, generation=generation)


def replaced(firm: Firm, old: Person) -> Person:
    """As the ceremony does it: the new one is certified, then the old one taken back."""
    new = another(firm, old.known.certificate.generation + 1)
    firm.revoke(firm.root, old, reason="replaced")
    return new


def meant(firm: Firm, line: Person, at: int | None = None) -> str:
    known = firm.store.member(line.kid, at)
    assert known is not None
    return known.kid


def present(firm: Firm) -> str:
    """Whom a vault names that begins now."""
    known = firm.store.recovery()
    assert known is not None
    return known.kid


def test_a_line_follows_from_one_replacement_to_the_next(firm: Firm) -> None:
    first = firm.recovery
    second = replaced(firm, first)
    at_second = firm.index
    third = replaced(firm, second)
    assert {meant(firm, one) for one in (first, second, third)} == {third.kid}
    assert meant(firm, first, at_second) == second.kid
    assert present(firm) == third.kid


def test_a_key_beside_the_one_in_force_gets_nothing_however_high_its_generation(firm: Firm) -> None:
    """A thief of the root certifies a key of his own and takes nothing back, so that nobody misses the true one."""
    first = firm.recovery
    second = replaced(firm, first)
    another(firm, 1000)
    assert meant(firm, first) == meant(firm, second) == second.kid
    assert present(firm) == second.kid
    # Nor does it wait for the next replacement.
    third = replaced(firm, second)
    assert meant(firm, first) == meant(firm, second) == third.kid
    assert present(firm) == third.kid


def test_a_line_without_a_follower_means_itself_until_one_is_certified(firm: Firm) -> None:
    first = firm.recovery
    firm.revoke(firm.root, first)
    assert meant(firm, first) == first.kid
    later = another(firm, 2)
    assert meant(firm, first) == later.kid
    assert present(firm) == later.kid


@pytest.mark.timeout(20)
def test_a_line_ends_where_a_server_shows_that_keys_were_taken_back_before_they_were_certified(firm: Firm) -> None:
    first, places = firm.recovery, [firm.next_index(), firm.next_index()]
    second = another(firm, 2)
    for key, place in zip((first, second), places, strict=True):
        signed = revoke_key(firm.root.seed, firm.root.known, key.known, None, "replaced")
        firm.store.revoke(AcceptedRevocation(signed, firm.now + place, place))
    assert meant(firm, first) == meant(firm, second) == second.kid
    assert firm.store.recovery() is None


def test_what_a_compromised_root_put_in_its_place_is_passed_over(firm: Firm) -> None:
    """The follower fell with its issuer; the next that stands counts."""
    first, since = firm.recovery, firm.next_index()
    thiefs, new = replaced(firm, first), Seed.generate()
    at = firm.next_index()
    change = change_root(
        firm.root.seed, firm.store, new, reason="compromised", compromised_since=since, now=firm.now + at
    )
    root = firm.store.add(Accepted(change.root, firm.now + at, at))
    firm.store.revoke(AcceptedRevocation(change.revocation, firm.now + at, at))
    # The owner's are certified anew, the thief's key is not.
    firm.root = Person(new, root)
    own = another(firm, 2)
    assert meant(firm, first) == own.kid
    assert present(firm) == own.kid != thiefs.kid
