"""Exports of a list: small ones come at once, large ones as a job whose file only its maker may fetch."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.base import clock
from zhike.base.files import storing
from zhike.records import gate, policies
from zhike.records.declaration import RecordType
from zhike.records.exporting import running, taking, writing
from zhike.records.importing.views import access
from zhike.records.models import ExportLog, JobState
from zhike.records.pages.answering import for_type, refuse
from zhike.records.pages.asked import Asked


@require_GET
@for_type
def export(request: Any, record_type: RecordType) -> HttpResponse:
    """`?format=csv|xlsx|parquet`, what the list takes (`view filter q sort`), and `columns`, names of fields."""
    gate.require_any(request.actor, policies.EXPORT, record_type)
    format = request.GET.get("format", "csv")
    if format not in taking.FORMATS:
        return refuse(request, 400, _("There is no format “%(name)s”; there are csv, xlsx and parquet.") % {
            "name": format[:20]})  # fmt: skip
    try:
        asked = _asked(request, record_type)
        rows = asked.count()
        if running.is_direct(format, rows):
            return _file(running.make_now(asked, format), asked, format)
    except taking.UnableToExport as error:
        return refuse(request, 400, str(error))
    log = running.begin(asked, format, rows)
    return access.to(request, f"{record_type.url}export/{log.pk}/")


def _asked(request: Any, record_type: RecordType) -> taking.Export:
    """Raises `ConditionError`, `ListError`, `UnableToExport`."""
    asked = Asked(request, record_type)
    if asked.broken:
        raise taking.UnableToExport(asked.broken)
    names = [name.strip() for name in request.GET.get("columns", "").split(",") if name.strip()]
    return taking.Export(
        record_type, request.actor, condition=asked.condition or None, words=asked.words, sort=asked.order.text,
        columns=names,
    )  # fmt: skip


def _file(file: Any, asked: taking.Export, format: str) -> Any:
    name = f"{asked.record_type.plural} {clock.today():%Y-%m-%d}.{format}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=writing.MEDIA_TYPES[format])


# Large exports


def _log(request: Any, record_type: RecordType, log_id: int) -> ExportLog:
    """Only who asked for an export sees it, and only with the right they have now."""
    gate.require_any(request.actor, policies.EXPORT, record_type)
    found = ExportLog.objects.filter(pk=log_id, record_type=record_type.name, member_id=request.actor.member_id or 0)
    log = found.select_related("file").first()
    if log is None:
        raise gate.NotVisible
    return log


@require_GET
@for_type
def show(request: Any, record_type: RecordType, log_id: int) -> HttpResponse:
    log = _log(request, record_type, log_id)
    return render(
        request,
        "records/exporting/export.html",
        {"type": record_type, "log": log, "log_url": f"{record_type.url}export/{log.pk}/state/"},
    )


@require_GET
@for_type
def state(request: Any, record_type: RecordType, log_id: int) -> HttpResponse:
    log = _log(request, record_type, log_id)
    base = f"{record_type.url}export/{log.pk}/"
    is_over = log.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
    return JsonResponse(
        {
            "state": log.state, "done": log.row_count, "total": max(log.total, log.row_count),
            "message": log.get_state_display(), "cancel_url": None if is_over else f"{base}cancel/",
            "done_url": base if is_over else None,
        }
    )  # fmt: skip


@require_POST
@for_type
def cancel(request: Any, record_type: RecordType, log_id: int) -> HttpResponse:
    log = _log(request, record_type, log_id)
    ExportLog.objects.filter(pk=log.pk).update(is_cancelled=True)
    return HttpResponse(status=204)


@require_GET
@for_type
def fetch(request: Any, record_type: RecordType, log_id: int) -> Any:
    log = _log(request, record_type, log_id)
    if log.file is None or log.state != JobState.DONE:
        raise Http404
    name = f"{record_type.plural} {log.exported_at:%Y-%m-%d}.{log.format}"
    return FileResponse(
        storing.path_of(log.file).open("rb"), as_attachment=True, filename=name,
        content_type=writing.MEDIA_TYPES[log.format],
    )  # fmt: skip
