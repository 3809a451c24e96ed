"""`siegel-server audit …` as the operator types it: what it says and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from typer.testing import CliRunner, Result

from siegel.accounts.models import Person
from siegel.base.audit import checkpoints, tree
from siegel.base.models import AuditCheckpoint, AuditEntry, AuditLog, Tenant
from siegel.base.tests.backups import Backup
from siegel.base.tests.logs import Attacker, grow, notary
from siegel.firms.actions import block_person
from siegel.firms.models import Client
from siegel.seals.canonical import encode
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
    found = audit("verify", log.slug)
    assert (found.exit_code, "which no owner has certified" in found.output) == (0, True)


def test_without_the_keys_process_a_log_does_not_begin_anew(firm: Tenant) -> None:
    refused = audit("begin-anew", firm.slug, "--yes", "--because", "x")
    assert refused.exit_code == 1
    assert "is the server running" in refused.output


def reconciled(log: Tenant) -> tuple[int, set[tuple[str, str, str]]]:
    done = audit("reconcile", log.slug, "--json")
    lines = [json.loads(line) for line in done.output.splitlines()]
    return done.exit_code, {(one["finding"], one["table"], one["key"]) for one in lines}


def change_role(person: Person) -> None:
    """Past the program."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE firms_staff SET role = 'owner' WHERE person_id = %s", [person.pk])


def test_a_business_row_changed_past_the_program_ends_with_3(log: Tenant, owner: Person, clerk: Person) -> None:
    block_person(person=clerk, by=owner)
    assert reconciled(log) == (0, set())
    change_role(clerk)
    assert reconciled(log) == (3, {("row_changed", "firms_staff", clerk.pk)})
    # Nothing is taken as it is where something is not as the log left it.
    assert audit("reconcile", log.slug, "--baseline", "--yes").exit_code == 1


def test_rows_from_before_the_states_are_found_changed_once_there_is_a_baseline(
    log: Tenant, clerk: Person, bakery: Client
) -> None:
    older_than_states(log)
    unlogged, found = reconciled(log)
    assert unlogged == 3
    assert ("row_unlogged", "firms_staff", clerk.pk) in found
    assert audit("reconcile", log.slug, "--baseline", answer="n\n").exit_code == 1
    done = audit("reconcile", log.slug, "--baseline", answer="y\n")
    assert done.exit_code == 0
    assert "firms_client: 1 rows as they are now" in done.output
    assert reconciled(log) == (0, set())
    checkpoints.sign_head(log.pk)
    assert audit("verify", log.slug).exit_code == 0
    change_role(clerk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM firms_client WHERE id = %s", [bakery.pk])
    changed = {("row_changed", "firms_staff", clerk.pk), ("row_missing", "firms_client", bakery.pk)}
    assert reconciled(log) == (3, changed)


def test_what_came_past_the_program_later_is_no_baseline(log: Tenant, clerk: Person) -> None:
    older_than_states(log)
    assert audit("reconcile", log.slug, "--baseline", "--yes").exit_code == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO firms_client (id, tenant_id, number, name, sort_name) VALUES ('x', %s, '9', 'N', 'n')",
            [log.pk],
        )
    assert audit("reconcile", log.slug, "--baseline", "--yes").exit_code == 1
    assert reconciled(log) == (3, {("row_unlogged", "firms_client", "x")})


def older_than_states(log: Tenant) -> None:
    """The same log as it would be had its entries been written before there were states."""
    attacker = Attacker(log)
    for entry in AuditEntry.objects.filter(tenant=log):
        leaf = json.loads(bytes(entry.leaf))
        leaf.pop("states", None)
        attacker.alter(entry.index, leaf=encode({**leaf, "v": 1}))
    attacker.rebuild()
    AuditCheckpoint.objects.filter(tenant=log).delete()
    AuditLog.objects.filter(tenant=log).update(origin=f"older/log/{log.pk}")
    checkpoints.sign_head(log.pk)
