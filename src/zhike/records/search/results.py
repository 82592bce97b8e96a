"""Hits as the palette and the page of results draw them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhike.base import chinese
from zhike.base.markup import escape, format_html
from zhike.records import registry
from zhike.records.columns import colour_of
from zhike.records.declaration import RecordType
from zhike.records.fields.contacts import shown_phone

BETWEEN = " · "
DIGITS = re.compile(r"\d{3,}")
LONGEST_NOTE_PART = 60


@dataclass(frozen=True)
class Row:
    """One record in a list of results: `title` with what was typed marked, `aside` at the right edge."""

    url: str
    title: SafeString
    note: str
    aside: str
    icon: str
    initial: str = ""
    colour: str = ""
    shape: str = ""


def rows_of(records: Iterable[Any], words: str = "") -> list[Row]:
    return [row_of(record, words) for record in records]


def row_of(record: Any, words: str = "") -> Row:
    record_type = registry.of(record)
    title = record_type.title_of(record)
    row = {"initial": title[:1], "colour": colour_of(title)} if record_type.avatar else {}
    shape = "square" if record_type.avatar == "square" else ""
    note, aside = _note(record_type, record), _matching_phone(record_type, record, words)
    return Row(record.get_absolute_url(), marked(title, words), note, aside, record_type.icon, shape=shape, **row)


def _note(record_type: RecordType, record: Any) -> str:
    parts = []
    for name in record_type.search.note:
        field = record_type.field(name)
        if field is not None:
            parts.append(field.text(field.value_of(record))[:LONGEST_NOTE_PART])
    return BETWEEN.join(part for part in parts if part)


def _matching_phone(record_type: RecordType, record: Any, words: str) -> str:
    """The phone that was meant, when digits were typed that it ends or begins with."""
    typed = DIGITS.findall("".join(chinese.fold_width(words).replace("-", "").replace(" ", "")))
    for name, field in record_type.fields().items():
        if field.kind == "phones" and typed:
            for entry in getattr(record, name) or []:
                digits = entry["number"].lstrip("+")
                if any(digits.endswith(part) or digits.removeprefix("86").startswith(part) for part in typed):
                    return shown_phone(entry)
    return ""


def marked(title: str, words: str) -> SafeString:
    """The title with the typed words marked where they stand in it as they were typed."""
    parts = sorted({re.escape(part) for part in chinese.fold_width(words).split() if part}, key=len, reverse=True)
    if not parts:
        return escape(title)
    pieces = re.split(f"({'|'.join(parts)})", title, flags=re.IGNORECASE)
    return mark_safe(  # every piece is escaped
        "".join(format_html("<mark>{}</mark>", piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces))
    )


def counted(count: int | None) -> str:
    """How many there are, in words fit for a chip."""
    from zhike.records.search.finding import COUNTED_TO

    return _("over %(count)d") % {"count": COUNTED_TO} if count is None else str(count)
