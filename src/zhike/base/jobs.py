"""Work after commit or on the clock. The queue is PostgreSQL: a job is enqueued in the transaction that
needs it, and runs inside the workspace it was enqueued in.

    @jobs.job(retries=5, label=_("E-mail a quote"))
    def email_quote(quote_id: int) -> None: ...

    email_quote.later(quote_id=3)

    @jobs.every("*/5 * * * *", label=_("Remind of due tasks"))
    def remind_of_due_tasks() -> None: ...        # once in each workspace

    @jobs.nightly(27, label=_("Forget old notices"))
    def forget_old_notices() -> None: ...         # the same, at 03:27 of the time zone

The label is what the page of jobs calls it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import procrastinate
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from django_tenants.utils import schema_context
from procrastinate import jobs as procrastinate_jobs
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import JobContext
from procrastinate.retry import RetryStrategy

from zhike.base import job_errors
from zhike.base.workspaces import queries

log = logging.getLogger("zhike.jobs")
NIGHT = 3
_labels: dict[str, Any] = {}


@dataclass(frozen=True)
class Job:
    """A registered job; calling it runs it here and now, `later` enqueues it."""

    function: Callable[..., Any]
    task: Any

    def __call__(self, **arguments: Any) -> Any:
        return self.function(**arguments)

    def later(self, *, at: datetime | None = None, once: str | None = None, **arguments: Any) -> int | None:
        """Enqueues in the current transaction; `once` is a key of which only one may wait.

        Returns the job's number, or None when one with the same key waits already.
        """
        workspace = connection.schema_name  # type: ignore[attr-defined]
        lock = f"{workspace}:{once}" if once else None
        deferrer = self.task.configure(schedule_at=at, queueing_lock=lock, lock=lock)
        try:
            # One that waits already is told by the database as an error, which would end the open transaction.
            with transaction.atomic():
                return int(deferrer.defer(workspace=workspace, **arguments))
        except procrastinate.exceptions.AlreadyEnqueued:
            return None


def job(*, retries: int = 5, queue: str = "default", label: Any = "") -> Callable[[Callable[..., Any]], Job]:
    """Registers a function as a job; a failure is tried again `retries` times, waiting 5 s, 25 s, 125 s …"""

    def register(function: Callable[..., Any]) -> Job:
        name = _name_of(function, label)

        def run(context: JobContext, /, workspace: str, **arguments: Any) -> Any:
            close_old_connections()
            with schema_context(workspace), queries.at_home(), _errors_remembered(context.job, name):
                return function(**arguments)

        strategy = RetryStrategy(max_attempts=retries + 1, exponential_wait=5) if retries else None
        task = app.task(name=name, queue=queue, retry=strategy or False, pass_context=True)(run)
        return Job(function, task)

    return register


def nightly(minute: int, *, label: Any = "") -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Registers a job for so many minutes past three in the morning, where the members are."""
    return every(f"{minute} * * * *", at_hour=NIGHT, label=label)


def every(
    cron: str, *, at_hour: int | None = None, label: Any = ""
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Registers a job on the clock; it runs once in each workspace.

    The hours of `cron` are UTC; `at_hour` keeps it to one hour of the workspace's time zone.
    """

    def register(function: Callable[[], Any]) -> Callable[[], Any]:
        name = _name_of(function, label)

        def run(context: JobContext, /, timestamp: int) -> None:
            close_old_connections()
            failures: list[Exception] = []
            for workspace in _workspaces():
                try:
                    with schema_context(workspace), queries.at_home(), _errors_remembered(context.job, name):
                        if at_hour in (None, _hour_of(timestamp)):
                            function()
                except Exception as error:
                    failures.append(error)
            if failures:
                raise failures[0]

        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name, pass_context=True)(run))
        return function

    return register


@contextlib.contextmanager
def _errors_remembered(job: procrastinate_jobs.Job, name: str) -> Iterator[None]:
    """What a job fails with is kept for the page of jobs, until it succeeds."""
    try:
        yield
    except JobAborted:
        raise
    except Exception as error:
        with contextlib.suppress(DatabaseTrouble):  # the job's own error matters more
            job_errors.remember(job.id, name, error)
        raise
    if job.attempts:
        job_errors.forget(job.id)


def _hour_of(timestamp: int) -> int:
    return timezone.localtime(datetime.fromtimestamp(timestamp, UTC)).hour


def _name_of(function: Callable[..., Any], label: Any) -> str:
    name = f"{function.__module__}.{function.__qualname__}"
    _labels[name] = label
    return name


def label_of(name: str) -> str:
    """What people call the job of that name, in their language; an older version's job by the words of its name."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # some are otherwise known to workers only
    return str(_labels.get(name) or "") or name.rpartition(".")[2].replace("_", " ")


def _workspaces() -> list[str]:
    from zhike.base.workspaces import queries

    return [workspace.schema_name for workspace in queries.all_workspaces()]


def run_worker(concurrency: int = 2) -> None:
    """Runs jobs and the readers of the log until told to stop (SIGTERM, SIGINT)."""
    asyncio.run(_work(concurrency))


async def _work(concurrency: int) -> None:
    """Ends with an error when the database goes away: whoever started the worker starts it again, afresh."""
    from zhike.base import following

    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker_app.open_async():
        await _rescue_stalled(worker_app)
        worker = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=True,
                shutdown_graceful_timeout=20,
                delete_jobs=procrastinate_jobs.DeleteJobCondition.SUCCESSFUL,
            )
        )
        helpers = [asyncio.create_task(following.follow_log()), asyncio.create_task(_keep_rescuing(worker_app))]
        ended, _running = await asyncio.wait([worker, *helpers], return_when=asyncio.FIRST_COMPLETED)
        for task in (worker, *helpers):
            task.cancel()
        await asyncio.gather(worker, *helpers, return_exceptions=True)
        for task in ended:
            task.result()


async def _keep_rescuing(worker_app: procrastinate.App) -> None:
    while True:
        await asyncio.sleep(10)
        await _rescue_stalled(worker_app)


async def _rescue_stalled(worker_app: procrastinate.App) -> None:
    """Jobs of a worker that died run again: its heartbeat has been silent for 30 s."""
    manager = worker_app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=30):
        log.warning("job %s of a dead worker runs again", stalled.task_name)
        await manager.retry_job(stalled)
