"""A clerk is revoked in the middle of his work: 50 of his requests are under way, one of them a long download."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from siegel.agent.account import Account, sign_in
from siegel.agent.client import Api
from siegel.agent.opened import open_by_id
from siegel.agent.plan import plan_put
from siegel.agent.put import put
from siegel.agent.session import Home
from siegel.demo.furnish import Silent
from siegel.seals.revocations import revoke_key
from tests.e2e.people import Firm, found, wait_for_scanner
from tests.installation import Installation

CONTENT_BYTES = 64 << 20
READERS = 50
# What the line and the server's buffers may hold, besides the 4 MiB between two looks.
UNDER_WAY_BYTES = 24 << 20


@pytest.fixture(scope="module")
def firm(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """One of its own: its clerk does not come back."""
    made = found(installation, tmp_path_factory.mktemp("entzug") / "entzug", "entzug", vault="Lohn 2026")
    wait_for_scanner(installation.url, made.client)
    return made


@pytest.fixture
def owner(installation: Installation, firm: Firm) -> Iterator[Account]:
    with closing(Api(installation.url)) as api:
        yield sign_in(api, firm.owner.key)[0]


@pytest.fixture
def clerk(installation: Installation, firm: Firm) -> Iterator[Account]:
    with closing(Api(installation.url)) as api:
        yield sign_in(api, firm.clerk.key)[0]


@dataclass
class Reader:
    """Asks the same addresses again and again, and keeps when it asked and what it was told."""

    account: Account
    paths: list[str]
    stop: threading.Event
    answers: list[tuple[float, int]] = field(default_factory=list)

    def run(self, number: int) -> None:
        with httpx.Client(base_url=self.account.api.origin, cookies=self.account.api.cookies(), timeout=60) as line:
            while not self.stop.is_set():
                begun = time.monotonic()
                path = self.paths[number % len(self.paths)]
                self.answers.append((begun, line.get(path, headers={"Range": "bytes=0-1023"}).status_code))


def _stored(firm: Firm, owner: Account, folder: Path) -> str:
    """The address of a version of 64 MiB, without `/payload`."""
    source = folder / "Lohnjournal.bin"
    source.write_bytes(os.urandom(CONTENT_BYTES))
    vault = open_by_id(owner, Home(folder / "state"), firm.vault_id)
    [outcome] = put(vault, plan_put([source], ()), Silent())
    assert outcome.code == "stored"
    vault.sync()
    return f"/api/vaults/{vault.id}/nodes/{vault.children(vault.id)[source.name].id}/versions/1"


def _revoke(owner: Account, kid: str) -> None:
    store = owner.learn_certificates()
    known, author = store.by_kid(kid), store.by_kid(owner.kid)
    assert known is not None
    assert author is not None
    signed = revoke_key(owner.seed, author, known, None, "compromised")
    owner.api.post("keys/revocations", {"revocation": signed.to_wire()})


def test_after_the_answer_nothing_that_begins_succeeds_and_the_download_that_runs_ends(
    firm: Firm, owner: Account, clerk: Account, tmp_path: Path
) -> None:
    place, vault = _stored(firm, owner, tmp_path), f"/api/vaults/{firm.vault_id}"
    stop = threading.Event()
    reader = Reader(clerk, [f"{vault}/head", f"{vault}/news", place, f"{place}/payload", "/api/vaults"], stop)
    api = clerk.api
    with (
        ThreadPoolExecutor(READERS) as pool,
        httpx.Client(base_url=api.origin, cookies=api.cookies(), timeout=60) as line,
        line.stream("GET", f"{place}/payload") as download,
    ):
        pieces = download.iter_raw(1 << 16)
        taken = [len(next(pieces))]
        asking = [pool.submit(reader.run, number) for number in range(READERS)]
        try:
            while len(reader.answers) < 2 * READERS and not any(one.done() for one in asking):
                time.sleep(0.05)
            before = len(reader.answers)
            _revoke(owner, clerk.kid)
            revoked = time.monotonic()
            while not any(begun > revoked for begun, _ in reader.answers) or time.monotonic() < revoked + 2:
                time.sleep(0.05)
        finally:
            stop.set()
        for one in asking:
            one.result(timeout=60)
        with pytest.raises(httpx.RemoteProtocolError):
            taken.extend(map(len, pieces))
    assert before >= 2 * READERS
    assert {code for begun, code in reader.answers if begun > revoked} == {401}
    assert {code for _, code in reader.answers} <= {200, 206, 401, 404, 503}
    assert sum(taken) < UNDER_WAY_BYTES
