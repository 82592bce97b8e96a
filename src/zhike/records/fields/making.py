"""Which field a model field or a custom field becomes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import get_language

from zhike.records import model_fields
from zhike.records.fields import choices, contacts, moments, numbers, references, text
from zhike.records.fields.base import Field

BY_MODEL_FIELD: tuple[tuple[type[Any], type[Field]], ...] = (
    (model_fields.MoneyField, numbers.Money),
    (model_fields.PhonesField, contacts.Phones),
    (model_fields.EmailsField, contacts.Emails),
    (model_fields.TagsField, text.Tags),
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
        numbers.Percent, numbers.Money, numbers.YesNo, moments.Day, moments.Moment, choices.Choice,
        choices.ManyChoices,
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


def field_of_custom(row: Any) -> Field:
    """The field of a `CustomField` row."""
    kind = CUSTOM_KINDS.get(row.kind, text.Text)
    english = (get_language() or "").startswith("en") and row.label_en
    return kind(
        row.name,
        row.label_en if english else row.label,
        required=row.required,
        options=row.options,
        help_text=row.options.get("help", ""),
    )
