"""Passwords, key files, invitations, logins: the ways to a seed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.seals.derive import Secret, Seed
from siegel.seals.errors import IntegrityError, RefusedError, SealError, UnlockError
from siegel.seals.ids import new_id
from siegel.seals.invitations import (
    Letter,
    decode_code,
    encode_code,
    invitation_seed,
    new_code,
    new_invitation_id,
    parse_invitation_id,
)
from siegel.seals.keyfile import KeyFile, needs_passphrase, parse_key_file, write_key_file
from siegel.seals.login import sign_login, verify_login
from siegel.seals.tests.people import NOW, Firm, hash_of
from siegel.seals.unlock import (
    Unlocked,
    check_new_password,
    normalize,
    open_unlock,
    password_keys,
    seal_unlock,
)

FIRM, PERSON = new_id(), new_id()
UNLOCKED = Unlocked(Seed(b"\x07" * 32), PERSON, 1, hash_of("root"))
WRAPPING = Secret(b"\x09" * 32)


def code_of(error: pytest.ExceptionInfo[SealError]) -> str:
    return error.value.code


# Password


def test_the_keys_of_a_password_depend_on_everything_they_should() -> None:
    s = bytes(32)
    base = password_keys("Straße und Käse", FIRM, "anna", s)
    assert base == password_keys("Stra\u00dfe und Ka\u0308se", FIRM, "anna", s)
    others = [
        password_keys("Strasse und Käse", FIRM, "anna", s),
        password_keys("Straße und Käse", PERSON, "anna", s),
        password_keys("Straße und Käse", FIRM, "Anna", s),
        password_keys("Straße und Käse", FIRM, "anna", b"\x01" * 32),
    ]
    for keys in others:
        assert keys.authentication != base.authentication
        assert keys.wrapping != base.wrapping
    assert base.authentication != base.wrapping
    assert "secret" in repr(base)


def test_a_salt_of_another_size_is_refused() -> None:
    with pytest.raises(IntegrityError):
        password_keys("lang genug wäre es", FIRM, "anna", bytes(16))


def test_passwords_are_compared_in_nfkc() -> None:
    assert normalize("ﬁnanzamt №1") == b"finanzamt No1"


def test_short_passwords_are_refused() -> None:
    check_new_password("a" * 12)
    with pytest.raises(RefusedError) as error:
        check_new_password("e\u0301" * 11)
    assert code_of(error) == "password_short"


def test_an_unlock_wrap_opens_for_its_person_only() -> None:
    sealed = seal_unlock(WRAPPING, UNLOCKED, FIRM)
    assert open_unlock(WRAPPING, sealed, firm=FIRM, person=PERSON) == UNLOCKED
    attempts: tuple[Callable[[], Unlocked], ...] = (
        lambda: open_unlock(Secret(bytes(32)), sealed, firm=FIRM, person=PERSON),
        lambda: open_unlock(WRAPPING, sealed, firm=PERSON, person=PERSON),
        lambda: open_unlock(WRAPPING, sealed, firm=FIRM, person=FIRM),
        lambda: open_unlock(WRAPPING, sealed, firm=FIRM, person=PERSON, method="passkey"),
        lambda: open_unlock(WRAPPING, sealed[:5], firm=FIRM, person=PERSON),
        lambda: open_unlock(WRAPPING, b"", firm=FIRM, person=PERSON),
    )
    for attempt in attempts:
        with pytest.raises(UnlockError) as error:
            attempt()
        assert code_of(error) == "wrong_password"


@given(st.integers(0, 500), st.integers(1, 255))
def test_an_altered_unlock_wrap_does_not_open(place: int, flip: int) -> None:
    sealed = bytearray(seal_unlock(WRAPPING, UNLOCKED, FIRM))
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(UnlockError):
        open_unlock(WRAPPING, bytes(sealed), firm=FIRM, person=PERSON)


def test_a_wrap_that_says_something_else_than_it_should_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from siegel.seals.derive import join
    from siegel.seals.unlock import _associated

    seed, root = UNLOCKED.seed.reveal(), bytes(32)
    for plaintext in (
        b"",
        join(seed, PERSON, "1"),
        join(seed, FIRM, "1", root),
        join(seed, PERSON, "0", root),
        join(seed, PERSON, "01", root),
        join(seed, PERSON, "1_0", root),
        join(seed, PERSON, "x", root),
        join(seed, PERSON, "1", root[1:]),
        join(seed[1:], PERSON, "1", root),
        join(seed, b"\xff", "1", root),
        join(seed, PERSON, "1", root) + b"\x00",
    ):
        sealed = bytes(12) + AESGCM(WRAPPING.reveal()).encrypt(
            bytes(12), plaintext, _associated(FIRM, PERSON, "password")
        )
        with pytest.raises(IntegrityError) as error:
            open_unlock(WRAPPING, sealed, firm=FIRM, person=PERSON)
        assert code_of(error) == "unlock_invalid"


def test_a_wrap_without_a_pinned_root_is_refused() -> None:
    rootless = replace(UNLOCKED, root="")
    with pytest.raises(IntegrityError):
        seal_unlock(WRAPPING, rootless, FIRM)


# Key file

KEY_FILE = KeyFile(FIRM, "muster", PERSON, "anna", 2, hash_of("root"), Seed(b"\x05" * 32))
SET_UP_FILE = replace(KEY_FILE, root_seed=Seed(b"\x01" * 32), recovery_seed=Seed(b"\x02" * 32))


@pytest.mark.parametrize("key_file", [KEY_FILE, SET_UP_FILE])
@pytest.mark.parametrize("passphrase", [None, "drei Wörter genügen"])
def test_a_key_file_reads_back(key_file: KeyFile, passphrase: str | None) -> None:
    content = write_key_file(key_file, passphrase, work_factor=4)
    assert needs_passphrase(content) == (passphrase is not None)
    assert parse_key_file(content, passphrase) == key_file


def test_a_key_file_is_a_valid_age_identity_file() -> None:
    from siegel.lib.age import HybridIdentity, parse_identity_file

    [identity] = parse_identity_file(write_key_file(SET_UP_FILE, None).decode())
    assert isinstance(identity, HybridIdentity)
    assert identity.seed == KEY_FILE.seed.reveal()


def test_a_sealed_key_file_asks_for_its_passphrase() -> None:
    content = write_key_file(KEY_FILE, "richtig", work_factor=4)
    assert content.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    for passphrase, code in ((None, "passphrase_needed"), ("falsch", "wrong_passphrase")):
        with pytest.raises(UnlockError) as error:
            parse_key_file(content, passphrase)
        assert code_of(error) == code


def test_a_damaged_sealed_key_file_is_called_damaged() -> None:
    content = write_key_file(KEY_FILE, "richtig", work_factor=4)
    with pytest.raises(IntegrityError) as error:
        parse_key_file(content[:-60], "richtig")
    assert code_of(error) == "key_file_damaged"


PLAIN = write_key_file(KEY_FILE, None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"%PDF-1.7",
        PLAIN.split(b"\n", 1)[1],
        PLAIN.replace(b"# person:", b"# who:"),
        PLAIN.replace(b"AGE-SECRET-KEY-PQ-1", b"AGE-SECRET-KEY-PQ-1X"),
        PLAIN.replace(b"# generation: 2", b"# generation: two"),
        PLAIN.replace(b"# root: ", b"# root: A"),
        PLAIN + PLAIN.splitlines()[-1],
        PLAIN.replace(b"AGE", b"#AGE"),
        b"#" * 70_000,
    ],
)
def test_another_file_is_no_key_file(content: bytes) -> None:
    with pytest.raises(UnlockError) as error:
        parse_key_file(content)
    assert code_of(error) == "not_a_key_file"


def test_a_key_file_without_a_pinned_root_is_refused() -> None:
    rootless = b"".join(line for line in PLAIN.splitlines(keepends=True) if not line.startswith(b"# root:"))
    assert rootless != PLAIN
    with pytest.raises(UnlockError) as error:
        parse_key_file(rootless)
    assert code_of(error) == "not_a_key_file"


def test_a_key_file_saved_with_windows_line_ends_still_reads() -> None:
    assert parse_key_file(PLAIN.replace(b"\n", b"\r\n")) == KEY_FILE


# Invitation


@settings(max_examples=50)
@given(st.binary(min_size=16, max_size=16))
def test_a_code_reads_back_however_it_is_typed(code: bytes) -> None:
    text = encode_code(code)
    assert len(text) == 26
    assert decode_code(text) == code
    assert decode_code("-".join(text[at : at + 4] for at in range(0, 26, 4)).lower()) == code
    assert decode_code(f" {text} ".replace("0", "O").replace("1", "l")) == code
    assert decode_code(text.replace("1", "I")) == code


@pytest.mark.parametrize("text", ["", "A" * 25, "A" * 27, "A" * 25 + "U", "A" * 25 + "1", "A" * 25 + "2", "Ä" * 26])
def test_a_mistyped_code_is_refused(text: str) -> None:
    with pytest.raises(UnlockError) as error:
        decode_code(text)
    assert code_of(error) == "code_invalid"


def test_the_seed_of_an_invitation_depends_on_the_root() -> None:
    code = new_code()
    base = {"firm": FIRM, "invitation": "ABCDEFGH", "root": hash_of("root")}
    seed = invitation_seed(code, **base)
    assert seed == invitation_seed(code, **base)
    for change in ({"firm": PERSON}, {"invitation": "ABCDEFGJ"}, {"root": hash_of("other")}):
        assert invitation_seed(code, **base | change) != seed
    assert invitation_seed(new_code(), **base) != seed


def test_a_letter_reads_back_from_its_link_and_hides_its_code() -> None:
    letter = Letter("https://siegel.example:8443", new_invitation_id(), new_code())
    assert Letter.parse(letter.link) == letter
    assert letter.link.split("#")[0] == f"https://siegel.example:8443/e/{letter.id}"
    assert encode_code(letter.code) not in repr(letter)
    assert repr(letter.code) not in repr(letter)


@pytest.mark.parametrize(
    "link",
    ["", "https://x/e/ABCDEFGH", "ftp://x/e/ABCDEFGH#A", "https://x/e/ABC#" + "0" * 26, "https://x/e/ABCDEFGH#1"],
)
def test_what_is_no_letter_is_refused(link: str) -> None:
    with pytest.raises(UnlockError):
        Letter.parse(link)


def test_an_invitation_id_reads_back_as_typed() -> None:
    assert parse_invitation_id("abcd-efgh") == "ABCDEFGH"
    assert len(new_invitation_id()) == 8


# Login


def test_a_login_is_good_for_one_nonce_person_firm_and_origin() -> None:
    firm = Firm()
    certificate = firm.client.known.certificate
    signed = sign_login(firm.client.seed, firm=firm.id, subject=firm.client.id, nonce="n1", origin="https://a", now=NOW)
    expected = {"subject": firm.client.id, "nonce": "n1", "origin": "https://a"}
    assert verify_login(signed, certificate, **expected).time == NOW
    for change in ({"subject": firm.owner.id}, {"nonce": "n2"}, {"origin": "https://b"}):
        with pytest.raises(IntegrityError) as error:
            verify_login(signed, certificate, **expected | change)
        assert code_of(error) == "login_mismatch"
    foreign = sign_login(
        firm.client.seed, firm=new_id(), subject=firm.client.id, nonce="n1", origin="https://a", now=NOW
    )
    with pytest.raises(IntegrityError) as error:
        verify_login(foreign, certificate, **expected)
    assert code_of(error) == "login_mismatch"
    forged = sign_login(firm.owner.seed, firm=firm.id, subject=firm.client.id, nonce="n1", origin="https://a", now=NOW)
    with pytest.raises(IntegrityError) as error:
        verify_login(forged, certificate, **expected)
    assert code_of(error) == "signature_invalid"
