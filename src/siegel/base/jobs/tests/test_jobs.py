"""Jobs are tried again, the timetable goes on after a failure, followers read in order and park what keeps failing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.jobs import worker
from siegel.base.jobs.followers import Entry, Follower, follow, retry_parked
from siegel.base.jobs.models import Cursor, ParkedEntry
from siegel.base.jobs.rules import ATTEMPTS
from siegel.base.jobs.tasks import job
from siegel.base.jobs.worker import Timetable, run_jobs, tidy
from siegel.base.models import Tenant

pytestmark = pytest.mark.usefixtures("committed")

calls: list[str] = []


@job(attempts=3)
def fails(*, word: str) -> None:
    calls.append(word)
    raise RuntimeError


@job()
def works(*, word: str) -> None:
    calls.append(word)


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    calls.clear()


def let_pauses_pass() -> None:
    DBTaskResult.objects.ready().exclude(run_after__gt=timezone.now() + timedelta(days=300)).update(
        run_after=timezone.now()
    )
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())


def test_a_job_that_fails_is_tried_again_after_a_pause_and_not_for_ever() -> None:
    fails.enqueue(word="a")
    run_jobs()
    run_jobs()
    assert calls == ["a"]
    again = DBTaskResult.objects.get(status=TaskResultStatus.READY)
    assert timedelta(seconds=55) < again.run_after - timezone.now() < timedelta(seconds=61)
    for _ in range(5):
        let_pauses_pass()
        run_jobs()
    assert calls == ["a"] * 3
    assert DBTaskResult.objects.failed().count() == 3


def test_jobs_run_in_the_order_in_which_they_were_asked_for() -> None:
    for word in "abc":
        works.enqueue(word=word)
    run_jobs()
    assert calls == ["a", "b", "c"]


def test_a_job_whose_worker_died_is_begun_anew() -> None:
    works.enqueue(word="a")
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=timezone.now() - timedelta(minutes=16))
    run_jobs()
    assert calls == []
    tidy()
    run_jobs()
    assert calls == ["a"]


def test_records_of_finished_jobs_do_not_pile_up() -> None:
    works.enqueue(word="a")
    run_jobs()
    tidy()
    assert DBTaskResult.objects.count() == 1
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=2))
    tidy()
    assert not DBTaskResult.objects.exists()


def beat() -> None:
    calls.append("beat")


def break_down() -> None:
    calls.append("break")
    raise RuntimeError


def test_the_timetable_goes_on_after_a_failure() -> None:
    here = __name__
    timetable = Timetable({f"{here}.break_down": 10, f"{here}.beat": 5})
    for now in (0.0, 4.0, 5.0, 10.0):
        timetable.run_due(now)
    assert calls == ["break", "beat", "beat", "break", "beat"]


def test_the_timetable_of_the_settings_can_be_called(settings: object) -> None:
    from django.conf import settings as there

    Timetable(there.TIMETABLE).run_due(0.0)
    assert worker.LOOK_EVERY_S <= 1


@action
def happen(*, tenant: Tenant, kind: str, number: int) -> None:
    audit.record(kind, tenant=tenant, about={"number": number})


heard: list[tuple[str, int]] = []
deaf: set[int] = set()


def hear(entry: Entry) -> None:
    if entry.about["number"] in deaf:
        raise RuntimeError
    heard.append((entry.tenant.slug, entry.about["number"]))


FOLLOWER = Follower("test", {"test.happened": hear})


@pytest.fixture
def log(firm: Tenant) -> Tenant:
    heard.clear()
    deaf.clear()
    for number in range(3):
        happen(tenant=firm, kind="test.happened", number=number)
        happen(tenant=firm, kind="test.other", number=100 + number)
    return firm


def let_retry(tenant: Tenant) -> None:
    Cursor.objects.filter(tenant=tenant).update(retry_at=None)


def test_a_follower_hears_of_its_kinds_in_order_and_once(log: Tenant) -> None:
    follow(FOLLOWER)
    follow(FOLLOWER)
    assert heard == [("muster", 0), ("muster", 1), ("muster", 2)]
    happen(tenant=log, kind="test.happened", number=3)
    follow(FOLLOWER)
    assert heard[3:] == [("muster", 3)]


def test_an_entry_that_fails_holds_up_those_behind_it_until_it_goes_well(log: Tenant) -> None:
    deaf.add(1)
    follow(FOLLOWER)
    follow(FOLLOWER)
    assert heard == [("muster", 0)]
    deaf.clear()
    let_retry(log)
    follow(FOLLOWER)
    assert heard == [("muster", 0), ("muster", 1), ("muster", 2)]


def test_an_entry_that_keeps_failing_is_parked_and_can_be_tried_again(log: Tenant) -> None:
    deaf.add(1)
    for _ in range(ATTEMPTS):
        let_retry(log)
        follow(FOLLOWER)
    assert heard == [("muster", 0), ("muster", 2)]
    [parked] = ParkedEntry.objects.all()
    assert (parked.name, parked.error) == ("test", "RuntimeError")
    assert retry_parked([FOLLOWER]) == (0, 1)
    deaf.clear()
    assert retry_parked([FOLLOWER]) == (1, 0)
    assert heard[-1] == ("muster", 1)
    assert not ParkedEntry.objects.exists()


def test_one_firms_failure_does_not_hold_up_another(log: Tenant, stranger: object) -> None:
    deaf.add(0)
    happen(tenant=Tenant.objects.get(slug="fremd"), kind="test.happened", number=7)
    follow(FOLLOWER)
    assert heard == [("fremd", 7)]
