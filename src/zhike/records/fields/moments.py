"""Days and moments, shown as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from zhike.base import clock
from zhike.base.markup import escape, format_html
from zhike.records import periods, values
from zhike.records.fields.base import EMPTY, Context, Field, Invalid

EARLIEST, LATEST = date(1000, 1, 1), date(2999, 12, 31)
DAY = (
    "^[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-9]))$"
)
MOMENT = f"{DAY[:-1]}T(?:[01][0-9]|2[0-3]):[0-5][0-9].*$"
SPANS = ("within", "not_within", "between")


class Day(Field):
    kind = "day"
    castable = DAY
    operators: ClassVar[tuple[str, ...]] = (
        "within",
        "not_within",
        "on",
        "before",
        "after",
        "between",
        "anniversary",
        "empty",
        "not_empty",
    )
    width = 104

    def clean_value(self, raw: Any) -> Any:
        if isinstance(raw, datetime):
            raw = raw.date()
        if isinstance(raw, date):
            return self._sane(raw)
        try:
            found = parse_date(raw.strip()) if isinstance(raw, str) else None
        except ValueError:
            raise Invalid(_("This date does not exist.")) from None
        if found is None:
            raise Invalid(_("A date is expected here, such as 2026-03-05."))
        return self._sane(found)

    def _sane(self, day: date) -> date:
        if not EARLIEST <= day <= LATEST:
            raise Invalid(_("This date is out of range."))
        return day

    def clean(self, raw: Any) -> Any:
        found = super().clean(raw)
        if found is not None:
            self.fitting(timezone.localtime(found).date() if isinstance(found, datetime) else found)
        return found

    def fitting(self, day: date) -> date:
        """The day, where the field takes it: its range binds what is written, not what is asked. Raises `Invalid`."""
        self._sane(day)
        earliest, latest = (self._limit(name) for name in ("earliest", "latest"))
        if earliest is not None and day < earliest:
            raise Invalid(_("Not before %(day)s.") % {"day": earliest.isoformat()})
        if latest is not None and day > latest:
            raise Invalid(_("Not after %(day)s.") % {"day": latest.isoformat()})
        return day

    def _limit(self, name: str) -> date | None:
        told = self.options.get(name)
        return clock.today() if told == "today" else parse_date(told) if told else None

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if values.is_blank(raw):
            return self.clean(None)
        try:
            found = values.read_day(raw)
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error
        return self.fitting(found) if found else self.clean(None)

    def from_stored(self, stored: Any) -> Any:
        return parse_date(stored[:10]) if stored else None

    def to_stored(self, value: Any) -> Any:
        return value.isoformat() if value else None

    def text(self, value: Any) -> str:
        return value.isoformat() if value else ""

    def html(self, value: Any) -> SafeString:
        if value is None:
            return EMPTY
        return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), periods.short_day(value))

    def json(self, value: Any) -> Any:
        return value.isoformat() if value else None

    def cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}

    def form_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value or ""

    def output_field(self) -> models.Field[Any, Any]:
        return models.DateField()

    def cast(self, text: Any) -> Any:
        """Indexed by a function that promises to give the same for the same text: a cast may not be indexed."""
        if not self.options.get("indexed"):
            return super().cast(text)
        return models.Func(text, function=f"custom_{self.kind}", output_field=self.output_field())

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in SPANS:
            first, last = periods.span(value, context.today)
            found = self._between(first, last, context, prefix)
            return ~found | self.is_empty(prefix) if operator == "not_within" else found
        if operator == "on":
            day = self._day(value, context)
            return self._between(day, day, context, prefix)
        if operator == "before":
            return self.compare("lt", self._start(self._day(value, context), context), prefix)
        if operator == "after":
            return self.compare("gte", self._start(self._day(value, context) + timedelta(days=1), context), prefix)
        if operator == "anniversary":
            first, last = periods.span(value, context.today)
            return self._anniversary(first, last, prefix)
        return super().condition(operator, value, context, prefix)

    def _day(self, value: Any, context: Context) -> date:
        """A day, or the word `today`."""
        if value == "today":
            return context.today
        day: date = Day.clean_value(self, value)
        return day

    def _between(self, first: date, last: date, context: Context, prefix: str) -> Q:
        after = self._start(last + timedelta(days=1), context)
        return self.compare("gte", self._start(first, context), prefix) & self.compare("lt", after, prefix)

    def _start(self, day: date, context: Context) -> Any:
        return day

    def _anniversary(self, first: date, last: date, prefix: str) -> Q:
        """The month and day fall into the span, whatever the year; a span is at most a year long."""
        found = Q(pk__in=[])
        by_month: dict[int, list[int]] = {}
        for offset in range(min((last - first).days, 365) + 1):
            day = first + timedelta(days=offset)
            by_month.setdefault(day.month, []).append(day.day)
        for month, days in by_month.items():
            found |= self.compare("month", month, prefix) & self.compare("day__in", days, prefix)
        return found

    def explain(self, operator: str, value: Any) -> str:
        if operator in (*SPANS, "anniversary"):
            return periods.explain(value)
        if value == "today":
            return str(_("today"))
        day: date = Day.clean_value(self, value)
        return day.isoformat()


class Moment(Day):
    """`due`: a moment that has passed is drawn as overdue."""

    kind = "moment"
    castable = MOMENT
    width = 120

    def clean_value(self, raw: Any) -> Any:
        found: datetime | None
        if isinstance(raw, datetime):
            found = raw
        else:
            try:
                found = parse_datetime(raw.strip().replace(" ", "T", 1)) if isinstance(raw, str) else None
            except ValueError:
                raise Invalid(_("This date does not exist.")) from None
            if found is None and isinstance(raw, str):
                day = super().clean_value(raw)
                found = datetime(day.year, day.month, day.day)
        if found is None:
            raise Invalid(_("A date and time is expected here, such as 2026-03-05 14:30."))
        self._sane(found.date())
        return timezone.make_aware(found) if timezone.is_naive(found) else found

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if values.is_blank(raw):
            return self.clean(None)
        try:
            found = values.read_moment(raw, timezone=zone)
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error
        return found if found and self.fitting(timezone.localtime(found).date()) else self.clean(None)

    def from_stored(self, stored: Any) -> Any:
        return parse_datetime(stored) if stored else None

    def text(self, value: Any) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""

    def html(self, value: Any) -> SafeString:
        if value is None:
            return EMPTY
        now, local = timezone.localtime(), timezone.localtime(value)
        late = " bad" if self.options.get("due") and value < now else ""
        return mark_safe(  # a time has nothing to escape, and a page has a hundred of them
            f'<time class="num{late}" datetime="{value.isoformat()}" title="{local:%Y-%m-%d %H:%M}">'
            f"{escape(periods.short_moment(local, now))}</time>"
        )

    def json(self, value: Any) -> Any:
        """RFC 3339; before railway time a zone's offset had seconds, which that cannot say, so UTC says it."""
        if not value:
            return None
        local = timezone.localtime(value)
        offset = local.utcoffset()
        return (value.astimezone(UTC) if offset and offset.seconds % 60 else local).isoformat()

    def cell(self, value: Any) -> Any:
        return timezone.localtime(value).replace(tzinfo=None) if value else None

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}

    def form_value(self, value: Any) -> Any:
        return f"{timezone.localtime(value):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value or ""

    def output_field(self) -> models.Field[Any, Any]:
        return models.DateTimeField()

    def _start(self, day: date, context: Context) -> Any:
        return datetime(day.year, day.month, day.day, tzinfo=context.zone)
