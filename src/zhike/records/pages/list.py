"""The list of a record type, its trash, and what is counted beside it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike.records import calendars, listing, policies, registry, saved_views
from zhike.records.declaration import RecordType
from zhike.records.fields.references import Reference
from zhike.records.fields.text import LongText
from zhike.records.pages import counting, rows
from zhike.records.pages.answering import for_type
from zhike.records.pages.asked import Asked

EXPORT_FORMATS = (("xlsx", "Excel"), ("csv", "CSV"), ("parquet", "Parquet"))
ROWS, LIST = "list-rows", "list"


@require_GET
@for_type
def record_list(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    return _answer(request, Asked(request, record_type))


@require_GET
@for_type
def trash_list(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    return _answer(request, Asked(request, record_type, trashed=True))


@require_GET
@for_type
def totals(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """How many rows the list has and what its figures add up to; asked for once the rows stand."""
    asked = Asked(request, record_type, trashed="trashed" in request.GET)
    exact, count = listing.counted(asked.queryset)
    figures = counting.sums_of(asked.queryset, asked.columns) if count else []
    return render(
        request,
        "records/_list_totals.html",
        {"type": record_type, "count": count, "count_text": counting.count_text(exact, count), "figures": figures},
    )


@require_GET
@for_type
def view_counts(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """How many records each tab holds."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    views = saved_views.views_of(actor, record_type)
    counts = counting.counts_of_views(actor, record_type, views)
    return render(request, "records/_list_view_counts.html", {"counts": counts})


def _answer(request: HttpRequest, asked: Asked) -> HttpResponse:
    context = context_of(asked) | _rows(asked, request.GET.get("cursor", ""))
    if request.headers.get("HX-Request"):
        part = "_list_rows_alone" if request.headers.get("HX-Target") == ROWS else "_list"
        return render(request, f"records/{part}.html", context)
    return render(request, "records/record_list.html", context)


def context_of(asked: Asked) -> dict[str, Any]:
    may, actor = asked.record_type.policy.may, asked.actor
    saved = asked.view.saved
    return {
        "asked": asked,
        "type": asked.record_type,
        "may_create": not asked.trashed and may(actor, policies.CREATE),
        "may_import": not asked.trashed and may(actor, policies.IMPORT),
        "may_export": not asked.trashed and may(actor, policies.EXPORT),
        "may_change_view": saved is not None and saved_views.may_change(actor, saved),
        "bulk": _bulk_acts(asked),
        "export_formats": EXPORT_FORMATS,
        "has_calendar": not asked.trashed and calendars.usual_field(asked.record_type) is not None,
        "unsaved": json.dumps({"filter": asked.condition_json, "sort": asked.order.text}),
        "reset": asked.link(filter=None, sort=None, q=None),
        "everything": asked.link(view=None if asked.trashed else saved_views.ALL, filter=None, q=None),
    }


def _bulk_acts(asked: Asked) -> set[str]:
    """Which bulk acts are offered."""
    may, actor = asked.record_type.policy.may, asked.actor
    if not may(actor, policies.BULK):
        return set()
    if asked.trashed:
        return {policies.RESTORE} if may(actor, policies.RESTORE) else set()
    offered = {action for action in (policies.EDIT, policies.TRASH, policies.TRANSFER) if may(actor, action)}
    return offered if asked.record_type.has_owner() else offered - {policies.TRANSFER}


def _rows(asked: Asked, cursor: str) -> dict[str, Any]:
    names = [column.field.name for column in asked.columns]
    references = listing.references_among(asked.record_type, names)
    queryset = without_unseen(asked.queryset, asked.record_type, names, references)
    page = listing.page(queryset, asked.order, cursor=cursor, related=references)
    for column in asked.columns:
        column.prepare(asked.actor, page.records)
    position = _position(asked)
    previous = max(1, position - listing.PAGE)
    return {
        "position": position,
        "last": position + len(page.records) - 1,
        "previous_link": asked.link(cursor=page.previous, **{"from": previous}),
        "next_link": asked.link(cursor=page.next, **{"from": position + listing.PAGE}),
        "page": page,
        "rows": rows.rows_of(asked.record_type, asked.columns, page.records, editable_among(asked, page.records)),
        "heads": _heads(asked),
        "width": 36 + sum(asked.width_of(column) for column in asked.columns),
        "has_figures": any(counting.is_summed(column.field) for column in asked.columns),
    }


def without_unseen(queryset: Any, record_type: RecordType, names: list[str], references: tuple[str, ...]) -> Any:
    """Leaves long texts nobody looks at, and all but the title of the records pointed at, in the database."""
    unseen = [
        field.name
        for field in record_type.built_in_fields.values()
        if isinstance(field, LongText) and field.name not in names
    ]
    for name in references:
        field = record_type.field(name)
        target = registry.find(field.record_type_name) if isinstance(field, Reference) else None
        if target is not None:
            kept = {target.title, target.model._meta.pk.name}
            unseen += [f"{name}__{f.name}" for f in target.model._meta.concrete_fields if f.name not in kept]
    return queryset.defer(*unseen) if unseen else queryset


def editable_among(asked: Asked, records: list[Any]) -> set[int]:
    """The ids of the page's records the actor may edit."""
    if asked.trashed or not asked.record_type.policy.may(asked.actor, policies.EDIT):
        return set()
    policy, actor = asked.record_type.policy, asked.actor
    if policy.is_unlimited(actor, policies.EDIT, asked.record_type.model):
        return {record.pk for record in records}
    own = policy.plainly_own(actor, policies.EDIT, records)
    others = [record.pk for record in records if record.pk not in own]
    if not others:
        return own
    asked_about = asked.record_type.queryset().filter(policies.one_of(others))
    return own | set(policy.scoped(actor, policies.EDIT, asked_about).values_list("pk", flat=True))


def _heads(asked: Asked) -> list[dict[str, Any]]:
    """Columns share what room is left; once somebody chose widths, theirs hold and the last one takes the rest."""
    heads, last = [], asked.columns[-1] if asked.columns else None
    for column in asked.columns:
        sorted_here = asked.order.field is not None and column.sort == asked.order.field.name
        upwards_next = sorted_here and asked.order.descending
        widths = asked.preference.widths if asked.preference else {}
        heads.append(
            {
                "column": column,
                "width": 0 if widths and column is last and column.name not in widths else asked.width_of(column),
                "now": asked.width_of(column),
                "is_title": column.name == asked.record_type.title,
                "sorted": ("descending" if asked.order.descending else "ascending") if sorted_here else "",
                "link": asked.link(sort=column.sort if upwards_next or not sorted_here else f"-{column.sort}")
                if column.sort
                else "",
            }
        )
    return heads


def _position(asked: Asked) -> int:
    """The number of the first row, as the address says; only ever shown."""
    told = asked.request.GET.get("from", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 1
