"""How far the numbers of a field have come, and what is between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.fields.making import field_of_custom
from zhike.records.fields.serial import Pattern, Serial
from zhike.records.models import CustomField, SerialCounter
from zhike.records.pages import counting

MOST_TOLD = 5


@dataclass(frozen=True)
class Standing:
    """A numbered field today: `frame` is its pattern with the dates filled in, `last` how many of it were given."""

    row: CustomField
    record_type: RecordType
    field: Serial
    frame: str
    last: int

    @property
    def next(self) -> str:
        return Pattern.number(self.frame, self.last + 1)

    @property
    def last_given(self) -> str:
        return Pattern.number(self.frame, self.last) if self.last else ""

    @property
    def begins_anew(self) -> str:
        """With what the counter begins at 1 again."""
        text = self.field.pattern.text
        if "{dd}" in text:
            return _("every day")
        if "{mm}" in text:
            return _("every month")
        return _("every year") if "{yyyy}" in text or "{yy}" in text else _("never")


def all_numbered(today: date | None = None) -> list[Standing]:
    """The numbered fields in use, type by type."""
    rows = CustomField.objects.filter(kind=Serial.kind, removed_at__isnull=True).order_by("record_type", "position")
    found = [standing_of(row, today) for row in rows if registry.find(row.record_type) is not None]
    return sorted(found, key=lambda each: (str(each.record_type.plural), each.row.position))


def standing_of(row: CustomField, today: date | None = None) -> Standing:
    field = field_of_custom(row)
    if not isinstance(field, Serial):
        raise TypeError(f"{row.name} is no numbered field")
    frame = field.pattern.frame(today or clock.today())
    counted = SerialCounter._default_manager.filter(record_type=row.record_type, field=row.name, frame=frame)
    last = counted.values_list("last", flat=True).first() or 0
    return Standing(row, registry.get(row.record_type), field, frame, last)


# What records hold


def taken_from(standing: Standing, count: int) -> list[str]:
    """The first few numbers of the frame, from a count on, that records have; those in the trash too."""
    asked = f"WITH held AS ({_counts_of(standing)}) SELECT number FROM held WHERE number >= %s ORDER BY 1 LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(asked, [*_named(standing), count, MOST_TOLD])
        return [Pattern.number(standing.frame, number) for (number,) in cursor.fetchall()]


@dataclass(frozen=True)
class Gaps:
    """Of the numbers given so far: how many no record has, and the first few of them."""

    count: int
    first: tuple[str, ...]


def gaps_of(standing: Standing) -> Gaps | None:
    """None where it would take too long to look. A record that was removed for good, or an import that was undone,
    leaves one."""
    if not standing.last:
        return Gaps(0, ())
    asked = f"""WITH held AS ({_counts_of(standing)})
        SELECT n, count(*) OVER () FROM generate_series(1, %s) n
        WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.number = n) ORDER BY 1 LIMIT %s"""
    try:
        with counting.patience(), connection.cursor() as cursor:
            cursor.execute(asked, [*_named(standing), min(standing.last, 1_000_000), MOST_TOLD])
            rows = cursor.fetchall()
    except OperationalError:
        return None
    return Gaps(rows[0][1] if rows else 0, tuple(Pattern.number(standing.frame, number) for number, _all in rows))


def _counts_of(standing: Standing) -> str:
    table = connection.ops.quote_name(standing.record_type.table)
    return f"SELECT substring(custom ->> %s, %s)::bigint AS number FROM {table}"


def _named(standing: Standing) -> list[Any]:
    return [standing.row.name, Pattern.matching(standing.frame)]
