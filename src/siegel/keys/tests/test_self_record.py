"""The self-record as the server keeps it: sealed, one per person, each following the one before."""

import pytest

from siegel.keys.models import SelfRecord
from siegel.keys.tests.island import Island, RefusedError, found, invite, redemption
from siegel.seals.canonical import b64
from siegel.seals.self_record import MAX_SELF_RECORD_SIZE

pytestmark = pytest.mark.django_db


def refusal(owner: Island, number: int, age: bytes) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        owner.post("account/self", {"number": number, "age": b64(age)})
    return refused.value.status, refused.value.code


def test_of_two_devices_that_write_one_number_the_second_is_stale(owner: Island) -> None:
    assert owner.get("account/self") == {"number": 0, "age": None}
    assert refusal(owner, 2, b"x") == (409, "stale")
    for number, age in ((1, b"one"), (2, b"two")):
        owner.post("account/self", {"number": number, "age": b64(age)})
        owner.post("account/self", {"number": number, "age": b64(age)})
        assert refusal(owner, number, b"other") == (409, "stale")
    assert owner.get("account/self") == {"number": 2, "age": b64(b"two")}
    assert refusal(owner, 1, b"one") == (409, "stale")


def test_a_self_record_is_nobody_elses(owner: Island) -> None:
    owner.post("account/self", {"number": 1, "age": b64(b"one")})
    assert found("andere").get("account/self") == {"number": 0, "age": None}


def test_a_self_record_is_not_endless(owner: Island) -> None:
    for age in (b"", bytes(MAX_SELF_RECORD_SIZE + 1)):
        assert refusal(owner, 1, age) == (400, "document_refused")
    owner.post("account/self", {"number": 1, "age": b64(bytes(MAX_SELF_RECORD_SIZE))})


def test_a_new_generation_of_keys_begins_without_the_record_that_the_old_one_opens(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    clerk.post("account/self", {"number": 1, "age": b64(b"one")})
    again = invite(
        owner,
        role="clerk",
        username="wulff",
        person=clerk.person,
        generation=2,
        revocation=owner.revocation(clerk.kid, reason="lost"),
    )
    renewed = redemption(again, owner).send()
    assert renewed.get("account/self") == {"number": 0, "age": None}
    renewed.post("account/self", {"number": 1, "age": b64(b"new")})
    assert not SelfRecord.objects.filter(generation=1).exists()
