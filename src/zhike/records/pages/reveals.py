"""A masked value read in full, for the one page that asks; and the list of all that was read so."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from zhike.records import custom, gate, registry, undoing
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.models import Reveal
from zhike.records.pages import answering
from zhike.records.roles import revealing

PAGE = 50
URL = "/change-sets/reveals/"


@require_http_methods(["GET", "POST"])
@answering.for_record()
def reveal(request: Any, record_type: RecordType, record: Any, name: str) -> HttpResponse:
    """GET asks why, POST shows the value, once."""
    field = revealing.find_field(request.actor, record, name)
    context: dict[str, Any] = {"record": record, "field": field, "url": request.path, "full_page": not request.htmx}
    status = 200
    if request.method == "POST":
        context["reason"] = request.POST.get("reason", "")
        try:
            context |= {"is_shown": True, "value": revealing.reveal(request.actor, record, name, context["reason"])}
        except gate.Refused as refused:
            context, status = context | {"is_shown": False, "errors": refused.errors["reason"]}, 422
    template = "records/reveals/_form.html" if request.htmx else "records/reveals/form.html"
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@answering.for_members
def page(request: Any) -> HttpResponse:
    """One's own, newest first; administrators see everybody's. `before=` is the number to go on from."""
    actor, sees_all = request.actor, undoing.sees_every_act(request.actor)
    found = Reveal.objects.all() if sees_all else Reveal.objects.filter(member_id=actor.member_id or 0)
    found = found.filter(record_type__in=actor.types) if actor.types else found
    before = as_id(request.GET.get("before", ""))
    rows = list((found if before is None else found.filter(pk__lt=before)).order_by("-pk")[: PAGE + 1])
    shown = rows[:PAGE]
    more = f"{URL}?{urlencode({'before': shown[-1].pk})}" if len(rows) > PAGE else ""
    context = {"lines": _lines(actor, shown), "more_url": more, "tab": "reveals", "sees_all": sees_all}
    return render(request, "records/reveals/list.html", context)


def _lines(actor: Any, rows: list[Reveal]) -> list[dict[str, Any]]:
    """In words; a record the reader does not see is told by its number."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.record_type].add(row.record_id)
    records: dict[tuple[str, int], Any] = {}
    for name, ids in wanted.items():
        record_type = registry.find(name)
        if record_type is not None:
            visible = record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=ids))
            records |= {(name, record.pk): record for record in visible}
    return [_line(row, records.get((row.record_type, row.record_id))) for row in rows]


def _line(row: Reveal, record: Any) -> dict[str, Any]:
    record_type = registry.find(row.record_type)
    known = record_type.built_in_fields | custom.every_field_of(record_type.name) if record_type else {}
    field = known.get(row.field)
    return {
        "row": row, "record": record, "type": record_type.singular if record_type else row.record_type,
        "field": field.label if field else row.field,
    }  # fmt: skip
