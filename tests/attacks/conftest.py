"""The recorded honest session, and the devices of the people in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# a founded firm with real keys, a vault, and a client who writes: those who lie to the real server
from siegel.vault.tests.conftest import _empty_stores, client_user, owner, scanner, team, vault  # noqa: F401
from tests.attacks import recording
from tests.attacks.hostile import Device, device
from tests.attacks.recording import Honest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A database is only made for a run with tests that are marked to use one; the recording needs it."""
    for item in items:
        if "honest" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="session")
def honest(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Honest:
    with django_db_blocker.unblock():
        return recording.record(tmp_path_factory.mktemp("recording"))


@pytest.fixture
def device_of(honest: Honest, tmp_path: Path) -> Callable[[str], Device]:
    """A computer of the person with this user name that knows nothing yet."""
    return lambda who: device(honest, who, tmp_path)


@pytest.fixture
def clerk(device_of: Callable[[str], Device]) -> Device:
    return device_of("wulff")


@pytest.fixture
def client(device_of: Callable[[str], Device]) -> Device:
    """Writes in the first vault."""
    return device_of("harms")
