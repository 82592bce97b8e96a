"""The second step: how the file is read, shown by its first rows and changeable."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base.sentences import Sentence
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.importing import plans, running, starting
from zhike.records.importing.views import access, steps
from zhike.records.models import ImportRun

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")


@require_http_methods(["GET", "POST"])
@access.for_draft
def preview(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """POST reads the file anew as the form says; `act=next` goes on."""
    plan = plans.plan_of(run.plan, record_type)
    if request.method == "GET":
        return _page(request, run, record_type, plan)
    chosen = plans.Plan(options={**plan.options, **_chosen(request.POST)})
    try:
        headings = run.headings
        table = starting.describe(run, record_type, chosen)
        if table.headings == headings:
            plan.options = chosen.options
        else:
            guessed = plans.guess(record_type, table, [row[1:] for row in run.sample])
            guessed.options = chosen.options
            plan = guessed
        run.plan = plan.to_json()
        run.save(update_fields=["plan", "headings", "sample", "total"])
    except Sentence as error:
        return _page(request, run, record_type, chosen, refusal=str(error), status=422)
    if request.POST.get("act") == "next":
        return access.to(request, f"/imports/{run.pk}/columns/")
    return _page(request, run, record_type, plan)


def _chosen(posted: Any) -> dict[str, Any]:
    """Options of the form; an empty one is found out by itself."""
    found: dict[str, Any] = {name: posted.get(name) or None for name in ("encoding", "delimiter", "sheet")}
    row = posted.get("heading_row", "")
    found["heading_row"] = (as_id(row) or 0) if row != "" else None
    if found["heading_row"] is not None and found["heading_row"] > 10_000:
        found["heading_row"] = None
    return found


def _page(
    request: Any, run: ImportRun, record_type: RecordType, plan: plans.Plan, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    table = None
    try:
        table = running.table_of(run, plan)
    except Sentence as error:
        refusal, status = refusal or str(error), 422
    shown = steps.context(
        record_type, steps.PREVIEW, run, table=table, options=plan.options, refusal=refusal, encodings=ENCODINGS,
        delimiters=_delimiters(), warnings=[str(each) for each in table.warnings] if table else [],
    )  # fmt: skip
    return render(request, "records/importing/preview.html", shown, status=status)


def _delimiters() -> list[tuple[str, str]]:
    return [
        (",", _("Comma ,")),
        (";", _("Semicolon ;")),
        ("\\t", _("Tab")),
        ("|", _("Bar |")),
        ("，", _("Chinese comma ，")),
    ]
