"""The people of these tests, and the program they use: `siegel`, started as from a shell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siegel.agent.account import Account, countersign_waiting, sign_in
from siegel.agent.client import Api
from siegel.agent.errors import ServerError
from siegel.agent.found import found_firm
from siegel.agent.invite import invite
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.agent.vaults import begin_vault
from siegel.seals.keyfile import KeyFile, write_key_file
from siegel.seals.rows import VaultRow
from tests.installation import Installation

PASSWORD = "ein-langes-passwort-fuer-alle"
COMMAND_S = 90.0


@dataclass(frozen=True)
class Done:
    """A command that has ended: what it said, and how."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Siegel:
    """`siegel` in the hands of one person: with a home, a language and a working folder of its own."""

    home: Path
    language: str = "de_DE.UTF-8"
    passphrase_file: Path | None = None

    def __call__(self, *words: str | Path, stdin: bytes = b"", binary: bool = False) -> Done:
        done = subprocess.run(
            self.command(*words), env=self.environment, input=stdin, capture_output=True, timeout=COMMAND_S, check=False
        )
        out = done.stdout.decode("latin-1") if binary else done.stdout.decode()
        return Done(done.returncode, out, done.stderr.decode())

    @contextmanager
    def started(self, *words: str | Path) -> Iterator[subprocess.Popen[str]]:
        """The running command; killed at the end if it still runs. Ctrl-C ends it, even if these tests ignore it."""
        words = ("env", "--default-signal=INT", *self.command(*words))
        command = subprocess.Popen(
            words, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with command:
            try:
                yield command
            finally:
                if command.poll() is None:
                    command.send_signal(signal.SIGKILL)

    def command(self, *words: str | Path) -> list[str]:
        return [str(Path(sys.executable).with_name("siegel")), *map(str, words)]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIEGEL_", "LC_", "LANG"))}
        own = {"SIEGEL_HOME": str(self.home), "LANG": self.language, "COLUMNS": "200"}
        named = {"SIEGEL_PASSPHRASE_FILE": str(self.passphrase_file)} if self.passphrase_file else {}
        return {**kept, **own, **named}


@dataclass(frozen=True)
class Person:
    """One who has a key file and holds the vault."""

    username: str
    key_file: Path
    key: KeyFile


@dataclass(frozen=True)
class Firm:
    """A founded firm with one client and one dossier; its folder stands for the USB stick."""

    slug: str
    vault: str
    vault_id: str
    owner: Person
    clerk: Person
    client: Person
    folder: Path


def found(installation: Installation, folder: Path, slug: str, *, vault: str) -> Firm:
    """Founds a firm through the agent's ceremonies: owner, clerk and client user, all holding the vault `vault`."""
    folder.mkdir(parents=True)
    token = installation.create_firm(slug, f"Kanzlei {slug.capitalize()}")
    with closing(Api(installation.url)) as api:
        founded = found_firm(
            api,
            token,
            owner_name="Martina Muster",
            username="inhaberin",
            password=PASSWORD,
            firm_name=f"Kanzlei {slug.capitalize()}",
            firm_place="Musterstadt",
        )
        return _invite_everybody(founded.account, folder, slug, vault)


def _invite_everybody(owner: Account, folder: Path, slug: str, vault: str) -> Firm:
    home = Home(folder / "owner-state")
    row = VaultRow("Gärtnerei Ährenfeld e. K.", "10001", vault)
    client_id = str(owner.api.post("clients", {"number": row.client_number, "name": row.client_name})["id"])
    dossier = str(owner.api.post(f"clients/{client_id}/dossiers", {"title": vault})["id"])
    vault_id = begin_vault(owner, home, row, dossier=dossier).id
    people = {}
    for username, role, rights, client in (("bernd", "clerk", "manage", None), ("anton", "client", "write", client_id)):
        letter = invite(
            owner, home, name=username, username=username, role=role, vaults={vault_id: rights}, client=client
        ).letter
        with closing(Api(owner.api.origin)) as api:
            people[role] = _person(folder, redeem(api, letter, PASSWORD).account.key_file)
    owner.learn_certificates()
    countersign_waiting(owner)
    return Firm(slug, vault, vault_id, _person(folder, owner.key_file), people["clerk"], people["client"], folder)


def _person(folder: Path, key: KeyFile) -> Person:
    path = folder / f"{key.username}.key"
    path.write_bytes(write_key_file(key, None))
    return Person(key.username, path, key)


def wait_for_scanner(url: str, person: Person) -> None:
    """Until uploads are taken: clamd loads its signatures first."""
    with closing(Api(url)) as api:
        account, _ = sign_in(api, person.key)
        until(lambda: _scanner_answers(account), "the scanner did not become ready")


def _scanner_answers(account: Account) -> bool:
    try:
        account.api.get("scanner-key")
    except ServerError as error:
        if error.code != "no_scanner":
            raise
        return False
    return True


def until(condition: Callable[[], bool], otherwise: str, timeout_s: float = 60.0) -> None:
    """Waits for the condition; fails with `otherwise`."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.1)
