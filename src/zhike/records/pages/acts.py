"""The list of acts: one's own, and everybody's for administrators, with filters, counts and a file of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.base import clock
from zhike.records import auditing, gate, history, registry, undoing
from zhike.records.auditing import Asked
from zhike.records.exporting import running, writing
from zhike.records.fields.references import as_id
from zhike.records.pages import answering
from zhike.records.pages.history import Act

PAGE = 50
URL = "/change-sets/"
FORMATS = ("csv", "xlsx")


@require_GET
@answering.for_members
def page(request: Any) -> HttpResponse:
    """`before=` is the number to go on from."""
    try:
        asked = auditing.read(request.GET)
    except auditing.UnknownPart as error:
        return _not_understood(request, error)
    acts = auditing.found(request.actor, asked)
    before = as_id(request.GET.get("before", ""))
    context = _rows(request, asked, acts, before)
    if before is not None and request.htmx:
        return render(request, "records/_change_set_rows.html", context)
    return render(request, "records/change_set_list.html", {**context, **_around(request, asked, acts)})


def _not_understood(request: Any, error: auditing.UnknownPart) -> HttpResponse:
    return answering.refuse(request, 400, _("“%(name)s” is not understood.") % {"name": str(error)})


def _rows(request: Any, asked: Asked, acts: Any, before: int | None) -> dict[str, Any]:
    found = list(auditing.latest_first(acts, before)[: PAGE + 1])
    shown = found[:PAGE]
    more = f"{URL}?{urlencode({**asked.pairs(), 'before': shown[-1].pk})}" if len(found) > PAGE else ""
    written = auditing.row_counts([act.pk for act in shown])
    lines = [Line(request, act, written[act.pk]) for act in shown]
    return {"acts": lines, "more_url": more}


def _around(request: Any, asked: Asked, acts: Any) -> dict[str, Any]:
    sees_all = undoing.sees_every_act(request.actor)
    kept = urlencode(asked.pairs())
    return {
        "asked": asked, "is_filtered": bool(asked.pairs()), "sees_all": sees_all,
        "doors": history.DOOR_WORDS.items(), "types": registry.all_types(), "actions": auditing.actions(),
        "kinds": auditing.KIND_WORDS.items(), "states": auditing.STATE_WORDS.items(),
        "members_url": f"/{get_user_model().record_type_name}/options/",
        "member": auditing.find_member(asked.member),
        "tab": "configuration" if asked.only else "acts",
        "counts": _drawn(auditing.counts(acts), asked) if sees_all else None,
        "files": [(name.upper(), f"{URL}export/?{kept}&format={name}") for name in FORMATS] if sees_all else [],
    }  # fmt: skip


def _drawn(counts: auditing.Counts, asked: Asked) -> dict[str, Any]:
    """Bars by door and by person; each leads to the list of what it counts."""
    doors = [(str(history.DOOR_WORDS.get(door, door)), {"door": door}, count) for door, count in counts.doors]
    people = [(label, {"member": member_id} if member_id else {}, count) for label, member_id, count in counts.people]
    return {
        "total": counts.total, "is_whole": counts.is_whole,
        "shown": f"{counts.total:,}{'' if counts.is_whole else '+'}",
        "doors": _bars(doors, asked), "people": _bars(people, asked),
    }  # fmt: skip


def _bars(counted: list[tuple[str, dict[str, Any], int]], asked: Asked) -> list[dict[str, Any]]:
    most = max((count for _label, _part, count in counted), default=1)
    return [
        {"label": label, "share": 100 * count / most, "value": f"{count:,}",
         "url": f"{URL}?{urlencode({**asked.pairs(), **part})}" if part else ""}
        for label, part, count in counted
    ]  # fmt: skip


class Line(Act):
    """One act of the list, with how many rows of the log it wrote."""

    def __init__(self, request: Any, change_set: Any, rows: int) -> None:
        super().__init__(request, change_set, [])
        self.row_count = rows

    @property
    def count_words(self) -> str:
        """12; 200,000+ where nobody counted on."""
        return f"{self.row_count:,}{'+' if self.row_count >= auditing.COUNTED_ROWS else ''}"


# A file of the list


@require_GET
@answering.for_members
def export(request: Any) -> HttpResponse:
    """The filtered list as CSV or XLSX, for those who see everybody's acts; it leaves its trace as any export does."""
    if not undoing.sees_every_act(request.actor):
        raise gate.NotVisible
    format = request.GET.get("format", "csv")
    if format not in FORMATS:
        return answering.refuse(request, 400, _("“%(name)s” is not understood.") % {"name": "format"})
    try:
        asked = auditing.read(request.GET)
    except auditing.UnknownPart as error:
        return _not_understood(request, error)
    acts = auditing.found(request.actor, asked)
    if acts.order_by()[: auditing.COUNTED + 1].count() > auditing.COUNTED:
        return answering.refuse(request, 400, _("These are more than 100,000 acts; choose a shorter time."))
    return _file(request, asked, acts, format)


def _file(request: Any, asked: Asked, acts: Any, format: str) -> Any:
    table: Any = auditing.File(acts)
    with tempfile.TemporaryDirectory(prefix="zhike-export-") as folder:
        path = Path(folder) / f"acts.{format}"
        rows = writing.write(table, format, path)
        running.note(
            request.actor, auditing.NAME, format, rows=rows, condition=asked.pairs(),
            columns=list(table.headings),
        )  # fmt: skip
        name, media_type = f"{_('Changes')}-{clock.today()}.{format}", writing.MEDIA_TYPES[format]
        return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=media_type)
