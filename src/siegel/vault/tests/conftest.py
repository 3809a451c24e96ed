"""A founded firm with real keys, its scanner double, and a vault."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from siegel.keys.tests.island import Island, found, invite, redemption
from siegel.keys.tests.scanner import ScannerDouble, answering
from siegel.vault.tests.island import OpenVault, add_dossier, begin_vault, client_of
from siegel.vault.tests.teams import add_holder, found_team, line_of


@pytest.fixture
def scanner() -> Iterator[ScannerDouble]:
    with answering(ScannerDouble()) as double:
        yield double


@pytest.fixture(autouse=True)
def _empty_stores() -> Iterator[None]:
    yield
    for folder in (settings.STAGING_DIR, settings.BLOB_DIR):
        shutil.rmtree(Path(folder), ignore_errors=True)


@pytest.fixture
def owner(db: None, scanner: ScannerDouble) -> Island:
    return found("muster")


@pytest.fixture
def client_id(owner: Island) -> str:
    return add_dossier(owner)[0]


@pytest.fixture
def vault(owner: Island) -> OpenVault:
    """The owner's view of a dossier's vault."""
    return begin_vault(owner, add_dossier(owner)[1])


@pytest.fixture
def client_user(owner: Island, vault: OpenVault) -> Island:
    """A client with the right to write, who has redeemed his letter."""
    client = client_of(vault)
    held = invite(owner, role="client", username="harms", client=client, vaults=[vault.holding("write")])
    island = redemption(held, owner).send()
    vault.refresh()
    return island


@pytest.fixture
def clerk(owner: Island, vault: OpenVault) -> Island:
    """A member of the staff who holds nothing yet."""
    return redemption(invite(owner, role="clerk", username="wulff"), owner).send()


@pytest.fixture
def team(owner: Island, vault: OpenVault, clerk: Island) -> OpenVault:
    """The clerk's team, which holds the vault."""
    team = found_team(owner, clerk)
    add_holder(vault, line_of(team, "write"))
    return team
