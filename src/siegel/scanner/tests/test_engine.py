"""The life of clamd: proven before it counts, restarted when it dies, gone at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from siegel.scanner import engine as engine_module
from siegel.scanner.engine import Engine, State, clamd_configuration, has_official_signatures, is_tmpfs
from siegel.scanner.findings import CLEAN, failed
from siegel.scanner.spool import MemoryFile

from .conftest import CLAMD, NO_DATABASE
from .fake_clamd import fake_clamd

needs_clamd = pytest.mark.skipif(not CLAMD.exists(), reason="clamd is not installed (clamav-daemon)")


def _until(condition: Callable[[], bool], timeout_s: float = 15.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_without_clamd_the_scanner_is_missing_and_nothing_waits(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "clamd", tmp_path, official=NO_DATABASE)
    engine.start()
    started = time.monotonic()
    assert not engine.wait_ready(10)
    assert time.monotonic() - started < 2
    assert engine.state is State.MISSING
    engine.stop()


@needs_clamd
def test_a_clamd_that_died_is_started_anew(tmp_path: Path) -> None:
    engine = Engine(CLAMD, tmp_path, official=NO_DATABASE)
    engine.start()
    try:
        assert engine.wait_ready(30)
        first = engine.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert _until(lambda: engine.pid != first and engine.state is State.READY)
    finally:
        engine.stop()


@needs_clamd
def test_a_clamd_whose_directory_somebody_removed_gets_another(tmp_path: Path) -> None:
    engine = Engine(CLAMD, tmp_path, official=NO_DATABASE)
    engine.start()
    try:
        assert engine.wait_ready(30)
        first, place = engine.pid, engine.clamd.path.parent
        shutil.rmtree(place)
        with MemoryFile() as file:
            assert engine.clamd.scan(file.fd) == failed("clamd_gone")
        assert _until(lambda: engine.pid != first and engine.state is State.READY)
        with MemoryFile() as file:
            assert engine.clamd.scan(file.fd) == CLEAN
        assert not place.exists()
    finally:
        engine.stop()


def test_a_clamd_that_falls_silent_is_started_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_SILENT_S", 0.1)
    engine = Engine(fake_clamd(tmp_path), tmp_path, official=NO_DATABASE, scan_timeout_s=0.1)
    engine.start()
    try:
        assert engine.wait_ready(20)
        first = engine.pid
        with MemoryFile() as file:
            assert engine.clamd.scan(file.fd) == failed("clamd_timeout")
        assert _until(lambda: engine.pid != first and engine.state is State.READY, 30)
    finally:
        engine.stop()


def test_the_directory_of_a_living_engine_stays_though_its_process_cannot_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 1 << 30)  # as in another container: no such process here
        first = Engine(CLAMD, tmp_path, official=NO_DATABASE)
    second = Engine(CLAMD, tmp_path, official=NO_DATABASE)
    assert first.clamd.path.parent.exists()
    first.stop()
    second.stop()


def test_what_a_killed_engine_left_is_removed_by_the_next(tmp_path: Path) -> None:
    program = "import os, sys, pathlib, siegel.scanner.engine as e; engine = e.Engine(*map(pathlib.Path, sys.argv[1:]))"
    program += "; print(engine.clamd.path.parent, flush=True); os.kill(os.getpid(), 9)"
    command = [sys.executable, "-c", program, str(CLAMD), str(tmp_path)]
    killed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=60)
    place = Path(killed.stdout.strip())
    assert place.is_dir()
    Engine(CLAMD, tmp_path, official=NO_DATABASE).stop()
    assert not place.exists()


@needs_clamd
def test_stopping_ends_clamd_and_leaves_no_file(tmp_path: Path) -> None:
    engine = Engine(CLAMD, tmp_path, official=NO_DATABASE)
    place = engine.clamd.path.parent
    engine.start()
    assert engine.wait_ready(30)
    assert place.stat().st_mode & 0o777 == 0o700
    pid = engine.pid
    engine.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert not place.exists()


@needs_clamd
def test_stopping_during_the_start_is_prompt(tmp_path: Path) -> None:
    engine = Engine(CLAMD, tmp_path, official=NO_DATABASE)
    engine.start()
    started = time.monotonic()
    engine.stop()
    assert time.monotonic() - started < 5
    assert engine.state is State.STOPPED


def test_a_clamd_that_calls_the_test_virus_clean_is_never_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine_module, "_MAX_FAILED_STARTS", 2)
    engine = Engine(fake_clamd(tmp_path, first="fd[1]: OK"), tmp_path, official=NO_DATABASE)
    engine.start()
    assert not engine.wait_ready(20)
    assert _until(lambda: engine.state is State.FAILED)
    assert "does not find the test virus" in caplog.text
    engine.stop()


def test_a_clamd_that_ends_at_once_is_given_up_and_its_last_words_are_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine_module, "_MAX_FAILED_STARTS", 2)
    program = tmp_path / "clamd"
    program.write_text("#!/bin/sh\necho ERROR: no such database\nexit 1\n")
    program.chmod(0o755)
    engine = Engine(program, tmp_path, official=NO_DATABASE)
    engine.start()
    assert _until(lambda: engine.state is State.FAILED)
    assert "no such database" in caplog.text
    engine.stop()


def test_a_clamd_that_hangs_during_a_scan_fails_it_in_time(tmp_path: Path) -> None:
    engine = Engine(fake_clamd(tmp_path), tmp_path, official=NO_DATABASE, scan_timeout_s=0.5)
    engine.start()
    try:
        assert engine.wait_ready(20)
        with MemoryFile() as file:
            assert engine.clamd.scan(file.fd) == failed("clamd_timeout")
    finally:
        engine.stop()


def test_official_signatures_are_preferred_only_when_complete(tmp_path: Path) -> None:
    assert not has_official_signatures(tmp_path)
    (tmp_path / "main.cvd").touch()
    assert not has_official_signatures(tmp_path)
    (tmp_path / "daily.cld").touch()
    assert has_official_signatures(tmp_path)


@needs_clamd
def test_official_signatures_that_arrive_later_are_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_LOOK_FOR_OFFICIAL_EVERY_S", 0.05)
    engine = Engine(CLAMD, tmp_path, official=tmp_path)
    engine.start()
    try:
        assert engine.wait_ready(30)
        assert engine.signatures == "test"
        for name in ("main.cvd", "daily.cvd"):
            (tmp_path / name).touch()
        assert _until(lambda: engine.signatures == "official")
    finally:
        engine.stop()


def test_clamd_is_told_to_report_limits_and_encryption_and_to_stay_off_the_network(tmp_path: Path) -> None:
    text = clamd_configuration(tmp_path, tmp_path / "db", 300)
    settings = dict(line.split(" ", 1) for line in text.splitlines())
    assert settings["AlertExceedsMax"] == settings["AlertEncrypted"] == "yes"
    assert settings["LocalSocketMode"] == "600"
    assert not any(name.startswith(("TCP", "LogFile", "VirusEvent")) for name in settings)
    assert (tmp_path / "tmp").stat().st_mode & 0o777 == 0o700


def test_a_tmpfs_is_told_from_a_disk() -> None:
    assert not is_tmpfs(Path("/usr"))
    assert is_tmpfs(Path("/dev/shm")) == ("tmpfs" in _mounted("/dev/shm"))


def _mounted(point: str) -> list[str]:
    lines = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [line[2] for line in lines if line[1] == point]
