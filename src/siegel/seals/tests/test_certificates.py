"""Each rule between issuer and subject, by an attempt to break it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from siegel.lib.age import bech32
from siegel.seals.canonical import b64
from siegel.seals.certificates import Accepted, CertificateStore, Known, countersign, issue, root_certificate
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.documents import INVITATION_LIFE_S, Certificate
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.fields import RECIPIENT_TEXT
from siegel.seals.ids import new_id
from siegel.seals.tests.people import NOW, Firm, Person


def refused(code: str, attempt: Callable[..., object], *arguments: object) -> None:
    with pytest.raises(IntegrityError) as error:
        attempt(*arguments)
    assert error.value.code == code


def offer(firm: Firm, issuer: Person, certificate: Certificate, *, at: int | None = None) -> Known:
    """Adds `certificate`, signed by `issuer` whatever it says."""
    return firm.store.add(Accepted(certificate.sign(issuer.seed), NOW if at is None else at, firm.next_index()))


def draft(firm: Firm, issuer: Person, **fields: Any) -> Certificate:
    """A client's certificate by `issuer`, with `fields` replaced."""
    keys = Seed.generate().public_keys()
    signed = issue(firm.clerk.seed, firm.clerk.known, keys, kind="client", subject=new_id(), now=NOW)
    return replace(Certificate.parse(signed), issuer=issuer.known.hash, **fields)


def test_a_set_is_verified_in_any_order(firm: Firm) -> None:
    store = CertificateStore.verified(reversed(firm.accepted), firm.root_kid)
    assert {known.hash for known in store} == {known.hash for known in firm.store}


def test_the_same_certificate_twice_counts_once(firm: Firm) -> None:
    store = CertificateStore.verified(firm.accepted * 2, firm.root_kid)
    assert len(list(store)) == len(firm.accepted)


def test_another_root_than_the_pinned_one_is_refused(firm: Firm) -> None:
    refused("certificate_root", CertificateStore.verified, firm.accepted, Firm().root_kid)


def test_a_second_root_in_the_set_is_refused(firm: Firm) -> None:
    seed = Seed.generate()
    item = Accepted(root_certificate(seed, firm.id, NOW), NOW, firm.next_index())
    refused("certificate_root", CertificateStore.verified, [*firm.accepted, item], firm.root_kid)


def test_a_certificate_whose_issuer_is_missing_is_refused(firm: Firm) -> None:
    without_owner = [item for item in firm.accepted if item.signed.hash != firm.owner.known.hash]
    refused("certificate_issuer", CertificateStore.verified, without_owner, firm.root_kid)
    refused("certificate_issuer", CertificateStore(firm.root_kid).add, firm.accepted[-1])


def test_a_signature_by_another_key_than_the_issuers_is_refused(firm: Firm) -> None:
    refused("signature_invalid", offer, firm, firm.client, draft(firm, firm.clerk))


@pytest.mark.parametrize(
    ("issuer", "kind"),
    [
        ("clerk", "owner"),
        ("clerk", "clerk"),
        ("client", "client"),
        ("root", "clerk"),
        ("recovery", "owner"),
        ("owner", "owner"),
        ("scanner", "client"),
    ],
)
def test_nobody_certifies_beyond_his_kind(firm: Firm, issuer: str, kind: str) -> None:
    who = getattr(firm, issuer)
    keys = Seed.generate().public_keys()
    with pytest.raises(RefusedError):
        issue(who.seed, who.known, keys, kind=kind, subject=new_id(), now=NOW)
    certificate = replace(draft(firm, who), kind=kind, certifies=())
    refused("certificate_issuer_rights", offer, firm, who, certificate)


def test_a_clerk_without_the_right_in_his_own_certificate_does_not_certify(firm: Firm) -> None:
    keys = Seed.generate()
    lesser = replace(
        firm.clerk.known.certificate,
        signing_key=keys.public_keys().signing_key,
        recipient=keys.public_keys().recipient,
        certifies=(),
        subject=new_id(),
    )
    known = offer(firm, firm.owner, lesser)
    who = replace(firm.clerk, seed=keys, known=known)
    refused("certificate_issuer_rights", offer, firm, who, draft(firm, who))


def test_a_clerk_invites_clients_only(firm: Firm) -> None:
    keys = Seed.generate().public_keys()
    with pytest.raises(RefusedError):
        issue(firm.clerk.seed, firm.clerk.known, keys, kind="invitation", subject=new_id(), now=NOW, role="clerk")
    invitation = firm.invite(firm.clerk, new_id())
    fresh = Seed.generate().public_keys()
    certificate = replace(
        invitation.known.certificate,
        role="clerk",
        certifies=("clerk",),
        signing_key=fresh.signing_key,
        recipient=fresh.recipient,
    )
    refused("certificate_issuer_rights", offer, firm, firm.clerk, certificate)


def test_another_firm_is_refused(firm: Firm) -> None:
    refused("certificate_firm", offer, firm, firm.clerk, replace(draft(firm, firm.clerk), firm=new_id()))


def test_a_recipient_nobody_can_seal_to_is_refused(firm: Firm) -> None:
    good = Seed.generate().public_keys().recipient or ""
    bad = good[:-1] + ("q" if good[-1] != "q" else "p")
    assert RECIPIENT_TEXT.fullmatch(bad)
    refused("certificate_recipient", offer, firm, firm.clerk, draft(firm, firm.clerk, recipient=bad))


def test_a_recipient_whose_x25519_part_has_low_order_is_refused(firm: Firm) -> None:
    raw = bech32.decode(Seed.generate().public_keys().recipient or "", "age1pq")
    for point in (bytes(32), bytes([1, *bytes(31)]), bytes([*bytes(31), 0x80])):
        bad = bech32.encode("age1pq", raw[:-32] + point)
        refused("certificate_recipient", offer, firm, firm.clerk, draft(firm, firm.clerk, recipient=bad))


@pytest.mark.parametrize("key", [bytes([1, *bytes(31)]), bytes(32), bytes([2, *bytes(31)]), b"\xff" * 32])
def test_a_signing_key_of_small_order_or_off_the_curve_is_refused(firm: Firm, key: bytes) -> None:
    refused("certificate_signing_key", offer, firm, firm.clerk, draft(firm, firm.clerk, signing_key=b64(key)))


@pytest.mark.parametrize("offset", [-301, INVITATION_LIFE_S - 299])
def test_an_invitation_outside_its_validity_is_refused(firm: Firm, offset: int) -> None:
    seed = Seed.generate()
    signed = issue(
        firm.clerk.seed,
        firm.clerk.known,
        seed.public_keys(),
        kind="invitation",
        subject=new_id(),
        now=NOW + 9,
        role="client",
    )
    refused("certificate_time", firm.store.add, Accepted(signed, NOW + 9 + offset, firm.next_index()))


def test_an_expired_invitation_redeems_nothing(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    late = (invitation.known.certificate.not_after or 0) + 1
    certificate = replace(draft(firm, invitation), subject=invitation.id)
    refused("certificate_time", lambda: offer(firm, invitation, certificate, at=late))
    offer(firm, invitation, certificate, at=late - 1)


def test_an_invitation_is_redeemed_once(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    first = firm.redeem(invitation)
    refused("certificate_redeemed", firm.redeem, invitation)
    assert firm.store.redemption(invitation.kid) == first.known
    assert firm.store.member(invitation.kid) == first.known


def test_the_first_redemption_in_the_log_counts_whatever_the_order_of_the_answer(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    first = firm.redeem(invitation)
    second = replace(draft(firm, invitation), subject=invitation.id).sign(invitation.seed)
    late = Accepted(second, NOW, firm.next_index())
    refused("certificate_redeemed", CertificateStore.verified, [late, *firm.accepted], firm.root_kid)
    early = replace(late, log_index=first.known.log_index - 1)
    with pytest.raises(IntegrityError):
        CertificateStore.verified([*firm.accepted, early], firm.root_kid)


def test_an_invitation_is_for_its_person_and_role(firm: Firm) -> None:
    invitation = firm.invite(firm.owner, new_id(), role="clerk")
    refused(
        "certificate_issuer_rights", offer, firm, invitation, replace(draft(firm, invitation), subject=invitation.id)
    )
    clerk = replace(draft(firm, invitation), kind="clerk", certifies=("client", "invitation"))
    refused("certificate_invitation", offer, firm, invitation, clerk)
    offer(firm, invitation, replace(clerk, subject=invitation.id))


@pytest.mark.parametrize("lie", [{"subject": new_id()}, {"generation": 2}])
def test_one_key_is_certified_for_one_holder(firm: Firm, lie: dict[str, Any]) -> None:
    certificate = replace(firm.client.known.certificate, issuer=firm.owner.known.hash, **lie)
    refused("certificate_conflict", offer, firm, firm.owner, certificate)


def test_a_key_does_not_rise_by_a_second_certificate(firm: Firm) -> None:
    certificate = replace(firm.client.known.certificate, issuer=firm.owner.known.hash, kind="clerk")
    refused("certificate_conflict", offer, firm, firm.owner, certificate)


def test_nobody_makes_a_newer_key_for_a_person_of_another_rank(firm: Firm) -> None:
    """A clerk certifies clients; with a client's certificate in an owner's name he would be given what owners are."""
    certificate = replace(draft(firm, firm.clerk), subject=firm.owner.id, generation=2)
    refused("certificate_conflict", offer, firm, firm.clerk, certificate)


def test_a_root_key_gets_no_second_meaning(firm: Firm) -> None:
    certificate = replace(
        firm.scanner.known.certificate, signing_key=firm.root.known.certificate.signing_key, kind="service"
    )
    refused("certificate_conflict", offer, firm, firm.owner, certificate)


def test_a_redeemed_key_is_provisional_until_a_person_countersigns(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    client = firm.redeem(invitation)
    assert firm.store.is_provisional(client.kid)
    assert [k.kid for k in firm.store.countersignable(firm.clerk.known.certificate)] == [client.kid]
    assert firm.store.countersignable(firm.client.known.certificate) == []
    known = offer(
        firm,
        firm.clerk,
        Certificate.parse(countersign(firm.clerk.seed, firm.clerk.known, client.known.certificate, NOW)),
    )
    assert not firm.store.is_provisional(client.kid)
    assert firm.store.by_kid(client.kid) == known
    assert firm.store.since(client.kid) == client.known.log_index
    assert firm.store.countersignable(firm.clerk.known.certificate) == []


def test_a_client_countersigns_nobody(firm: Firm) -> None:
    client = firm.redeem(firm.invite(firm.clerk, new_id()))
    with pytest.raises(RefusedError):
        countersign(firm.client.seed, firm.client.known, client.known.certificate, NOW)


def test_what_is_certified_directly_is_not_provisional(firm: Firm) -> None:
    assert not firm.store.is_provisional(firm.client.kid)
    assert not firm.store.is_provisional("unknown")


def test_unknown_keys_are_nobodys(firm: Firm) -> None:
    assert firm.store.by_kid("unknown") is None
    assert firm.store.member("unknown") is None
    refused("certificate_unknown", firm.store.since, "unknown")


def test_a_persons_certificates_come_in_the_order_of_the_log(firm: Firm) -> None:
    invitation = firm.invite(firm.clerk, new_id())
    client = firm.redeem(invitation)
    assert [k.kid for k in firm.store if k.certificate.subject == client.id] == [invitation.kid, client.kid]


def test_the_wire_form_reads_back(firm: Firm) -> None:
    item = firm.accepted[0]
    wire: Any = {
        "doc": item.signed.to_wire(),
        "accepted_at": item.accepted_at,
        "log_index": item.log_index,
        "provisional": False,
    }
    assert Accepted.from_wire(wire) == item


def test_the_root_fingerprint_is_the_key_id_without_a_recipient(firm: Firm) -> None:
    key = firm.root_seed.signing_key().public_key().public_bytes_raw()
    assert PublicKeys(b64(key), None).kid == firm.root_kid
