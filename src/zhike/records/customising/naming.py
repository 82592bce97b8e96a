"""The key of a new field, and of a new choice, made from its label."""

from __future__ import annotations

import inspect
import re
from collections.abc import Container

from django.db.models import JSONField
from django.utils.translation import gettext as _

from zhike.base.chinese import pinyin_key
from zhike.records.customising import saying
from zhike.records.declaration import RecordType
from zhike.records.models import CustomField

LONGEST = 36
RESERVED = frozenset({
    "as", "csrfmiddlewaretoken", "cursor", "custom", "expand", "fields", "filter", "id", "ids", "limit", "note",
    "note_at", "note_author", "q", "raw", "seen", "sort", "sort_value", "stay", "trashed_at", "value", "version",
    "view",
})  # fmt: skip
"""Names that forms, addresses and files use for something else."""


def key_of(text: str) -> str:
    """`开发商 A1` → `kai_fa_shang_a1`; letters, digits and single underscores, a letter first; "" when none is left."""
    words = re.sub(r"[^a-z0-9]+", "_", pinyin_key(text).lower()).strip("_")[:LONGEST].rstrip("_")
    return words if not words or words[0].isalpha() else f"f_{words}"[:LONGEST].rstrip("_")


def unlike(key: str, taken: Container[str]) -> str:
    """The key, with a number behind it while it is taken."""
    found, number = key, 1
    while found in taken:
        number += 1
        found = f"{key}_{number}"
    return found


def is_key(text: str) -> bool:
    """Whether a text could be a key: as `key_of` makes them, with a number behind it perhaps."""
    return len(text) <= LONGEST + 4 and re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", text) is not None


def value_for(label: str, said: str, taken: Container[str], other: str, *, as_written: bool) -> str:
    """The key of a new choice: what was said, where that is taken `as_written`, else made from its label; `other` where
    none can be made."""
    if as_written and is_key(said) and said not in taken:
        return said
    return unlike(key_of(label) or other, taken)


def name_as_written(record_type: RecordType, name: str) -> str:
    """A key somebody chose for a new field. Raises `Unfit` for one that is none or is taken."""
    if not is_key(name):
        raise saying.Unfit(_("A key is small letters, digits and single “_”, a letter first; at most 40."))
    is_held = record_type.queryset().filter(custom__has_key=name).exists()
    if is_held or name in taken_names(record_type):
        raise saying.Unfit(_("“%(key)s” is taken; choose another key.") % {"key": name})
    return name


def name_for(record_type: RecordType, label: str, label_en: str = "") -> str:
    """A key no field of the type has or had, that no record holds values under, and that means nothing else."""
    key = key_of(label) or key_of(label_en) or "field"
    taken = taken_names(record_type)
    found = unlike(key, taken)
    while record_type.queryset().filter(custom__has_key=found).exists():
        taken.add(found)
        found = unlike(key, taken)
    return found


def taken_names(record_type: RecordType) -> set[str]:
    kept = CustomField.objects.filter(record_type=record_type.name).values_list("name", flat=True)
    arguments: set[str] = set()
    for service in (type(record_type).create, type(record_type).update):
        arguments |= set(inspect.signature(service).parameters)
    columns = {each.name for each in record_type.model._meta.get_fields()}
    return {*RESERVED, *kept, *arguments, *columns, *dir(record_type.model), *JSONField().get_lookups()}
