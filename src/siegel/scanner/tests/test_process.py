"""The requests of the scanner's socket, as the web process makes them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from siegel.lib.age import FileKey, HybridIdentity, seal_header
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import commitment
from siegel.seals.documents import Verdict
from siegel.seals.signed import Signed

from . import samples
from .conftest import CLAMD
from .running import Scanner, exchange, receive
from .samples import EICAR

MARKER = b"MARKER-OF-THE-PLAINTEXT-8C21"


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    if not CLAMD.exists():
        pytest.skip("clamd is not installed (clamav-daemon)")
    with TemporaryDirectory(prefix="siegel-test-") as place, Scanner(Path(place), CLAMD) as scanner:
        yield scanner
        assert scanner.stop() == 0
        assert MARKER not in scanner.log.read_bytes()


def test_a_ready_scanner_says_so_and_names_its_signatures(scanner: Scanner) -> None:
    status = scanner.status()
    assert status["ready"] is True
    assert (status["state"], status["signatures"], status["database"]) == ("ready", "test", "siegel-test")
    assert status["engine"].startswith("ClamAV ")


def test_a_clean_upload_gets_a_signed_verdict_for_its_very_bytes(scanner: Scanner) -> None:
    verdict = scanner.verdict(scanner.store(b"Guten Tag"))
    assert (verdict.result, verdict.reason) == ("clean", None)
    assert abs(verdict.scanned_at - time.time()) < 60


@pytest.mark.parametrize(
    ("content", "result", "reason"),
    [
        (b"", "clean", None),
        (samples.unique(3_000_000), "clean", None),
        (EICAR, "infected", "Siegel.Eicar-Test-File.UNOFFICIAL"),
        (samples.zip64(EICAR), "infected", "Siegel.Eicar-Test-File.UNOFFICIAL"),
        (samples.encrypted_zip(), "not_scannable", "encrypted"),
    ],
    ids=["empty", "large", "virus", "virus in ZIP64", "encrypted"],
)
def test_the_verdict_says_what_was_found(scanner: Scanner, content: bytes, result: str, reason: str | None) -> None:
    verdict = scanner.verdict(scanner.store(content))
    assert (verdict.result, verdict.reason) == (result, reason)


def test_requests_that_do_not_wait_for_answers_are_answered_in_their_order(scanner: Scanner) -> None:
    contents = [b"eins", EICAR, b"drei"]
    requests = [scanner.store(content) for content in contents]
    with scanner.connect() as connection:
        texts = [json.dumps(request).encode() for request in requests]
        connection.sendall(b"".join(len(text).to_bytes(4, "big") + text for text in texts))
        verdicts = [Verdict.parse(Signed.from_wire(receive(connection)["ok"]["verdict"])) for _ in requests]
    assert [verdict.payload_hash for verdict in verdicts] == [request["payload_hash"] for request in requests]
    assert [verdict.result for verdict in verdicts] == ["clean", "infected", "clean"]


def test_a_header_for_another_key_is_answered_with_key_gone(scanner: Scanner) -> None:
    request = scanner.store(b"content", HybridIdentity.generate().recipient())
    assert scanner.code(request) == "scanner_key_gone"


def test_a_second_header_with_another_file_key_is_refused(scanner: Scanner) -> None:
    """One payload can be made that opens under two file keys: what the scanner opens must be what readers open."""
    request = scanner.store(b"content")
    request["scanner_header"] = b64(seal_header(FileKey.generate(), [scanner.recipient()]))
    assert scanner.code(request) == "commitment_mismatch"


def test_a_commitment_that_follows_a_foreign_file_key_opens_nothing(scanner: Scanner) -> None:
    request, file_key = scanner.store(b"content"), FileKey.generate()
    request["scanner_header"] = b64(seal_header(file_key, [scanner.recipient()]))
    request["commitment"] = commitment(file_key)
    assert scanner.code(request) == "payload_invalid"


def test_a_payload_with_another_hash_is_refused(scanner: Scanner) -> None:
    request = scanner.store(b"content")
    request["payload_hash"] = b64(bytes(32))
    assert scanner.code(request) == "payload_hash_mismatch"


@pytest.mark.parametrize("damage", ["flip", "cut", "append", "empty"])
def test_a_damaged_payload_is_refused(scanner: Scanner, damage: str) -> None:
    request = scanner.store(samples.unique(100_000))
    path = Path(str(request["path"]))
    stored = path.read_bytes()
    changed = {
        "flip": stored[:70_000] + bytes([stored[70_000] ^ 1]) + stored[70_001:],
        "cut": stored[:-20],
        "append": stored + b"x",
        "empty": b"",
    }
    path.write_bytes(changed[damage])
    assert scanner.code(request) == "payload_invalid"


@pytest.mark.parametrize("header", [b"", b"age-encryption.org/v1\n", b"x" * 100])
def test_a_malformed_header_is_refused(scanner: Scanner, header: bytes) -> None:
    request = scanner.store(b"content")
    request["scanner_header"] = b64(header)
    assert scanner.code(request) == "header_invalid"


def test_an_altered_header_is_refused(scanner: Scanner) -> None:
    request = scanner.store(b"content")
    header = bytearray(unb64(str(request["scanner_header"])))
    header[-10] = ord("A") if header[-10] != ord("A") else ord("B")
    request["scanner_header"] = b64(bytes(header))
    assert scanner.code(request) == "header_invalid"


def test_only_a_regular_file_is_a_payload(scanner: Scanner) -> None:
    request = scanner.store(b"content")
    link = scanner.place / "link"
    link.symlink_to(str(request["path"]))
    for path in (link, scanner.place, scanner.place / "missing", "/dev/zero", "a\0b"):
        assert scanner.code({**request, "path": str(path)}) == "payload_missing"


def test_a_payload_over_two_gib_is_refused_unread(scanner: Scanner) -> None:
    request = scanner.store(b"content")
    os.truncate(str(request["path"]), 2_200_000_000)
    assert scanner.code(request) == "too_large"
    Path(str(request["path"])).unlink()


@pytest.mark.parametrize(
    "request_text",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"op": "erase"}',
        b'{"op": ["check"]}',
        b'{"op": "check"}',
        b'{"op": "status", "firms": ["x"]}',
        b'{"op": "status", "more": 1}',
        b'{"op": "certify-info", "more": 1}',
    ],
    ids=lambda text: text[:20].decode(),
)
def test_what_is_no_request_is_answered_as_such(scanner: Scanner, request_text: bytes) -> None:
    with scanner.connect() as connection:
        assert exchange(connection, request_text)["error"]["code"] == "bad_request"


def test_a_message_that_is_too_long_is_refused_unread(scanner: Scanner) -> None:
    with scanner.connect() as connection:
        connection.sendall(b"\xff\xff\xff\xff")
        assert receive(connection)["error"]["code"] == "bad_request"


def test_one_connection_carries_many_requests_and_many_connections_go_in_parallel(scanner: Scanner) -> None:
    with scanner.connect() as connection:
        for _ in range(3):
            assert exchange(connection, b'{"op": "certify-info"}')["ok"]
    recipient = scanner.recipient()
    requests = [scanner.store(EICAR if number % 2 else samples.unique(5000), recipient) for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        results = [verdict.result for verdict in pool.map(scanner.verdict, requests)]
    assert results == ["clean", "infected"] * 6


def test_no_plaintext_reaches_a_disk_and_nothing_is_left_in_temporary_places(scanner: Scanner) -> None:
    document = samples.zipped(MARKER * 1000, samples.zipped(MARKER * 2000))
    for content in (MARKER * 5000, document, samples.mail(document), samples.pdf(document)):
        scanner.verdict(scanner.store(content))
    private = [
        path for root in ("/dev/shm", "/tmp") for path in Path(root).glob(f"siegel-clamd-{scanner.process.pid}-*")
    ]
    for directory in (scanner.place, *private):
        for path in directory.rglob("*"):
            assert not path.is_file() or MARKER not in path.read_bytes(), path
            assert "tmp" not in path.relative_to(directory).parts[:-1], f"clamd left {path}"


def test_socket_and_key_are_private(scanner: Scanner) -> None:
    assert scanner.socket.parent.stat().st_mode & 0o777 == 0o700
    assert scanner.socket.stat().st_mode & 0o077 == 0
    assert (scanner.place / "keys" / "scanner.key").stat().st_mode & 0o777 == 0o600


def test_a_second_scanner_on_the_same_socket_refuses_to_start(scanner: Scanner) -> None:
    scanner.status()
    with Scanner(scanner.place, CLAMD) as second:
        assert second.process.wait(20) == 1
    assert scanner.ask(op="certify-info")["ok"]
