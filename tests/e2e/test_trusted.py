"""A client trusts a member of the staff, on the command line: naming, asking, objecting, waiting, reading."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from siegel.agent.account import sign_in
from siegel.agent.client import Api
from siegel.agent.session import Home
from siegel.agent.vaults import begin_vault
from siegel.seals.rows import VaultRow
from tests.e2e.people import Done, Firm, Person, Siegel, found, wait_for_scanner
from tests.installation import Installation


@pytest.fixture(scope="module")
def firm(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    made = found(installation, tmp_path_factory.mktemp("vertrauen") / "vertrauen", "vertrauen", vault="Lohn 2026")
    wait_for_scanner(installation.url, made.client)
    return made


@pytest.fixture
def own(installation: Installation, firm: Firm, tmp_path: Path) -> str:
    """The id of the client's own vault."""
    with closing(Api(installation.url)) as api:
        account, _ = sign_in(api, firm.client.key)
        return begin_vault(account, Home(tmp_path / "state"), VaultRow("", "", "Notfall-Ordner"), dossier=None).id


def let_days_pass(installation: Installation, days: int) -> None:
    with closing(sqlite3.connect(installation.data / "siegel.sqlite3", timeout=10)) as database, database:
        database.execute("UPDATE keys_accessevent SET opens_at = opens_at - ?", (days * 86400,))


def signed_in(installation: Installation, firm: Firm, person: Person, home: Path) -> Siegel:
    siegel = Siegel(home)
    words = ("--server", installation.url, "--firm", firm.slug, "--username", person.username)
    assert siegel("sign-in", *words, "--key-file", person.key_file).code == 0
    return siegel


@pytest.mark.timeout(400)  # some twenty commands, each a process of its own
def test_a_trusted_person_asks_is_refused_waits_and_reads(
    installation: Installation, firm: Firm, own: str, tmp_path: Path
) -> None:
    client = signed_in(installation, firm, firm.client, tmp_path / "anton")
    clerk = signed_in(installation, firm, firm.clerk, tmp_path / "bernd")
    letter, out = tmp_path / "Vollmacht.txt", tmp_path / "out.txt"
    letter.write_bytes(b"Wo alles liegt.")
    done(client("vault", "put", letter, f"{own}:/"))
    assert client("vault", "access", own, "--trusted", "bernd", "--wait-days", "8").code == 2
    assert client("vault", "access", own, "--trusted", "niemand").code == 1
    done(client("vault", "access", own, "--trusted", "bernd", "--wait-days", "7"))

    [told] = clerk("vault", "trust", "--json").json["entrusted"]
    assert (told["vault"], told["wait_days"], told["is_open"]) == (own, 7, False)
    assert clerk("vault", "ls", own).code == 1
    done(clerk("vault", "request", own))
    assert clerk("vault", "request", own).code == 1
    [asked] = client("vault", "trust", "--json").json["asked"]
    assert (asked["vault"], asked["name"]) == (own, "bernd")
    done(client("vault", "object", own, "--yes"))
    let_days_pass(installation, 8)
    assert clerk("vault", "ls", own).code == 1

    done(clerk("vault", "request", own))
    let_days_pass(installation, 7)
    done(clerk("vault", "get", f"{own}:/Vollmacht.txt", out))
    assert out.read_bytes() == b"Wo alles liegt."
    assert clerk("vault", "put", letter, f"{own}:/").code == 1
    done(client("vault", "object", own, "--yes"))
    assert clerk("vault", "ls", own).code == 1
    done(client("vault", "access", own, "--take", "bernd"))
    assert clerk("vault", "trust", "--json").json["entrusted"] == []


def done(command: Done) -> None:
    assert command.code == 0, command.err
