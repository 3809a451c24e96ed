import pytest
from hypothesis import settings

from siegel.lib import age

# A shared machine has no predictable time per example; the count bounds the work instead.
settings.register_profile("bounded", deadline=None, max_examples=60)
settings.load_profile("bounded")


@pytest.fixture(scope="session")
def hybrid() -> age.HybridIdentity:
    return age.HybridIdentity.generate()


@pytest.fixture(scope="session")
def classic() -> age.X25519Identity:
    return age.X25519Identity.generate()
