"""Which lists there are, what points at their values, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, ManyToOneRel
from django.utils.text import capfirst

from zhike.records import gate
from zhike.records.models import OptionTable

BASE = "/settings/lists/"


@dataclass(frozen=True)
class Pointer:
    """A column of a table that names a value of the list."""

    model: Any
    name: str

    @property
    def label(self) -> str:
        """Customers · Industry."""
        field: Any = self.model._meta.get_field(self.name)
        return f"{capfirst(self.model._meta.verbose_name_plural)} · {capfirst(field.verbose_name)}"


@dataclass(frozen=True)
class Table:
    model: Any

    @property
    def name(self) -> str:
        """As in addresses: `customers-industry`."""
        return str(self.model._meta.label_lower).replace(".", "-")

    @property
    def label(self) -> str:
        return str(capfirst(self.model._meta.verbose_name_plural))

    @property
    def singular(self) -> str:
        return str(capfirst(self.model._meta.verbose_name))

    @property
    def url(self) -> str:
        return f"{BASE}{self.name}/"

    def rows(self) -> list[Any]:
        return list(self.model.objects.all())

    def pointers(self) -> Iterator[Pointer]:
        for relation in self.model._meta.get_fields(include_hidden=True):
            if isinstance(relation, ManyToOneRel) and relation.related_model._meta.managed and relation.field.column:
                yield Pointer(relation.related_model, relation.field.name)


def all_tables() -> list[Table]:
    """Every list without a page of its own, by label."""
    models = [model for model in apps.get_models() if issubclass(model, OptionTable) and not model.settings_url]
    return sorted((Table(model) for model in models), key=lambda table: table.label)


def get_table(name: str) -> Table:
    """Raises `NotVisible`."""
    found = next((table for table in all_tables() if table.name == name), None)
    if found is None:
        raise gate.NotVisible
    return found


def get_row(table: Table, row_id: int) -> Any:
    """Raises `NotVisible`."""
    found = table.model.objects.filter(pk=row_id).first()
    if found is None:
        raise gate.NotVisible
    return found


def counts(table: Table) -> Counter[int]:
    """How many records name each value, those in the trash too."""
    found: Counter[int] = Counter()
    for pointer in table.pointers():
        rows = pointer.model._base_manager.filter(**{f"{pointer.name}__isnull": False}).order_by()
        found.update(dict(rows.values_list(pointer.name).annotate(count=Count("pk"))))
    return found


def count_using(table: Table, row: Any) -> int:
    return sum(pointer.model._base_manager.filter(**{pointer.name: row}).count() for pointer in table.pointers())
