"""Somebody who rules the database, and at worst the log key too, alters the log: who finds it.

self-check: `siegel-server audit verify` and the worker, against every head that was signed and the notary's memory.
held checkpoint: whoever kept an earlier head (browser, agent, auditor) and asks for consistency with the newest.
reconcile: rows against the log.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from siegel.accounts.models import Person
from siegel.base.audit import checkpoints, notary, proofs, tree, verification
from siegel.base.audit.reconciling import Discrepancy, discrepancies
from siegel.base.audit.verification import Finding
from siegel.base.models import AuditCheckpoint, AuditEntry, Tenant
from siegel.base.tests.logs import Attacker, entry_at, grow, note
from siegel.base.tests.logs import notary as notary_running
from siegel.firms.actions import block_person
from siegel.firms.models import Staff
from siegel.lib import tlog


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    """A log of some entries with heads signed over 10 and 20 more."""
    with notary_running(tmp_path / "notary"):
        grow(firm, 10)
        grow(firm, 10)
        yield firm


@pytest.fixture
def attacker(log: Tenant) -> Attacker:
    return Attacker(log)


def held(tenant: Tenant) -> tlog.Checkpoint:
    """The newest head, as somebody outside keeps it."""
    newest = checkpoints.newest(tenant.pk)
    assert newest is not None
    return tlog.Checkpoint.parse(checkpoints.note_of(newest).text)


def shown_to(tenant: Tenant, known: tlog.Checkpoint) -> None:
    """What a browser, agent or witness does who knows a head: TlogError if the newest has not grown from it."""
    newest = held(tenant)
    proof = proofs.consistency(tenant.pk, known.size, newest.size) if newest.size >= known.size else []
    tlog.verify_growth(known, newest, proof)


def found(tenant: Tenant) -> Finding | None:
    return verification.verify(tenant.pk).finding


def forget_heads(tenant: Tenant, folder: Path) -> None:
    """The attacker has the log key too: nothing on this machine remembers what was signed."""
    AuditCheckpoint.objects.filter(tenant=tenant).delete()
    shutil.rmtree(folder / "notary" / "state")
    (folder / "notary" / "state").mkdir()


def test_a_log_that_nobody_touched_is_intact(log: Tenant) -> None:
    known = held(log)
    grow(log)
    assert found(log) is None
    shown_to(log, known)


def test_a_tail_that_is_cut_is_found_by_the_self_check(log: Tenant, attacker: Attacker) -> None:
    size = tree.size_of(log.pk)
    attacker.cut(size - 3)
    assert found(log) == Finding("log_cut", size - 3)


def test_a_tail_that_is_cut_with_its_heads_is_found_by_the_notarys_memory(log: Tenant, attacker: Attacker) -> None:
    size = tree.size_of(log.pk)
    attacker.cut(size - 3)
    AuditCheckpoint.objects.filter(tenant=log).delete()
    assert found(log) == Finding("log_cut", size - 3)
    with pytest.raises(notary.NotaryError, match="rollback"):
        checkpoints.sign_head(log.pk)


def test_a_tail_that_is_cut_and_regrown_is_found_by_the_self_check_and_not_signed(
    log: Tenant, attacker: Attacker
) -> None:
    known = held(log)
    attacker.cut(known.size - 3)
    note(tenant=log, times=5)
    finding = found(log)
    assert finding is not None
    assert finding.code == "log_differs"
    assert finding.index is not None
    assert finding.index <= known.size - 3
    with pytest.raises(notary.NotaryError, match=r"tlog\.proof"):
        checkpoints.sign_head(log.pk)


def test_regrown_with_the_log_key_it_is_found_by_a_held_checkpoint(
    log: Tenant, attacker: Attacker, tmp_path: Path
) -> None:
    known = held(log)
    attacker.cut(known.size - 3)
    forget_heads(log, tmp_path)
    grow(log, 5)
    assert found(log) is None  # everything here fits; only who is outside can tell
    with pytest.raises(tlog.ProofError):
        shown_to(log, known)


def test_cut_with_the_log_key_it_is_found_by_a_held_checkpoint(log: Tenant, attacker: Attacker, tmp_path: Path) -> None:
    known = held(log)
    attacker.cut(known.size - 3)
    forget_heads(log, tmp_path)
    checkpoints.sign_head(log.pk)
    assert found(log) is None
    with pytest.raises(tlog.RollbackError):
        shown_to(log, known)


def test_an_altered_entry_is_named_by_the_self_check(log: Tenant, attacker: Attacker) -> None:
    leaf = bytes(entry_at(log, 7).leaf).replace(b"server", b"person")
    attacker.alter(7, leaf=leaf)
    assert found(log) == Finding("entry_altered", 7)


@pytest.mark.parametrize("column", ["leaf", "personal"])
def test_text_in_the_place_of_bytes_is_named_and_stops_no_verification(
    log: Tenant, attacker: Attacker, column: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps bytes only in a column of bytes")
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE base_auditentry SET {column} = CAST({column} AS TEXT) WHERE "index" = 7')
    assert found(log) == Finding("entry_altered", 7)


@pytest.mark.parametrize("index", [6, 7])
def test_an_altered_entry_with_its_own_hash_is_found_at_the_next_node(
    log: Tenant, attacker: Attacker, index: int
) -> None:
    leaf = bytes(entry_at(log, index).leaf).replace(b"server", b"person")
    hashes = tlog.entry_hash(leaf) + bytes(entry_at(log, index).hashes)[32:]
    attacker.alter(index, leaf=leaf, hashes=hashes)
    assert found(log) == Finding("tree_altered", 6)


def test_an_altered_name_beside_the_entry_is_named_by_the_self_check(log: Tenant, attacker: Attacker) -> None:
    attacker.alter(7, personal=b'{"to":"Anna"}')
    assert found(log) == Finding("personal_altered", 7)


def test_a_name_that_is_gone_without_an_erasure_is_named_by_the_self_check(log: Tenant) -> None:
    AuditEntry.objects.filter(tenant=log, index=7).update(personal=b"", salt=b"")
    assert found(log) == Finding("personal_missing", 7)


def test_a_removed_entry_is_named_by_the_self_check(log: Tenant, attacker: Attacker) -> None:
    AuditEntry.objects.filter(tenant=log, index=7).delete()
    assert found(log) == Finding("entry_missing", 7)


def rebuilt(attacker: Attacker, how: str) -> None:
    """The tables fit each other again afterwards."""
    tenant = attacker.tenant
    entries = AuditEntry.objects.filter(tenant=tenant)
    match how:
        case "altered":
            attacker.alter(7, leaf=bytes(entry_at(tenant, 7).leaf).replace(b"server", b"person"))
        case "removed":
            entries.filter(index=7).delete()
        case "inserted":
            note(tenant=tenant)
            last = tree.size_of(tenant.pk) - 1
            for index in range(last, 7, -1):
                attacker.alter(index, index=index + 1000)
                attacker.alter(index + 1000, index=index + 1)
            attacker.alter(last + 1, index=7_000)
            attacker.alter(7_000, index=8)
        case "swapped":
            attacker.alter(7, index=7_000)
            attacker.alter(8, index=7)
            attacker.alter(7_000, index=8)
    attacker.rebuild()


@pytest.mark.parametrize("how", ["altered", "removed", "inserted", "swapped"])
def test_a_rebuilt_log_is_found_by_the_signed_heads(log: Tenant, attacker: Attacker, how: str) -> None:
    rebuilt(attacker, how)
    finding = found(log)
    assert finding is not None
    assert finding.is_tampered
    assert finding.index is not None
    assert finding.index <= 8


@pytest.mark.parametrize("how", ["altered", "removed", "inserted", "swapped"])
def test_a_rebuilt_log_signed_with_its_key_is_found_by_a_held_checkpoint(
    log: Tenant, attacker: Attacker, tmp_path: Path, how: str
) -> None:
    known = held(log)
    rebuilt(attacker, how)
    forget_heads(log, tmp_path)
    grow(log, 2)
    assert found(log) is None
    with pytest.raises(tlog.ProofError):
        shown_to(log, known)


def snapshot(tenant: Tenant) -> list[dict[str, Any]]:
    return [dict(row) for row in AuditEntry.objects.filter(tenant=tenant).values()]


def restore(attacker: Attacker, rows: list[dict[str, Any]], heads: Iterable[Mapping[str, Any]]) -> None:
    AuditEntry.objects.filter(tenant=attacker.tenant).delete()
    AuditCheckpoint.objects.filter(tenant=attacker.tenant).delete()
    AuditEntry.objects.bulk_create([AuditEntry(**row) for row in rows])
    AuditCheckpoint.objects.bulk_create([AuditCheckpoint(**head) for head in heads])


def test_a_restored_old_backup_is_found_by_the_notarys_memory_and_by_a_held_checkpoint(
    log: Tenant, attacker: Attacker
) -> None:
    rows, heads = snapshot(log), list(AuditCheckpoint.objects.values())
    grow(log, 4)
    known = held(log)
    restore(attacker, rows, heads)
    assert found(log) == Finding("log_cut", len(rows))
    with pytest.raises(tlog.RollbackError):
        shown_to(log, known)


def test_a_restored_backup_that_grows_again_is_found_though_the_key_would_sign(
    log: Tenant, attacker: Attacker, tmp_path: Path
) -> None:
    rows, heads = snapshot(log), list(AuditCheckpoint.objects.values())
    grow(log, 4)
    known = held(log)
    restore(attacker, rows, heads)
    note(tenant=log, times=9)
    with pytest.raises(notary.NotaryError, match=r"tlog\.proof"):
        checkpoints.sign_head(log.pk)
    forget_heads(log, tmp_path)  # the notary's folder restored as well, or lost
    checkpoints.sign_head(log.pk)
    with pytest.raises(tlog.ProofError):
        shown_to(log, known)


def test_two_views_of_one_log_are_found_by_whoever_compares_two_heads(
    log: Tenant, attacker: Attacker, tmp_path: Path
) -> None:
    grow(log)
    for_one = held(log)
    attacker.cut(for_one.size - 1)
    forget_heads(log, tmp_path)
    grow(log)
    for_another = held(log)
    with pytest.raises(tlog.SplitViewError):
        tlog.verify_growth(for_one, for_another, [])


@pytest.mark.parametrize("jump_s", [-86_400 * 400, 86_400 * 400])
def test_a_clock_set_back_or_forth_changes_the_order_of_nothing(
    log: Tenant, monkeypatch: pytest.MonkeyPatch, jump_s: int
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    known, now = held(log), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=jump_s))
    grow(log, 3)
    monkeypatch.undo()
    grow(log, 3)
    assert found(log) is None
    shown_to(log, known)
    leaves = [bytes(leaf) for _, leaf in verification.leaves_of(log.pk)]
    assert len(leaves) == tree.size_of(log.pk)


def found_rows(tenant: Tenant) -> list[Discrepancy]:
    return list(discrepancies(tenant.pk))


def test_rows_that_only_actions_changed_reconcile(log: Tenant, owner: Person, clerk: Person) -> None:
    block_person(person=clerk, by=owner)
    assert found_rows(log) == []


def test_a_row_changed_past_the_program_is_found_by_reconciling(log: Tenant, owner: Person, clerk: Person) -> None:
    block_person(person=clerk, by=owner)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_person SET state = 'active' WHERE id = %s", [clerk.pk])
        cursor.execute("UPDATE firms_staff SET role = 'owner' WHERE person_id = %s", [clerk.pk])
    # An action afterwards does not hide it.
    note(tenant=log)
    codes = {(one.code, one.table, one.key) for one in found_rows(log)}
    assert codes == {("row_changed", "accounts_person", clerk.pk), ("row_changed", "firms_staff", clerk.pk)}


def test_a_row_that_appears_or_vanishes_past_the_program_is_found_by_reconciling(
    log: Tenant, owner: Person, clerk: Person
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM firms_staff WHERE person_id = %s", [clerk.pk])
        cursor.execute(
            "INSERT INTO firms_client (id, tenant_id, number, name, sort_name) VALUES ('x', %s, '9', 'N', 'n')",
            [log.pk],
        )
    note(tenant=log)
    codes = {(one.code, one.table) for one in found_rows(log)}
    assert codes == {("row_missing", "firms_staff"), ("row_unlogged", "firms_client")}


def test_a_change_undone_with_its_action_is_noted_nowhere(log: Tenant, owner: Person, clerk: Person) -> None:
    from siegel.base.actions import action

    @action
    def fails(*, person: Person) -> None:
        Staff.objects.filter(person=person).update(role=Staff.Role.OWNER)
        raise ValueError

    with pytest.raises(ValueError):
        fails(person=clerk)
    note(tenant=log)
    assert found_rows(log) == []
    assert settings.AUDITED
