"""What an export holds: the records the actor may export, in the asked order, as rows of cells."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.sentences import Sentence
from zhike.records import listing, policies
from zhike.records.declaration import RecordType
from zhike.records.fields import pointing
from zhike.records.fields.base import Field
from zhike.records.fields.text import Region
from zhike.records.importing import targets
from zhike.records.roles import sight

FORMATS = ("csv", "xlsx", "parquet")
CHUNK = 1000


class UnableToExport(Sentence):
    """The right is missing, or the format cannot hold so much."""


@dataclass
class Export:
    """`columns` by name; empty stands for every field, headed by the record's number, and beside each reference the
    number of the record it names, so that the file can come back."""

    record_type: RecordType
    actor: Actor
    condition: Any = None
    words: str = ""
    sort: str = ""
    columns: Sequence[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.record_type.policy.may(self.actor, policies.EXPORT):
            raise UnableToExport(_("You may not export %(type)s.") % {"type": self.record_type.plural})
        with sight.seen_by(self.actor):
            self._choose()

    def _choose(self) -> None:
        numbers = {number.name: number for number in targets.numbers_of(self.record_type)}
        known = {**self.record_type.fields(), **numbers}
        unknown = [name for name in self.columns if name not in known and name != targets.NUMBER]
        if unknown:
            raise UnableToExport(_("There is no field “%(name)s”.") % {"name": unknown[0][:60]})
        self.names = list(self.columns) or [targets.NUMBER, *_with_numbers(all_names(self.record_type), numbers)]
        self.fields: list[Field | None] = [known.get(name) for name in self.names]

    @property
    def title(self) -> str:
        return str(self.record_type.plural)

    @property
    def headings(self) -> list[str]:
        number = str(targets.targets_of(self.record_type)[targets.NUMBER].label)
        return [str(found.label) if found else number for found in self.fields]

    def queryset(self) -> Any:
        """Raises `ConditionError`, `ListError`."""
        with sight.seen_by(self.actor):
            found = listing.base_query(self.actor, self.record_type, condition=self.condition, action=policies.EXPORT)
            return listing.matching_words(found, self.record_type, self.words)

    def count(self) -> int:
        return int(self.queryset().order_by().count())

    def rows(self) -> Iterator[list[Any]]:
        related = listing.references_among(self.record_type, self.names)
        queryset = self.queryset().select_related(*related) if related else self.queryset()
        records = self._ordered(queryset).iterator(chunk_size=CHUNK)
        while chunk := list(islice(records, CHUNK)):
            pointing.bring((getattr(found, "reference", found) for found in self.fields), chunk)
            for record in chunk:
                yield [record.pk if found is None else cell_of(found, found.value_of(record)) for found in self.fields]

    def _ordered(self, queryset: Any) -> Any:
        with sight.seen_by(self.actor):
            asked = self.sort
            order = listing.order_of(self.record_type, asked) if asked else listing.usual_order(self.record_type)
        last = "-pk" if order.descending else "pk"
        if order.field is None:
            return queryset.order_by(last)
        by: Any = F("title_key") if order.title else order.field.order()
        if not order.title:
            queryset = queryset.annotate(sort_value=by)
            by = F("sort_value")
        return queryset.order_by(by.desc(nulls_last=True) if order.descending else by.asc(nulls_last=True), last)


def all_names(record_type: RecordType) -> list[str]:
    """Every field a person sees, in the order of the form, those the system keeps last."""
    fields = record_type.fields_as_laid_out()
    if record_type.export_fields:
        return [name for name in record_type.export_fields if name in fields]
    return list(fields)


def _with_numbers(names: list[str], numbers: Container[str]) -> list[str]:
    """Each reference is followed by its number."""
    found = [(name, f"{name}{targets.NUMBER_OF}") for name in names]
    return [each for name, number in found for each in ((name, number) if number in numbers else (name,))]


def cell_of(found: Field, value: Any) -> Any:
    """A value for a file: numbers, days and truth as such, everything else as text that an import reads again."""
    if isinstance(found, Region):
        return value or ""
    cell = found.cell(value)
    return cell if cell is None or isinstance(cell, int | float | Decimal) or hasattr(cell, "isoformat") else str(cell)
