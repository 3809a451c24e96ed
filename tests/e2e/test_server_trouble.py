"""The server's database is locked, its disk is full, it is killed: a clear text, nothing lost, and it goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from siegel.agent.account import open_session
from siegel.agent.client import Api
from siegel.agent.errors import ServerError
from tests.e2e.conftest import VAULT
from tests.e2e.line import line_to
from tests.e2e.people import Firm, Person, Siegel, found, until, wait_for_scanner
from tests.e2e.processes import below, kill_all
from tests.e2e.test_files import as_root, small_disk
from tests.installation import Installation, installed

MIB = 1 << 20


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "beleg.bin"
    path.write_bytes(os.urandom(8 * MIB))
    return path


def test_a_locked_database_is_told_and_waited_for(
    installation: Installation, firm: Firm, client: Siegel, folder: str
) -> None:
    """Somebody holds the write lock longer than the server waits (20 s); the program's own attempts last longer."""
    with (
        closing(Api(installation.url, pauses_s=())) as impatient,
        closing(sqlite3.connect(installation.data / "siegel.sqlite3", isolation_level=None)) as other,
    ):
        open_session(impatient, firm.clerk.key)
        other.execute("BEGIN IMMEDIATE")
        with client.started("vault", "mkdir", folder) as patient:
            with pytest.raises(ServerError) as refused:
                impatient.post("clients", {"number": "10077", "name": "Vergebens"})
            other.execute("ROLLBACK")
            _, said = patient.communicate(timeout=60)
        assert patient.returncode == 0, said
        assert (refused.value.status, refused.value.code) == (503, "busy")
        assert refused.value.text.startswith("Der Server ist gerade beschäftigt. Es wurde nichts geändert.")
        assert other.execute("SELECT count(*) FROM firms_client WHERE number = '10077'").fetchone() == (0,)
    assert client("vault", "ls", folder).code == 0


def signed_in(person: Person, url: str, home: Path) -> Siegel:
    siegel = Siegel(home)
    done = siegel(
        "sign-in", "--server", url, "--firm", person.key.slug, "--username", person.username,
        "--key-file", person.key_file,
    )  # fmt: skip
    assert done.code == 0, done.err
    return siegel


def staged_bytes(installation: Installation) -> int:
    return sum(path.stat().st_size for path in (installation.data / "staging").glob("*"))


def resize(place: Path, free: int) -> None:
    """The file system at `place` has `free` bytes left; tried again where a write meanwhile made that too small."""

    def done() -> bool:
        size = shutil.disk_usage(place).used + free
        return subprocess.run(["mount", "-o", f"remount,size={size}", place], check=False, timeout=30).returncode == 0

    until(done, "the disk does not take its size")


@as_root
def test_a_full_disk_of_the_server_is_told_loses_nothing_and_works_again_with_space(
    document: Path, tmp_path: Path
) -> None:
    with (
        small_disk(tmp_path / "disk", "400m") as disk,
        installed(disk) as installation,
        line_to(installation.url) as line,
    ):
        firm = found(installation, tmp_path / "firm", "muster", vault=VAULT)
        wait_for_scanner(installation.url, firm.client)
        siegel = signed_in(firm.client, line.url, tmp_path / "home")
        assert siegel("vault", "put", document, f"{VAULT}:/vorher/").code == 0

        resize(disk, 100 * MIB)
        done = siegel("vault", "put", document, f"{VAULT}:/vorher/")
        assert (done.code, "Der Speicher des Servers ist voll. Es ging nichts verloren." in done.err) == (1, True)

        resize(disk, 300 * MIB)
        line.stalls_at = 2 * MIB
        with siegel.started("vault", "put", document, f"{VAULT}:/vorher/") as command:
            assert line.stalled.wait(60)
            resize(disk, MIB)
            line.resume()
            _, said = command.communicate(timeout=60)
        assert (command.returncode, "Der Speicher des Servers ist voll." in said) == (1, True), said

        resize(disk, 300 * MIB)
        [entry] = siegel("vault", "ls", f"{VAULT}:/vorher", "--json").json
        assert entry["version"] == 1
        assert siegel("vault", "put", document, f"{VAULT}:/vorher/").code == 0
        assert siegel("vault", "get", f"{VAULT}:/vorher/{document.name}", tmp_path / "zurück").code == 0
        assert (tmp_path / "zurück").read_bytes() == document.read_bytes()


def test_a_server_killed_during_an_upload_and_started_again_goes_on_where_it_stood(
    document: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # The test's own folder has too long a name for the sockets of an installation.
    place = tmp_path_factory.mktemp("killed")
    with installed(place) as first, line_to(first.url) as line:
        firm = found(first, tmp_path / "firm", "muster", vault=VAULT)
        wait_for_scanner(first.url, firm.client)
        siegel = signed_in(firm.client, line.url, tmp_path / "home")
        line.stalls_at = 5 * MIB
        with siegel.started("vault", "put", document, f"{VAULT}:/") as command:
            assert line.stalled.wait(60)
            until(lambda: staged_bytes(first) >= 2 * MIB, "the server has not taken what was sent")
            kill_all([first.process.pid, *below(first.process.pid)])
            line.target = ("127.0.0.1", 9)
            line.resume()
            with installed(place) as second:
                line.target = ("127.0.0.1", int(second.url.rpartition(":")[2]))
                _, said = command.communicate(timeout=90)
                assert command.returncode == 0, said
                assert line.offsets[0] == 0
                assert line.offsets[-1] >= 2 * MIB
                assert siegel("vault", "get", f"{VAULT}:/{document.name}", tmp_path / "zurück").code == 0
    assert (tmp_path / "zurück").read_bytes() == document.read_bytes()
