"""How the process begins and ends, and what it says when clamd is not there or not right."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from . import samples
from .conftest import CLAMD, children
from .fake_clamd import fake_clamd
from .running import Scanner

needs_clamd = pytest.mark.skipif(not CLAMD.exists(), reason="clamd is not installed (clamav-daemon)")


@needs_clamd
def test_sigterm_ends_scanner_clamd_and_nursery_promptly_and_the_key_survives_a_restart() -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place, Scanner(Path(place), CLAMD) as scanner:
        key, old_request = scanner.ask(op="certify-info"), scanner.store(b"content")
        helpers = children(scanner.process.pid)
        assert helpers
        started = time.monotonic()
        assert scanner.stop() == 0
        assert time.monotonic() - started < 6
        assert not any(Path(f"/proc/{helper}").exists() for helper in helpers)
        assert not scanner.socket.exists()

        with Scanner(Path(place), CLAMD) as again:
            assert again.ask(op="certify-info") == key
            assert again.code(old_request) == "scanner_key_gone"
            assert again.stop(signal.SIGINT) == 0


@needs_clamd
def test_clamd_and_nursery_do_not_outlive_a_scanner_that_was_killed() -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place, Scanner(Path(place), CLAMD) as scanner:
        scanner.status()
        helpers = children(scanner.process.pid)
        assert len(set(helpers)) >= 2
        scanner.stop(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(_alive(helper) for helper in helpers):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        # The next start takes the stale socket's place.
        with Scanner(Path(place), CLAMD) as again:
            assert again.status()["ready"]
            assert again.stop() == 0


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@needs_clamd
def test_a_clamd_that_was_cut_off_is_told_at_once_and_a_check_waits_for_the_next() -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place, Scanner(Path(place), CLAMD) as scanner:
        request = scanner.store(b"content")
        for parent in ("/dev/shm", "/tmp", place):
            for left in Path(parent).glob(f"siegel-clamd-{scanner.process.pid}-*"):
                shutil.rmtree(left)
        status = scanner.ask(op="status")["ok"]
        assert (status["ready"], status["engine"]) == (False, "none")
        assert scanner.verdict(request).result == "clean"
        assert scanner.status()["ready"]
        assert scanner.stop() == 0


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
    with TemporaryDirectory(prefix="siegel-test-") as place, Scanner(Path(place), Path(place) / "none") as scanner:
        status = scanner.status()
        assert (status["ready"], status["state"], status["engine"]) == (False, "missing", "none")
        verdict = scanner.verdict(scanner.store(b"content"))
        assert (verdict.result, verdict.reason) == ("failed", "no_scanner")
        assert scanner.stop() == 0


@needs_clamd
def test_without_libarchive_the_scanner_is_not_ready_and_containers_fail() -> None:
    with (
        TemporaryDirectory(prefix="siegel-test-") as place,
        Scanner(Path(place), CLAMD, LIBARCHIVE="/nonexistent/libarchive.so") as scanner,
    ):
        status = scanner.status()
        assert (status["ready"], status["state"]) == (False, "ready")
        verdict = scanner.verdict(scanner.store(samples.zipped(b"harmless")))
        assert (verdict.result, verdict.reason) == ("failed", "unpacker_gone")
        assert scanner.stop() == 0


@pytest.mark.parametrize(
    ("answer", "reason"), [("fd[1]: what is it FOUND", "clamd_nonsense"), ("fd[1]: Out of memory ERROR", "clamd_error")]
)
def test_a_clamd_that_answers_nonsense_or_an_error_makes_the_check_fail(answer: str, reason: str) -> None:
    with TemporaryDirectory(prefix="siegel-test-") as place:
        clamd = fake_clamd(Path(place), then=answer)
        with Scanner(Path(place), clamd) as scanner:
            assert scanner.status()["database"] == "12345 Mon Jan  5 10:00:00 2026"
            verdict = scanner.verdict(scanner.store(b"content"))
            assert (verdict.result, verdict.reason) == ("failed", reason)
            assert scanner.stop() == 0


@needs_clamd
def test_a_machine_without_memory_for_an_upload_says_so() -> None:
    more = ("--memory-mib", "8")
    with TemporaryDirectory(prefix="siegel-test-") as place, Scanner(Path(place), CLAMD, *more) as scanner:
        assert scanner.verdict(scanner.store(b"x" * 1_000_000)).result == "clean"
        assert scanner.code(scanner.store(b"x" * 8_000_000)) == "too_large"
