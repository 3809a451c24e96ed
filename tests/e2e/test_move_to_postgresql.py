"""A firm that has lived on SQLite moves to PostgreSQL and works on; what hinders a move leaves all as it was."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.e2e.conftest import VAULT, SignIn
from tests.e2e.people import Firm, Person, Siegel, found, until, wait_for_scanner
from tests.installation import Installation, installed, serving
from tests.postgres import Database, new_database

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(590)]

ROWS = ("base_auditentry", "accounts_person", "keys_certificate", "vault_version", "base_blob", "firms_dossier")


@pytest.fixture
def cluster_url(monkeypatch: pytest.MonkeyPatch) -> str:
    """The tests' cluster, which the installation of this test does not know."""
    url = os.environ["TEST_DATABASE_URL"]
    monkeypatch.delenv("TEST_DATABASE_URL")
    return url


@pytest.fixture
def hands(tmp_path: Path) -> SignIn:
    """`siegel` in a person's hands, signed in at the server of this test."""

    def run(person: Person, url: str) -> Siegel:
        siegel = Siegel(tmp_path / f"home-{person.username}-{time.monotonic_ns()}")
        done = siegel(
            "sign-in", "--server", url, "--firm", person.key.slug,
            "--username", person.username, "--key-file", person.key_file,
        )  # fmt: skip
        assert done.code == 0, done.err
        return siegel

    return run


def operate(environment: dict[str, str], *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "siegel.site", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def verified(environment: dict[str, str], slug: str) -> dict[str, object]:
    """What the operator's program says of the log, at rest: only that nobody signs."""
    _, said = operate(environment, "audit", "verify", slug, "--json")
    code, rows = operate(environment, "audit", "reconcile", slug)
    assert code == 0, rows
    return dict(json.loads(said))


def counts_of_sqlite(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as rows:
        return [rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ROWS]


def counts_of(database: Database) -> list[int]:
    with psycopg.connect(database.owner) as rows:
        return [rows.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in ROWS]


def others(database: Database) -> int:
    with psycopg.connect(database.owner) as rows:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return int(rows.execute(query).fetchall()[0][0])


def lived_in(installation: Installation, folder: Path, hands: SignIn) -> Firm:
    firm = found(installation, folder / "muster", "muster", vault=VAULT)
    wait_for_scanner(installation.url, firm.client)
    clerk = hands(firm.clerk, installation.url)
    (folder / "beleg.bin").write_bytes(b"Beleg" * 100_000)
    assert clerk("vault", "mkdir", f"{VAULT}:/2025").code == 0
    assert clerk("vault", "put", folder / "beleg.bin", f"{VAULT}:/2025/").code == 0
    return firm


def test_a_firm_moves_from_sqlite_to_postgresql_and_works_on(
    cluster_url: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, hands: SignIn
) -> None:
    folder = tmp_path_factory.mktemp("moving")
    database = new_database(cluster_url)
    (folder / "target").write_text(database.owner)
    with installed(folder) as running:
        firm = lived_in(running, tmp_path, hands)
        code, said = operate(running.environment, "database", "move", str(folder / "target"))
        assert (code, "stop it first" in said) == (1, True), said
        here, port = running.environment, urlsplit(running.url).port or 0
    there = here | {"SIEGEL_DATABASE": database.server}
    code, said = operate(here, "database", "move", str(folder / "target"))
    assert (code, "not up to date" in said) == (1, True), said
    owner = here | {"SIEGEL_DATABASE": database.owner}
    assert operate(owner, "migrate", "--role", database.role)[0] == 0

    before, rows = verified(here, firm.slug), counts_of_sqlite(folder / "data" / "siegel.sqlite3")
    killed_in_the_middle(here, folder / "target")
    until(lambda: others(database) == 0, "the killed move is still connected")
    assert counts_of(database) == [0] * len(ROWS)

    code, said = operate(here, "database", "move", str(folder / "target"))
    assert code == 0, said
    assert counts_of(database) == rows
    assert verified(there, firm.slug) == before
    code, said = operate(here, "audit", "verify", firm.slug)
    assert (code, "moved to PostgreSQL" in said) == (2, True), said
    (folder / "data" / "moved-to-postgresql").unlink()
    code, said = operate(here, "database", "move", str(folder / "target"))
    assert (code, "not empty" in said) == (1, True), said

    with serving(folder, there, port) as running:
        wait_for_scanner(running.url, firm.client)
        clerk = hands(firm.clerk, running.url)
        assert clerk("vault", "get", f"{VAULT}:/2025/beleg.bin", tmp_path / "zurück.bin").code == 0
        assert (tmp_path / "zurück.bin").read_bytes() == b"Beleg" * 100_000
        assert clerk("vault", "put", tmp_path / "beleg.bin", f"{VAULT}:/").code == 0
        until(lambda: operate(there, "audit", "verify", firm.slug)[0] == 0, "the log is not signed again")
        grown = verified(there, firm.slug)
        assert int(str(grown["size"])) > int(str(before["size"]))


def killed_in_the_middle(environment: dict[str, str], target: Path) -> None:
    command = [sys.executable, "-m", "siegel.site", "database", "move", str(target)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "their logs verified" in process.stdout.readline()
        process.kill()


def test_what_does_not_hold_is_not_moved(cluster_url: str, tmp_path: Path) -> None:
    with installed(tmp_path) as running:
        running.create_firm("muster", "Kanzlei Muster")
        here = running.environment
    database = new_database(cluster_url)
    (tmp_path / "target").write_text(database.owner)
    assert operate(here | {"SIEGEL_DATABASE": database.owner}, "migrate", "--role", database.role)[0] == 0
    path = tmp_path / "data" / "siegel.sqlite3"
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.execute("SELECT count(*) FROM base_tenant").fetchall()
        code, said = operate(here, "database", "move", str(tmp_path / "target"))  # somebody has the file open
        assert (code, "in use" in said) == (1, True), said
    refused(here, tmp_path / "target", "UPDATE base_tenant SET slug = slug || hex(zeroblob(30))", 1, "too long")
    refused(here, tmp_path / "target", "UPDATE firms_firm SET tenant_id = 'nobody'", 3, "not there")
    strange = "CREATE TABLE other (id INTEGER)"
    refused(here, tmp_path / "target", strange, 1, "not ours")
    broken = "DROP TRIGGER base_auditentry_fixed; UPDATE base_auditentry SET leaf = CAST(leaf || x'20' AS BLOB)"
    refused(here, tmp_path / "target", broken, 3, "entry_altered")
    code, said = operate(here, "database", "move", "postgresql://siegel:geheim@/siegel?host=%2Frun")
    assert (code, "command line" in said, "geheim" in said) == (1, True, False)
    assert counts_of(database) == [0] * len(ROWS)


def refused(environment: dict[str, str], target: Path, change: str, code: int, text: str) -> None:
    """A move of rows that were changed so; they are as before afterwards."""
    path = Path(environment["SIEGEL_DATA"]) / "siegel.sqlite3"
    kept = path.read_bytes()
    with closing(sqlite3.connect(path)) as rows:
        rows.executescript(change)
    found, said = operate(environment, "database", "move", str(target))
    path.write_bytes(kept)
    assert (found, text in said) == (code, True), said
