"""Scanner keys and verdicts hold for one firm, one payload, one day, and from a certified scanner only."""

from dataclasses import replace

import pytest

from siegel.seals.derive import Seed
from siegel.seals.documents import Manifest
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.ids import new_id
from siegel.seals.scanning import announce_scanner_key, require_open, sign_verdict, verify_scanner_key, verify_verdict
from siegel.seals.signed import Signed
from siegel.seals.tests.people import NOW, Firm, Person, hash_of

DAY_S = 24 * 3600
RECIPIENT = Seed.generate().public_keys().recipient or ""


def verdict(firm: Firm, *, scanner: Person | None = None, **fields: object) -> Signed:
    values: dict[str, object] = {
        "firm": firm.id,
        "payload_hash": hash_of("p"),
        "commitment": hash_of("c"),
        "result": "clean",
        "reason": None,
        "engine": "ClamAV",
        "database": "1",
        "now": NOW,
    }
    return sign_verdict((scanner or firm.scanner).seed, **values | fields)  # type: ignore[arg-type]


def manifest_of(firm: Firm) -> Manifest:
    h = hash_of("x")
    return Manifest(
        h, None, hash_of("c"), None, 1, firm.id, 1, new_id(), new_id(), hash_of("p"), 32, None, h, new_id(), 1
    )


def test_a_scanner_key_holds_for_a_day(firm: Firm) -> None:
    signed = announce_scanner_key(firm.scanner.seed, firm.id, RECIPIENT, now=NOW)
    for now in (NOW - 600, NOW, NOW + DAY_S):
        assert verify_scanner_key(signed, firm.id, firm.store, now=now).recipient == RECIPIENT
    for now in (NOW - 601, NOW + DAY_S + 1):
        with pytest.raises(RefusedError) as error:
            verify_scanner_key(signed, firm.id, firm.store, now=now)
        assert error.value.code == "scanner_key_expired"


def test_a_scanner_key_of_another_firm_is_refused(firm: Firm) -> None:
    signed = announce_scanner_key(firm.scanner.seed, new_id(), RECIPIENT, now=NOW)
    with pytest.raises(IntegrityError) as error:
        verify_scanner_key(signed, firm.id, firm.store, now=NOW)
    assert error.value.code == "scanner_key_firm"


def test_only_a_certified_scanner_announces_keys(firm: Firm) -> None:
    for who in (firm.clerk, Firm().scanner):
        signed = announce_scanner_key(who.seed, firm.id, RECIPIENT, now=NOW)
        with pytest.raises(IntegrityError) as error:
            verify_scanner_key(signed, firm.id, firm.store, now=NOW)
        assert error.value.code == "scanner_unknown"


def test_a_scanner_key_with_a_forged_signature_is_refused(firm: Firm) -> None:
    signed = announce_scanner_key(firm.scanner.seed, firm.id, RECIPIENT, now=NOW)
    other = announce_scanner_key(firm.scanner.seed, firm.id, RECIPIENT, now=NOW + 1)
    with pytest.raises(IntegrityError) as error:
        verify_scanner_key(replace(signed, sig=other.sig), firm.id, firm.store, now=NOW)
    assert error.value.code == "signature_invalid"


def test_a_verdict_is_about_one_payload_under_one_file_key(firm: Firm) -> None:
    signed = verdict(firm, result="infected", reason="Eicar")
    assert verify_verdict(signed, firm.id, hash_of("p"), hash_of("c"), firm.store).reason == "Eicar"
    for arguments in (
        (new_id(), hash_of("p"), hash_of("c")),
        (firm.id, hash_of("q"), hash_of("c")),
        (firm.id, hash_of("p"), hash_of("d")),
    ):
        with pytest.raises(IntegrityError) as error:
            verify_verdict(signed, *arguments, firm.store)
        assert error.value.code == "verdict_mismatch"


def test_a_verdict_of_anyone_but_the_scanner_is_refused(firm: Firm) -> None:
    for who in (firm.owner, Firm().scanner):
        with pytest.raises(IntegrityError) as error:
            require_open(verdict(firm, scanner=who), manifest_of(firm), firm.store, firm.index, released=False)
        assert error.value.code == "scanner_unknown"


def test_a_verdict_with_a_forged_signature_is_refused(firm: Firm) -> None:
    forged = replace(verdict(firm), sig=verdict(firm, result="infected", reason="x").sig)
    with pytest.raises(IntegrityError) as error:
        require_open(forged, manifest_of(firm), firm.store, firm.index, released=False)
    assert error.value.code == "signature_invalid"


def test_a_reader_opens_what_is_clean_and_nothing_else(firm: Firm) -> None:
    assert require_open(verdict(firm), manifest_of(firm), firm.store, firm.index, released=False).result == "clean"
    with pytest.raises(IntegrityError) as error:
        require_open(None, manifest_of(firm), firm.store, firm.index, released=False)
    assert error.value.code == "verdict_missing"
    for result in ("infected", "failed"):
        for released in (False, True):
            found = verdict(firm, result=result, reason="r")
            with pytest.raises(IntegrityError) as error:
                require_open(found, manifest_of(firm), firm.store, firm.index, released=released)
            assert error.value.code == "verdict_not_clean"


def test_what_cannot_be_scanned_waits_until_it_is_released(firm: Firm) -> None:
    found = verdict(firm, result="not_scannable", reason="encrypted")
    with pytest.raises(RefusedError) as error:
        require_open(found, manifest_of(firm), firm.store, firm.index, released=False)
    assert error.value.code == "held"
    assert require_open(found, manifest_of(firm), firm.store, firm.index, released=True).reason == "encrypted"


def test_a_scanner_whose_key_was_taken_back_finds_nothing_clean_any_more(firm: Firm) -> None:
    """What it found before its revocation stays: readers go by the version's place in the log."""
    before = firm.index
    revoked = firm.revoke(firm.owner, firm.scanner, since=0, reason="compromised")
    require_open(verdict(firm), manifest_of(firm), firm.store, before, released=False)
    for at in (revoked.log_index, revoked.log_index + 1):
        with pytest.raises(IntegrityError) as error:
            require_open(verdict(firm), manifest_of(firm), firm.store, at, released=False)
        assert error.value.code == "scanner_unknown"
    with pytest.raises(IntegrityError) as error:
        verify_verdict(verdict(firm), firm.id, hash_of("p"), hash_of("c"), firm.store)
    assert error.value.code == "scanner_unknown"
