"""The whole process, over its socket, as the web process sees it."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from siegel.lib.age import FileKey, HybridIdentity, HybridRecipient, Recipient, seal_header, seal_payload
from siegel.lib.merkle import SegmentTree
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import commitment
from siegel.seals.documents import ScannerKey, Verdict
from siegel.seals.ids import new_id
from siegel.seals.signed import Signed

from . import samples
from .conftest import CLAMD, NO_DATABASE, children
from .fake_clamd import fake_clamd
from .samples import EICAR

needs_clamd = pytest.mark.skipif(not CLAMD.exists(), reason="clamd is not installed (clamav-daemon)")
MARKER = b"MARKER-OF-THE-PLAINTEXT-8C21"


class Scanner:
    """A running scanner and what a client does with it."""

    def __init__(self, place: Path, clamd: Path) -> None:
        self.place = place
        self.socket = place / "run" / "scanner.sock"
        self.firm = new_id()
        self.log = place / "log"
        options = ("--socket", self.socket, "--clamd", clamd, "--key-file", place / "keys" / "scanner.key")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "siegel.scanner",
                    *options,
                    "--spool",
                    place / "spool",
                    "--signatures",
                    NO_DATABASE,
                ],
                stderr=log,
                env={**os.environ, "TMPDIR": str(place)},
            )

    def connect(self) -> socket.socket:
        deadline = time.monotonic() + 30
        while True:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(60)
            try:
                connection.connect(str(self.socket))
                return connection
            except OSError:
                connection.close()
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def ask(self, **request: object) -> dict[str, Any]:
        with self.connect() as connection:
            return exchange(connection, json.dumps(request).encode())

    def status(self) -> dict[str, Any]:
        """When it is no longer starting."""
        while True:
            status: dict[str, Any] = self.ask(op="status", firms=[self.firm])["ok"]
            if status["state"] != "starting":
                return status
            time.sleep(0.02)

    def recipient(self) -> HybridRecipient:
        signed = Signed.from_wire(self.status()["keys"][self.firm])
        ScannerKey.verify(signed, self.ask(op="certify-info")["ok"]["signing_key"])
        return HybridRecipient.parse(ScannerKey.parse(signed).recipient)

    def store(self, content: bytes, recipient: Recipient | None = None) -> dict[str, object]:
        """Seal and store an upload; the request that has it checked."""
        file_key, sealed, tree = FileKey.generate(), io.BytesIO(), SegmentTree()
        seal_payload(file_key, io.BytesIO(content), sealed)
        tree.update(sealed.getvalue())
        path = self.place / new_id()
        path.write_bytes(sealed.getvalue())
        return {
            "op": "check",
            "firm": self.firm,
            "path": str(path),
            "payload_hash": b64(tree.root()),
            "commitment": commitment(file_key),
            "scanner_header": b64(seal_header(file_key, [recipient or self.recipient()])),
        }

    def verdict(self, request: dict[str, object]) -> Verdict:
        signed = Signed.from_wire(self.ask(**request)["ok"]["verdict"])
        Verdict.verify(signed, self.ask(op="certify-info")["ok"]["signing_key"])
        verdict = Verdict.parse(signed)
        assert verdict.payload_hash == request["payload_hash"]
        assert verdict.commitment == request["commitment"]
        assert verdict.firm == self.firm
        return verdict

    def code(self, request: dict[str, object]) -> str:
        code: str = self.ask(**request)["error"]["code"]
        return code

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


def exchange(connection: socket.socket, text: bytes) -> dict[str, Any]:
    connection.sendall(len(text).to_bytes(4, "big") + text)
    return receive(connection)


def receive(connection: socket.socket) -> dict[str, Any]:
    size = int.from_bytes(connection.recv(4, socket.MSG_WAITALL), "big")
    answer: dict[str, Any] = json.loads(connection.recv(size, socket.MSG_WAITALL))
    return answer


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    if not CLAMD.exists():
        pytest.skip("clamd is not installed (clamav-daemon)")
    with TemporaryDirectory(prefix="siegel-test-") as place:
        scanner = Scanner(Path(place), CLAMD)
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


def test_a_header_for_another_key_is_answered_with_key_gone(scanner: Scanner) -> None:
    request = scanner.store(b"content", HybridIdentity.generate().recipient())
    assert scanner.code(request) == "scanner_key_gone"


def test_a_second_header_with_another_file_key_is_refused(scanner: Scanner) -> None:
    """One payload can be made that opens under two file keys: what the scanner opens must be what readers open."""
    request = scanner.store(b"content")
    request["scanner_header"] = b64(seal_header(FileKey.generate(), [scanner.recipient()]))
    assert scanner.code(request) == "commitment_wrong"


def test_a_commitment_that_follows_a_foreign_file_key_opens_nothing(scanner: Scanner) -> None:
    request, file_key = scanner.store(b"content"), FileKey.generate()
    request["scanner_header"] = b64(seal_header(file_key, [scanner.recipient()]))
    request["commitment"] = commitment(file_key)
    assert scanner.code(request) == "payload_invalid"


def test_a_payload_with_another_hash_is_refused(scanner: Scanner) -> None:
    request = scanner.store(b"content")
    request["payload_hash"] = b64(bytes(32))
    assert scanner.code(request) == "payload_hash_wrong"


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
    second = Scanner(scanner.place, CLAMD)
    assert second.process.wait(20) == 1
    assert scanner.ask(op="certify-info")["ok"]


@needs_clamd
def test_sigterm_ends_scanner_clamd_and_nursery_promptly_and_the_key_survives_a_restart() -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place:
        scanner = Scanner(Path(place), CLAMD)
        key, old_request = scanner.ask(op="certify-info"), scanner.store(b"content")
        helpers = children(scanner.process.pid)
        assert helpers
        started = time.monotonic()
        assert scanner.stop() == 0
        assert time.monotonic() - started < 6
        assert not any(Path(f"/proc/{helper}").exists() for helper in helpers)
        assert not scanner.socket.exists()

        again = Scanner(Path(place), CLAMD)
        assert again.ask(op="certify-info") == key
        assert again.code(old_request) == "scanner_key_gone"
        assert again.stop(signal.SIGINT) == 0


@needs_clamd
def test_clamd_and_nursery_do_not_outlive_a_scanner_that_was_killed() -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place:
        scanner = Scanner(Path(place), CLAMD)
        scanner.status()
        helpers = [*children(scanner.process.pid), *_of_other_threads(scanner.process.pid)]
        assert len(set(helpers)) >= 2
        scanner.stop(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(_alive(helper) for helper in helpers):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        # The next start takes the stale socket's place.
        again = Scanner(Path(place), CLAMD)
        assert again.status()["ready"]
        assert again.stop() == 0


def _of_other_threads(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for text in lists for child in text.read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_scanner_dies_with_the_process_that_started_it() -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place:
        command = [
            sys.executable,
            "-m",
            "siegel.scanner",
            "--die-with-parent",
            "--socket",
            f"{place}/s/s",
            "--key-file",
        ]
        command += [f"{place}/key", "--spool", f"{place}/spool", "--clamd", f"{place}/none"]
        program = f"import subprocess, time; print(subprocess.Popen({command!r}).pid, flush=True); time.sleep(60)"
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as parent:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            deadline = time.monotonic() + 20
            while not Path(place, "s", "s").exists():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            parent.kill()
        while _alive(pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_without_clamd_the_status_says_so_and_every_check_fails() -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place:
        scanner = Scanner(Path(place), Path(place) / "none")
        status = scanner.status()
        assert (status["ready"], status["state"], status["engine"]) == (False, "missing", "none")
        verdict = scanner.verdict(scanner.store(b"content"))
        assert (verdict.result, verdict.reason) == ("failed", "no_scanner")
        assert scanner.stop() == 0


@pytest.mark.parametrize(
    ("answer", "reason"), [("fd[1]: what is it FOUND", "clamd_nonsense"), ("fd[1]: Out of memory ERROR", "clamd_error")]
)
def test_a_clamd_that_answers_nonsense_or_an_error_makes_the_check_fail(answer: str, reason: str) -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place:
        scanner = Scanner(Path(place), fake_clamd(Path(place), then=answer))
        assert scanner.status()["database"] == "12345 Mon Jan  5 10:00:00 2026"
        verdict = scanner.verdict(scanner.store(b"content"))
        assert (verdict.result, verdict.reason) == ("failed", reason)
        assert scanner.stop() == 0
