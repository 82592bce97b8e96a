"""One row of the details: the label of a field, its value, and whether it can be edited where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhike.base.markup import escape
from zhike.records.declaration import RecordType
from zhike.records.fields.base import EMPTY, Field
from zhike.records.fields.choices import Choice, ManyChoices, Option
from zhike.records.fields.masking import Masked
from zhike.records.fields.numbers import Money, with_symbol
from zhike.records.fields.rich import RichText
from zhike.records.forms import GROUPS

WRAPPED = GROUPS - {"cascade"} | {"long_text"}
NUMERIC = frozenset({"integer", "decimal", "percent", "money", "day", "moment", "phones", "phone"})


@dataclass(frozen=True)
class DetailRow:
    field: Field
    html: Any
    editable: bool
    url: str
    reveal_url: str = ""
    """Where a masked value is read in full."""

    @property
    def is_empty(self) -> bool:
        return self.html is EMPTY

    @property
    def classes(self) -> str:
        words = ["num"] if self.field.kind in NUMERIC else []
        if self.field.kind in WRAPPED:
            words.append("wrap")
        if self.is_empty:
            words.append("empty-value")
        return " ".join(words)


def detail_row(
    record_type: RecordType, record: Any, field: Field, *, editable: bool, reveals: bool = False
) -> DetailRow:
    base = f"{record_type.url}{record.pk}/"
    can_be_revealed = reveals and isinstance(field, Masked) and not field.is_title
    return DetailRow(
        field, value_html(field, record), editable and field.editable, f"{base}cells/{field.name}/?as=row",
        f"{base}reveals/{field.name}/" if can_be_revealed else "",
    )  # fmt: skip


def value_html(field: Field, record: Any) -> Any:
    """The value as shown on a record page: money with its currency, a chip only where its colour means something."""
    value = field.value_of(record)
    if (
        isinstance(field, Choice)
        and not isinstance(field, ManyChoices)
        and value not in (None, "", [])
        and not field.colour(value)
    ):
        return escape(field.text(value))
    if isinstance(field, Option) and value is not None and not getattr(value, "colour", ""):
        return escape(str(value))
    if isinstance(field, Money) and value is not None and field.currency_field:
        return with_symbol(value, getattr(record, field.currency_field))
    if isinstance(field, RichText):
        return field.marked(value)
    return field.html(value)
