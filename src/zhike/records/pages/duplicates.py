"""Records that may be the same, shown while a new one is being written."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from zhike.records import duplicates
from zhike.records.columns import colour_of
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.pages import answering


@require_GET
@answering.for_type
def show(request: Any, record_type: RecordType) -> HttpResponse:
    raw = {field.name: field.from_form(request.GET) for field in duplicates.compared_fields(record_type)}
    found = duplicates.similar_records(request.actor, record_type, raw, except_id=as_id(request.GET.get("except", "")))
    items = [
        {"record": each.record, "title": record_type.title_of(each.record), "reason": each.reason} for each in found
    ]
    for item in items:
        item["colour"] = colour_of(str(item["title"]))
    html = render_to_string("records/_duplicates.html", {"items": items, "record_type": record_type}, request)
    return HttpResponse(html.strip())
