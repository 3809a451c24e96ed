from collections.abc import Iterator

import pytest

from siegel.keys.tests.island import Island, found
from siegel.keys.tests.scanner import ScannerDouble, answering


@pytest.fixture
def scanner() -> Iterator[ScannerDouble]:
    with answering(ScannerDouble()) as double:
        yield double


@pytest.fixture
def owner(db: None, scanner: ScannerDouble) -> Island:
    """The owner of a firm founded with real keys."""
    return found("muster")
