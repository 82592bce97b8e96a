"""What a column may become: a field of the record, its number, or a note about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.base.chinese import fold_width
from zhike.records import custom
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.files import Files
from zhike.records.fields.numbers import Number
from zhike.records.fields.pointing import points
from zhike.records.importing import notes
from zhike.records.importing.guessing import GuessField
from zhike.records.models import FollowedRecord

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

NUMBER, NOTE, NOTE_AT, NOTE_AUTHOR = "id", "note", "note_at", "note_author"
NOTES = (NOTE, NOTE_AT, NOTE_AUTHOR)
JOINED = frozenset({"phones", "emails", "tags", "region", "long_text"})
"""Kinds that several columns may fill together."""
NUMBER_HEADINGS = ("Number in Zhike", "知客编号")
"""How exports call the column of ids, so that they come back as updates."""
NUMBER_OF = ".id"
"""Behind the name of a reference: the number of the record it points at (`customer.id`)."""
FROM_FILE = ("created_at",)
"""What a file may say about a new record though nobody edits it later."""


@dataclass(frozen=True)
class Target:
    name: str
    label: _StrOrPromise
    field: Field | None = None

    @property
    def may_repeat(self) -> bool:
        return self.field is not None and self.field.kind in JOINED


def targets_of(record_type: RecordType) -> dict[str, Target]:
    """Every target by name, in the order of the form."""
    found = {
        name: Target(name, field.label, field)
        for name, field in record_type.fields_as_laid_out().items()
        if (field.editable or name in FROM_FILE) and not isinstance(field, Files)
    }
    found |= {number.name: Target(number.name, number.label, number) for number in numbers_of(record_type)}
    found[NUMBER] = Target(NUMBER, _("Number in Zhike"))
    if notes.are_possible() and issubclass(record_type.model, FollowedRecord):
        found[NOTE] = Target(NOTE, _("Note (becomes an activity)"))
        found[NOTE_AT] = Target(NOTE_AT, _("Date of the note"))
        found[NOTE_AUTHOR] = Target(NOTE_AUTHOR, _("Author of the note"))
    return found


class NumberOfReference(Number):
    """The number of the record a reference points at: tells records of one name apart in a file."""

    def __init__(self, reference: Field) -> None:
        label = format_lazy(_("{field}: number in Zhike"), field=reference.label)
        super().__init__(f"{reference.name}{NUMBER_OF}", label, editable=False)
        self.reference = reference

    def value_of(self, record: Any) -> Any:
        value = self.reference.value_of(record)
        return [row.pk for row in value] if isinstance(value, list) else getattr(value, "pk", None)

    def cell(self, value: Any) -> Any:
        return "; ".join(map(str, value)) if isinstance(value, list) else super().cell(value)


def numbers_of(record_type: RecordType) -> list[NumberOfReference]:
    """One for each reference that a file may bring."""
    fields = record_type.fields().values()
    return [NumberOfReference(each) for each in fields if points(each) and each.editable]


def referring(name: str) -> str:
    """The reference whose number a target is; "" for any other target."""
    return name.removesuffix(NUMBER_OF) if name.endswith(NUMBER_OF) else ""


def numbers_by_heading(record_type: RecordType) -> dict[str, str]:
    """How exports head their columns of numbers, in both languages, with the targets they come back to."""
    found = dict.fromkeys(NUMBER_HEADINGS, NUMBER)
    return found | {
        fold_width(label): number.name for number in numbers_of(record_type) for label in _labels(number.label)
    }


def guess_fields(record_type: RecordType) -> list[GuessField]:
    """The targets as the guesser wants them: with labels in both languages and the declared synonyms."""
    synonyms: Any = record_type.imports.synonyms or {}
    own_words = {row.name: (row.label, row.label_en) for row in custom.custom_fields_of(record_type.name)}
    return [
        GuessField(
            target.name,
            _labels(target.label),
            (*synonyms.get(target.name, ()), *filter(None, own_words.get(target.name, ()))),
            target.field.kind if target.field else "text",
        )
        for target in targets_of(record_type).values()
        if target.name != NUMBER and not referring(target.name)
    ]


def _labels(label: Any) -> tuple[str, ...]:
    from django.utils.translation import override

    found = []
    for language in ("zh-hans", "en"):
        with override(language):
            found.append(str(label))
    return tuple(dict.fromkeys(found))
