"""References a company defines itself: the numbers of records of any type, kept in the `custom` column.

The rows behind the numbers are read together for all the records of a page (`bring`), and one by one only where
nobody asked for them together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from functools import reduce
from operator import and_, or_
from typing import Any, ClassVar, TypeGuard

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTransform
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from zhike.base import kept
from zhike.base.markup import format_html_join
from zhike.records.fields.base import EMPTY, Context, Field, Invalid, RowField
from zhike.records.fields.references import MemberReference, Reference, as_id
from zhike.records.fields.text import as_list, holds

BESIDE = "_pointed_at"
"""Where a record keeps the rows its own references point at: `{(model, id): row or None}`."""
MOST = 100
"""Records one field may point at."""


class Pointing(RowField, ABC):
    """What one and many have in common. `options["target"]` names the record type."""

    @property
    def model(self) -> Any:
        from zhike.records import registry

        return registry.get(self.options["target"]).model

    @property
    def record_type_name(self) -> str:
        return str(getattr(self.model, "record_type_name", ""))

    def ids_of(self, record: Any) -> list[int]:
        """The numbers the record holds, without asking the database about them."""
        return ids_in(record.custom.get(self.name))

    def rows_of(self, record: Any) -> list[Any]:
        """The rows that are there; a number whose record is gone for good stands for nothing."""
        ids = self.ids_of(record)
        return _beside(record, self.model, ids) if ids else []

    def assign(self, record: Any, value: Any) -> None:
        super().assign(record, value)
        known = record.__dict__.setdefault(BESIDE, {})
        known.update({(self.model, row.pk): row for row in as_list(value)})

    @abstractmethod
    def pointing_at(self, reference: Any) -> Q:
        """The records that point at one: by its number, or `OuterRef("pk")` in a condition."""

    def read(self, raw: Any, zone: tzinfo) -> Any:
        raise Invalid(_("A record is found by its keys here, not by text."))


class OwnReference(Pointing, Reference):
    """One record of the type an administrator chose."""

    kind = "reference"
    castable = r"^([0-9]{1,18})$"

    def value_of(self, record: Any) -> Any:
        return next(iter(self.rows_of(record)), None)

    def from_stored(self, stored: Any) -> Any:
        ids = ids_in(stored)
        return next(iter(_found(self.model, ids[:1])), None) if ids else None

    def to_stored(self, value: Any) -> Any:
        return None if value is None else value.pk

    def output_field(self) -> models.Field[Any, Any]:
        return models.BigIntegerField()

    def compare(self, lookup: str, value: Any, prefix: str = "") -> Q:
        return super().compare(lookup, getattr(value, "pk", value), prefix)

    def order(self, prefix: str = "") -> Any:
        """By what it points at, as a list of those would be sorted."""
        number = outer(self.expression(prefix))
        return Subquery(self.model._default_manager.filter(pk=number).values("title_key")[:1])

    def pointing_at(self, reference: Any) -> Q:
        return self.compare("exact", reference)


class OwnMember(OwnReference, MemberReference):
    kind = "member"

    @property
    def model(self) -> Any:
        return get_user_model()


class OwnDepartment(OwnReference):
    """A department; conditions also know those below it."""

    kind = "department"
    operators: ClassVar[tuple[str, ...]] = ("in", "not_in", "department", "empty", "not_empty")
    width = 130

    @property
    def model(self) -> Any:
        return get_user_model()._meta.get_field("department").related_model

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator != "department":
            return super().condition(operator, value, context, prefix)
        ids = [number for each in as_list(value) if (number := as_id(each)) is not None]
        if not ids:
            raise Invalid(_("Say a value to compare with."))
        rows = self.model._default_manager
        below = Q(pk__in=[])
        for path in rows.filter(pk__in=ids).values_list("path", flat=True):
            below |= Q(path__startswith=path)
        return self.compare("in", rows.filter(below).values("pk"), prefix)


class References(Pointing):
    """Several records of the type an administrator chose, in the order they were given."""

    kind = "references"
    operators: ClassVar[tuple[str, ...]] = ("has_any", "has_all", "has_none", "empty", "not_empty")
    sortable = False
    width = 200

    def value_of(self, record: Any) -> Any:
        return self.rows_of(record)

    def from_stored(self, stored: Any) -> Any:
        return _found(self.model, ids_in(stored))

    def to_stored(self, value: Any) -> Any:
        return [row.pk for row in value or []]

    def empty_value(self) -> Any:
        return []

    def from_form(self, data: Any) -> Any:
        return data.getlist(self.name)

    def clean(self, raw: Any) -> Any:
        found = self.clean_value([] if raw is None or raw == "" else raw)
        if self.required and not found:
            raise Invalid(_("This field is required."))
        return found

    def clean_value(self, raw: Any) -> Any:
        """Each as `Reference.clean_value` takes one: an instance, an id, `{"id": …}` or `{"external_id": …}`."""
        if not isinstance(raw, list | tuple):
            raise Invalid(_("A list of records is expected here."))
        if len(raw) > MOST:
            raise Invalid(_("At most %(limit)d records.") % {"limit": MOST})
        one = OwnReference(self.name, self.label, options=self.options)
        wanted = [each for each in raw if each != ""]
        known = self._rows_by_id(wanted)
        found = [known.get(as_id(_number(each)) or 0) or one.clean_value(each) for each in wanted]
        return list({row.pk: row for row in found}.values())

    def _rows_by_id(self, raw: Sequence[Any]) -> dict[int, Any]:
        ids = {number for each in raw if (number := as_id(_number(each)))}
        rows = self.model._default_manager.filter(pk__in=ids, trashed_at__isnull=True) if ids else ()
        return {row.pk: row for row in rows}

    def text(self, value: Any) -> str:
        return str(_(", ")).join(str(row) for row in value or [])

    def html(self, value: Any) -> SafeString:
        if not value:
            return EMPTY
        links = ((row.get_absolute_url(), str(row)) for row in value)
        return format_html_join(mark_safe(", "), '<a class="ref" href="{}">{}</a>', links)

    def json(self, value: Any) -> Any:
        return [super(References, self).json(row) for row in value or []]

    def cell(self, value: Any) -> Any:
        return "; ".join(str(row) for row in value or [])

    def schema(self) -> dict[str, Any]:
        one = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
        return {"type": "array", "items": one}

    def form_value(self, value: Any) -> Any:
        return [str(getattr(each, "pk", each)) for each in value or []]

    def output_field(self) -> models.Field[Any, Any]:
        return models.JSONField()

    def is_empty(self, prefix: str = "") -> Q:
        at = f"{prefix}custom__{self.name}"
        return Q(**{at: []}) | Q(**{at: None}) | Q(**{f"{at}__isnull": True})

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("has_any", "has_all", "has_none"):
            ids = [as_id(each) for each in as_list(value)]
            if not ids or None in ids:
                raise Invalid(_("Say a value to compare with."))
            each = [holds(f"{prefix}custom", self.name, number) for number in ids]
            found = reduce(and_ if operator == "has_all" else or_, each)
            return ~found if operator == "has_none" else found
        return Field.condition(self, operator, value, context, prefix)

    def explain(self, operator: str, value: Any) -> str:
        return Reference.explain(self, operator, value)  # type: ignore[arg-type]

    def pointing_at(self, reference: Any) -> Q:
        if not isinstance(reference, OuterRef):
            return holds("custom", self.name, reference)
        number = models.Func(reference, function="to_jsonb", output_field=models.JSONField())
        return Q(
            models.Func(
                KeyTransform(self.name, "custom"), number, template="(%(expressions)s)", arg_joiner=" @> ",
                output_field=models.BooleanField(),
            )
        )  # fmt: skip


def points(field: Any) -> TypeGuard[Reference | References]:
    """Whether values of the field are records, one or many, of a column or of the company's own."""
    return isinstance(field, Reference | References)


def ids_in(stored: Any) -> list[int]:
    return [number for each in as_list(stored) if (number := as_id(each)) is not None]


def bring(fields: Iterable[Any], records: Iterable[Any]) -> None:
    """Reads what these records point at in the company's own fields, one query per type of record."""
    pointing = [field for field in fields if isinstance(field, Pointing)]
    if not pointing:
        return
    records = list(records)
    wanted: dict[Any, set[int]] = defaultdict(set)
    for field in pointing:
        for record in records:
            wanted[field.model].update(field.ids_of(record))
    known = {(model, number): None for model, ids in wanted.items() for number in ids}
    for model, ids in wanted.items():
        known |= {(model, row.pk): row for row in (model._default_manager.filter(pk__in=ids) if ids else ())}
    for record in records:
        record.__dict__.setdefault(BESIDE, {}).update(known)


def _beside(record: Any, model: Any, ids: list[int]) -> list[Any]:
    known = record.__dict__.setdefault(BESIDE, {})
    missing = [number for number in ids if (model, number) not in known]
    if missing:
        known.update(dict.fromkeys((model, number) for number in missing))
        known.update({(model, row.pk): row for row in _found(model, missing)})
    return [row for number in ids if (row := known[model, number]) is not None]


def _found(model: Any, ids: list[int]) -> list[Any]:
    """The rows in the order of their numbers."""
    if len(ids) == 1:
        row = kept.once((model, ids[0]), lambda: model._default_manager.filter(pk=ids[0]).first())
        return [] if row is None else [row]
    rows = {row.pk: row for row in model._default_manager.filter(pk__in=ids)} if ids else {}
    return [rows[number] for number in ids if number in rows]


def _number(raw: Any) -> Any:
    return raw.get("id") if isinstance(raw, dict) and set(raw) <= {"id", "name"} else getattr(raw, "pk", raw)


def outer(expression: Any) -> Any:
    """The expression as seen from a subquery: its columns are those of the row outside."""
    if isinstance(expression, models.F):
        return OuterRef(expression.name)  # type: ignore[attr-defined]
    seen = expression.copy()
    seen.set_source_expressions([outer(each) if each is not None else None for each in seen.get_source_expressions()])
    return seen
