"""A field of a record type: one object that every road asks.

A list cell, a form, a condition, an import, an export, the API and the audit log all get their answers from
the same field: how a value is read, checked, shown, sorted, compared and written. A field is made from a
Django model field, or from a `CustomField` row (then its value lies in the record's `custom` column).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf
from django.db.models.lookups import IsNull
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from zhike.base.markup import escape

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from zhike.base.actors import Actor

EMPTY = mark_safe('<span class="none">–</span>')
TONES = {"g": "good", "w": "warn", "b": "bad", "a": "accent", "v": "plum"}
"""The meanings a chip may have: good, attention, bad, accent, new; a letter in tables, a class on the page."""


class Invalid(Exception):
    """A value that a field cannot take; `message` says why and what would do."""

    def __init__(self, message: _StrOrPromise) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Context:
    """What a value or condition is understood against: who asks, when, where."""

    actor: Actor
    today: date
    now: datetime
    zone: tzinfo


class Field:
    kind: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "empty", "not_empty")
    align: ClassVar[str] = ""
    width: ClassVar[int] = 140
    sortable: ClassVar[bool] = True
    summable: ClassVar[bool] = False
    castable: ClassVar[str] = ""
    """What a stored custom value must look like for the database to take it for a value of this kind: a text left from
    another kind must not break the list."""

    def __init__(
        self,
        name: str,
        label: _StrOrPromise,
        *,
        model_field: models.Field[Any, Any] | None = None,
        required: bool = False,
        editable: bool = True,
        help_text: _StrOrPromise = "",
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.label = label
        self.model_field = model_field
        self.required = required
        self.editable = editable
        self.help_text = help_text
        self.options = dict(options or {})

    @classmethod
    def of_model_field(cls, model_field: Any, **overrides: Any) -> Field:
        settings = {
            "label": capitalised(model_field.verbose_name),
            "model_field": model_field,
            "required": not model_field.blank and not model_field.has_default() and not model_field.null,
            "editable": model_field.editable,
            "help_text": model_field.help_text,
        }
        return cls(model_field.name, **(settings | overrides))

    # Where the value lies

    @property
    def is_custom(self) -> bool:
        return self.model_field is None

    def value_of(self, record: Any) -> Any:
        if self.is_custom:
            return self.restored(record.custom.get(self.name))
        return getattr(record, self.name)

    def restored(self, stored: Any) -> Any:
        """A custom value; one that was written when the field was of another kind and fits no more is none."""
        try:
            return self.from_stored(stored)
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            return self.from_stored(None)

    def assign(self, record: Any, value: Any) -> None:
        if self.is_custom:
            record.custom = {**record.custom, self.name: self.to_stored(value)}
        else:
            setattr(record, self.name, value)

    def from_stored(self, stored: Any) -> Any:
        """Back from JSON to a Python value, for custom fields and for the change log."""
        return stored

    def to_stored(self, value: Any) -> Any:
        return value

    def expression(self, prefix: str = "") -> Any:
        """What to sort or compare by; `prefix` leads there from another model ("customer__")."""
        if not self.is_custom:
            return models.F(f"{prefix}{self.name}")
        text: Any = KeyTextTransform(self.name, f"{prefix}custom")
        if self.castable:
            pattern = models.Value(self.castable, models.TextField())
            text = models.Func(text, pattern, function="substring", output_field=models.TextField())
        return self.cast(NullIf(text, models.Value("")))

    def cast(self, text: Any) -> Any:
        """A text of the database as a value of the field."""
        return Cast(text, self.output_field())

    def output_field(self) -> models.Field[Any, Any]:
        return models.TextField()

    def order(self, prefix: str = "") -> Any:
        return self.expression(prefix)

    def default(self) -> Any:
        """What a new record gets where nothing is said; only custom fields say so here."""
        stored = self.options.get("default") if self.is_custom else None
        return None if stored in (None, "", []) else self.restored(stored)

    # From outside

    def clean(self, raw: Any) -> Any:
        """A value from a form or the API. Raises `Invalid`; an empty value gives `None` (text: "")."""
        if raw is None or raw == "":
            if self.required:
                raise Invalid(_("This field is required."))
            return self.empty_value()
        return self.clean_value(raw)

    def clean_value(self, raw: Any) -> Any:
        return raw

    def empty_value(self) -> Any:
        return None

    def from_form(self, data: Any) -> Any:
        """The raw value of a posted form (a `QueryDict`)."""
        return data.get(self.name)

    def read(self, raw: Any, zone: tzinfo) -> Any:
        """A value as people write it in spreadsheets: more forgiving than `clean`. Raises `Invalid`."""
        return self.clean(raw)

    def says_same(self, current: Any, wanted: Any) -> bool:
        """Whether a value of a file brings nothing new."""
        return bool(current == wanted)

    # To outside

    def text(self, value: Any) -> str:
        return "" if value is None else str(value)

    def html(self, value: Any) -> SafeString:
        shown = self.text(value)
        return escape(shown) if shown else EMPTY

    def json(self, value: Any) -> Any:
        return value

    def cell(self, value: Any) -> Any:
        """The value for an exported file."""
        return self.text(value)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of `json(value)`."""
        return {"type": ["string", "null"]}

    def form_value(self, value: Any) -> Any:
        """What the input of a form shows."""
        return "" if value is None else value

    # Conditions

    def compare(self, lookup: str, value: Any, prefix: str = "") -> Q:
        if not self.is_custom:
            return Q(**{f"{prefix}{self.name}__{lookup}": value})
        expression: Any = self.expression(prefix)
        *steps, last = lookup.split("__")
        if expression.get_lookup(last) is None:
            steps, last = [*steps, last], "exact"
        for step in steps:
            expression = expression.get_transform(step)(expression)
        found = Q(expression.get_lookup(last)(expression, value))
        # Turned into its opposite, a comparison holds for records without a value, as it does for columns.
        return found if last == "isnull" else found & Q(IsNull(self.expression(prefix), False))

    def is_empty(self, prefix: str = "") -> Q:
        return self.compare("isnull", True, prefix)

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        """The condition `operator value` as a `Q`. `Invalid` when the value does not fit the operator."""
        if operator == "empty":
            return self.is_empty(prefix)
        if operator == "not_empty":
            return ~self.is_empty(prefix)
        if operator == "is":
            return self.compare("exact", self._wanted(value), prefix)
        if operator == "is_not":
            return ~self.compare("exact", self._wanted(value), prefix)
        raise Invalid(_("“%(operator)s” does not fit here.") % {"operator": operator})

    def _wanted(self, value: Any) -> Any:
        if value is None or value == "":
            raise Invalid(_("Say a value to compare with."))
        wanted = self.clean_value(value)
        if wanted is None or wanted == "":
            raise Invalid(_("Say a value to compare with."))
        return wanted

    def explain(self, operator: str, value: Any) -> str:
        """The value of a condition in words."""
        return self.text(self._wanted(value))

    def choices(self) -> list[tuple[str, str]]:
        """The values to choose from, where they are few; else empty."""
        return []


class RowField(Field):
    """A field whose value is a row of another table: a record, or one of a short list."""

    def json(self, value: Any) -> Any:
        return None if value is None else {"id": value.pk, "name": str(value)}

    def schema(self) -> dict[str, Any]:
        return {
            "type": ["object", "null"],
            "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
        }

    def form_value(self, value: Any) -> Any:
        return getattr(value, "pk", value) or ""

    def among(self, operator: str, ids: list[Any], prefix: str) -> Q:
        """The condition `in` or `not_in` these rows; without any it says nothing."""
        if not ids or None in ids:
            raise Invalid(_("Say a value to compare with."))
        found = self.compare("in", ids, prefix)
        return ~found | self.is_empty(prefix) if operator == "not_in" else found


def capitalised(text: Any) -> Any:
    from django.utils.functional import lazystr
    from django.utils.text import capfirst

    return capfirst(text) if isinstance(text, str) else lazystr(capfirst(text)) if text else ""
