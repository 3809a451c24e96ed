"""Headers: who may stand together, what is refused, and several over one payload."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib import age
from siegel.lib.age.tests.samples import bounded, sealed_payload

KEY = age.FileKey.generate()


def test_two_headers_over_one_payload_open_to_the_same_bytes(hybrid: age.HybridIdentity) -> None:
    scanner = age.HybridIdentity.generate()
    payload = sealed_payload(KEY, b"Belege 2026")
    for identity in (hybrid, scanner):
        header = age.seal_header(KEY, [identity.recipient()])
        found = age.open_header(header, [identity])
        assert found == KEY
        assert b"".join(age.open_blocks(found, [payload])) == b"Belege 2026"
        # Header and payload joined are an ordinary age file.
        sink = io.BytesIO()
        age.open_file(io.BytesIO(header + payload), sink, [identity])
        assert sink.getvalue() == b"Belege 2026"


def test_the_header_of_another_file_does_not_open_the_payload(hybrid: age.HybridIdentity) -> None:
    foreign = age.open_header(age.seal_header(age.FileKey.generate(), [hybrid.recipient()]), [hybrid])
    with pytest.raises(age.PayloadError):
        list(age.open_blocks(foreign, [sealed_payload(KEY, b"x")]))


def test_hybrid_and_classic_recipients_are_not_mixed(hybrid: age.HybridIdentity, classic: age.X25519Identity) -> None:
    with pytest.raises(age.RecipientError):
        age.seal_header(KEY, [hybrid.recipient(), classic.recipient()])


def test_a_passphrase_stands_alone(classic: age.X25519Identity) -> None:
    passphrase = age.ScryptRecipient("secret", work_factor=2)
    for others in ([classic.recipient()], [age.ScryptRecipient("other", work_factor=2)]):
        with pytest.raises(age.RecipientError):
            age.seal_header(KEY, [passphrase, *others])


def test_more_recipients_than_a_header_holds_are_refused(hybrid: age.HybridIdentity) -> None:
    assert len(age.seal_header(KEY, [hybrid.recipient()] * 40)) < age.MAX_HEADER_SIZE
    with pytest.raises(age.RecipientError, match="too many"):
        age.seal_header(KEY, [hybrid.recipient()] * 45)


def test_a_recipient_of_low_order_is_refused(hybrid: age.HybridIdentity) -> None:
    low_order: list[age.Recipient] = [
        age.X25519Recipient(bytes(32)),
        age.HybridRecipient(hybrid.recipient().raw[:-32] + bytes(32)),
    ]
    for recipient in low_order:
        with pytest.raises(age.RecipientError, match="low order"):
            age.seal_header(KEY, [recipient])


class CountingSource(io.BytesIO):
    taken = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.taken += len(line)
        return line


@pytest.mark.parametrize("filling", [b"A" * 64 + b"\n", b"A"], ids=["many lines", "one line"])
def test_a_header_of_two_mebibytes_is_refused_after_its_first_64_kib(filling: bytes) -> None:
    source = CountingSource(b"age-encryption.org/v1\n-> X25519 A\n" + filling * ((2 << 20) // len(filling)))
    with pytest.raises(age.HeaderError, match="too large"):
        age.open_file(source, io.BytesIO(), [])
    assert source.taken <= age.MAX_HEADER_SIZE


def test_a_header_with_a_byte_too_many_is_refused(classic: age.X25519Identity) -> None:
    header = age.seal_header(KEY, [classic.recipient()])
    with pytest.raises(age.HeaderError):
        age.Header.parse(header + b"\n")


@bounded
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_parser(raw: bytes) -> None:
    for candidate in (raw, b"age-encryption.org/v1\n" + raw, b"age-encryption.org/v1\n-> " + raw):
        with pytest.raises(age.HeaderError):
            age.Header.parse(candidate)


def test_a_stanza_added_to_a_sealed_header_is_noticed(classic: age.X25519Identity) -> None:
    header = age.seal_header(KEY, [classic.recipient()])
    position = header.index(b"--- ")
    grown = header[:position] + age.Stanza("joint", ("x",), b"").encode() + header[position:]
    assert len(age.Header.parse(grown).stanzas) == 2
    with pytest.raises(age.HmacError):
        age.open_header(grown, [classic])


@bounded
@given(st.binary(max_size=200), st.lists(st.from_regex(r"[!-~]{1,20}", fullmatch=True), max_size=3))
def test_any_stanza_is_read_as_it_was_written(body: bytes, arguments: list[str]) -> None:
    stanza = age.Stanza("example.com/kind", tuple(arguments), body)
    raw = b"age-encryption.org/v1\n" + stanza.encode() + b"--- " + b"A" * 43 + b"\n"
    assert age.Header.parse(raw).stanzas == (stanza,)


def test_the_wrong_passphrase_has_an_error_of_its_own(classic: age.X25519Identity) -> None:
    header = age.seal_header(KEY, [age.ScryptRecipient("right", work_factor=2)])
    with pytest.raises(age.PassphraseError):
        age.open_header(header, [age.ScryptIdentity("wrong")])
    with pytest.raises(age.NoMatch) as caught:
        age.open_header(header, [classic])
    assert not isinstance(caught.value, age.PassphraseError)


def test_a_work_factor_above_the_limit_is_refused_before_any_work() -> None:
    header = age.seal_header(KEY, [age.ScryptRecipient("secret", work_factor=12)])
    with pytest.raises(age.WorkFactorError):
        age.open_header(header, [age.ScryptIdentity("secret", max_work_factor=11)])
    assert age.open_header(header, [age.ScryptIdentity("secret", max_work_factor=12)]) == KEY
    costly = header.replace(b" 12\n", b" 62\n")
    with pytest.raises(age.WorkFactorError):
        age.open_header(costly, [age.ScryptIdentity("secret")])


@pytest.mark.parametrize("work_factor", [0, 23])
def test_a_work_factor_nobody_would_open_is_not_sealed(work_factor: int) -> None:
    with pytest.raises(ValueError, match="work factor"):
        age.ScryptRecipient("secret", work_factor=work_factor)


def test_an_empty_passphrase_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="empty"):
        age.ScryptRecipient("")
