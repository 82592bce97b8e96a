"""A page of a list: permission, condition, words, order and the place to go on from.

Paging is by key, not by offset: page 1,000 costs what page 1 costs. Rows without a value in the sorted column
come last in either direction; they are read by a second query once the others are through, so both queries
walk an index.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import conditions
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field

PAGE = 50
COUNTED_TO = 10_000


class ListError(Exception):
    """The sort order or the cursor cannot be understood."""


@dataclass(frozen=True)
class Order:
    """Sorted by `field` (or by id alone) upwards or downwards."""

    field: Field | None
    descending: bool
    title: bool = False
    by: Any = None
    """What the title is sorted by instead of its letters."""

    @property
    def may_be_empty(self) -> bool:
        """Whether there can be rows without a value to sort by."""
        stored = self.field.model_field if self.field else None
        return not self.title and (stored is None or stored.null)

    @property
    def text(self) -> str:
        return ("-" if self.descending else "") + (self.field.name if self.field else "id")


@dataclass
class Page:
    records: list[Any]
    next: str | None
    previous: str | None


def order_of(record_type: RecordType, sort: str) -> Order:
    """`-amount` → amount, downwards. Raises `ListError` for a field that cannot be sorted by."""
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    if name == "id":
        return Order(None, descending)
    field = record_type.field(name)
    if field is None or not field.sortable:
        raise ListError(_("The list cannot be sorted by “%(name)s”.") % {"name": name})
    if name != record_type.title:
        return Order(field, descending)
    return Order(field, descending, title=True, by=record_type.title_order)


def usual_order(record_type: RecordType) -> Order:
    """The declared order; by number where the reader may not sort by that field."""
    try:
        return order_of(record_type, record_type.sort)
    except ListError:
        return order_of(record_type, "-id")


def base_query(
    actor: Actor, record_type: RecordType, *, condition: Any = None, trashed: bool = False, action: str = "see"
) -> Any:
    """The records the actor may see (or do `action` with) that satisfy a JSON condition, unordered."""
    queryset = record_type.queryset().filter(trashed_at__isnull=not trashed)
    queryset = record_type.policy.visible_to(actor, queryset)
    if action != "see":
        queryset = record_type.policy.scoped(actor, action, queryset)
    return conditions.filtered(queryset, condition, record_type, actor) if condition not in (None, {}, "") else queryset


def matching_words(queryset: Any, record_type: RecordType, words: str) -> Any:
    """Narrows by what the search index finds for `words`."""
    from zhike.records.search import finding

    return finding.matching(queryset, record_type, words) if words.strip() else queryset


def page(queryset: Any, order: Order, *, cursor: str = "", size: int = PAGE, related: tuple[str, ...] = ()) -> Page:
    """One page. `related` are the references to fetch along. Raises `ListError` for a broken cursor."""
    place = _decode(cursor, order) if cursor else None
    backwards = bool(place and place["d"] == "p")
    rows = _rows(queryset, order, place, backwards, size + 1, related)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, place is not None)
    return Page(
        rows,
        _encode(order, rows[-1], "n") if rows and has_next else None,
        _encode(order, rows[0], "p") if rows and has_previous else None,
    )


def _rows(queryset: Any, order: Order, place: Any, backwards: bool, limit: int, related: tuple[str, ...]) -> list[Any]:
    queryset = queryset.select_related(*related) if related else queryset
    upwards = order.descending == backwards
    if order.field is None:
        if place:
            queryset = queryset.filter(**{"pk__gt" if upwards else "pk__lt": place["i"]})
        return list(queryset.order_by("pk" if upwards else "-pk")[:limit])
    queryset = queryset.annotate(sort_value=_expression(order))
    parts = [_valued(queryset, order, place, upwards), _empty(queryset, place, upwards) if order.may_be_empty else None]
    if backwards:
        parts.reverse()
    rows: list[Any] = []
    for part in parts:
        if part is not None and len(rows) < limit:
            rows += list(part[: limit - len(rows)])
    return rows


def _expression(order: Order) -> Any:
    if order.title:
        return order.by or F("title_key")
    field: Any = order.field
    return field.order()


def _valued(queryset: Any, order: Order, place: Any, upwards: bool) -> Any:
    """The rows with a value, from the place on."""
    towards_end = place is not None and place["d"] == "n"
    if place is not None and place["v"] is None and towards_end:
        return None
    if order.may_be_empty:
        queryset = queryset.filter(sort_value__isnull=False)
    if place is not None and place["v"] is not None:
        sign = "gt" if upwards else "lt"
        queryset = queryset.filter(
            Q(**{f"sort_value__{sign}e": place["v"]})
            & (Q(**{f"sort_value__{sign}": place["v"]}) | Q(**{f"pk__{sign}": place["i"]}))
        )
    return queryset.order_by("sort_value" if upwards else "-sort_value", "pk" if upwards else "-pk")


def _empty(queryset: Any, place: Any, upwards: bool) -> Any:
    """The rows without a value, which come last."""
    if place is not None and place["v"] is not None and place["d"] == "p":
        return None
    queryset = queryset.filter(sort_value__isnull=True)
    if place is not None and place["v"] is None:
        queryset = queryset.filter(**{"pk__gt" if upwards else "pk__lt": place["i"]})
    return queryset.order_by("pk" if upwards else "-pk")


def _encode(order: Order, record: Any, direction: str) -> str:
    value = getattr(record, "sort_value", None)
    stored = value if isinstance(value, int | float | str | None) else str(value)
    place = {"s": order.text, "v": stored, "i": record.pk, "d": direction}
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str, order: Order) -> dict[str, Any]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if set(place) != {"s", "v", "i", "d"} or not isinstance(place["i"], int) or place["d"] not in ("n", "p"):
            raise ValueError
        if (
            place["s"] != order.text
            or not isinstance(place["v"], str | int | float | None)
            or not 0 < place["i"] < 2**63
        ):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError):
        raise ListError(_("This page of the list cannot be found again; start from its beginning.")) from None
    return dict(place)


def cursor_after(order: Order, record: Any) -> str:
    """The place behind a record; one that was not read by `page` carries its `sort_value` as an annotation."""
    return _encode(order, record, "n")


def sorting(order: Order) -> Any:
    """What an order sorts by, as an expression; `None` is by id alone."""
    return _expression(order) if order.field else None


def counted(queryset: Any) -> tuple[int | None, int]:
    """(exact number up to 10,000 or None, the exact number or the planner's estimate)."""
    exact = queryset.order_by()[: COUNTED_TO + 1].count()
    if exact <= COUNTED_TO:
        return exact, exact
    sql, parameters = queryset.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        plan = cursor.fetchone()[0]
    return None, max(
        COUNTED_TO + 1, int((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]["Plan Rows"])
    )


def references_among(record_type: RecordType, names: list[str]) -> tuple[str, ...]:
    """Which of the columns need another table to be drawn."""
    found = []
    for name in names:
        try:
            model_field = record_type.model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if model_field.many_to_one:
            found.append(name)
    return tuple(found)
