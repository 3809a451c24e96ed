"""`@job`: a task of django-tasks that is tried again when it fails."""

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task

from siegel.base.jobs.rules import ATTEMPTS, pause_s


def job(*, attempts: int = ATTEMPTS) -> Callable[[Callable[..., None]], "Task[Any, None]"]:
    """Make a function of a module a job: `function.enqueue(name=…)` in the transaction it belongs to.

    Arguments are JSON and are named. When it raises, it is queued again after a pause; the row of the try that failed
    stays as a record, and after the last one nothing follows it.
    """

    def made(function: Callable[..., None]) -> "Task[Any, None]":
        @functools.wraps(function)
        def run(*, attempt: int = 1, **arguments: Any) -> None:
            try:
                function(**arguments)
            except Exception:
                if attempt < attempts:
                    later = timezone.now() + timedelta(seconds=pause_s(attempt))
                    queued.using(run_after=later).enqueue(attempt=attempt + 1, **arguments)
                raise

        queued: Task[Any, None] = task()(run)
        return queued

    return made
