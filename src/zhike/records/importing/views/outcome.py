"""The last step: progress, cancel, and what became of it."""

from __future__ import annotations

import io
import tempfile
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from procrastinate.contrib.django.models import ProcrastinateJob

from zhike.base import clock
from zhike.base.changelog.models import Change
from zhike.records import undoing
from zhike.records.declaration import RecordType
from zhike.records.importing import jobs, rejects
from zhike.records.importing.views import access, steps
from zhike.records.models import ImportReject, ImportRun, JobState

SHOWN = 12
SHOWN_REJECTS = 50
QUIET = timedelta(minutes=2)
COUNTED = ("created", "updated", "skipped", "rejected")


@require_GET
@access.for_run()
def show(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """Where the import stands; one that is still being prepared opens at its step."""
    if run.state == JobState.DRAFT:
        return access.to(request, f"/imports/{run.pk}/preview/")
    if run.state in (JobState.CHECKING, JobState.CHECKED) or (run.state == JobState.FAILED and not run.change_set_id):
        return access.to(request, f"/imports/{run.pk}/check/")
    change_set = run.change_set
    rejected = ImportReject.objects.filter(run=run)
    shown = steps.context(
        record_type, steps.RUN + (run.state == JobState.DONE), run,
        records=_some_records(request.actor, run, record_type),
        rejects=[{"line": each.line, "sentence": rejects.sentence_of(each)} for each in rejected[:SHOWN_REJECTS]],
        reject_count=rejected.count(),
        warnings=[{"sentence": sentence, **told} for sentence, told in run.warnings.items()],
        may_undo=bool(run.is_over and change_set and undoing.may_undo(request.actor, change_set)),
        counts={name: getattr(run, name) for name in COUNTED} | {"rows": run.position},
        left_alone=is_left_alone(run),
        undone=bool(change_set and change_set.undone_by_id),
    )  # fmt: skip
    return render(request, "records/importing/outcome.html", shown)


def is_left_alone(run: ImportRun) -> bool:
    """Whether it says it runs while no worker has it: it was begun in a shell, or its worker was killed for good."""
    tasks = ProcrastinateJob.objects.filter(task_name__endswith=".perform_import", args__run_id=run.pk)
    is_quiet = (
        run.change_set is not None
        and not Change.objects.filter(change_set_id=run.change_set_id, at__gte=clock.now() - QUIET).exists()
    )
    return run.state == JobState.RUNNING and is_quiet and not tasks.filter(status__in=("todo", "doing")).exists()


def _some_records(actor: Any, run: ImportRun, record_type: RecordType) -> list[Any]:
    if not run.is_over or run.change_set_id is None:
        return []
    changes = Change.objects.filter(change_set_id=run.change_set_id, table_name=record_type.table)
    ids = list(changes.order_by("id").values_list("record_id", flat=True)[:SHOWN])
    return list(record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=ids)).order_by("pk"))


@require_POST
@access.for_run(JobState.WAITING, JobState.RUNNING)
def cancel(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """What is in stays in, as one act that can be undone."""
    ImportRun.objects.filter(pk=run.pk).update(is_cancelled=True)
    waiting = ImportRun.objects.filter(pk=run.pk, state=JobState.WAITING, change_set=None)
    waiting.update(state=JobState.CANCELLED)
    return HttpResponse(status=204) if request.headers.get("HX-Request") else access.to(request, f"/imports/{run.pk}/")


@require_POST
@access.for_run(JobState.FAILED, JobState.CANCELLED, JobState.RUNNING)
def resume(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """Goes on after the last row that is in; also after a shell that died with its import."""
    if run.state == JobState.RUNNING and not is_left_alone(run):
        return access.to(request, f"/imports/{run.pk}/")
    is_undone = run.change_set is not None and run.change_set.undone_by_id is not None
    if run.change_set is not None and not is_undone:
        with transaction.atomic():
            stopped = ImportRun.objects.filter(pk=run.pk, state=run.state)
            if stopped.update(state=JobState.WAITING, is_cancelled=False, failure="", ended_at=None):
                jobs.perform_import.later(run_id=run.pk, once=f"import:{run.pk}")
    return access.to(request, f"/imports/{run.pk}/")


@require_GET
@access.for_run()
def rejected_file(request: Any, run: ImportRun, record_type: RecordType) -> Any:
    """Rejected rows with line and reason, to be mended and imported again."""
    file = tempfile.SpooledTemporaryFile(max_size=5_000_000, mode="w+b")  # noqa: SIM115  (FileResponse closes it)
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    rejects.write_csv(run, out)
    out.detach()
    file.seek(0)
    name = _("rejected rows of %(name)s") % {"name": run.file_name.rsplit(".", 1)[0]}
    return FileResponse(file, as_attachment=True, filename=f"{name}.csv", content_type="text/csv; charset=utf-8")
