"""A record type as a board: a lane for each stage, sums above, fifty cards at first, more on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from zhike.records import listing, policies
from zhike.records.currencies import converting, keeping
from zhike.records.declaration import Board, RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.choices import Choice, Option
from zhike.records.fields.numbers import SYMBOLS, Money
from zhike.records.fields.references import as_id
from zhike.records.pages import cards
from zhike.records.pages import list as lists
from zhike.records.pages.answering import for_type
from zhike.records.pages.asked import Asked

BODY = "board-body"
NO_CARDS = mark_safe("")
UNITS = {"zh": ((10**8, "亿"), (10**4, "万")), "en": ((10**9, "B"), (10**6, "M"), (10**3, "K"))}


@dataclass
class Lane:
    """`key` is the value of the lane's field; `outcome` won, lost or open where stages have one; `row` the stage."""

    key: str
    name: str
    outcome: str = ""
    weight: int | None = None
    row: Any = None
    count: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    note: str = ""
    """How the total was converted, where it was."""
    cards: SafeString = NO_CARDS
    more: str = ""

    @property
    def sum_text(self) -> str:
        return f"≈ {amounts(self.totals)}" if self.note else amounts(self.totals)

    @property
    def weighted_text(self) -> str:
        if self.weight in (None, 100) or not self.totals:
            return ""
        return amounts({currency: total * self.weight / 100 for currency, total in self.totals.items()})


@require_GET
@for_type
def board(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    asked = _asked(request, record_type)
    lanes = _lanes(asked)
    _fill_sums(asked, lanes)
    _first_cards(asked, lanes)
    context = lists.context_of(asked) | {
        "lanes": lanes,
        "total": sum(lane.count for lane in lanes),
        "choices": _choices(asked),
        "may_move": record_type.policy.may(asked.actor, policies.EDIT),
        "lane_field": _declared(record_type).lanes,
        "part": BODY,
    }
    if request.headers.get("HX-Request"):
        part = "_board_body_alone" if request.headers.get("HX-Target") == BODY else "_board"
        return render(request, f"records/{part}.html", context)
    return render(request, "records/record_board.html", context)


@require_GET
@for_type
def lane(request: HttpRequest, record_type: RecordType, key: str) -> HttpResponse:
    """The next fifty cards of a lane."""
    asked = _asked(request, record_type)
    found = next((each for each in _lanes(asked) if each.key == key), None)
    if found is None:
        raise Http404
    page = listing.page(
        _cards_of(asked, found), asked.order, cursor=request.GET.get("cursor", ""), related=_references(record_type)
    )
    return render(
        request,
        "records/_board_cards.html",
        {
            "type": record_type,
            "asked": asked,
            "lane": found,
            "cards": cards.cards_html(record_type, page.records),
            "more": page.next and asked.query(cursor=page.next),
        },
    )


@require_GET
@for_type
def sums(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Counts and sums of all lanes, for the board to take after a card was moved."""
    asked = _asked(request, record_type)
    lanes = _lanes(asked)
    _fill_sums(asked, lanes)
    context = {"type": record_type, "lanes": lanes, "total": sum(lane.count for lane in lanes)}
    return render(request, "records/_board_sums.html", context)


def card_html(request: HttpRequest, record_type: RecordType, record: Any) -> SafeString:
    """The card of one record, for whoever has just changed it."""
    return cards.cards_html(record_type, [record])


# Lanes


def _asked(request: HttpRequest, record_type: RecordType) -> Asked:
    lanes = record_type.field(record_type.board.lanes) if record_type.board else None
    if not isinstance(lanes, Choice | Option):  # none, or one the reader may not tell apart
        raise Http404
    return Asked(request, record_type, place=f"{record_type.url}board/")


def _declared(record_type: RecordType) -> Board:
    if record_type.board is None:
        raise Http404
    return record_type.board


def _chosen(asked: Asked) -> Any:
    """What the lanes are narrowed by (a pipeline), as the address says; None is the default one."""
    number = as_id(asked.sent.get("lane_of", ""))
    by = asked.record_type.field(_declared(asked.record_type).choose_by) if number else None
    if not isinstance(by, Option):
        return None
    found = by.table._default_manager.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _lanes(asked: Asked) -> list[Lane]:
    declared = _declared(asked.record_type)
    by = asked.record_type.field(declared.lanes)
    if not isinstance(by, Option):
        return [Lane(value, label) for value, label in (by.choices() if by else [])]
    rows = declared.lanes_of(_chosen(asked)) if declared.lanes_of else by.rows()
    return [
        Lane(str(row.pk), str(row), getattr(row, "outcome", ""), declared.weight(row) if declared.weight else None, row)
        for row in rows
    ]


def _choices(asked: Asked) -> list[tuple[str, str, bool]]:
    """The pipelines to choose from, where there are several: (name, address, chosen)."""
    by = asked.record_type.field(_declared(asked.record_type).choose_by)
    rows = [row for row in by.rows() if getattr(row, "is_active", True)] if isinstance(by, Option) else []
    if len(rows) < 2:
        return []
    chosen = _chosen(asked) or next((row for row in rows if getattr(row, "is_default", False)), rows[0])
    return [(str(row), asked.link(lane_of=row.pk), row == chosen) for row in rows]


def _fill_sums(asked: Asked, lanes: list[Lane]) -> None:
    """Counts and sums of all lanes in one query."""
    declared = _declared(asked.record_type)
    total = asked.record_type.field(declared.total) if declared.total else None
    total = total if total is not None and total.summable else None
    currency = total.currency_field if isinstance(total, Money) else ""
    rows = asked.queryset.filter(**{f"{declared.lanes}__in": [lane.key for lane in lanes]}).order_by()
    rows = rows.values(declared.lanes, *([currency] if currency else [])).annotate(
        count=Count("pk"), **({"total": Sum(total.expression())} if total else {})
    )
    by_key = {lane.key: lane for lane in lanes}
    for row in rows:
        lane = by_key[str(row[declared.lanes])]
        lane.count += row["count"]
        if row.get("total"):
            lane.totals[row[currency] if currency else keeping.own()] = row["total"]
    if currency and total:
        _convert(asked, lanes, total)


def _convert(asked: Asked, lanes: list[Lane], total: Field) -> None:
    """In the company's own currency, where others were met and each has a rate."""
    by, currency = _declared(asked.record_type).lanes, getattr(total, "currency_field", "")
    met = {code for lane in lanes for code in lane.totals}
    rows = asked.queryset.filter(**{f"{by}__in": [lane.key for lane in lanes]})
    found = converting.totals(rows, currency, total.expression(), met, by)
    for lane in lanes if found else ():
        if found and set(lane.totals) - {found.conversion.own}:
            lane.note = f"{amounts(lane.totals)}. {found.conversion.note}"
            lane.totals = {found.conversion.own: next(s for key, s in found.sums.items() if str(key) == lane.key)}


# Cards


def _cards_of(asked: Asked, lane: Lane) -> Any:
    return lists.without_unseen(
        asked.queryset.filter(**{_declared(asked.record_type).lanes: lane.key}),
        asked.record_type,
        asked.record_type.card_fields(),
        _references(asked.record_type),
    )


def _references(record_type: RecordType) -> tuple[str, ...]:
    declared = _declared(record_type)
    return listing.references_among(record_type, [*record_type.card_fields(), declared.lanes])


def _first_cards(asked: Asked, lanes: list[Lane]) -> None:
    """The first cards of every lane and where its next ones are. Each lane is walked for ids alone; what the cards
    are drawn from is fetched for all of them at once, so a long lane costs what a short one costs."""
    places = {lane.key: _first_places(asked, lane) for lane in lanes if lane.count}
    ids = [record_id for found in places.values() for record_id, _value in found]
    references = tuple(name for name in _references(asked.record_type) if name != _lane_reference(asked, lanes))
    queryset = lists.without_unseen(
        asked.record_type.queryset().filter(pk__in=ids).select_related(*references),
        asked.record_type, asked.record_type.card_fields(), references,
    )  # fmt: skip
    records = {record.pk: record for record in queryset}
    for lane in lanes:
        rows = [_placed(records[number], value) for number, value in places.get(lane.key, ()) if number in records]
        _stand_in(asked, lane, rows)
        if rows:
            lane.cards = cards.cards_html(asked.record_type, rows)
            is_cut = lane.count > len(rows)
            lane.more = asked.query(cursor=listing.cursor_after(asked.order, rows[-1])) if is_cut else ""


def _first_places(asked: Asked, lane: Lane) -> list[tuple[int, Any]]:
    """Ids in the order of the list, those without a value last, each with what it is sorted by."""
    queryset = asked.queryset.filter(**{_declared(asked.record_type).lanes: lane.key})
    order = asked.order
    sign, by = "-" if order.descending else "", listing.sorting(order)
    if by is None:
        return [
            (number, None) for number in queryset.order_by(f"{sign}pk").values_list("pk", flat=True)[: listing.PAGE]
        ]
    value, nulls_last = F("sort_value"), True if order.may_be_empty else None
    ordered = value.desc(nulls_last=nulls_last) if order.descending else value.asc(nulls_last=nulls_last)
    queryset = queryset.annotate(sort_value=by).order_by(ordered, f"{sign}pk")
    return list(queryset.values_list("pk", "sort_value")[: listing.PAGE])


def _placed(record: Any, value: Any) -> Any:
    record.sort_value = value
    return record


def _lane_reference(asked: Asked, lanes: list[Lane]) -> str:
    """The reference that need not be fetched for each card, for the lanes have it."""
    return _declared(asked.record_type).lanes if lanes and lanes[0].row is not None else ""


def _stand_in(asked: Asked, lane: Lane, records: list[Any]) -> None:
    """The records know the stage they stand in."""
    if lane.row is not None:
        relation: Any = asked.record_type.model._meta.get_field(_declared(asked.record_type).lanes)
        for record in records:
            relation.set_cached_value(record, lane.row)


# Amounts


def amounts(totals: dict[str, Decimal]) -> str:
    """¥ 254.9 万 + $ 30 万, the largest first."""
    largest_first = sorted(totals.items(), key=lambda item: -item[1])
    return " + ".join(f"{SYMBOLS.get(currency, currency)} {short(total)}" for currency, total in largest_first)


def short(amount: Decimal) -> str:
    """254.9 万, 2.5M: four digits say enough above a lane."""
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    for size, unit in UNITS[language]:
        if abs(amount) >= size:
            shown = f"{amount / size:,.1f}".removesuffix(".0")
            return f"{shown} {unit}" if language == "zh" else f"{shown}{unit}"
    return f"{amount:,.0f}"
