"""Entries of a calendar, written straight to HTML like the cards of a board: a month holds a hundred of them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from zhike.base.actors import Actor
from zhike.records.columns import Column, columns_of
from zhike.records.declaration import Calendar, RecordType
from zhike.records.fields.base import TONES
from zhike.records.fields.choices import Choice, ManyChoices, Option
from zhike.records.fields.moments import Day, Moment
from zhike.records.fields.numbers import Money
from zhike.records.fields.references import MemberReference
from zhike.records.pages import cards
from zhike.records.roles import sight

OUTCOMES = {"won": "good", "lost": "bad"}


class Entries:
    """How the entries of one calendar are drawn: what the reader may see of them is asked once for all."""

    def __init__(self, record_type: RecordType, by: Day) -> None:
        self.record_type = record_type
        self.by = by
        self.declared = record_type.calendar or Calendar(by.name)
        self.columns = self._columns()
        self.tone = self._tone_field()
        self.minutes = record_type.field(self.declared.minutes) if self.declared.minutes else None
        self.state = self.declared.state if sight.all_readable(record_type, self.declared.needs) else None

    def _columns(self) -> list[Column]:
        """What is told beside the title; the day itself is where the entry stands."""
        wanted = list(self.declared.shown or self.record_type.card_fields()) or ["owner"]
        declared = {column if isinstance(column, str) else column.name: column for column in self.record_type.columns}
        names = [
            name
            for name in wanted
            if name not in (self.by.name, self.record_type.title)
            and (self.record_type.field(name) or not getattr(declared.get(name), "is_field", True))
        ]
        return columns_of(self.record_type, names) if names else []

    def _tone_field(self) -> Choice | Option | None:
        board = self.record_type.board
        name = self.declared.tone or (board.lanes if board is not None else "")
        found = self.record_type.field(name) if name else None
        return found if isinstance(found, Choice | Option) and not isinstance(found, ManyChoices) else None

    @property
    def names(self) -> list[str]:
        """The fields that are read, for fetching what they point at along."""
        return [*(column.name for column in self.columns), *([self.tone.name] if self.tone else [])]

    def drawn(self, actor: Actor, records: Sequence[Any], movable: Set[int]) -> dict[int, SafeString]:
        """The entries by the record's id; those of `movable` records may be dragged to another day."""
        for column in self.columns:
            column.prepare(actor, records)
        return {record.pk: mark_safe(self._entry(record, record.pk in movable)) for record in records}

    def _entry(self, record: Any, is_movable: bool) -> str:
        value = self.by.value_of(record)
        state = self.state(record) if self.state else ""
        classes = " ".join(filter(None, ("calendar-entry", self._tone(record), state)))
        notes, amount, person = self._beside(record)
        title, told = escape(self.record_type.title_of(record)), escape(" · ".join(notes))
        when = self._when(record, value)
        moved = f' data-value="{escape(str(self.by.form_value(value)))}"' if is_movable else ""
        return (
            f'<article class="{classes}" id="entry-{record.pk}" data-id="{record.pk}"{moved}>'
            f'<a href="{record.get_absolute_url()}"{f" data-tip={chr(34)}{title} · {told}{chr(34)}" if told else ""}>'
            f'{f"<time>{when}</time>" if when else ""}<span class="title">{title}</span>'
            f"{f'<span class={chr(34)}note{chr(34)}>{told}</span>' if told else ''}{amount}{person}</a></article>"
        )

    def _beside(self, record: Any) -> tuple[list[str], str, str]:
        """What the columns say: words, the amount, and the letter of the owner."""
        notes, amount, person = [], "", ""
        for column in self.columns:
            field = column.field
            value = field.value_of(record) if column.is_field else None
            if column.is_field and value in (None, "", []):
                continue
            if isinstance(field, Money):
                amount = f'<span class="amount num">{escape(cards.money_text(field, record, value))}</span>'
            elif isinstance(field, MemberReference):
                person = cards.avatar(value)
            elif text := column.text(record):
                notes.append(text)
        return notes, amount, person

    def _tone(self, record: Any) -> str:
        value = self.tone.value_of(record) if self.tone else None
        if value in (None, ""):
            return ""
        if isinstance(self.tone, Choice):
            return TONES.get(self.tone.colour(value), "")
        return OUTCOMES.get(getattr(value, "outcome", ""), "") or TONES.get(getattr(value, "colour", ""), "")

    def _when(self, record: Any, value: Any) -> str:
        """14:00, or 14:00–14:45 where it is known how long it lasts."""
        if not isinstance(self.by, Moment) or not isinstance(value, datetime):
            return ""
        begin = timezone.localtime(value)
        lasts = self.minutes.value_of(record) if self.minutes is not None else None
        if not isinstance(lasts, int) or not lasts:
            return f"{begin:%H:%M}"
        return f'{begin:%H:%M}<span class="until">–{begin + timedelta(minutes=lasts):%H:%M}</span>'
