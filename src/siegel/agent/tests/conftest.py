"""Fixtures: a firm on a server in memory, a vault of clerk and client, and a folder of state."""

from pathlib import Path

import pytest

from siegel.agent.account import Account
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import Item, Outcome, Plan
from siegel.agent.put import put
from siegel.agent.session import Home
from siegel.agent.tests.server import Server, StoredVault


class Quiet:
    """Watches and says nothing."""

    def moved(self, item: Item, arrived: int, of: int) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...

    def scanning(self, files: int) -> None: ...


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def stored(server: Server) -> StoredVault:
    firm = server.firm
    return server.begin_vault(firm.clerk, [(firm.clerk, "manage"), (firm.client, "write"), (firm.owner, "manage")])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SIEGEL_HOME", str(tmp_path / "home"))
    return Home()


@pytest.fixture
def client(server: Server, stored: StoredVault) -> Account:
    return server.account(server.firm.client)


@pytest.fixture
def vault(client: Account, home: Home, stored: StoredVault) -> OpenVault:
    return open_by_id(client, home, stored.id)


def put_all(vault: OpenVault, plan: Plan) -> dict[str, str]:
    """Puts, and tells what became of each path."""
    return {outcome.path: outcome.code for outcome in put(vault, plan, Quiet())}
