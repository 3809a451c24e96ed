"""The worker: runs jobs as they come and the timetable's functions every so many seconds, one after the other.

Several may run side by side, on several machines: jobs and mails are claimed, followers lock their cursor.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from siegel.base.ids import new_id

log = structlog.get_logger("siegel.jobs")

LOOK_EVERY_S = 1.0
# No job takes so long; one that is "running" for longer was begun by a worker that is gone.
ABANDONED = timedelta(minutes=15)
KEEP_DONE = timedelta(days=1)
KEEP_FAILED = timedelta(days=30)

Function = Callable[[], None]


class Timetable:
    """Functions by dotted name, and how often each is called, in seconds. The first time at once."""

    def __init__(self, entries: Mapping[str, float]) -> None:
        self._functions: dict[str, Function] = {name: import_string(name) for name in entries}
        self._every_s = dict(entries)
        self._next = dict.fromkeys(entries, 0.0)

    def run_due(self, now_s: float) -> None:
        """Call what is due. `now_s` of a monotonic clock. One that fails is logged, and called again in its turn."""
        for name, function in self._functions.items():
            if now_s < self._next[name]:
                continue
            self._next[name] = now_s + self._every_s[name]
            try:
                function()
            except Exception:
                log.exception("timetable failed", function=name)


def work(ended: Event) -> None:
    """Until `ended` is set; what has begun is finished."""
    timetable = Timetable(settings.TIMETABLE)
    while not ended.is_set():
        timetable.run_due(time.monotonic())
        run_jobs()
        ended.wait(LOOK_EVERY_S)


def run_jobs() -> None:
    """Run all jobs that are ready, in the order in which they were asked for."""
    # Looking takes no lock; the library's worker would take one every second.
    if not DBTaskResult.objects.ready().exists():
        return
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=new_id(),
        excluded_queue_names=[],
    ).run()


def tidy() -> None:
    """Jobs of a worker that died are ready again; old records of finished ones go."""
    now = timezone.now()
    lost = DBTaskResult.objects.running().filter(started_at__lt=now - ABANDONED)
    lost.update(status=TaskResultStatus.READY, started_at=None)
    DBTaskResult.objects.successful().filter(finished_at__lt=now - KEEP_DONE).delete()
    DBTaskResult.objects.failed().filter(finished_at__lt=now - KEEP_FAILED).delete()
