import pytest

from siegel.lib import age


@pytest.fixture(scope="session")
def hybrid() -> age.HybridIdentity:
    return age.HybridIdentity.generate()


@pytest.fixture(scope="session")
def classic() -> age.X25519Identity:
    return age.X25519Identity.generate()
