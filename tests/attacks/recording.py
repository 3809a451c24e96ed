"""An honest session, recorded once per test run: what the real server answers to each person of a small firm.

The agent itself founds, invites, redeems and uploads against the real server in this process; then every answer that a
client may ask for is written down, with all the keys. `hostile.py` plays it back, altered as a test says.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction

from siegel.agent.account import Account, countersign_waiting, sign_in
from siegel.agent.client import Api
from siegel.agent.found import found_firm
from siegel.agent.invite import invite
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import Item, Outcome, plan_put
from siegel.agent.put import put
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.agent.vaults import begin_vault
from siegel.firms import actions as firms
from siegel.keys.tests.scanner import ScannerDouble, answering
from siegel.seals.derive import Seed
from siegel.seals.invitations import Letter, invitation_seed
from siegel.seals.keyfile import KeyFile
from siegel.seals.login import sign_login
from siegel.seals.rows import VaultRow

ORIGIN = "http://localhost:8000"
PASSWORD = "korrekt-pferd-batterie-stapel"
SMALL = b"Rechnung 4711\n" * 9
# Three segments of 1 MiB, the last one short, each of many chunks.
LARGE = bytes(range(256)) * 10_000
Json = Any


class Inline:
    """Stands in for a pool of threads: what runs inside one test's transaction runs in one thread."""

    def __init__(self, _: int) -> None: ...

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [work(item) for item in items]

    def submit(self, work: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(work(*arguments))
        return done

    def shutdown(self, **_: bool) -> None: ...


class Silent:
    """Nobody watches."""

    def moved(self, item: Item, arrived: int, of: int) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...

    def scanning(self, files: int) -> None: ...


@dataclass
class Honest:
    """The recording. `answers` by user name and path below /api/; bytes are payloads."""

    set_up: KeyFile
    scanner: Seed
    key_files: dict[str, KeyFile]
    letter: Letter
    letter_seed: Seed
    books: str
    taxes: str
    answers: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def firm(self) -> str:
        return self.set_up.firm


def api() -> Api:
    return Api(ORIGIN, transport=httpx.WSGITransport(app=get_wsgi_application()), pauses_s=())


def put_files(vault: OpenVault, folder: tuple[str, ...], *sources: Path) -> list[Outcome]:
    with mock.patch("siegel.agent.put.ThreadPoolExecutor", Inline):
        return put(vault, plan_put(sources, folder), Silent())


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens to the database inside, nothing remains; nor of blobs and staging."""
    # A server's request ends with its connection, where that is no longer what it was at first.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        cache.clear()
        for folder in (settings.STAGING_DIR, settings.BLOB_DIR):
            shutil.rmtree(Path(folder), ignore_errors=True)


def record(folder: Path) -> Honest:
    """The owner and the clerk manage two clients' vaults, a client writes and another one reads in the first.

    The first vault (`books`) is in its second epoch. In the second (`taxes`) a letter was just redeemed: nobody has
    countersigned, and the next writer must begin a new epoch. One more letter, into the first, is still open.
    """
    scanner = ScannerDouble()
    with undone(), answering(scanner):
        return _Stage(folder, scanner).play()


class _Stage:
    def __init__(self, folder: Path, scanner: ScannerDouble) -> None:
        _, token = firms.create_firm(slug="muster", name="Kanzlei Muster")
        founded = found_firm(
            api(),
            token,
            owner_name="Henrike Lindhorst",
            username="inhaberin",
            password=PASSWORD,
            firm_name="Kanzlei Muster",
            firm_place="Oldenburg",
        )
        self.folder, self.scanner = folder, scanner
        self.owner = founded.account
        self.people = {"inhaberin": founded.account}
        self.set_up = founded.set_up_file

    def play(self) -> Honest:
        books = self._dossier("10001", "Buchhaltung 2026")
        taxes = self._dossier("10002", "Einkommensteuer 2025")
        self._join("wulff", "clerk", {books[1]: "manage", taxes[1]: "manage"})
        self._join("harms", "client", {books[1]: "write"}, client=books[0])
        self._join("leserin", "client", {books[1]: "read"}, client=books[0])
        self.owner.learn_certificates()
        countersign_waiting(self.owner)
        self._put("inhaberin", taxes[1], (), "Bescheid.pdf", SMALL)
        self._put("harms", books[1], ("Belege",), "Rechnung.pdf", SMALL)
        self._put("wulff", books[1], (), "Inventar.bin", LARGE)
        letter = self._invite("neue", "client", {books[1]: "write"}, client=books[0])
        self._join("oltmanns", "client", {taxes[1]: "write"}, client=taxes[0])
        seed = invitation_seed(letter.code, firm=self.set_up.firm, invitation=letter.id, root=self.set_up.root)
        key_files = {name: account.key_file for name, account in self.people.items()}
        honest = Honest(self.set_up, self.scanner.seed, key_files, letter, seed, books[1], taxes[1])
        for name, account in self.people.items():
            honest.answers[name] = self._answers(account)
        honest.answers["letter"] = self._letter(honest)
        return honest

    def _dossier(self, number: str, title: str) -> tuple[str, str]:
        """Ids of client and vault."""
        row = VaultRow(f"Mandant {number}", number, title)
        client = str(self.owner.api.post("clients", {"number": number, "name": row.client_name})["id"])
        dossier = str(self.owner.api.post(f"clients/{client}/dossiers", {"title": title})["id"])
        return client, begin_vault(self.owner, self._home("inhaberin"), row, dossier=dossier).id

    def _home(self, name: str) -> Home:
        return Home(self.folder / name)

    def _invite(self, name: str, role: str, vaults: dict[str, str], client: str | None = None) -> Letter:
        home = self._home("inhaberin")
        return invite(
            self.owner, home, name=name.title(), username=name, role=role, vaults=vaults, client=client
        ).letter

    def _join(self, name: str, role: str, vaults: dict[str, str], client: str | None = None) -> None:
        cache.clear()
        self.people[name] = redeem(api(), self._invite(name, role, vaults, client), PASSWORD).account

    def _put(self, who: str, vault: str, folder: tuple[str, ...], name: str, content: bytes) -> None:
        source = self.folder / name
        source.write_bytes(content)
        opened = open_by_id(self.people[who], self._home(who), vault)
        [outcome] = put_files(opened, folder, source)
        assert outcome.code == "stored", outcome

    def _answers(self, account: Account) -> dict[str, Json]:
        cache.clear()
        again, _ = sign_in(api(), account.key_file)
        get = again.api.get
        found: dict[str, Json] = {
            path: get(path) for path in ("session", "keys/certificates", "keys/provisional", "vaults", "scanner-key")
        }
        for listed in found["vaults"]["vaults"]:
            place = f"vaults/{listed['id']}"
            found[f"{place}/news"] = get(f"{place}/news?since=0")
            found[f"{place}/head"] = get(f"{place}/head")
            opened = open_by_id(again, Home(self.folder / "look"), listed["id"])
            for node, what in opened.state.nodes.items():
                if what.kind == "file":
                    version = f"{place}/nodes/{node}/versions/{what.version}"
                    found[version] = get(version)
                    found[f"{version}/payload"] = b"".join(again.api.stream(f"{version}/payload", 0).iter_raw())
        return found

    def _letter(self, honest: Honest) -> dict[str, Json]:
        """What is told to whoever holds the open letter."""
        place, anybody = f"invitations/{honest.letter.id}", api()
        told = anybody.get(place)
        login = sign_login(
            honest.letter_seed,
            firm=honest.firm,
            subject=honest.letter.id,
            nonce=told["nonce"],
            origin=ORIGIN,
            now=int(time.time()),
        )
        return {place: told, f"{place}/wraps": anybody.post(f"{place}/wraps", {"login": login.to_wire()})}
