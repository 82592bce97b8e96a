"""The work of this workspace that waits, runs or has failed: why, and to run it again or drop it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

from zhike.base import clock, jobs
from zhike.base.job_errors import JobError
from zhike.records import gate, periods
from zhike.records.pages.answering import for_members

SHOWN = 100
SILENT_AFTER = timedelta(seconds=60)
OPEN = ("failed", "doing", "todo")
LARGEST_ID = 2**63 - 1
PAGE = "/settings/jobs/"


@dataclass(frozen=True)
class Line:
    """One job. `about` are the numbers of what it works on, `error` what it last failed with."""

    number: int
    name: str
    about: str
    status: str
    attempts: int
    at: str
    error: str


@require_safe
@for_members
def page(request: HttpRequest) -> HttpResponse:
    _require_administrator(request)
    groups = [(status, _lines(_jobs().filter(status=status).order_by("-id")[:SHOWN])) for status in OPEN]
    told = {"groups": groups, "is_silent": _is_silent(), "is_idle": not any(lines for _status, lines in groups)}
    return render(request, "shell/_jobs.html" if request.headers.get("HX-Request") else "shell/jobs.html", told)


@require_POST
@for_members
def run_again(request: HttpRequest, number: int) -> HttpResponse:
    """Puts a failed job back into the queue, to run at once."""
    job = _failed(request, number)
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job.pk, retry_at=clock.now())
        messages.success(request, _("The job runs again."))
    except IntegrityError:
        messages.error(request, _("The same job waits already; drop this one."))
    return HttpResponseRedirect(PAGE)


@require_POST
@for_members
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Forgets a failed job; what it was to do stays undone."""
    job = _failed(request, number)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'", [job.pk])
    JobError.objects.filter(job_id=job.pk).delete()
    messages.success(request, _("The job was dropped."))
    return HttpResponseRedirect(PAGE)


def _require_administrator(request: Any) -> None:
    if not request.actor.is_administrator:
        raise gate.NotAllowed("jobs")


def _jobs() -> Any:
    """Of this workspace; and work on the clock, which belongs to all, where it failed in this one."""
    here = Q(args__workspace=connection.schema_name)  # type: ignore[attr-defined]
    failed_here = list(JobError.objects.values_list("job_id", flat=True)[:1000])
    return ProcrastinateJob.objects.filter(here | Q(args__workspace__isnull=True, pk__in=failed_here))


def _failed(request: HttpRequest, number: int) -> Any:
    _require_administrator(request)
    job = _jobs().filter(pk=number, status="failed").first() if number <= LARGEST_ID else None
    if job is None:
        raise Http404
    return job


def _lines(found: Any) -> list[Line]:
    rows = list(found)
    numbers = [job.pk for job in rows]
    errors = dict(JobError.objects.filter(job_id__in=numbers).values_list("job_id", "error"))
    events = ProcrastinateEvent.objects.filter(job_id__in=numbers).order_by("id")
    latest = dict(events.values_list("job_id", "at"))
    now = clock.now()
    return [
        Line(
            job.pk, jobs.label_of(job.task_name), _about(job.args), job.status, job.attempts,
            _shown(job.scheduled_at or latest.get(job.pk), now), errors.get(job.pk, ""),
        )
        for job in rows
    ]  # fmt: skip


def _shown(moment: datetime | None, now: datetime) -> str:
    return periods.short_moment(moment, now) if moment else ""


def _about(arguments: dict[str, Any]) -> str:
    """The numbers of what the job works on; the rest is for programs."""
    numbers = [f"{value:d}" for name, value in arguments.items() if name.endswith("_id") and isinstance(value, int)]
    return _("no. %(numbers)s") % {"numbers": ", ".join(numbers)} if numbers else ""


def _is_silent() -> bool:
    """No worker gave a sign of life for a minute."""
    return not ProcrastinateWorker.objects.filter(last_heartbeat__gt=clock.now() - SILENT_AFTER).exists()
