"""Past imports, and the first step: a file, or a pasted table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.base.actors import Door
from zhike.base.sentences import Sentence
from zhike.records import gate, policies, registry, undoing
from zhike.records.declaration import RecordType
from zhike.records.importing import starting
from zhike.records.importing.views import access, steps
from zhike.records.models import ImportRun
from zhike.records.pages.answering import for_members

PAGE = 50


@require_GET
@for_members
def past(request: Any) -> HttpResponse:
    """Imports so far, newest first."""
    types = access.importable(request.actor)
    if not types:
        raise gate.NotAllowed(policies.IMPORT)
    runs = list(access.visible_runs(request.actor)[:PAGE])
    lines = [
        {
            "run": run,
            "type": registry.get(run.record_type),
            "may_discard": access.may_prepare(run),
            "may_undo": run.is_over and run.change_set is not None and undoing.may_undo(request.actor, run.change_set),
        }
        for run in runs
    ]
    return render(request, "records/importing/past.html", {"lines": lines, "types": types})


@require_http_methods(["GET", "POST"])
@for_members
def new(request: Any) -> HttpResponse:
    if "type" not in request.GET:
        return _choosing(request)
    record_type = registry.get(request.GET["type"])
    gate.require_any(request.actor, policies.IMPORT, record_type)
    if request.method == "GET":
        return render(request, "records/importing/file.html", _context(record_type))
    chunks, name = _given(request)
    try:
        if chunks is None:
            return _refused(request, record_type, _("Choose a file, or paste a table."))
        run = starting.begin(request.actor.through(Door.IMPORT), record_type, chunks, name)
    except Sentence as error:
        return _refused(request, record_type, str(error))
    return access.to(request, f"/imports/{run.pk}/preview/")


def _choosing(request: Any) -> HttpResponse:
    """What the table holds, where nobody has said so yet."""
    types = access.importable(request.actor)
    if not types:
        raise gate.NotAllowed(policies.IMPORT)
    return render(request, "records/importing/choosing.html", {"types": types})


def _given(request: Any) -> tuple[Iterable[bytes] | None, str]:
    """The bytes and name of what was sent: the uploaded file first, else the pasted text."""
    file = request.FILES.get("file")
    if file is not None:
        return file.chunks(), str(file.name)
    text = request.POST.get("text", "")
    return ([text.encode()], str(_("Pasted table"))) if text.strip() else (None, "")


def _context(record_type: RecordType, **more: Any) -> dict[str, Any]:
    limit = settings.IMPORT_SIZE_LIMIT // 1024 // 1024
    note = _("CSV, TSV or XLSX, up to %(limit)d MB; encoding and separator are found by themselves") % {"limit": limit}
    return steps.context(
        record_type,
        steps.FILE,
        limit=limit,
        note=note,
        drop_title=_("Drop a table here, or click to choose"),
        upload_url=f"/imports/new/?type={record_type.name}",
        **more,
    )


def _refused(request: Any, record_type: RecordType, sentence: str) -> HttpResponse:
    is_part = bool(request.headers.get("HX-Request"))
    template = "records/importing/_refusal.html" if is_part else "records/importing/file.html"
    return render(request, template, _context(record_type, refusal=sentence), status=422)


@require_POST
@access.for_run()
def discard(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """Forgets an import that was only being prepared."""
    if access.may_prepare(run):
        run.delete()
    return access.to(request, "/imports/")
