"""Recipients and identities as text, and that secrets do not show themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib import age
from siegel.lib.age import bech32
from siegel.lib.age.tests.samples import bounded

# The examples of the age specification; of the hybrid recipient its ends, which include the check characters.
SPEC_HYBRID_IDENTITY = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
SPEC_HYBRID_BEGIN = "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtzdxz95paef6caq5"
SPEC_HYBRID_END = "0d3fzv49zc0k"
SPEC_X25519_IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
SPEC_X25519_RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_the_specification_s_hybrid_identity_has_its_recipient() -> None:
    text = age.HybridIdentity.parse(SPEC_HYBRID_IDENTITY).recipient().encode()
    assert text.startswith(SPEC_HYBRID_BEGIN)
    assert text.endswith(SPEC_HYBRID_END)


def test_the_specification_s_x25519_identity_has_its_recipient() -> None:
    assert age.X25519Identity.parse(SPEC_X25519_IDENTITY).recipient().encode() == SPEC_X25519_RECIPIENT


@bounded
@given(st.binary(min_size=32, max_size=32))
def test_a_seed_gives_one_identity_that_survives_as_text(seed: bytes) -> None:
    identity = age.HybridIdentity.from_seed(seed)
    again = age.parse_identity(identity.encode())
    assert isinstance(again, age.HybridIdentity)
    assert again.seed == seed
    assert age.parse_recipient(again.recipient().encode()) == identity.recipient()
    assert len(identity.recipient().raw) == 1216


def test_a_classic_identity_survives_as_text(classic: age.X25519Identity) -> None:
    assert age.parse_identity(classic.encode()).recipient() == classic.recipient()
    assert age.parse_recipient(classic.recipient().encode()) == classic.recipient()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age1pq1",
        SPEC_X25519_RECIPIENT[:-1],
        SPEC_X25519_RECIPIENT + "q",
        SPEC_X25519_RECIPIENT + " ",
        SPEC_X25519_RECIPIENT.upper(),
        SPEC_X25519_RECIPIENT.replace("z", "Z", 1),
        SPEC_X25519_RECIPIENT.replace("zv", "vz", 1),
        SPEC_X25519_RECIPIENT.replace("zv", "bo", 1),
        SPEC_X25519_IDENTITY,
        bech32.encode("age", bytes(31)),
        bech32.encode("age1pq", bytes(1215)),
        bech32.encode("age1pq", b"\xff" * 1216),
        bech32.encode("age1tag", bytes(33)),
    ],
)
def test_a_text_that_is_no_recipient_is_refused(text: str) -> None:
    with pytest.raises(age.KeyFormatError):
        age.parse_recipient(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SPEC_X25519_RECIPIENT,
        SPEC_X25519_IDENTITY.lower(),
        SPEC_HYBRID_IDENTITY.lower(),
        SPEC_HYBRID_IDENTITY[:-1],
        SPEC_HYBRID_IDENTITY.replace("PQ-1", "1"),
        bech32.encode("age-secret-key-", bytes(33)).upper(),
        bech32.encode("age-secret-key-pq-", bytes(31)).upper(),
    ],
)
def test_a_text_that_is_no_identity_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(age.KeyFormatError) as caught:
        age.parse_identity(text)
    assert not text or text[20:] not in str(caught.value)


def test_stray_bits_at_the_end_of_a_key_are_refused() -> None:
    symbols, rest, bits = bech32._regroup(bytes(32), 8, 5)
    assert bits == 1
    assert rest == 0
    stray = [*symbols, 1]
    checksum = bech32._polymod("age", [*stray, *[0] * 6]) ^ 1
    stray += [checksum >> 5 * (5 - i) & 31 for i in range(6)]
    with pytest.raises(age.KeyFormatError, match="stray bits"):
        bech32.decode("age1" + "".join(bech32._ALPHABET[s] for s in stray), "age")


def test_a_key_file_may_have_comments_and_empty_lines() -> None:
    text = f"# person: 1\r\n\r\n{SPEC_HYBRID_IDENTITY}\r\n# old\n{SPEC_X25519_IDENTITY}\n"
    identities = age.parse_identity_file(text)
    assert [type(i) for i in identities] == [age.HybridIdentity, age.X25519Identity]


def test_a_recipient_file_is_read_like_a_key_file() -> None:
    assert age.parse_recipient_file(f"# for\n{SPEC_X25519_RECIPIENT}\n") == [
        age.X25519Recipient.parse(SPEC_X25519_RECIPIENT)
    ]


def test_a_bad_line_of_a_key_file_is_named_by_its_number() -> None:
    with pytest.raises(age.KeyFormatError, match="line 3"):
        age.parse_identity_file(f"# comment\n{SPEC_X25519_IDENTITY}\nnonsense\n")


def test_a_key_file_without_a_key_is_refused() -> None:
    with pytest.raises(age.KeyFormatError, match="no key"):
        age.parse_identity_file("# nothing\n")


@pytest.mark.parametrize(
    "secret",
    [
        age.FileKey.generate(),
        age.HybridIdentity.generate(),
        age.X25519Identity.generate(),
        age.ScryptIdentity("secret"),
        age.ScryptRecipient("secret"),
    ],
    ids=lambda s: type(s).__name__,
)
def test_a_secret_does_not_show_itself(secret: object) -> None:
    assert repr(secret) == str(secret) == f"{secret}" == "<secret>"
    assert not hasattr(secret, "__dict__")


def test_a_file_key_derives_separate_keys_and_has_16_bytes() -> None:
    key = age.FileKey(bytes(16))
    assert len({key.derive(b"a"), key.derive(b"b"), key.derive(b"a", salt=b"s")}) == 3
    assert key == age.FileKey(bytes(16)) != age.FileKey.generate()
    with pytest.raises(ValueError, match="16 bytes"):
        age.FileKey(bytes(15))


def test_every_error_has_a_code_of_its_own() -> None:
    errors = [getattr(age, name) for name in age.__all__ if name.endswith("Error") or name == "NoMatch"]
    assert len({error.code for error in errors}) == len(errors)
    assert all(issubclass(error, age.AgeError) for error in errors)
