"""A firm and one of its vaults."""

import pytest

from siegel.seals.tests.people import Firm, Vault, begin


@pytest.fixture
def firm() -> Firm:
    return Firm()


@pytest.fixture
def vault(firm: Firm) -> Vault:
    return begin(firm, firm.clerk, [(firm.clerk, "manage"), (firm.client, "write"), (firm.recovery, "hold")])
