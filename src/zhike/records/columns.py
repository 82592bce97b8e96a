"""Cells of a list that draw themselves. Most columns are just a field; some draw it in their own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.safestring import SafeString

from zhike.base.actors import Actor
from zhike.base.markup import format_html
from zhike.records.currencies import keeping
from zhike.records.declaration import RecordType
from zhike.records.fields import pointing
from zhike.records.fields.base import EMPTY, Field
from zhike.records.fields.masking import Masked
from zhike.records.fields.numbers import Money, with_symbol
from zhike.records.layouts import reading

PALETTE = ("#2f5bd7", "#0b7a7c", "#b45309", "#be3d7a", "#6d3fc0", "#475569", "#1a7f4b", "#c8322b")


def colour_of(text: str) -> str:
    """The same colour for the same words, always."""
    return PALETTE[sum(text.encode()) % len(PALETTE)]


class Column:
    """A column over one field; subclasses draw it differently.

    One with `is_field` false stands over no field: it binds itself.
    """

    is_field = True

    def __init__(self, name: str, *, label: Any = "", width: int = 0) -> None:
        self.name = name
        self._label = label
        self._width = width
        self.field: Field
        self.currency = ""
        """The column of the currency, where amounts may be in several."""

    def bind(self, record_type: RecordType) -> Column:
        found = record_type.field(self.name)
        if found is None:
            raise LookupError(self.name)
        self.field = found
        self.record_type = record_type
        self.currency = _currency_beside(record_type, found)
        return self

    def prepare(self, actor: Actor, records: Sequence[Any]) -> None:
        """Looks up at once what the cells of these records need besides."""
        pointing.bring([self.field], records)

    @property
    def label(self) -> Any:
        return self._label or self.field.label

    @property
    def width(self) -> int:
        return self._width or self.field.width

    @property
    def align(self) -> str:
        return self.field.align

    @property
    def sort(self) -> str:
        return self.name if self.field.sortable else ""

    def html(self, record: Any) -> SafeString:
        value = self.field.value_of(record)
        if self.currency and value is not None and (code := getattr(record, self.currency)) != keeping.own():
            return format_html('<span class="num">{}</span>', with_symbol(value, code))
        return self.field.html(value)

    def text(self, record: Any) -> str:
        return self.field.text(self.field.value_of(record))


class Title(Column):
    """The title as a link to the record, with its letter before it."""

    def html(self, record: Any) -> SafeString:
        title = self.record_type.title_of(record)
        avatar = self.record_type.avatar
        letter = EMPTY
        if avatar:
            letter = format_html(
                '<span class="avatar {}" style="--avatar:{}" aria-hidden="true">{}</span>',
                "square" if avatar == "square" else "",
                colour_of(title),
                title[:1],
            )
        return format_html('{}<a href="{}">{}</a>', letter if avatar else "", record.get_absolute_url(), title)

    @property
    def width(self) -> int:
        return self._width or 220


class Drawn(Column):
    """A column whose cell a function draws: `(record) -> text or SafeString`; not sortable unless it names a field."""

    def __init__(
        self, name: str, draw: Callable[[Any], Any], *, label: Any = "", width: int = 0, align: str = ""
    ) -> None:
        super().__init__(name, label=label, width=width)
        self.draw = draw
        self._align = align

    @property
    def align(self) -> str:
        return self._align or self.field.align

    def html(self, record: Any) -> SafeString:
        return format_html("{}", self.draw(record))


def _currency_beside(record_type: RecordType, field: Field) -> str:
    """Nothing where it is hidden or masked, or the amounts are."""
    name = field.currency_field if isinstance(field, Money) else ""
    beside = record_type.field(name) if name else None
    return name if beside is not None and not isinstance(beside, Masked) else ""


def columns_of(record_type: RecordType, names: list[str] | tuple[str, ...] = ()) -> list[Column]:
    """Bound columns: the chosen names, those laid out, or the declared ones. A name that is gone is left out."""
    declared = {_name(each): each for each in (*record_type.columns, *record_type.extra_columns)}
    wanted = names or (reading.body_of(record_type.name, reading.COLUMNS) or {}).get("names", ())
    chosen = [name for name in wanted if _can_be_shown(record_type, declared.get(name, name))]
    if not chosen:
        chosen = [name for name in declared_names(record_type) if _can_be_shown(record_type, declared.get(name, name))]
    return [_bound(record_type, declared.get(name, name)) for name in chosen]


def declared_names(record_type: RecordType) -> list[str]:
    return [_name(each) for each in record_type.columns]


def available_columns(record_type: RecordType) -> list[Column]:
    """Everything that can be shown as a column, declared ones first."""
    declared = [_name(each) for each in (*record_type.columns, *record_type.extra_columns)]
    return columns_of(record_type, list(dict.fromkeys([*declared, *record_type.fields_as_laid_out()])))


def _can_be_shown(record_type: RecordType, column: Any) -> bool:
    """Whether the column stands over a field that is there, for whoever asks."""
    return not getattr(column, "is_field", True) or record_type.field(_name(column)) is not None


def _name(column: Any) -> str:
    return column if isinstance(column, str) else str(column.name)


def _bound(record_type: RecordType, column: Any) -> Column:
    import copy

    if isinstance(column, str):
        column = Title(column) if column == record_type.title else Column(column)
    elif isinstance(record_type.field(column.name), Masked) and type(column) not in (Column, Title):
        plain = Title if column.name == record_type.title else Column  # it would draw what must not be read
        column = plain(column.name, label=column._label, width=column._width)
    return copy.copy(column).bind(record_type)
