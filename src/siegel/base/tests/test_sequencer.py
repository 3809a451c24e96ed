"""PostgreSQL: entries wait and are sequenced; actions in turn exclude each other; what the server's role may not do."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from siegel.base import audit, locks
from siegel.base.actions import action
from siegel.base.audit import sequencer, standing, tree, verification
from siegel.base.audit.erasure import erase_personal_parts
from siegel.base.models import AuditEntry, AuditPending, Tenant
from siegel.base.queries import audit_lines
from siegel.lib import tlog
from siegel.lib.merkle import leaf_hash, root_from_leaves
from siegel.site.database_roles import RoleError, grant
from tests.at_once import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.unsequenced]


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(slug="muster", name="0", created_at=timezone.now())


@pytest.fixture
def lasting(committed: None) -> Tenant:
    """In a database in which transactions end."""
    return Tenant.objects.create(slug="muster", name="0", created_at=timezone.now())


@action
def wave(*, tenant: Tenant, times: int = 1, number: int = 0) -> None:
    for _ in range(times):
        audit.record("base.waved", tenant=tenant, about={"number": number})


@action
def wave_in_turn(*, tenant: Tenant, number: int = 0) -> int:
    audit.in_turn(tenant)
    return audit.record("base.waved", tenant=tenant, about={"number": number}).index


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each returns, or its exception."""
    return at_once(*works, refusals=(DatabaseError,))


def numbers(tenant: Tenant) -> list[int]:
    entries = AuditEntry.objects.filter(tenant=tenant).order_by("index").values_list("leaf", flat=True)
    return [json.loads(bytes(leaf))["about"].get("number", -1) for leaf in entries]


def assert_whole(tenant: Tenant) -> None:
    """No gap, and the tree is that of the leaves."""
    rows = list(AuditEntry.objects.filter(tenant=tenant).order_by("index").values_list("index", "leaf"))
    assert [index for index, _ in rows] == list(range(len(rows)))
    root = root_from_leaves([leaf_hash(bytes(leaf)) for _, leaf in rows])
    assert tlog.tree_root(len(rows), tree.reader(tenant.pk)) == root


def test_an_entry_waits_until_it_is_sequenced(tenant: Tenant) -> None:
    wave(tenant=tenant, times=3)
    assert (AuditPending.objects.count(), AuditEntry.objects.count()) == (3, 0)
    assert sequencer.waiting() == [tenant.pk]
    assert sequencer.sequence(tenant.pk) == 3
    assert (AuditPending.objects.count(), AuditEntry.objects.count()) == (0, 3)
    assert_whole(tenant)


def test_what_waited_before_comes_before_an_action_in_turn(tenant: Tenant) -> None:
    wave(tenant=tenant, number=1)
    assert wave_in_turn(tenant=tenant, number=2) == 1
    wave(tenant=tenant, number=3)
    sequencer.sequence(tenant.pk)
    assert numbers(tenant) == [1, 2, 3]
    assert_whole(tenant)


def test_the_page_of_the_log_shows_what_waits(tenant: Tenant) -> None:
    wave(tenant=tenant, number=1)
    assert [line.kind for line in audit_lines(tenant, limit=5)] == ["base.waved"]
    wave(tenant=tenant, number=2)
    assert standing.standing_of(tenant).size == 2


def test_a_weighty_entry_has_its_place_when_its_action_ends(tenant: Tenant) -> None:
    @action
    def weigh() -> None:
        audit.record("keys.root_signed_in", tenant=tenant)

    wave(tenant=tenant, number=1)
    weigh()
    assert AuditPending.objects.count() == 0
    assert AuditEntry.objects.get(index=1).weighty


def test_an_action_that_is_rolled_back_leaves_nothing_waiting(lasting: Tenant) -> None:
    @action
    def fail() -> None:
        wave(tenant=lasting, times=2)
        raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert (AuditPending.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_an_action_in_turn_that_is_rolled_back_leaves_waiting_what_it_took_in(lasting: Tenant) -> None:
    wave(tenant=lasting, number=1)

    @action
    def fail() -> None:
        wave_in_turn(tenant=lasting, number=2)
        raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert AuditPending.objects.count() == 1
    sequencer.sequence(lasting.pk)
    assert numbers(lasting) == [1]


def test_two_sequencers_and_eight_writers_leave_no_gap_and_no_entry_twice(lasting: Tenant) -> None:
    written = Event()

    def write(number: int) -> None:
        for turn in range(12):
            (wave_in_turn if turn % 4 == 3 else wave)(tenant=lasting, number=number * 100 + turn)

    def sequence() -> int:
        count = 0
        while not written.wait(0.001):
            count += sequencer.sequence(lasting.pk)
        return count

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(lambda: _closing(sequence)) for _ in range(2)]
        try:
            assert together(*(lambda number=number: write(number) for number in range(8))) == [None] * 8
        finally:
            written.set()
        assert all(one.result(20) >= 0 for one in running)
    sequencer.sequence(lasting.pk)
    assert sorted(numbers(lasting)) == sorted(number * 100 + turn for number in range(8) for turn in range(12))
    for number in range(8):  # what one writer did stands in the order in which he did it
        own = [one for one in numbers(lasting) if one // 100 == number]
        assert own == sorted(own)
    assert_whole(lasting)


def test_a_sequencer_waits_for_another_and_gives_up_in_time(lasting: Tenant) -> None:
    held, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            sequencer.take_turn(lasting.pk)
            held.set()
            assert done.wait(20)

    def wait() -> None:
        assert held.wait(10)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                sequencer.take_turn(lasting.pk)
        finally:
            done.set()

    wave(tenant=lasting)
    first, second = together(hold, wait)
    assert first is None
    assert "lock timeout" in str(second)
    assert numbers(lasting) == [0]


def test_actions_in_turn_of_one_firm_are_one_after_the_other(lasting: Tenant) -> None:
    @action
    def count() -> None:
        audit.in_turn(lasting)
        known = int(Tenant.objects.values_list("name", flat=True).get(pk=lasting.pk))
        Tenant.objects.filter(pk=lasting.pk).update(name=str(known + 1))
        audit.record("base.counted", tenant=lasting)

    def work() -> None:
        for _ in range(10):
            count()

    assert together(*[work] * 4) == [None] * 4
    assert Tenant.objects.get().name == "40"


def test_a_lock_by_name_lets_one_after_the_other_in(lasting: Tenant) -> None:
    def work() -> None:
        for _ in range(10):
            with transaction.atomic():
                locks.alone("counting")
                known = int(Tenant.objects.values_list("name", flat=True).get(pk=lasting.pk))
                Tenant.objects.filter(pk=lasting.pk).update(name=str(known + 1))

    assert together(*[work] * 3) == [None] * 3
    assert Tenant.objects.get().name == "30"
    with pytest.raises(RuntimeError):
        locks.alone("counting")


@pytest.fixture
def server_role(tenant: Tenant) -> Iterator[str]:
    """The role that the server works as, for the rest of the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE siegel_test_server")
    grant("siegel_test_server")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE siegel_test_server")
    yield "siegel_test_server"
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE base_auditentry SET leaf = ''",
        "UPDATE base_auditentry SET personal = ''",
        "DELETE FROM base_auditentry",
        "TRUNCATE base_auditentry",
        "ALTER TABLE base_auditentry DISABLE TRIGGER ALL",
        "DROP TRIGGER base_auditentry_fixed ON base_auditentry",
        "UPDATE base_auditpending SET leaf = ''",
        "CREATE TABLE base_other (id int)",
    ],
)
def test_the_servers_role_may_only_insert_and_read_entries(tenant: Tenant, server_role: str, statement: str) -> None:
    wave(tenant=tenant)
    sequencer.sequence(tenant.pk)
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert numbers(tenant) == [0]


def test_the_servers_role_erases_personal_parts_by_the_databases_function(tenant: Tenant, server_role: str) -> None:
    index = wave_in_turn(tenant=tenant)
    assert erase_personal_parts(tenant=tenant, indexes=[index], reason="2026-17") == 1
    assert bytes(AuditEntry.objects.get(index=index).personal) == b""
    with pytest.raises(ValueError):
        erase_personal_parts(tenant=tenant, indexes=[99], reason="2026-17")


def test_the_role_that_owns_the_tables_is_refused_as_the_servers(tenant: Tenant) -> None:
    for role in (connection.settings_dict["USER"], "nobody_knows"):
        with pytest.raises(RoleError):
            grant(role)


def test_an_outsiders_change_is_not_noted_as_an_actions(lasting: Tenant) -> None:
    """He changes a row while an action runs; the action's entry says nothing of it, so reconciling finds it."""

    def outsider() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE firms_firm SET state = 'founded'")

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO firms_firm (tenant_id, state, root_fingerprint) VALUES (%s, 'new', '')", [lasting.pk]
        )

    @action
    def work() -> None:
        assert together(outsider) == [None]
        audit.record("base.waved", tenant=lasting)

    work()
    sequencer.sequence(lasting.pk)
    assert b"states" not in bytes(AuditEntry.objects.get().leaf)


def test_what_waits_is_verified_once_it_has_its_place(tenant: Tenant) -> None:
    wave(tenant=tenant, times=1200)  # more than one batch
    assert sequencer.sequence(tenant.pk) == 1200
    found = verification.verify(tenant.pk)
    assert (found.size, found.finding and found.finding.code) == (1200, "unsigned")


def _closing(work: Callable[[], int]) -> int:
    with closing(connection):
        return work()
