"""A record type as a calendar: a month, a week or a day, by one of its days; the same records as the list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhike.base import clock
from zhike.records import calendars, listing, policies
from zhike.records.calendars import Filled, Place, Window
from zhike.records.company import days, keeping
from zhike.records.declaration import RecordType
from zhike.records.fields.moments import Day, Moment
from zhike.records.listing import ListError
from zhike.records.models import ListPreference
from zhike.records.pages import list as lists
from zhike.records.pages.answering import for_type
from zhike.records.pages.asked import Asked
from zhike.records.pages.board import amounts
from zhike.records.pages.entries import Entries
from zhike.records.periods import WEEKDAYS

BODY = "calendar-body"
MORNING = "T09:00"
"""When what is entered on a day of a calendar by moments begins."""
SPAN_LABELS = {
    calendars.MONTH: pgettext_lazy("span of a calendar", "Month"),
    calendars.WEEK: pgettext_lazy("span of a calendar", "Week"),
    calendars.DAY: pgettext_lazy("span of a calendar", "Day"),
}


class AskedCalendar(Asked):
    """What is asked of a calendar besides: the field it goes by, the span and a day within it."""

    def __init__(self, request: HttpRequest, record_type: RecordType) -> None:
        super().__init__(request, record_type, place=f"{record_type.url}calendar/")

    @cached_property
    def fields(self) -> dict[str, Day]:
        return calendars.fields_of(self.record_type)

    @cached_property
    def by(self) -> Day:
        """The field the address names, else what the member chose, the view says, the type declares. Raises `Http404`
        where the address names one that is none of the reader's, or there is none at all."""
        if name := self.sent.get("by", ""):
            found = self.fields.get(name)
        else:
            chosen = (self.preference.calendar_by if self.preference else "") or self.view.calendar_by
            found = self.fields.get(chosen) or calendars.usual_field(self.record_type)
        if found is None:
            raise Http404
        return found

    @property
    def query_to_save(self) -> str:
        return self.query(display=self.display, by=self.by.name)

    @cached_property
    def window(self) -> Window:
        """Raises `ListError` for a span or a day that is none."""
        span = self.sent.get("span") or (self.preference.calendar_span if self.preference else "") or calendars.MONTH
        if span not in calendars.SPANS:
            raise ListError(_("“%(name)s” is not understood.") % {"name": "span"})
        if not (told := self.sent.get("on", "")):
            return Window(span, clock.today())
        try:
            day = parse_date(told)
        except ValueError:
            day = None
        if day is None or not calendars.EARLIEST <= day <= calendars.LATEST:
            raise ListError(_("“%(name)s” is not understood.") % {"name": "on"})
        return Window(span, day)


@require_GET
@for_type
def calendar(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    asked = AskedCalendar(request, record_type)
    context = _context(asked)
    if request.headers.get("HX-Request"):
        part = "_calendar_body_alone" if request.headers.get("HX-Target") == BODY else "_calendar"
        return render(request, f"records/{part}.html", context)
    return render(request, "records/record_calendar.html", context)


@require_POST
@for_type
def choose(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Keeps the field (`by`) or the span (`span`) for the member and the view, and draws the calendar by it."""
    asked = AskedCalendar(request, record_type)
    context = _context(asked)
    chosen = {"calendar_by": asked.by.name} if request.POST.get("by") else {}
    chosen |= {"calendar_span": asked.window.span} if request.POST.get("span") else {}
    if chosen and asked.actor.member_id and not asked.actor.read_only:
        with transaction.atomic():
            ListPreference.objects.update_or_create(
                member_id=asked.actor.member_id, record_type=record_type.name, view=asked.view.saved, defaults=chosen
            )
    response = render(request, "records/_calendar.html", context)
    response["HX-Push-Url"] = asked.link()
    return response


def _context(asked: AskedCalendar) -> dict[str, Any]:
    window, by = asked.window, asked.by
    found = (
        Filled({}, is_full=True)
        if asked.broken
        else calendars.filled(asked.actor, asked.record_type, asked.queryset, by, window)
    )
    beside = {name: asked.link(on=day) for name, day in _beside(window).items() if day is not None}
    context = lists.context_of(asked)
    return context | beside | {
        "days": _days(asked, found, may_create=context["may_create"]),
        "weekdays": WEEKDAYS if window.span != calendars.DAY else (),
        "window": window,
        "heading": _heading(window),
        "is_now": window.first <= (today := clock.today()) <= window.last and window.holds(today),
        "count": found.count,
        "sum_text": _sum_text(found),
        "sum_note": found.note,
        "by": by,
        "fields": asked.fields.values(),
        "spans": [(span, SPAN_LABELS[span], span == window.span) for span in calendars.SPANS],
        "here": asked.link(),
        "part": BODY,
    }  # fmt: skip


def _beside(window: Window) -> dict[str, date | None]:
    return {"previous_link": window.beside(-1), "next_link": window.beside(1), "today_link": clock.today()}


def _heading(window: Window) -> str:
    """2026 年 11 月; the same and the number of the week; a day in full."""
    if window.span == calendars.DAY:
        return f"{date_format(window.day, 'DATE_FORMAT')} {WEEKDAYS[window.day.weekday()]}"
    month = date_format(window.day, "YEAR_MONTH_FORMAT")
    if window.span == calendars.MONTH:
        return month
    return _("%(month)s, week %(number)d") % {"month": month, "number": window.day.isocalendar().week}


def _short(day: date) -> str:
    return date_format(day, pgettext("date format", "j F"))


# Days


@dataclass
class Cell:
    """One day as it is drawn. `unseen` are the records that are only counted."""

    day: date
    place: Place
    entries: list[SafeString]
    is_within: bool
    open_link: str
    add_link: str
    list_link: str

    @property
    def unseen(self) -> int:
        return self.place.count - len(self.entries)

    @property
    def sum_text(self) -> str:
        return _sum_text(self.place)

    @cached_property
    def special(self) -> str:
        return days.special_text(self.day)

    @property
    def is_rest(self) -> bool:
        return not keeping.is_working_day(self.day)

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()

    @property
    def weekday(self) -> str:
        return str(WEEKDAYS[self.day.weekday()])

    @property
    def date_text(self) -> str:
        return _short(self.day)


def _sum_text(found: Place | Filled) -> str:
    """What was converted is about right."""
    return f"≈ {amounts(found.totals)}" if found.note else amounts(found.totals)


def _days(asked: AskedCalendar, found: Filled, *, may_create: bool) -> list[Cell]:
    drawn = _drawn(asked, found)
    adds = may_create and asked.by.editable
    return [_cell(asked, found.places.get(day, Place()), day, drawn, adds=adds) for day in asked.window.days]


def _cell(asked: AskedCalendar, place: Place, day: date, drawn: dict[int, SafeString], *, adds: bool) -> Cell:
    morning = MORNING if isinstance(asked.by, Moment) else ""
    return Cell(
        day,
        place,
        [drawn[number] for number in place.ids if number in drawn],
        asked.window.holds(day),
        asked.link(span=calendars.DAY, on=day),
        f"{asked.record_type.url}new/?{asked.by.name}={day}{morning}" if adds else "",
        _as_list(asked, day) if asked.window.span == calendars.DAY else "",
    )


def _as_list(asked: AskedCalendar, day: date) -> str:
    """The list of what stands on a day: there all of it can be read, page by page."""
    leaf = {"field": asked.by.name, "op": "on", "value": day.isoformat()}
    condition = {"all": [asked.condition, leaf] if asked.condition else [leaf]}
    query = asked.query(filter=json.dumps(condition, ensure_ascii=False), by=None, span=None, on=None)
    return f"{asked.record_type.url}{query}"


def _drawn(asked: AskedCalendar, found: Filled) -> dict[int, SafeString]:
    """The entries that are shown, fetched for all days at once."""
    ids = found.ids
    if not ids:
        return {}
    record_type = asked.record_type
    entries = Entries(record_type, asked.by)
    references = listing.references_among(record_type, entries.names)
    queryset = record_type.queryset().filter(policies.one_of(ids)).select_related(*references)
    records = list(lists.without_unseen(queryset, record_type, entries.names, references))
    movable = lists.editable_among(asked, records) if asked.by.editable else set()
    return entries.drawn(asked.actor, records, movable)
