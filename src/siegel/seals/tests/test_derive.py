"""Joins, HKDF, seeds."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib.age import FileKey
from siegel.seals.derive import EpochSeed, PublicKeys, Secret, Seed, commitment, hkdf, join, split
from siegel.seals.ids import check_id, new_id

fields = st.lists(st.binary(max_size=20), max_size=6)


@given(fields, fields)
def test_different_fields_never_join_alike(one: list[bytes], other: list[bytes]) -> None:
    assert (join(*one) == join(*other)) == (one == other)


@given(fields)
def test_a_join_splits_into_its_fields(parts: list[bytes]) -> None:
    assert split(join(*parts), len(parts)) == parts


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=4), st.integers(1, 60))
def test_a_join_cut_short_does_not_split(parts: list[bytes], cut: int) -> None:
    joined = join(*parts)[:-cut]
    with pytest.raises(ValueError):
        split(joined, len(parts))


def test_text_joins_as_utf8_with_its_length_in_bytes() -> None:
    assert join("ä", b"\x00") == b"\x00\x00\x00\x02\xc3\xa4\x00\x00\x00\x01\x00"


def test_hkdf_is_that_of_rfc_5869() -> None:
    # Test case 3: no salt, but our output is 32 bytes and the info empty.
    okm = hkdf(b"\x0b" * 22, "")
    assert okm.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


@pytest.mark.parametrize("secret", [Seed.generate(), EpochSeed.generate(), Secret(bytes(32))])
def test_a_secret_does_not_show_itself(secret: Secret) -> None:
    assert repr(secret) == str(secret) == f"{secret}" == "<secret>"
    with pytest.raises(TypeError):
        hash(secret)


def test_secrets_compare_by_value() -> None:
    assert Seed(bytes(32)) == copy.copy(Seed(bytes(32)))
    assert Seed(bytes(32)) != Seed(b"\x01" * 32)
    assert Seed(bytes(32)) != bytes(32)


def test_a_secret_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError):
        Seed(bytes(31))


def test_a_seed_reads_back_from_its_text() -> None:
    seed = Seed.generate()
    assert Seed.parse(seed.encode()) == seed
    assert seed.encode().startswith("AGE-SECRET-KEY-PQ-1")


def test_everything_derived_differs() -> None:
    seed, epoch = Seed(bytes(32)), EpochSeed(bytes(32))
    assert epoch.recipient() != seed.public_keys().recipient
    assert epoch.row_key().reveal() != seed.signing_key().private_bytes_raw()
    assert commitment(FileKey(bytes(16))) != commitment(FileKey(b"\x01" * 16))


def test_the_key_id_depends_on_both_keys() -> None:
    keys = Seed(bytes(32)).public_keys()
    other = Seed(b"\x01" * 32).public_keys()
    ids = {
        keys.kid,
        other.kid,
        PublicKeys(keys.signing_key, None).kid,
        PublicKeys(keys.signing_key, other.recipient).kid,
    }
    assert len(ids) == 4


def test_ids_are_random_and_checked() -> None:
    assert len({new_id() for _ in range(100)}) == 100
    assert check_id(new_id())
