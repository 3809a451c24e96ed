"""The people of the journeys, each in a browser context of his own whose mishaps fail the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.installation import Installation
from tests.journeys.people import Firm, Vault, make_firm
from tests.journeys.visits import TIMEOUT_MS, Visit, come_in, visits
from tests.journeys.watch import Watch

expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="session")
def firm(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    firm = make_firm(installation, tmp_path_factory.mktemp("firm"))
    yield firm
    firm.close()


@pytest.fixture
def vault(firm: Firm) -> Vault:
    """A new, empty one."""
    return firm.new_vault()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Judges every browser context of the test when it is over."""
    watch = Watch()
    yield watch
    watch.require_nothing()


@pytest.fixture
def visit(browser: Browser, watch: Watch) -> Iterator[Visit]:
    """Opens a page in a new browser context; takes the options of playwright's `new_context`."""
    with visits(browser, watch) as visit:
        yield visit


@pytest.fixture
def visitor(visit: Visit) -> Page:
    """Nobody is signed in."""
    return visit()


@pytest.fixture
def owner(visit: Visit, firm: Firm) -> Page:
    return come_in(visit(), firm, firm.owner)


@pytest.fixture
def clerk(visit: Visit, firm: Firm) -> Page:
    return come_in(visit(), firm, firm.clerk)


@pytest.fixture
def client(visit: Visit, firm: Firm) -> Page:
    return come_in(visit(), firm, firm.client)
