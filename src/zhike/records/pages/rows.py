"""The rows of a list, written straight to HTML: fifty rows of ten cells are too many for a template's loops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from zhike.base.markup import escape
from zhike.records.columns import Column
from zhike.records.declaration import RecordType
from zhike.records.fields.base import EMPTY

SHOWN_ON_A_PHONE = 5
"""Cells a row keeps on a phone, the title not counted."""
SPEAK_FOR_THEMSELVES = frozenset(
    {
        "choice",
        "many_choices",
        "option",
        "reference",
        "references",
        "member",
        "department",
        "cascade",
        "region",
        "tags",
        "phones",
    }
)
"""Kinds of value that need no label before them."""


def rows_of(
    record_type: RecordType,
    columns: Sequence[Column],
    records: Iterable[Any],
    editable: Set[int] = frozenset(),
    *,
    picked: bool = True,
) -> SafeString:
    """`editable` are the ids of the records whose cells may be edited in place; `picked`: with a box to select by."""
    cells = [_Cell(record_type, column, place) for place, column in enumerate(columns)]
    return mark_safe(
        "".join(_row(record_type, cells, record, record.pk in editable, picked=picked) for record in records)
    )


def _row(record_type: RecordType, cells: Sequence[_Cell], record: Any, editable: bool, *, picked: bool) -> str:
    title = escape(record_type.title_of(record))
    drawn = "".join(cell.html(record, editable) for cell in cells)
    if not picked:
        return f"<tr>{drawn}</tr>"
    return (
        f'<tr data-id="{record.pk}"><td class="pick frozen"><input type="checkbox" name="ids" value="{record.pk}" '
        f'aria-label="{title}"></td>{drawn}</tr>'
    )


class _Cell:
    """What every cell of a column has in common."""

    def __init__(self, record_type: RecordType, column: Column, place: int) -> None:
        self.column = column
        self.url = f"{record_type.url}%d/cells/{column.field.name}/" if column.field.editable else ""
        is_title = column.name == record_type.title
        classes = ["title", "frozen"] if is_title else []
        if column.align == "right":
            classes += ["right", "num"]
        if column.field.kind in SPEAK_FOR_THEMSELVES:
            classes.append("plain-value")
        if column.name == "owner":
            classes.append("corner")
        elif place > SHOWN_ON_A_PHONE:
            classes.append("low")
        self.classes = " ".join(classes)
        self.opening = f' data-label="{escape(column.label)}"' + (' style="--left:36px"' if is_title else "")

    def html(self, record: Any, editable: bool) -> str:
        drawn = self.column.html(record)
        classes = f"{self.classes} low" if drawn == EMPTY else self.classes
        cell = f' data-cell="{self.url % record.pk}"' if editable and self.url else ""
        return f'<td class="{classes}"{self.opening}{cell}>{drawn}</td>'


def cell_html(record_type: RecordType, column: Column, place: int, record: Any) -> SafeString:
    """One cell by itself, after its value was edited in place."""
    return mark_safe(_Cell(record_type, column, place).html(record, editable=True))
