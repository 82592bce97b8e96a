"""Cards of a board, written straight to HTML: there may be hundreds of them on a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from zhike.base.markup import escape
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.moments import Day
from zhike.records.fields.numbers import Money, with_symbol
from zhike.records.fields.references import MemberReference
from zhike.records.roles import sight


def cards_html(record_type: RecordType, records: Iterable[Any]) -> SafeString:
    """The cards one after the other; what the reader may see of them is asked once for all."""
    fields = [field for name in record_type.card_fields() if (field := record_type.field(name))]
    is_late = record_type.board.is_late if record_type.board is not None and _tells_time(record_type) else None
    return mark_safe("".join(_card_html(record_type, fields, is_late, record) for record in records))


def _card_html(record_type: RecordType, fields: list[Field], is_late: Any, record: Any) -> str:
    """One card: title, what it belongs to, and a last line with amount, day or delay, and the owner's letter."""
    late = str(is_late(record) or "") if is_late else ""
    lines, amount, day, person = [], "", "", ""
    for field in fields:
        value = field.value_of(record)
        if value in (None, "", []):
            continue
        if isinstance(field, Money):
            amount = f'<span class="amount num">{escape(money_text(field, record, value))}</span>'
        elif isinstance(field, Day):
            day = str(field.html(value))
        elif isinstance(field, MemberReference):
            person = avatar(value)
        else:
            lines.append(f'<div class="line"><span class="truncate">{escape(field.text(value))}</span></div>')
    if late:
        day = f'<span class="chip warn">{escape(late)}</span>'
    return (
        f'<article class="board-card{" late" if late else ""}" id="card-{record.pk}" data-id="{record.pk}" '
        f'data-version="{record.version}" tabindex="0"><a class="title" href="{record.get_absolute_url()}">'
        f"{escape(record_type.title_of(record))}</a>{''.join(lines)}"
        f'<div class="line">{amount}<span class="push"></span>{day}{person}</div></article>'
    )


def _tells_time(record_type: RecordType) -> bool:
    """Whether the reader may know since when a record has been in its lane."""
    return record_type.board is not None and sight.all_readable(record_type, [f"{record_type.board.lanes}_entered_at"])


def money_text(field: Money, record: Any, value: Any) -> str:
    return with_symbol(value, getattr(record, field.currency_field)) if field.currency_field else field.text(value)


def avatar(member: Any) -> str:
    name = escape(str(member))
    return (
        f'<span class="avatar" style="--avatar:{escape(member.colour)}" title="{name}" role="img" '
        f'aria-label="{name}">{escape(member.initial)}</span>'
    )
