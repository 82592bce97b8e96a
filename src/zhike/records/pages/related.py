"""Lists of what belongs to a record: small cards at the right, whole tables under the tabs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Window
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike.base.actors import Actor
from zhike.records import columns, listing, policies, registry, relations
from zhike.records.columns import colour_of
from zhike.records.declaration import RecordType, RelatedList
from zhike.records.fields.base import EMPTY
from zhike.records.fields.choices import Choice
from zhike.records.fields.moments import Day
from zhike.records.fields.numbers import Money
from zhike.records.fields.pointing import References
from zhike.records.pages import answering
from zhike.records.pages.details import value_html
from zhike.records.pages.rows import rows_of
from zhike.records.periods import short_day
from zhike.records.relations import key_of

SHOWN = 5
COUNTED_TO = 999


@dataclass(frozen=True)
class RelatedItem:
    record: Any
    target: RecordType
    note: str
    figure: Any

    @property
    def title(self) -> str:
        return self.target.title_of(self.record)

    @property
    def colour(self) -> str:
        return colour_of(self.title)


@dataclass(frozen=True)
class RelatedCard:
    key: str
    label: Any
    target: RecordType
    items: list[RelatedItem]
    count: int
    create_url: str
    all_url: str
    tab_url: str
    is_linked: bool

    @property
    def shown_count(self) -> str:
        return f"{COUNTED_TO}+" if self.count > COUNTED_TO else str(self.count)


def is_seen(actor: Actor, relation: RelatedList) -> bool:
    target = registry.find(relation.record_type)
    if target is None or (actor.types and target.name not in actor.types):
        return False
    return target.policy.may(actor, policies.SEE)


def rows_for(actor: Actor, record_type: RecordType, record: Any, relation: RelatedList) -> Any:
    """The related records the actor may see, of a record the actor does see."""
    target = registry.get(relation.record_type)
    rows = relations.rows_of(relation, record_type, record.pk)
    follows = relation.follows or relation.by in target.policy.follows
    return rows if follows and is_seen(actor, relation) else target.policy.visible_to(actor, rows)


def card_of(page: Any, relation: RelatedList) -> RelatedCard:
    """A card with its latest rows; `page` is the `RecordPage` it stands on."""
    record_type, record, actor = page.record_type, page.record, page.actor
    target = registry.get(relation.record_type)
    is_linked = not relation.by and relation.find is None
    rows = rows_for(actor, record_type, record, relation)
    names = [*relation.note, relation.figure] if relation.figure else list(relation.note)
    latest = rows.select_related(*listing.references_among(target, names)).order_by("-created_at", "-pk")
    first = [] if is_linked else list(_narrowed(latest, target, names).annotate(beside=Window(Count("pk")))[:SHOWN])
    count = rows.order_by()[: COUNTED_TO + 1].count() if is_linked else max((row.beside for row in first), default=0)
    items = [RelatedItem(row, target, _note(target, row, relation), _figure(target, row, relation)) for row in first]
    may_create = target.policy.may(actor, policies.CREATE) and not record.is_trashed
    tab_url = f"{page.url}related/{key_of(relation)}/"
    return RelatedCard(
        key_of(relation), relation.label or target.plural, target, items, count,
        _create_url(page, relation, target) if may_create else "", _all_url(relation, target, record) or tab_url,
        tab_url, is_linked,
    )  # fmt: skip


def _narrowed(latest: Any, target: RecordType, names: list[str]) -> Any:
    """With no more columns than a line of a card draws."""
    fields = [field for name in (target.title, *names) if (field := target.field(name)) is not None]
    drawn = {field.model_field.name for field in fields if field.model_field is not None}
    drawn |= {"custom" for field in fields if field.is_custom}
    drawn |= {field.currency_field for field in fields if isinstance(field, Money) and field.currency_field}
    return latest.only(*drawn, *(f"{name}__{title}" for name, title in _titles_beside(target, names)))


def _titles_beside(target: RecordType, names: list[str]) -> list[tuple[str, str]]:
    """The references among the names, each with the column that names what it points at."""
    found = []
    for name in listing.references_among(target, names):
        beside = target.model._meta.get_field(name).related_model
        known = registry.find(getattr(beside, "record_type_name", ""))
        found.append((name, known.title if known else "name"))
    return found


def _note(target: RecordType, row: Any, relation: RelatedList) -> str:
    texts = (_short(target, row, name) for name in relation.note)
    return " · ".join(text for text in texts if text)


def _short(target: RecordType, row: Any, name: str) -> str:
    field = target.field(name)
    if field is None:
        return ""
    value = field.value_of(row)
    if type(field) is Day and value is not None:
        return short_day(value)
    return field.text(value)


def _figure(target: RecordType, row: Any, relation: RelatedList) -> Any:
    field = target.field(relation.figure) if relation.figure else None
    if field is None:
        return ""
    html = field.html(field.value_of(row)) if isinstance(field, Choice) else value_html(field, row)
    return "" if html is EMPTY else html


def _create_url(page: Any, relation: RelatedList, target: RecordType) -> str:
    """The form of a new one, pointing here already."""
    pointing = relation.by or _pointing_field(target, page.record)
    if pointing:
        return f"{target.url}new/?{urlencode({pointing: page.record.pk, 'stay': 1})}"
    if type(target).linked_by is not None:
        return f"{target.url}new/?{urlencode({'on': f'{page.record_type.name}:{page.record.pk}', 'stay': 1})}"
    return ""


def _pointing_field(target: RecordType, record: Any) -> str:
    """For a list found by a function: the one field of the other type that points at this one."""
    found = [
        name
        for name, field in target.built_in_fields.items()
        if field.kind == "reference" and field.editable and getattr(field, "model", None) is type(record)
    ]
    return found[0] if len(found) == 1 else ""


def _all_url(relation: RelatedList, target: RecordType, record: Any) -> str:
    if not relation.by:
        return ""
    field = registry.get(relation.record_type).field(relation.by)
    operator = "has_any" if isinstance(field, References) else "in"
    condition = {"field": relation.by, "op": operator, "value": [record.pk]}
    return f"{target.url}?{urlencode({'filter': json.dumps(condition)})}"


def _is_said_already(name: str, relation: RelatedList, record: Any, rows: list[Any]) -> bool:
    """Whether a column would only say on every row whose page this is."""
    if name != relation.by or relation.find is not None:
        return False
    return all(getattr(row, f"{name}_id", None) == record.pk for row in rows)


@require_GET
@answering.for_record()
def show(request: Any, record_type: RecordType, record: Any, key: str) -> HttpResponse:
    """The whole related list as a table, under its tab."""
    from zhike.records.pages.record import RecordPage, with_references

    relation = next((each for each in record_type.related_lists() if key_of(each) == key), None)
    if relation is None or not is_seen(request.actor, relation):
        raise Http404
    target = registry.get(relation.record_type)
    shown = columns.columns_of(target)
    names = [column.name for column in shown]
    rows = listing.page(
        rows_for(request.actor, record_type, record, relation),
        listing.order_of(target, request.GET["sort"]) if request.GET.get("sort") else listing.usual_order(target),
        cursor=request.GET.get("cursor", ""),
        related=listing.references_among(target, names),
    )
    shown = [column for column in shown if not _is_said_already(column.name, relation, record, rows.records)]
    for column in shown:
        column.prepare(request.actor, rows.records)
    page = RecordPage(request, record_type, with_references(record_type, record), tab=key)
    card = next(each for each in page.related if each.key == key)
    context = {"page": page, "record_type": record_type, "card": card, "columns": shown, "rows": rows}
    context["drawn"] = rows_of(target, shown, rows.records, picked=False)
    return render(request, "records/record_related.html", context)
