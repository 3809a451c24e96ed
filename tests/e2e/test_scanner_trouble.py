"""The virus scanner is gone, hangs, talks nonsense or was started anew: nothing goes unscanned, nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.conftest import SignIn
from tests.e2e.line import Line
from tests.e2e.people import Firm, Siegel, wait_for_scanner
from tests.e2e.processes import kill_all, scanner_of
from tests.installation import Installation

NOT_REACHABLE = "Die Virenprüfung ist gerade nicht erreichbar. Ungeprüft nimmt Siegel keine Dateien an."


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "beleg.txt"
    path.write_text("Beleg")
    return path


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def staged(installation: Installation) -> set[str]:
    folder = installation.data / "staging"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def stored(siegel: Siegel, folder: str) -> dict[str, int]:
    return {entry["name"]: entry["version"] for entry in siegel("vault", "ls", folder, "--json").json}


def test_without_a_scanner_nothing_is_even_sent_and_serve_starts_another(
    installation: Installation, firm: Firm, client: Siegel, folder: str, document: Path
) -> None:
    serve = installation.process.pid
    before = staged(installation)
    with stopped(serve):
        # While serve stands still it cannot start a new one.
        kill_all([scanner_of(serve)])
        done = client("vault", "put", document, folder)
    assert (done.code, NOT_REACHABLE in done.err) == (1, True), done.err
    assert staged(installation) == before
    wait_for_scanner(installation.url, firm.client)
    assert client("vault", "put", document, folder).code == 0
    assert stored(client, folder) == {"beleg.txt": 1}


def test_a_scanner_that_hangs_is_told_in_seconds_and_used_again_afterwards(
    installation: Installation, client: Siegel, folder: str, document: Path
) -> None:
    with stopped(scanner_of(installation.process.pid)):
        done = client("vault", "put", document, folder)
    assert (done.code, NOT_REACHABLE in done.err) == (1, True), done.err
    assert client("vault", "put", document, folder).code == 0
    assert stored(client, folder) == {"beleg.txt": 1}


@contextmanager
def talking_nonsense(installation: Installation) -> Iterator[None]:
    """In front of the scanner's socket stands one that answers checks with nonsense and passes all else on."""
    place = installation.data / "run" / "scanner.sock"
    real = place.with_name("real.sock")
    shutil.move(place, real)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        threading.Thread(target=_answer, args=(listener, real), daemon=True).start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            shutil.move(real, place)


def _answer(listener: socket.socket, real: Path) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            with near, socket.socket(socket.AF_UNIX) as far:
                asked = near.recv(1 << 20)
                if b'"check"' in asked:
                    near.sendall((7).to_bytes(4, "big") + b'"clean"')
                    continue
                far.connect(str(real))
                far.sendall(asked)
                near.sendall(far.recv(1 << 20))


def test_a_scanner_that_talks_nonsense_clears_nothing(
    installation: Installation, client: Siegel, folder: str, document: Path
) -> None:
    with talking_nonsense(installation):
        done = client("vault", "put", document, folder, "--json")
    assert done.code == 1
    assert [file["result"] for file in done.json["files"]] == ["scan_failed"]
    assert "Die Virenprüfung hat kein Ergebnis geliefert. Die Datei ist nicht gespeichert" in done.err
    assert stored(client, folder) == {}
    assert client("vault", "put", document, folder).code == 0
    assert stored(client, folder) == {"beleg.txt": 1}


def test_a_scanner_started_anew_before_the_check_gets_a_new_header_by_itself(
    installation: Installation, firm: Firm, sign_in: SignIn, line: Line, folder: str, document: Path
) -> None:
    siegel = sign_in(firm.client, line.url)
    check = f"POST /api/vaults/{firm.vault_id}/check "

    def restart() -> None:
        kill_all([scanner_of(installation.process.pid)])
        wait_for_scanner(installation.url, firm.client)

    line.before = (check.encode(), restart)
    done = siegel("vault", "put", document, folder)
    assert done.code == 0, done.err
    assert sum(head.startswith(check) for head in line.requests) == 2
    assert stored(siegel, folder) == {"beleg.txt": 1}
