"""A revocation takes back a key: who may, what falls with it, and what stays."""

from dataclasses import replace
from typing import Any

import pytest

from siegel.seals.certificates import CertificateStore, issue, recertify
from siegel.seals.documents import REASONS, Certificate, Revocation
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.ids import new_id
from siegel.seals.revocations import AcceptedRevocation, revoke_key
from siegel.seals.tests.chains import refused
from siegel.seals.tests.people import Firm, Person, Vault, hash_of


def refusing(code: str) -> Any:
    return pytest.raises(IntegrityError, check=lambda error: error.code == code)


def document(firm: Firm, author: Person, person: Person) -> Revocation:
    return Revocation(author.kid, person.known.hash, None, firm.id, "left")


def office_of(firm: Firm) -> tuple[str, Person]:
    """An office and its leader."""
    office = new_id()
    return office, firm.certify(firm.owner, "office_leader", office=office)


def verified(firm: Firm) -> CertificateStore:
    return CertificateStore.verified(reversed(firm.accepted), firm.root_kid, reversed(firm.revocations))


def test_a_revoked_key_is_in_force_until_its_revocation(firm: Firm) -> None:
    before = firm.index
    revoked = firm.revoke(firm.owner, firm.clerk)
    for store in (firm.store, verified(firm)):
        assert store.in_force(firm.clerk.kid, before)
        assert not store.in_force(firm.clerk.kid, revoked.log_index)
        assert not store.in_force(firm.clerk.kid)
        assert store.revoked(firm.clerk.kid) == revoked
        assert store.revoked(firm.owner.kid) is None


def test_a_key_is_not_in_force_before_its_certificate(firm: Firm) -> None:
    before = firm.index
    late = firm.certify(firm.clerk, "client")
    assert not firm.store.in_force(late.kid, before)
    assert firm.store.in_force(late.kid, before + 1)
    assert not firm.store.in_force(hash_of("nobody"))


def test_what_a_revoked_key_certified_before_stays(firm: Firm) -> None:
    firm.revoke(firm.owner, firm.clerk)
    assert firm.store.in_force(firm.client.kid)
    assert verified(firm).in_force(firm.client.kid)


def test_what_a_compromised_key_certified_falls_and_all_that_hangs_on_it(firm: Firm) -> None:
    """The owner's key was known to somebody: a clerk he certified in that time, and this clerk's client."""
    compromised = firm.index + 1
    clerk = firm.certify(firm.owner, "clerk")
    client = firm.certify(clerk, "client")
    expected = {clerk.kid, client.kid}
    assert {known.kid for known in firm.store.fallen_by(firm.owner.kid, compromised)} == expected
    assert firm.store.fallen_by(firm.owner.kid, None) == []
    revoked = firm.revoke(firm.partner, firm.owner, compromised, "compromised")
    for store in (firm.store, verified(firm)):
        assert {known.kid for known in store if not store.in_force(known.kid)} == {firm.owner.kid, *expected}
        assert all(store.in_force(kid, revoked.log_index - 1) for kid in expected)
        assert store.in_force(firm.clerk.kid)


def test_a_fallen_key_that_is_certified_again_is_in_force(firm: Firm) -> None:
    compromised = firm.index + 1
    clerk = firm.certify(firm.owner, "clerk")
    revoked = firm.revoke(firm.partner, firm.owner, compromised, "compromised")
    signed = recertify(firm.partner.seed, firm.partner.known, clerk.known.certificate, firm.now + firm.index)
    again = firm.accept(signed, clerk.seed)
    for store in (firm.store, verified(firm)):
        assert store.in_force(clerk.kid)
        assert not store.in_force(clerk.kid, revoked.log_index)
        found = store.by_kid(clerk.kid)
        assert found is not None
        assert found.hash == again.known.hash


def test_what_stands_by_another_certificate_need_not_be_certified_again(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    client = firm.redeem(invitation)
    compromised = firm.index + 1
    signed = recertify(firm.clerk.seed, firm.clerk.known, client.known.certificate, firm.now + firm.index)
    firm.accept(signed, client.seed)
    assert not firm.store.is_provisional(client.kid)
    assert firm.store.fallen_by(firm.clerk.kid, compromised) == []
    assert [known.kid for known in firm.store.fallen_by(firm.clerk.kid, 0)] == [
        firm.client.kid,
        invitation.kid,
        client.kid,
    ]
    firm.revoke(firm.owner, firm.clerk, compromised, "compromised")
    assert firm.store.in_force(client.kid)
    assert firm.store.is_provisional(client.kid)
    assert [known.kid for known in firm.store.countersignable(firm.owner.known.certificate)] == [client.kid]


def test_a_revoked_key_certifies_nothing(firm: Firm) -> None:
    firm.revoke(firm.owner, firm.clerk)
    with refusing("certificate_issuer_revoked"):
        firm.certify(firm.clerk, "client")


def test_a_fallen_certificate_issues_nothing_even_when_its_key_is_certified_again(firm: Firm) -> None:
    compromised = firm.index + 1
    clerk = firm.certify(firm.owner, "clerk")
    firm.revoke(firm.partner, firm.owner, compromised, "compromised")
    now = firm.now + firm.index
    firm.accept(recertify(firm.partner.seed, firm.partner.known, clerk.known.certificate, now), clerk.seed)
    with refusing("certificate_issuer_revoked"):
        firm.certify(clerk, "client")
    known = firm.store.by_kid(clerk.kid)
    assert known is not None
    assert firm.certify(Person(clerk.seed, known), "client")


def test_a_revoked_key_is_never_certified_again(firm: Firm) -> None:
    firm.revoke(firm.owner, firm.clerk)
    again = recertify(firm.owner.seed, firm.owner.known, firm.clerk.known.certificate, firm.now + firm.index)
    with refusing("certificate_revoked"):
        firm.accept(again, firm.clerk.seed)


def test_a_withdrawn_invitation_is_not_redeemed(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    firm.revoke(firm.clerk, invitation, reason="withdrawn")
    with refusing("certificate_issuer_revoked"):
        firm.redeem(invitation)


def test_a_revocation_of_a_redeemed_invitation_leaves_the_person(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    client = firm.redeem(invitation)
    firm.revoke(firm.clerk, invitation)
    assert firm.store.in_force(client.kid)


# Who may


@pytest.mark.parametrize(
    ("author", "person"),
    [
        ("owner", "partner"),
        ("owner", "clerk"),
        ("owner", "client"),
        ("owner", "scanner"),
        ("owner", "owner"),
        ("clerk", "client"),
        ("clerk", "clerk"),
        ("client", "client"),
    ],
)
def test_whom_staff_may_revoke_and_everybody_himself(firm: Firm, author: str, person: str) -> None:
    firm.revoke(getattr(firm, author), getattr(firm, person))
    assert not firm.store.in_force(getattr(firm, person).kid)


@pytest.mark.parametrize(
    ("author", "person"),
    [
        ("owner", "recovery"),
        ("owner", "root"),
        ("root", "root"),
        ("root", "clerk"),
        ("clerk", "owner"),
        ("clerk", "scanner"),
        ("client", "clerk"),
        ("recovery", "recovery"),
        ("recovery", "client"),
        ("scanner", "scanner"),
    ],
)
def test_whom_nobody_else_may_revoke(firm: Firm, author: str, person: str) -> None:
    signer: Person = getattr(firm, author)
    with refusing("revocation_rights"):
        firm.accept_revocation(document(firm, signer, getattr(firm, person)).sign(signer.seed))
    with pytest.raises(RefusedError) as error:
        revoke_key(signer.seed, signer.known, getattr(firm, person).known, None, "left")
    assert error.value.code == "not_allowed"


def test_an_office_leader_revokes_in_his_office_only(firm: Firm) -> None:
    office, leader = office_of(firm)
    clerk, other = firm.certify(leader, "clerk"), firm.certify(firm.owner, "clerk", office=new_id())
    assert clerk.known.certificate.office == office
    firm.revoke(leader, clerk)
    for person in (other, firm.clerk):
        with refusing("revocation_rights"):
            firm.accept_revocation(document(firm, leader, person).sign(leader.seed))


def test_a_clerk_does_not_withdraw_the_invitation_of_a_clerk(firm: Firm) -> None:
    invitation = firm.invite(firm.owner, new_id(), "clerk")
    with refusing("revocation_rights"):
        firm.accept_revocation(document(firm, firm.clerk, invitation).sign(firm.clerk.seed))


def test_the_root_revokes_owner_and_recovery(firm: Firm) -> None:
    for person in (firm.recovery, firm.owner, firm.partner):
        firm.revoke(firm.root, person)
        assert not firm.store.in_force(person.kid)


def test_the_last_owner_is_revoked_by_the_root_only(firm: Firm) -> None:
    firm.revoke(firm.owner, firm.partner)
    with refusing("revocation_last_owner"):
        firm.revoke(firm.owner, firm.owner)
    firm.revoke(firm.root, firm.owner)


def test_a_revoked_or_fallen_key_revokes_nobody(firm: Firm) -> None:
    compromised = firm.index + 1
    fallen = firm.certify(firm.owner, "clerk")
    firm.revoke(firm.partner, firm.owner, compromised, "compromised")
    for author in (firm.owner, fallen):
        with refusing("revocation_rights"):
            firm.accept_revocation(document(firm, author, firm.client).sign(author.seed))


# Its own form


def test_a_revocation_names_a_known_certificate_of_its_firm_and_a_time_that_passed(firm: Firm) -> None:
    def refused_as(code: str, **fields: Any) -> None:
        with refusing(code):
            firm.accept_revocation(replace(document(firm, firm.owner, firm.clerk), **fields).sign(firm.owner.seed))

    refused_as("revocation_certificate", certificate=hash_of("another"))
    refused_as("revocation_firm", firm=new_id())
    refused_as("revocation_rights", author=hash_of("nobody"))
    refused_as("signature_invalid", author=firm.partner.kid)
    refused_as("revocation_time", compromised_since=firm.index + 100)
    assert firm.store.in_force(firm.clerk.kid)


def test_a_key_is_revoked_once_and_the_same_revocation_again_is_no_error(firm: Firm) -> None:
    first = firm.revoke(firm.owner, firm.clerk)
    firm.store.revoke(firm.revocations[0])
    with refusing("revocation_repeated"):
        firm.revoke(firm.partner, firm.clerk)
    assert firm.store.revoked(firm.clerk.kid) == first


@pytest.mark.parametrize("reason", REASONS)
def test_a_revocation_is_read_back_from_the_wire(firm: Firm, reason: str) -> None:
    signed = revoke_key(firm.owner.seed, firm.owner.known, firm.clerk.known, 3, reason)
    read = AcceptedRevocation.from_wire({"doc": {**signed.to_wire()}, "accepted_at": 5, "log_index": 7})
    assert read == AcceptedRevocation(signed, 5, 7)
    assert Revocation.parse(read.signed).reason == reason


def test_a_set_whose_revocation_came_before_what_its_key_signed_is_refused(firm: Firm) -> None:
    """A server dates a revocation back, to make the clerk's certificates void: the set does not hold."""
    firm.certify(firm.clerk, "client")
    firm.revoke(firm.owner, firm.clerk)
    back = replace(firm.revocations[0], log_index=firm.client.known.log_index + 1)
    with refusing("certificate_issuer_revoked"):
        CertificateStore.verified(firm.accepted, firm.root_kid, [back])


# What it means for chains


def test_records_count_below_their_authors_revocation_only(firm: Firm, vault: Vault) -> None:
    early, late = vault.entry(firm.client, vault.folder()), None
    vault.apply(early)
    late = vault.entry(firm.client, vault.folder())
    firm.revoke(firm.clerk, firm.client)
    vault.apply(late)
    refused(vault, vault.entry(firm.client, vault.folder()), "record_author_revoked")


def test_a_fallen_author_writes_no_more(firm: Firm, vault: Vault) -> None:
    firm.revoke(firm.owner, firm.clerk, firm.client.known.log_index, "compromised")
    refused(vault, vault.entry(firm.client, vault.folder()), "record_author_revoked")
    refused(vault, vault.entry(firm.clerk, vault.folder()), "record_author_revoked")


def test_an_office_binds_what_its_people_certify(firm: Firm) -> None:
    office, leader = office_of(firm)
    clerk = firm.certify(leader, "clerk")
    client = firm.certify(clerk, "client")
    invitation = firm.invite(clerk, new_id())
    assert {p.known.certificate.office for p in (leader, clerk, client, firm.redeem(invitation))} == {office}
    assert firm.certify(firm.owner, "clerk", office=office).known.certificate.office == office
    with pytest.raises(RefusedError):
        firm.certify(leader, "clerk", office=new_id())
    stray = issue(
        firm.owner.seed, firm.owner.known, clerk.seed.public_keys(), kind="clerk", subject=clerk.id, now=firm.now
    )
    other = replace(Certificate.parse(stray), issuer=leader.known.hash, not_before=firm.now - 300)
    with refusing("certificate_office"):
        firm.accept(other.sign(leader.seed), leader.seed)
    with refusing("certificate_conflict"):
        firm.accept(replace(other, issuer=firm.owner.known.hash).sign(firm.owner.seed), clerk.seed)


def test_the_root_may_invite_an_owner(firm: Firm) -> None:
    owner = firm.redeem(firm.invite(firm.root, new_id(), "owner"))
    assert owner.known.certificate.kind == "owner"
    with pytest.raises(RefusedError):
        firm.invite(firm.owner, new_id(), "owner")
    with pytest.raises(RefusedError):
        firm.invite(firm.root, new_id(), "clerk")
