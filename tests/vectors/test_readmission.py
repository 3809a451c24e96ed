"""The vectors of readmission.json: who gives a founder his own vault back, and how."""

import json
from pathlib import Path
from typing import Any

import pytest

from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.epochs import rotation_due
from siegel.seals.errors import IntegrityError
from siegel.seals.replay import replay
from siegel.seals.revocations import AcceptedRevocation

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "readmission.json").read_text())
STORE = CertificateStore.verified(
    [Accepted.from_wire(item) for item in VECTORS["certificates"]],
    VECTORS["root"],
    [AcceptedRevocation.from_wire(item) for item in VECTORS["revocations"]],
)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=[case["name"] for case in VECTORS["cases"]])
def test_a_roster_that_gives_the_founder_his_place_back(case: dict[str, Any]) -> None:
    vault = replay(VECTORS["firm"], case["vault"], [Entry.from_wire(item) for item in case["entries"]], STORE)
    entry = Entry.from_wire(case["entry"])
    if case["code"] is None:
        vault.apply(entry, STORE)
        assert rotation_due(vault.position, STORE, entry.accepted_at) == VECTORS["due"]
        return
    with pytest.raises(IntegrityError, check=lambda error: error.code == case["code"]):
        vault.apply(entry, STORE)
