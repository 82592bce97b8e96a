"""Which field a model field or a custom field becomes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language

from zhike.records import model_fields
from zhike.records.fields import (
    addresses,
    cascades,
    choices,
    contacts,
    currencies,
    files,
    moments,
    numbers,
    pointing,
    references,
    rich,
    serial,
    text,
)
from zhike.records.fields.base import Field
from zhike.records.roles.field import Roles

BY_MODEL_FIELD: tuple[tuple[type[Any], type[Field]], ...] = (
    (model_fields.MoneyField, numbers.Money),
    (model_fields.CurrencyField, currencies.CurrencyChoice),
    (model_fields.PhonesField, contacts.Phones),
    (model_fields.EmailsField, contacts.Emails),
    (model_fields.TagsField, text.Tags),
    (model_fields.RolesField, Roles),
    (model_fields.RegionField, text.Region),
    (models.DecimalField, numbers.DecimalNumber),
    (models.BooleanField, numbers.YesNo),
    (models.IntegerField, numbers.Number),
    (models.DateTimeField, moments.Moment),
    (models.DateField, moments.Day),
    (models.EmailField, contacts.Email),
    (models.URLField, text.Link),
    (models.TextField, text.LongText),
    (models.CharField, text.Text),
)

CUSTOM_KINDS: dict[str, type[Field]] = {
    kind.kind: kind
    for kind in (
        text.Text, text.LongText, text.Link, text.Tags, text.Region, numbers.Number, numbers.DecimalNumber,
        numbers.Percent, numbers.Money, numbers.YesNo, numbers.Rating, moments.Day, moments.Moment, choices.Choice,
        choices.ManyChoices, contacts.Phone, contacts.Email, pointing.OwnReference, pointing.References,
        pointing.OwnMember, pointing.OwnDepartment, serial.Serial,
        cascades.Cascade, addresses.Address, rich.RichText, files.Files,
        files.Pictures,
    )
}  # fmt: skip


def field_of_model_field(model_field: Any, **overrides: Any) -> Field | None:
    """The engine's field for a column, or None for columns that are no business of a person."""
    if isinstance(model_field, models.ForeignKey):
        return _reference(model_field, overrides)
    if getattr(model_field, "choices", None):
        return choices.Choice.of_model_field(model_field, **overrides)
    for kind, field in BY_MODEL_FIELD:
        if isinstance(model_field, kind):
            return field.of_model_field(model_field, **overrides)
    return None


def _reference(model_field: Any, overrides: dict[str, Any]) -> Field:
    target = model_field.related_model
    if getattr(target, "is_option_table", False):
        return choices.Option.of_model_field(model_field, **overrides)
    if target is get_user_model():
        return references.MemberReference.of_model_field(model_field, **overrides)
    return references.Reference.of_model_field(model_field, **overrides)


COMPUTED = frozenset({"formula", "roll_up"})
"""Kinds whose values nobody writes; they are of the kind `result` says."""


def field_of_custom(row: Any) -> Field:
    """The field of a `CustomField` row; its words are in the language of whoever reads them."""
    options = {**row.options, "of": row.record_type}
    is_computed = row.kind in COMPUTED
    kind = CUSTOM_KINDS.get(str(options.get("result")) if is_computed else row.kind, text.Text)
    for name in ("minimum", "maximum"):
        if options.get(name) in (None, ""):
            options.pop(name, None)
        else:
            options[name] = _figure(options[name])
    return kind(
        row.name,
        _either(row.label, row.label_en),
        required=row.required and not options.get("shown_when"),
        editable=not is_computed,
        options=options,
        help_text=_either(options.get("help", ""), options.get("help_en", "")),
    )


def list_label_of(field: Field) -> Any:
    """How an administrator called the list on the records pointed at; "" where nothing is said."""
    return _either(field.options.get("list_label", ""), field.options.get("list_label_en", ""))


def _either(chinese: str, english: str) -> Any:
    """The Chinese words, or the English ones for who reads English."""
    return _in_language(chinese, english) if english else chinese


def _told(chinese: str, english: str) -> str:
    return english if (get_language() or "").startswith("en") else chinese


_in_language = lazy(_told, str)


def _figure(raw: Any) -> int | float:
    number = float(raw)
    return int(number) if number.is_integer() else number
