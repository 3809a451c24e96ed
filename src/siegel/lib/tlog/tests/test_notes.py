import base64
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.lib import tlog
from siegel.lib.tlog.tests.signers import BROWSER, LOG, OFFICE, STRANGER, TIME, checkpoint_of, note_by, signer

TEXT = "erste Zeile\n\ndritte, mit — Strich\n"
SIGNED = note_by(TEXT, LOG, OFFICE)
bounded = settings(max_examples=100)


def test_a_note_comes_back_from_its_bytes_with_its_text_and_signatures() -> None:
    assert tlog.Note.parse(SIGNED.encode()) == SIGNED
    first, second = SIGNED.encode().decode().split("\n")[-3:-1]
    assert first == "— log.example/muster " + base64.b64encode(LOG.key.key_id + SIGNED.signatures[0].signature).decode()
    assert second.startswith("— witness.example/office ")


def test_the_keys_that_signed_are_named_with_the_time_that_witnesses_state() -> None:
    assert SIGNED.verify([LOG.key, OFFICE.key, BROWSER.key]) == {LOG.key: None, OFFICE.key: TIME}
    assert SIGNED.verify([OFFICE.key]) == {OFFICE.key: TIME}


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    for keys in ([], [BROWSER.key], [signer(LOG.name, tlog.ED25519, 9).key]):
        with pytest.raises(tlog.UnsignedError):
            SIGNED.verify(keys)


def test_one_bad_signature_by_a_known_key_spoils_the_note() -> None:
    bad = tlog.Signature(OFFICE.name, OFFICE.key.key_id, BROWSER.sign(TEXT).signature)
    note = tlog.Note(TEXT, (LOG.sign(TEXT), bad))
    assert note.verify([LOG.key]) == {LOG.key: None}
    with pytest.raises(tlog.SignatureError):
        note.verify([LOG.key, OFFICE.key])
    twice = tlog.Note(TEXT, (OFFICE.sign(TEXT), bad))
    with pytest.raises(tlog.SignatureError):
        twice.verify([OFFICE.key])


def test_a_witness_counts_once_however_often_it_signed() -> None:
    note = tlog.Note(TEXT, (OFFICE.sign(TEXT, 5), OFFICE.sign(TEXT, 6)))
    assert note.verify([OFFICE.key]) == {OFFICE.key: 5}


def test_a_cosignature_covers_its_time_and_the_text() -> None:
    good = OFFICE.sign(TEXT, 5).signature
    assert OFFICE.key.verify(good, TEXT) == 5
    for signature, text in [
        ((6).to_bytes(8, "big") + good[8:], TEXT),
        (good, TEXT + "x\n"),
        (good[:-1], TEXT),
        (good[:5], TEXT),
        (b"", TEXT),
        (good[8:], TEXT),
    ]:
        with pytest.raises(tlog.SignatureError):
            OFFICE.key.verify(signature, text)


def test_signatures_of_one_type_never_count_for_the_other() -> None:
    plain = signer(OFFICE.name, tlog.ED25519, 2)
    assert plain.key.public_key == OFFICE.key.public_key
    assert plain.key.key_id != OFFICE.key.key_id
    with pytest.raises(tlog.UnsignedError):
        SIGNED.verify([plain.key])


def test_a_time_of_64_bits_is_refused_although_it_was_signed() -> None:
    time = 2**63
    signature = OFFICE.private.sign(f"cosignature/v1\ntime {time}\n{TEXT}".encode())
    with pytest.raises(tlog.SignatureError):
        OFFICE.key.verify(time.to_bytes(8, "big") + signature, TEXT)
    for impossible in (time, -1):
        with pytest.raises(ValueError, match="63 bits"):
            OFFICE.sign(TEXT, impossible)


def test_two_keys_of_one_name_and_id_are_told_to_the_caller() -> None:
    """Found by search: ids have 32 bits only."""
    key = LOG.key
    same = type("Colliding", (tlog.VerifierKey,), {"key_id": key.key_id})(key.name, 1, bytes(32))
    with pytest.raises(ValueError, match="two keys"):
        SIGNED.verify([key, same])


BLOB = base64.b64encode(bytes(68)).decode()


@pytest.mark.parametrize(
    "signed",
    [
        b"",
        b"\n",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        f"text\n— a {BLOB}\n".encode(),
        f"text\n\n— a {BLOB}".encode(),
        f"text\n\n- a {BLOB}\n".encode(),
        f"text\n\n—  a {BLOB}\n".encode(),
        f"text\n\n—a {BLOB}\n".encode(),
        f"text\n\n— {BLOB}\n".encode(),
        f"text\n\n—  {BLOB}\n".encode(),
        f"text\n\n— a {BLOB} \n".encode(),
        f"text\n\n— a b {BLOB}\n".encode(),
        f"text\n\n— a\u00a0b {BLOB}\n".encode(),
        f"text\n\n— a\u2003b {BLOB}\n".encode(),
        f"text\n\n— a+b {BLOB}\n".encode(),
        f"text\n\n— a {BLOB}\ntext\n".encode(),
        f"text\r\n\r\n— a {BLOB}\r\n".encode(),
        f"te\tx\n\n— a {BLOB}\n".encode(),
        f"te\x00x\n\n— a {BLOB}\n".encode(),
        f"text\n\n— a {BLOB[:-1]}\n".encode(),
        f"text\n\n— a {BLOB.rstrip('=')}\n".encode(),
        f"text\n\n— a {BLOB[:-2] + 'B='}\n".encode(),
        "text\n\n— a AAAA\n".encode(),
        "text\n\n— a AAAAAA==\n".encode(),
        f"text\n\n— a {BLOB[:20]} {BLOB[20:]}\n".encode(),
        b"te\xff\n\n" + f"— a {BLOB}\n".encode(),
        f"text\n\n— a {BLOB}\n".encode("utf-16"),
        ("text\n\n" + f"— a {BLOB}\n" * 101).encode(),
        b"x" * 1_000_000 + f"\n\n— a {BLOB}\n".encode(),
    ],
)
def test_a_malformed_note_is_refused(signed: bytes) -> None:
    with pytest.raises(tlog.NoteError):
        tlog.Note.parse(signed)


def test_a_note_may_have_a_hundred_signatures_and_an_empty_line_as_its_text() -> None:
    assert len(tlog.Note.parse(("\n\n" + f"— a {BLOB}\n" * 100).encode()).signatures) == 100


@bounded
@given(st.integers(0, len(SIGNED.encode()) - 1), st.integers(0, 255))
def test_a_changed_byte_is_noticed_or_in_a_line_that_is_ignored(at: int, value: int) -> None:
    whole = SIGNED.encode()
    changed = whole[:at] + bytes([value]) + whole[at + 1 :]
    try:
        verified = tlog.Note.parse(changed).verify([LOG.key, OFFICE.key])
    except tlog.TlogError:
        assert changed != whole
        return
    # A name or id that was changed makes the signature a stranger's; the other still stands for the whole text.
    assert changed == whole or (len(verified) == 1 and tlog.Note.parse(changed).text == TEXT)


@pytest.mark.parametrize("text", ["", "no newline", "a\rb\n", "a\n\x1f\n", "\ud800\n"])
def test_a_text_that_cannot_stand_in_a_note_is_not_signed_into_one(text: str) -> None:
    with pytest.raises(tlog.NoteError):
        tlog.Note(text, SIGNED.signatures)


def test_a_note_without_signatures_is_none() -> None:
    with pytest.raises(tlog.NoteError):
        tlog.Note(TEXT, ())


def test_a_verifier_key_has_one_text() -> None:
    for each in (LOG, OFFICE):
        assert tlog.VerifierKey.parse(each.key.encode()) == each.key
    assert LOG.key.encode().startswith(f"log.example/muster+{LOG.key.key_id.hex()}+A")


def vkey(change: Callable[[str, str, str], tuple[str, str, str]]) -> str:
    return "+".join(change(*LOG.key.encode().split("+", 2)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        LOG.key.encode() + "\n",
        LOG.key.encode() + "=",
        " " + LOG.key.encode(),
        vkey(lambda name, key_id, key: ("", key_id, key)),
        vkey(lambda name, key_id, key: (name + "x", key_id, key)),
        vkey(lambda name, key_id, key: (name, key_id.upper() if key_id.upper() != key_id else "AAAAAAAA", key)),
        vkey(lambda name, key_id, key: (name, key_id[1:], key)),
        vkey(lambda name, key_id, key: (name, "00000000", key)),
        vkey(lambda name, key_id, key: (name, key_id, "")),
        vkey(lambda name, key_id, key: (name, key_id, key[:-4])),
        vkey(lambda name, key_id, key: (name, key_id, "Ag" + key[2:])),
        vkey(lambda name, key_id, key: (name, key_id, key + "AAAA")),
        vkey(lambda name, key_id, key: ("\ud800", key_id, key)),
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(tlog.KeyFormatError):
        tlog.VerifierKey.parse(text)


def test_strangers_are_ignored_even_with_the_name_of_a_known_key() -> None:
    text = checkpoint_of(3).text()
    impostor = signer(LOG.name, tlog.ED25519, 77)
    note = note_by(text, STRANGER, impostor, LOG)
    assert note.verify([LOG.key]) == {LOG.key: None}
