"""A person has one key: the next one counts only behind the place at which the one before was taken back."""

from typing import Any

import pytest

from siegel.seals.certificates import Accepted, CertificateStore, countersign, issue, recertify
from siegel.seals.derive import Seed
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import new_id
from siegel.seals.revocations import revoke_key
from siegel.seals.signed import Signed
from siegel.seals.tests.people import Firm, Person


def refusing(code: str) -> Any:
    return pytest.raises(IntegrityError, check=lambda error: error.code == code)


def another(firm: Firm, issuer: Person, person: Person, generation: int = 2, kind: str | None = None) -> Signed:
    """A certificate for a new key in the name of `person`."""
    now, kind = firm.now + firm.index, kind or person.known.certificate.kind
    keys = Seed.generate().public_keys()
    more: dict[str, Any] = {"kind": kind, "subject": person.id, "generation": generation, "now": now}
    if kind == "invitation":
        more |= {"role": person.known.certificate.kind, "vaults": (new_id(),)}
    return issue(issuer.seed, issuer.known, keys, **more)


def accept(firm: Firm, signed: Signed) -> Person:
    return firm.accept(signed, Seed.generate())


def test_a_second_key_beside_the_one_in_force_is_refused(firm: Firm) -> None:
    """Whoever certifies the person signed it; it counts for nobody, whatever its number."""
    for issuer, person in ((firm.clerk, firm.client), (firm.owner, firm.clerk), (firm.root, firm.owner)):
        for generation in (1, 2, 7):
            signed = another(firm, issuer, person, generation)
            with refusing("subject_has_key"):
                accept(firm, signed)
            item = Accepted(signed, firm.now + firm.index, firm.index + 1)
            with refusing("subject_has_key"):
                CertificateStore.verified([item, *firm.accepted], firm.root_kid, firm.revocations)


def test_a_letter_to_somebody_whose_key_is_in_force_is_refused(firm: Firm) -> None:
    with refusing("subject_has_key"):
        accept(firm, another(firm, firm.clerk, firm.client, kind="invitation"))


def test_of_two_letters_to_one_person_only_one_leads_to_a_key(firm: Firm) -> None:
    first = firm.invite(firm.clerk, new_id())
    second = firm.invite(firm.clerk, new_id(), subject=first.id)
    own = firm.redeem(second)
    with refusing("subject_has_key"):
        firm.redeem(first)
    firm.revoke(firm.clerk, own)
    with refusing("certificate_generation"):
        firm.redeem(first)


def test_a_person_who_loses_his_key_twice_has_the_third_one(firm: Firm) -> None:
    person = firm.client
    for generation in (2, 3):
        firm.revoke(firm.clerk, person, reason="lost")
        letter = firm.invite(firm.clerk, new_id(), subject=person.id, generation=generation)
        person = firm.redeem(letter)
    store = CertificateStore.verified(firm.accepted, firm.root_kid, firm.revocations)
    own = {one.kid for one in store if one.certificate.kind == "client" and one.certificate.subject == person.id}
    assert len(own) == 3
    assert [kid for kid in own if store.in_force(kid)] == [person.kid]
    assert store.generation(person.id) == person.known
    with refusing("subject_has_key"):
        firm.redeem(firm.invite(firm.clerk, new_id(), subject=person.id, generation=4))


@pytest.mark.parametrize("generation", [1, 3])
def test_the_next_key_has_the_next_number(firm: Firm, generation: int) -> None:
    firm.revoke(firm.clerk, firm.client)
    for kind in ("client", "invitation"):
        with refusing("certificate_generation"):
            accept(firm, another(firm, firm.clerk, firm.client, generation, kind))
    with refusing("certificate_generation"):
        firm.certify(firm.clerk, "client", generation=2)


def test_the_key_before_must_have_been_taken_back_at_an_earlier_place(firm: Firm) -> None:
    """At the same place nobody could tell which of them counted there."""
    signed = another(firm, firm.clerk, firm.client)
    firm.revoke(firm.clerk, firm.client)
    for place in (firm.index, firm.index - 1):
        late = Accepted(signed, firm.now + firm.index, place)
        with refusing("subject_has_key"):
            firm.store.add(late)
        with refusing("subject_has_key"):
            CertificateStore.verified([*firm.accepted, late], firm.root_kid, firm.revocations)
    accept(firm, signed)


def test_a_fallen_key_must_be_taken_back_too(firm: Firm) -> None:
    """It is out of force; certified again it would stand beside the new one."""
    stolen = firm.index + 1
    clerk = firm.certify(firm.owner, "clerk")
    firm.revoke(firm.partner, firm.owner, stolen, "compromised")
    assert not firm.store.in_force(clerk.kid)
    with refusing("subject_has_key"):
        accept(firm, another(firm, firm.partner, clerk))
    firm.revoke(firm.partner, clerk, reason="replaced")
    accept(firm, another(firm, firm.partner, clerk))
    with refusing("certificate_revoked"):
        accept(firm, recertify(firm.partner.seed, firm.partner.known, clerk.known.certificate, firm.now))


def test_another_certificate_for_the_same_key_is_no_second_key(firm: Firm) -> None:
    client = firm.redeem(firm.invite(firm.clerk, new_id()))
    now = firm.now + firm.index
    accept(firm, countersign(firm.clerk.seed, firm.clerk.known, client.known.certificate, now))
    accept(firm, recertify(firm.owner.seed, firm.owner.known, firm.client.known.certificate, now))
    assert firm.store.generation(client.id) == client.known


def test_machines_may_have_a_key_beside_another(firm: Firm) -> None:
    """Each is an id of its own: the new scanner is certified before the old one's key is taken back."""
    scanner = firm.certify(firm.owner, "scanner")
    assert firm.store.in_force(scanner.kid)
    assert firm.store.in_force(firm.scanner.kid)


def test_a_certificate_has_its_place_behind_its_issuers(firm: Firm) -> None:
    """Else a whole tree of people could be put into one place of the past."""
    clerk = firm.certify(firm.owner, "clerk")
    client = issue(
        clerk.seed, clerk.known, Seed.generate().public_keys(), kind="client", subject=new_id(), now=firm.now
    )
    for place in (firm.index, firm.index - 1):
        with refusing("certificate_place"):
            firm.store.add(Accepted(client, firm.now + firm.index, place))
    together = Accepted(client, firm.now + firm.index, firm.index)
    with refusing("certificate_place"):
        CertificateStore.verified([together, *firm.accepted], firm.root_kid)
    accept(firm, client)


def test_what_a_root_brings_with_it_lies_in_one_place(firm: Firm) -> None:
    """The firm begins with root, recovery, owner and what he certifies, in one entry of the log."""
    owner = Seed.generate()
    signed = issue(firm.root_seed, firm.root.known, owner.public_keys(), kind="owner", subject=new_id(), now=firm.now)
    place = firm.root.known.log_index
    known = firm.store.add(Accepted(signed, firm.now, place))
    scanner = issue(
        owner, known, Seed.generate().public_keys(signs_only=True), kind="scanner", subject=new_id(), now=firm.now
    )
    firm.store.add(Accepted(scanner, firm.now, place))


def test_a_key_that_was_not_certified_is_not_taken_back_ahead(firm: Firm) -> None:
    """A revocation names a certificate that is known: nobody prepares the next key before the present one ends."""
    unknown = another(firm, firm.clerk, firm.client)
    known = firm.store.preview(unknown, firm.now)
    with refusing("revocation_certificate"):
        firm.accept_revocation(revoke_key(firm.clerk.seed, firm.clerk.known, known, None, "left"))
