"""A firm at work on a server whose rows lie in PostgreSQL: founded, a file up and down, the log whole to the last."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import SignIn
from tests.e2e.people import Firm, Siegel, until
from tests.installation import Installation

# The installation is made within the first test.
pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(400)]


def verified(installation: Installation, slug: str) -> int:
    """How many entries the operator's program finds intact, every one of them signed for and every row accounted."""
    answer = json.loads(installation.operator("audit", "verify", slug, "--json"))
    assert answer["finding"] is None
    installation.operator("audit", "reconcile", slug)
    return int(answer["size"])


def test_a_firm_works_on_postgresql(
    installation: Installation, firm: Firm, client: Siegel, clerk: Siegel, sign_in: SignIn, folder: str, tmp_path: Path
) -> None:
    document = tmp_path / "beleg.bin"
    document.write_bytes(b"Beleg" * 500_000)
    assert client("vault", "mkdir", folder).code == 0
    assert client("vault", "put", document, folder).code == 0
    assert clerk("vault", "get", f"{folder}beleg.bin", tmp_path / "zurück.bin").code == 0
    assert (tmp_path / "zurück.bin").read_bytes() == document.read_bytes()
    size = verified(installation, firm.slug)
    owner = sign_in(firm.owner)  # waits for the sequencer, who waits for nobody
    until(lambda: verified(installation, firm.slug) > size, "the sign-in did not get its place in the log")
    assert owner("keys", "list").code == 0
