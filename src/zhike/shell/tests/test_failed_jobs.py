"""The page of jobs: an administrator sees what failed here and why, and runs it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from zhike.base import jobs
from zhike.base.job_errors import JobError
from zhike.records.importing.jobs import perform_import

JOBS = "/settings/jobs/"


@jobs.job(retries=0)
def refuse_to_work(reason: str) -> None:
    raise ValueError(reason)


@pytest.fixture
def failed(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """A job that ran and failed, as the worker leaves it."""
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test's transaction stays open
    number = refuse_to_work.later(reason="the printer is out of ink")
    assert number is not None
    with pytest.raises(ValueError, match="ink"):
        refuse_to_work.task(_Context(number), workspace=workspace.schema_name, reason="the printer is out of ink")
    _set_status(number, "failed")
    return number


class _Context:
    def __init__(self, number: int) -> None:
        self.job = ProcrastinateJob.objects.get(pk=number).procrastinate_job


def _set_status(number: int, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, number])


def test_a_failed_job_says_why(failed: int, client_of: Callable[..., Client]) -> None:
    html = client_of("林晓").get(JOBS).content.decode()

    assert "refuse to work" in html
    assert "ValueError: the printer is out of ink" in html
    assert "No worker gave a sign of life" in html


def test_every_job_has_a_name_in_words(workspace: Any, client_of: Callable[..., Client]) -> None:
    perform_import.later(run_id=12)

    html = client_of("林晓").get(JOBS).content.decode()

    assert "Import a file" in html and "no. 12" in html and "run_id" not in html
    ours = [name for name in app.tasks if name.startswith("zhike.") and ".tests." not in name]
    assert "zhike.base.housekeeping.sweep_files" in ours
    assert [name for name in ours if jobs.label_of(name) == name.rpartition(".")[2].replace("_", " ")] == []


def test_it_runs_again(failed: int, client_of: Callable[..., Client]) -> None:
    assert client_of("林晓").post(f"{JOBS}{failed}/run/").status_code == 302

    assert ProcrastinateJob.objects.get(pk=failed).status == "todo"


def test_or_is_dropped(failed: int, client_of: Callable[..., Client]) -> None:
    client_of("林晓").post(f"{JOBS}{failed}/drop/")

    assert not ProcrastinateJob.objects.filter(pk=failed).exists()
    assert not JobError.objects.exists()


def test_others_may_not(failed: int, client_of: Callable[..., Client]) -> None:
    for name in ("陈强", "王芳"):
        client = client_of(name)
        assert client.get(JOBS).status_code == 403
        assert client.post(f"{JOBS}{failed}/run/").status_code == 403
        assert client.post(f"{JOBS}{failed}/drop/").status_code == 403
    assert ProcrastinateJob.objects.get(pk=failed).status == "failed"


def test_another_companys_jobs_are_not_here(failed: int, client_of: Callable[..., Client]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE procrastinate_jobs SET args = args || \'{"workspace": "other"}\' WHERE id = %s', [failed]
        )
    client = client_of("林晓")

    assert "refuse to work" not in client.get(JOBS).content.decode()
    assert client.post(f"{JOBS}{failed}/run/").status_code == 404
    assert client.post(f"{JOBS}{failed}/drop/").status_code == 404


def test_what_waits_or_never_was_cannot_be_run_again(workspace: Any, client_of: Callable[..., Client]) -> None:
    waiting = refuse_to_work.later(reason="x")
    client = client_of("林晓")

    assert "Waiting" in client.get(JOBS).content.decode()
    for number in (waiting, 10**9, 10**30):
        assert client.post(f"{JOBS}{number}/run/").status_code == 404


def test_a_mended_job_leaves_no_error(workspace: Any) -> None:
    number = refuse_to_work.later(reason="x")
    context: Any = _Context(number or 0)
    context.job = context.job.evolve(attempts=1)
    JobError.objects.create(job_id=number or 0, task="x", error="x", at="2026-01-01T00:00:00Z")

    with jobs._errors_remembered(context.job, "x"):
        pass

    assert not JobError.objects.exists()
