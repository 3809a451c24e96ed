"""`siegel-server audit …` as the operator types it: what it says and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from siegel.base.audit import checkpoints, tree
from siegel.base.models import Tenant
from siegel.base.tests.backups import Backup
from siegel.base.tests.logs import Attacker, grow, notary
from siegel.site.audit_commands import audit_app


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary(tmp_path / "notary"):
        grow(firm, 10)
        yield firm


@pytest.fixture(autouse=True)
def django_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """To set it up again would leave the tests' logging with the streams of a command that has ended."""
    monkeypatch.setattr("siegel.site.audit_commands.ready", lambda: None)


def audit(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(audit_app, arguments, input=answer)


def test_a_restored_log_is_found_begins_anew_when_it_is_told_to_and_stays_incomplete(log: Tenant) -> None:
    size, backup = tree.size_of(log.pk), Backup(Attacker(log))
    grow(log, 4)
    backup.restore()
    assert audit("verify", log.slug).exit_code == 3
    refused = audit("begin-anew", log.slug, answer="n\n")
    assert refused.exit_code == 1
    assert f"signed last: {size + 4} entries" in refused.output
    assert "lost: 4 entries at most (tlog.rollback)" in refused.output
    assert tree.size_of(log.pk) == size
    done = audit("begin-anew", log.slug, answer="y\n")
    assert done.exit_code == 0
    assert f"goes on as {checkpoints.log_of(log.pk).origin}" in done.output
    found = audit("verify", log.slug, "--json")
    assert found.exit_code == 1
    assert {"finding": None, "lost": 4}.items() <= json.loads(found.output).items()


def test_a_log_that_nothing_happened_to_does_not_begin_anew(log: Tenant, tmp_path: Path) -> None:
    assert audit("begin-anew", log.slug, "--yes").exit_code == 1
    held = tmp_path / "held"
    held.write_text("nonsense")
    assert audit("begin-anew", log.slug, "--yes", "--held", str(held)).exit_code == 1
    done = audit("begin-anew", log.slug, "--yes", "--because", "the server has another name")
    assert done.exit_code == 0
    assert audit("verify", log.slug).exit_code == 0


def test_without_the_keys_process_a_log_does_not_begin_anew(firm: Tenant) -> None:
    refused = audit("begin-anew", firm.slug, "--yes", "--because", "x")
    assert refused.exit_code == 1
    assert "is the server running" in refused.output
