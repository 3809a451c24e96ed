"""The client, against a clamd that misbehaves: fakes stand at the socket only."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest

from siegel.scanner.clamd import Clamd, parse_answer
from siegel.scanner.findings import CLEAN, Finding, failed, infected, not_scannable
from siegel.scanner.spool import MemoryFile

ANSWERS = {
    "fd[9]: OK": CLEAN,
    "stream: OK": CLEAN,
    "fd[9]: Win.Test.EICAR_HDB-1 FOUND": infected("Win.Test.EICAR_HDB-1"),
    "fd[9]: Heuristics.Encrypted.Zip FOUND": not_scannable("encrypted"),
    "fd[9]: Heuristics.Encrypted.PDF FOUND": not_scannable("encrypted"),
    "fd[9]: Heuristics.Limits.Exceeded.MaxRecursion FOUND": not_scannable("limit_depth"),
    "fd[9]: Heuristics.Limits.Exceeded.MaxFileSize FOUND": not_scannable("limit_size"),
    "fd[9]: Heuristics.Limits.Exceeded.MaxScanSize FOUND": not_scannable("limit_size"),
    "fd[9]: Heuristics.Limits.Exceeded.MaxFiles FOUND": not_scannable("limit_members"),
    "fd[9]: Heuristics.Limits.Exceeded.MaxScanTime FOUND": not_scannable("limit_time"),
    "fd[9]: Heuristics.Limits.Exceeded.SomethingNew FOUND": not_scannable("limit_other"),
    "fd[9]: Can't allocate memory ERROR": failed("clamd_error"),
    "INSTREAM size limit exceeded. ERROR": failed("clamd_nonsense"),
    "OK": failed("clamd_nonsense"),
    "fd[9]: OKAY": failed("clamd_nonsense"),
    "fd[9]: OK\nfd[9]: OK": failed("clamd_nonsense"),
    "fd[9]:  FOUND": failed("clamd_nonsense"),
    "UNKNOWN COMMAND": failed("clamd_nonsense"),
    "": failed("clamd_gone"),
}


@pytest.mark.parametrize(("answer", "finding"), ANSWERS.items())
def test_every_answer_has_one_meaning_and_only_ok_is_clean(answer: str, finding: Finding) -> None:
    assert parse_answer(answer) == finding


Behave = Callable[[socket.socket], None]


@pytest.fixture
def fake_clamd() -> Iterator[Callable[[Behave], Path]]:
    """Starts a socket whose first connection is handed to the given behaviour."""
    with TemporaryDirectory() as place, closing(socket.socket(socket.AF_UNIX)) as listener:
        path = Path(place) / "sock"
        listener.bind(str(path))
        listener.listen()
        threads: list[Thread] = []

        def start(behave: Behave) -> Path:
            def serve() -> None:
                connection, _ = listener.accept()
                with connection:
                    behave(connection)

            threads.append(Thread(target=serve))
            threads[0].start()
            return path

        yield start
        for thread in threads:
            thread.join(5)


def _scan(path: Path, timeout_s: float = 5.0) -> Finding:
    with MemoryFile() as file:
        file.write(b"content")
        return Clamd(path, timeout_s=timeout_s).scan(file.fd)


def test_a_clamd_that_never_answers_is_a_failed_scan_within_the_time_limit(
    fake_clamd: Callable[[Behave], Path],
) -> None:
    def hang(connection: socket.socket) -> None:
        while connection.recv(100):
            pass

    assert _scan(fake_clamd(hang), timeout_s=0.2) == failed("clamd_timeout")


def test_a_clamd_that_drips_bytes_for_ever_is_a_failed_scan(fake_clamd: Callable[[Behave], Path]) -> None:
    def flood(connection: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection.sendall(b"x" * 1000)

    assert _scan(fake_clamd(flood)) in (failed("clamd_gone"), failed("clamd_nonsense"))


def test_a_clamd_that_hangs_up_without_an_answer_is_a_failed_scan(fake_clamd: Callable[[Behave], Path]) -> None:
    assert _scan(fake_clamd(lambda connection: None)) == failed("clamd_gone")


def test_an_answer_that_is_cut_off_is_not_believed(fake_clamd: Callable[[Behave], Path]) -> None:
    def cut(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"fd[9]: OK")

    assert _scan(fake_clamd(cut)) == failed("clamd_gone")


def test_no_clamd_at_all_is_a_failed_scan(tmp_path: Path) -> None:
    assert _scan(tmp_path / "nobody") == failed("clamd_gone")
    assert Clamd(tmp_path / "nobody").version() is None
