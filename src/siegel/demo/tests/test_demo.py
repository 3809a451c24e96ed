"""`python -m siegel.demo` as `make run` starts it: three starts in one folder, the first of which is interrupted.

The second has no virus scanner: `clamd` is hidden in a mount namespace, which only root may make. The third has one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from siegel.agent.account import sign_in
from siegel.agent.client import Api
from siegel.agent.session import Home
from siegel.agent.vaults import list_vaults, open_named
from siegel.demo import furnish, people
from siegel.seals.keyfile import parse_key_file
from siegel.site.serve import clamd_program
from tests.e2e.people import until
from tests.e2e.processes import below, runs
from tests.installation import free_port

START_S = 300.0  # on a busy machine; a quiet one takes a tenth
HIDE_CLAMD = 'mount --bind /dev/null "$0" && exec "$@"'
pytestmark = pytest.mark.timeout(3 * START_S + 100)


@dataclass(frozen=True)
class Start:
    """One start and its end: what it said, how it ended, what ran below it, and what of that still ran afterwards."""

    said: str
    code: int
    ran: int
    left: list[int]
    files: dict[str, list[int]]


def start(folder: Path, port: int, *, until_there: Path | None = None, before: tuple[str, ...] = ()) -> Start:
    """Starts the demonstration, waits for its last line (or for a file), and ends it with SIGTERM."""
    command = [*before, sys.executable, "-m", "siegel.demo", "--port", str(port)]
    said = folder / "said"
    with said.open("w") as out:
        demo = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)

    def ready() -> bool:
        return until_there.exists() if until_there else "Strg-C beendet alles." in said.read_text()

    try:
        until(lambda: ready() or demo.poll() is not None, "the demonstration does not become ready", START_S)
        files = {} if until_there or demo.poll() is not None else stored(folder, port)
        ran = below(demo.pid)
        demo.send_signal(signal.SIGTERM)
        code = demo.wait(40)
    finally:
        demo.kill()
    return Start(said.read_text(), code, len(ran), [pid for pid in ran if runs(pid)], files)


def stored(folder: Path, port: int) -> dict[str, list[int]]:
    """Versions of all files, by vault, as the clerk sees them."""
    key = parse_key_file((folder / ".demo" / "usb-stick" / f"{people.CLERK.username}.key").read_bytes())
    with closing(Api(f"http://127.0.0.1:{port}")) as api:
        account, _ = sign_in(api, key)
        vaults = [open_named(account, Home(folder / "state"), vault.name) for vault in list_vaults(account)]
        return {
            vault.title: [entity.node.version for _, entity in vault.walk(vault.id) if not entity.is_folder]
            for vault in vaults
        }


def without_clamd() -> tuple[str, ...]:
    """What to put before a command so that it finds no clamd."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("only root may hide clamd from a process")
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no mount namespace can be made here: the root of a chroot is no mount point")
    return ("unshare", "--mount", "sh", "-c", HIDE_CLAMD, clamd_program())


@dataclass(frozen=True)
class Starts:
    interrupted: Start
    unscanned: Start
    scanned: Start
    folder: Path
    people: list[dict[str, Any]]


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Starts:
    if not os.access(clamd_program(), os.X_OK):
        pytest.skip("clamd is not installed (clamav-daemon)")
    folder, before = tmp_path_factory.mktemp("checkout"), without_clamd()
    demo, port = folder / ".demo", free_port()
    interrupted = start(folder, port, until_there=demo / "usb-stick" / f"{people.OWNER.username}.key")
    assert not (demo / "people.json").exists()
    unscanned = start(folder, port, before=before)
    made = json.loads((demo / "people.json").read_text())["people"]
    return Starts(interrupted, unscanned, start(folder, free_port()), folder, made)


def test_whoever_ends_it_leaves_nothing_running(starts: Starts) -> None:
    for one in (starts.interrupted, starts.unscanned, starts.scanned):
        assert (one.code, one.left) == (0, []), one.said
        assert "Traceback" not in one.said
    # serve, the scanner, its nursery, granian and its worker; clamd where there is one
    assert starts.scanned.ran >= 6


def test_an_interrupted_start_is_begun_again(starts: Starts) -> None:
    assert "läuft:" not in starts.interrupted.said
    assert "Kanzlei Muster läuft: http://127.0.0.1:" in starts.unscanned.said


def test_without_a_scanner_the_documents_wait_for_a_start_with_one(starts: Starts) -> None:
    assert "Die Virenprüfung läuft nicht" in starts.unscanned.said
    assert starts.unscanned.files == {client.dossier: [] for client in people.CLIENTS}
    assert "Die Virenprüfung läuft nicht" not in starts.scanned.said
    given = sum(path.is_file() for client in people.CLIENTS for path in (furnish.DOCUMENTS / client.number).rglob("*"))
    assert [version for versions in starts.scanned.files.values() for version in versions] == [1] * given


def test_what_it_prints_and_writes_for_scripts_signs_people_in(starts: Starts) -> None:
    written = json.loads((starts.folder / ".demo" / "people.json").read_text())
    assert written["people"] == starts.people
    assert f"läuft: {written['server']}/k/{written['firm']}" in starts.scanned.said
    assert [person["role"] for person in written["people"]] == [
        "owner", "clerk", "client", "client", "client", "office_leader"
    ]  # fmt: skip
    for person in written["people"]:
        assert f"{person['username']:<16} {person['password']}" in starts.scanned.said
        assert parse_key_file(Path(person["key_file"]).read_bytes()).username == person["username"]
        own = [client for client in people.CLIENTS if person["username"] in [user.username for user in client.users]]
        assert set(person["vaults"]) == {client.dossier for client in own or people.CLIENTS}
    assert f"gründen:  {written['server']}/einrichten#" in starts.scanned.said


def test_a_port_in_use_is_one_sentence_and_makes_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "siegel.demo", "--port", str(port)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Port {port} is in use. End the program that uses it, or choose another with --port.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def orphaned(starts: Starts) -> Iterator[Path]:
    """The folder whose database somebody has deleted."""
    data = starts.folder / ".demo" / "data"
    data.rename(data.with_name("away"))
    yield starts.folder
    shutil.rmtree(data)
    data.with_name("away").rename(data)


def test_keys_without_their_data_are_told_in_one_sentence(orphaned: Path) -> None:
    done = start(orphaned, free_port())
    assert done.code == 1
    assert done.said.endswith("Delete it, then start again.\n")
    assert done.said.count("\n") == 1
