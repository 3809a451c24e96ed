"""Every published vector, through the public door."""

import hashlib
import io

import pytest

from siegel.lib import age
from siegel.lib.age.tests import cctv

VECTORS = cctv.load()
ERRORS: dict[str, type[age.AgeError]] = {
    "no match": age.NoMatch,
    "HMAC failure": age.HmacError,
    "header failure": age.HeaderError,
    "armor failure": age.ArmorError,
    "payload failure": age.PayloadError,
}


def identities_of(vector: cctv.Vector) -> list[age.Identity]:
    return [*map(age.parse_identity, vector.identities), *map(age.ScryptIdentity, vector.passphrases)]


def source_of(vector: cctv.Vector) -> age.Source:
    # A file armored beyond recognition is not detected as armor; the vectors ask what an armor reader says to it.
    return age.dearmor(io.BytesIO(vector.file)) if vector.armored else io.BytesIO(vector.file)


def test_the_published_vectors_are_complete() -> None:
    if not VECTORS:
        pytest.skip("npm package cctv-age is not installed (web/node_modules or SIEGEL_CCTV_AGE)")
    assert len(VECTORS) >= 143
    assert {v.expect for v in VECTORS} == {"success", *ERRORS}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)
def test_a_published_vector_has_the_expected_outcome(vector: cctv.Vector) -> None:
    sink = io.BytesIO()
    if vector.expect == "success":
        age.open_file(source_of(vector), sink, identities_of(vector))
    else:
        with pytest.raises(ERRORS[vector.expect]) as caught:
            age.open_file(source_of(vector), sink, identities_of(vector))
        # A missing nonce counts as both; every other error must be exactly the expected kind.
        others = set(ERRORS.values()) - {ERRORS[vector.expect]}
        assert isinstance(caught.value, age.NonceError) or not isinstance(caught.value, tuple(others))
    released = hashlib.sha256(sink.getvalue()).hexdigest()
    assert released == (vector.payload_sha256 or hashlib.sha256(b"").hexdigest())


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.expect == "success"], ids=lambda v: v.name)
def test_a_good_vector_opens_without_being_told_whether_it_is_armored(vector: cctv.Vector) -> None:
    sink = io.BytesIO()
    age.open_file(io.BytesIO(vector.file), sink, identities_of(vector))
    assert hashlib.sha256(sink.getvalue()).hexdigest() == vector.payload_sha256


WITH_HEADER = [v for v in VECTORS if v.expect != "header failure" and not v.armored]


@pytest.mark.parametrize("vector", WITH_HEADER, ids=lambda v: v.name)
def test_a_header_that_parses_is_written_again_byte_for_byte(vector: cctv.Vector) -> None:
    header = age.Header.read(io.BytesIO(vector.file))
    assert b"".join(s.encode() for s in header.stanzas) in header.raw
    assert vector.file.startswith(header.raw)
    assert age.Header.parse(header.raw) == header
