import json
import os
from typing import Any

import pytest

from siegel.base.models import AuditEntry
from siegel.base.places import Places
from siegel.keys import scanner as scanning
from siegel.keys.tests.island import Island, RefusedError, found
from siegel.keys.tests.scanner import ScannerDouble
from siegel.seals.canonical import b64
from siegel.seals.derive import Seed
from siegel.seals.documents import Verdict
from siegel.seals.signed import Signed
from siegel.vault import api, check, staging
from siegel.vault.models import Upload
from siegel.vault.tests.island import OpenVault, Sealed, begin_upload


def kinds() -> list[str]:
    return [json.loads(bytes(entry.leaf))["kind"] for entry in AuditEntry.objects.order_by("index")]


def test_a_clean_file_gets_the_scanners_signed_verdict(vault: OpenVault) -> None:
    made = vault.send(b"Beleg")
    [result] = vault.check(made)
    assert (result["upload"], result["code"], result["message"]) == (made.upload, None, None)
    verdict = Verdict.parse(Signed.from_wire(result["verdict"]))
    assert (verdict.result, verdict.payload_hash) == ("clean", made.sealed.payload_hash)


def test_a_second_check_gives_the_same_verdict_without_a_second_scan(vault: OpenVault, scanner: ScannerDouble) -> None:
    made = vault.send(b"Beleg")
    assert vault.check(made) == vault.check(made)
    assert len(scanner.checks) == 1


def test_an_infected_file_is_deleted_at_once_and_the_log_keeps_the_fact(
    vault: OpenVault, scanner: ScannerDouble
) -> None:
    scanner.result, scanner.reason = "infected", "Eicar-Test"
    made = vault.send(b"X5O")
    [result] = vault.check(made)
    assert result["code"] == "infected"
    assert "Schadsoftware" in result["message"]
    assert not Upload.objects.exists()
    assert not list(staging.path_of(made.upload).parent.iterdir())
    assert kinds()[-1] == "vault.upload_refused"
    leaf = json.loads(bytes(AuditEntry.objects.latest("index").leaf))
    assert leaf["attested_by"] == "scanner"
    assert leaf["about"]["reason"] == "Eicar-Test"


def test_a_file_that_cannot_be_scanned_is_refused_and_said_to_be_that(vault: OpenVault, scanner: ScannerDouble) -> None:
    scanner.result, scanner.reason = "not_scannable", "encrypted"
    [result] = vault.check(vault.send(b"PK"))
    assert result["code"] == "not_scannable"
    assert not Upload.objects.exists()
    assert kinds()[-1] == "vault.upload_not_scannable"


def test_a_failed_scan_publishes_nothing_and_may_be_repeated(vault: OpenVault, scanner: ScannerDouble) -> None:
    scanner.result, scanner.reason = "failed", "clamd"
    made = vault.send(b"Beleg")
    [result] = vault.check(made)
    assert result["code"] == "scan_failed"
    with pytest.raises(RefusedError) as refused:
        vault.commit(made)
    assert refused.value.code == "upload_unchecked"
    scanner.result, scanner.reason = "clean", None
    assert vault.check(made)[0]["code"] is None


def test_a_scanner_without_clamd_is_out_and_no_reason_to_refuse_a_file(
    vault: OpenVault, scanner: ScannerDouble
) -> None:
    scanner.result, scanner.reason = "failed", "no_scanner"
    made = vault.send(b"Beleg")
    with pytest.raises(RefusedError) as refused:
        vault.check(made)
    assert (refused.value.status, refused.value.code) == (503, "no_scanner")
    scanner.result, scanner.reason = "clean", None
    assert vault.check(made)[0]["code"] is None


def test_infected_files_do_not_hold_back_the_others(vault: OpenVault, scanner: ScannerDouble) -> None:
    files = [vault.send(os.urandom(10)) for _ in range(6)]

    def some(request: dict[str, Any]) -> dict[str, Any]:
        bad = request["payload_hash"] == files[2].sealed.payload_hash
        scanner.result, scanner.reason = ("infected", "Eicar") if bad else ("clean", None)
        return {"ok": {"verdict": scanner.verdict(request)}}

    scanner.interfere = some
    codes = [result["code"] for result in vault.check(*files)]
    assert codes == [None, None, "infected", None, None, None]


def test_an_upload_whose_scan_breaks_the_line_holds_back_no_other(vault: OpenVault, scanner: ScannerDouble) -> None:
    files = [vault.send(os.urandom(10)) for _ in range(12)]

    def broken(request: dict[str, Any]) -> Any:
        if request["payload_hash"] == files[4].sealed.payload_hash:
            return b""
        return {"ok": {"verdict": scanner.verdict(request)}}

    scanner.interfere = broken
    codes = [result["code"] for result in vault.check(*files)]
    assert codes == [None] * 4 + ["scan_failed"] + [None] * 7


def test_verdicts_come_back_to_their_uploads_in_order_and_large_ones_are_asked_for_alone(
    vault: OpenVault, scanner: ScannerDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "GROUP_UPLOAD_BYTES", 500)
    files = [vault.send(os.urandom(1000 if number % 5 == 0 else 10)) for number in range(11)]
    lines: list[int] = []

    def counted(asked: list[Any], **more: Any) -> list[scanning.Answer]:
        if asked[0]["op"] == "check":
            lines.append(len(asked))
        return ask_each(asked, **more)

    ask_each = scanning.ask_each
    monkeypatch.setattr(scanning, "ask_each", counted)
    results = vault.check(*files)
    assert [result["upload"] for result in results] == [made.upload for made in files]
    verdicts = [Verdict.parse(Signed.from_wire(result["verdict"])) for result in results]
    assert [verdict.payload_hash for verdict in verdicts] == [made.sealed.payload_hash for made in files]
    assert sorted(lines) == [1, 1, 1, 2, 2, 2, 2]


def test_without_a_scanner_process_the_answer_is_503_and_the_upload_stays(
    vault: OpenVault, scanner: ScannerDouble, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    made = vault.send(b"Beleg")
    key = vault.island.get("scanner-key")
    settings.SCANNER_SOCKET = "/nonexistent/scanner.sock"
    monkeypatch.setattr(vault.island, "get", lambda path: key)
    with pytest.raises(RefusedError) as refused:
        vault.check(made)
    assert (refused.value.status, refused.value.code) == (503, "no_scanner")
    assert Upload.objects.filter(verdict_bytes=None).count() == 1


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"\x00",
        b"\x00\x00\x00\x02{",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x04spam",
        b"\x00\x00\x00\x02[]",
        {"ok": {}},
        {"ok": {"verdict": {"bytes": "e30", "sig": "e30"}}},
        {"ok": []},
        {"error": {"code": "busy", "message": ""}},
        {"error": {"code": "never heard of", "message": ""}},
    ],
)
def test_a_scanner_that_hangs_or_talks_nonsense_is_a_failed_scan(
    vault: OpenVault, scanner: ScannerDouble, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setattr(check, "TIMEOUT_S", 0.3)
    made = vault.send(b"Beleg")
    scanner.interfere = lambda request: answer
    [result] = vault.check(made)
    assert (result["code"], result["verdict"]) == ("scan_failed", None)
    assert Upload.objects.filter(verdict_bytes=None).count() == 1


@pytest.mark.parametrize("forgery", ["signer", "payload", "firm", "signature"])
def test_a_forged_verdict_clears_nothing(vault: OpenVault, scanner: ScannerDouble, forgery: str) -> None:
    def forge(request: dict[str, Any]) -> dict[str, Any]:
        other = {
            "payload": {"payload_hash": b64(os.urandom(32))},
            "firm": {"firm": b64(os.urandom(16))},
        }.get(forgery, {})
        verdict = scanner.verdict(request | other, Seed.generate() if forgery == "signer" else None)
        if forgery == "signature":
            verdict["sig"] = scanner.verdict(request | {"payload_hash": b64(os.urandom(32))})["sig"]
        return {"ok": {"verdict": verdict}}

    scanner.interfere = forge
    made = vault.send(b"Beleg")
    assert vault.check(made)[0]["code"] == "scan_failed"
    with pytest.raises(RefusedError):
        vault.commit(made)


def test_a_scanner_key_that_is_gone_is_409_and_the_others_are_judged(vault: OpenVault, scanner: ScannerDouble) -> None:
    first, second = vault.send(b"eins"), vault.send(b"zwei")

    def gone(request: dict[str, Any]) -> dict[str, Any]:
        if request["payload_hash"] == first.sealed.payload_hash:
            return {"error": {"code": "scanner_key_gone", "message": ""}}
        return {"ok": {"verdict": scanner.verdict(request)}}

    scanner.interfere = gone
    with pytest.raises(RefusedError) as refused:
        vault.check(first, second)
    assert (refused.value.status, refused.value.code) == (409, "scanner_key_gone")
    scanner.interfere = None
    assert [result["code"] for result in vault.check(first, second)] == [None, None]
    assert len(scanner.checks) == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("payload_hash_mismatch", "payload_differs"),
        ("commitment_mismatch", "header_invalid"),
        ("too_large", "scan_too_large"),
    ],
)
def test_what_the_scanner_cannot_judge_is_told_to_the_author(
    vault: OpenVault, scanner: ScannerDouble, said: str, code: str
) -> None:
    scanner.interfere = lambda request: {"error": {"code": said, "message": ""}}
    assert vault.check(vault.send(b"Beleg"))[0]["code"] == code


def test_an_incomplete_upload_is_not_scanned(vault: OpenVault, scanner: ScannerDouble) -> None:
    made = Sealed.of(b"Beleg")
    made.upload = begin_upload(vault.island, vault.id, len(made.payload), made.payload[:-1])
    assert vault.check(made)[0]["code"] == "upload_incomplete"
    assert not scanner.checks


def test_other_bytes_than_were_hashed_are_not_scanned(vault: OpenVault, scanner: ScannerDouble) -> None:
    made = Sealed.of(b"Beleg")
    made.upload = begin_upload(vault.island, vault.id, len(made.payload), made.payload[:-1] + b"?")
    assert vault.check(made)[0]["code"] == "payload_differs"
    assert not scanner.checks


def test_a_cleared_upload_is_not_cleared_for_another_file_key(vault: OpenVault) -> None:
    made, other = vault.send(b"Beleg"), vault.send(b"Beleg")
    vault.check(made)
    made.sealed = other.sealed
    assert vault.check(made)[0]["code"] == "payload_differs"


def test_nobody_checks_somebody_elses_upload(vault: OpenVault, client_user: Island, scanner: ScannerDouble) -> None:
    made = vault.send(b"Beleg")
    item = {"upload": made.upload, "payload_hash": made.sealed.payload_hash, "commitment": made.sealed.commitment}
    body = {"uploads": [item | {"scanner_header": "AAAA"}]}
    for island in (client_user, found("fremd")):
        with pytest.raises(RefusedError) as refused:
            island.post(f"vaults/{vault.id}/check", body)
        assert refused.value.status == 404
    assert not scanner.checks


def test_more_than_two_hundred_files_go_in_several_steps(vault: OpenVault) -> None:
    made = vault.send(b"Beleg")
    item = {"upload": made.upload, "payload_hash": made.sealed.payload_hash, "commitment": made.sealed.commitment}
    with pytest.raises(RefusedError) as refused:
        vault.island.post(f"vaults/{vault.id}/check", {"uploads": [item | {"scanner_header": "AAAA"}] * 201})
    assert refused.value.code == "too_many"


def test_one_check_too_many_at_once_is_refused_and_may_be_asked_again(
    vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = vault.send(b"content")
    monkeypatch.setattr(api, "CHECKING", Places(total=2, each=1))
    with api.CHECKING.taken(str(vault.island.person)), pytest.raises(RefusedError) as refused:
        vault.check(made)
    assert (refused.value.status, refused.value.code) == (503, "busy")
    assert vault.check(made)
