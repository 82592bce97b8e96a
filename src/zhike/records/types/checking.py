"""What an administrator said about a record type, checked: words in, a definition or `Refused` out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.urls import get_resolver
from django.utils.translation import gettext as _

from zhike.records import gate, registry
from zhike.records.customising import naming, saying
from zhike.records.fields.base import TONES
from zhike.records.models import CustomType
from zhike.records.types import declaring, icons, tables

LONGEST, MOST_STAGES = 40, 30
KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
WORDS = ("label", "label_en", "plural_en", "title_label", "title_label_en")


def checked(row: CustomType, raw: Mapping[str, Any]) -> CustomType:
    """`row` (a new one, or one that is there) with what `raw` says; unsaved. Raises `Refused` by name of the input.

    `raw`: label, label_en, plural_en, key (of a new one; made from the names where it is empty), icon, group,
    title_label, title_label_en, stages (JSON); `as_written` keeps the keys of new stages.
    """
    errors: dict[str, list[str]] = {}
    made = CustomType(
        pk=row.pk, key=row.key, position=row.position, removed_at=row.removed_at, dropped_at=row.dropped_at
    )
    for name in WORDS:
        setattr(made, name, saying.taken(errors, name, partial(saying.words, raw, name, LONGEST)) or "")
    if not made.label and "label" not in errors:
        errors["label"] = [_("Give the type a name.")]
    elif made.label and _is_called(made.label, row):
        errors["label"] = [_("There is a type “%(label)s” already.") % {"label": made.label}]
    made.icon = saying.taken(errors, "icon", lambda: _icon(raw)) or icons.DEFAULT
    made.group = saying.taken(errors, "group", lambda: _group(raw)) or ""
    made.stages = saying.taken(errors, "stages", lambda: _stages(row, raw)) or []
    if row.pk is None:
        made.key = saying.taken(errors, "key", lambda: _key(made, raw)) or ""
    if errors:
        raise gate.Refused(errors)
    return made


def _is_called(label: str, row: CustomType) -> bool:
    if any(label in (str(each.singular), str(each.plural)) for each in registry.declared_types()):
        return True
    others = CustomType.objects.filter(label=label, removed_at__isnull=True, dropped_at__isnull=True)
    return bool(others.exclude(pk=row.pk).exists())


def _icon(raw: Mapping[str, Any]) -> str:
    name = str(raw.get("icon") or icons.DEFAULT)
    if name not in icons.ICONS:
        raise saying.Unfit(_("There is no such icon."))
    return name


def _group(raw: Mapping[str, Any]) -> str:
    name = str(raw.get("group") or "")
    if name not in {known for known, _heading in declaring.headings()}:
        raise saying.Unfit(_("There is no such place in the menu."))
    return name


# The key


def _key(made: CustomType, raw: Mapping[str, Any]) -> str:
    """What addresses and programs call it: as it was said, or made from the names."""
    said = str(raw.get("key") or "").strip().lower()
    taken = taken_keys()
    if not said:
        key = naming.key_of(made.plural_en) or naming.key_of(made.label_en) or naming.key_of(made.label)
        return naming.unlike(key if KEY.fullmatch(key) else "records", taken)
    if not KEY.fullmatch(said):
        raise saying.Unfit(_("Small letters, digits and “_”, a letter first; at least two, at most 40."))
    if said in taken:
        raise saying.Unfit(_("“%(key)s” is taken; choose another key.") % {"key": said})
    return said


def taken_keys() -> set[str]:
    """What other types are or were called, and the first words of all addresses."""
    declared = {each.name for each in registry.declared_types()}
    return {*declared, *CustomType.objects.values_list("key", flat=True), *reserved_words()}


def reserved_words() -> set[str]:
    """Words with which addresses of pages or of the API begin."""
    found = {"static", "live", "media", "v1", "api", "new", "all"}
    for path in _paths(get_resolver().url_patterns, ""):
        found |= {part for part in re.split(r"[^a-z0-9_-]+", path) if part}
    return found | {word.replace("-", "_") for word in found}


def _paths(patterns: Any, before: str) -> list[str]:
    """What all addresses begin with: their first word, in the API their second and third."""
    found = []
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            found += _paths(pattern.url_patterns, path)
        else:
            parts = path.replace("^", "").split("/")
            found += parts[: 3 if parts[0] == "api" else 1]
    return [each for each in found if "<" not in each]


# Stages


def _stages(row: CustomType, raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """In the order given; a stage keeps its value, a new one gets one from its label. One in which records stand is
    not left out."""
    before = {each["value"]: each for each in row.stages}
    found: list[dict[str, Any]] = []
    for each in _posted(raw):
        label = saying.words(each, "label", LONGEST)
        if not label:
            continue
        if any(label == other["label"] for other in found):
            raise saying.Unfit(_("“%(label)s” stands here twice.") % {"label": label})
        value = str(each.get("value") or "")
        if value not in before or any(value == other["value"] for other in found):
            taken = {*before, *(other["value"] for other in found)}
            value = naming.value_for(label, value, taken, "stage", as_written=bool(raw.get("as_written")))
        found.append({"value": value, "label": label} | _more_of(each))
    _refuse_left_out(row, [each for value, each in before.items() if value not in {one["value"] for one in found}])
    if found and all(each.get("retired") for each in found):
        raise saying.Unfit(_("At least one stage must be in use."))
    return found


def _refuse_left_out(row: CustomType, left_out: list[dict[str, Any]]) -> None:
    for each in left_out:
        count = tables.model_of(row.pk)._default_manager.filter(stage=each["value"]).count()
        if count:
            words = {"label": each["label"], "count": f"{count:,}"}
            raise saying.Unfit(_("%(count)s records stand in “%(label)s”: retire it instead of removing it.") % words)


def _posted(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    try:
        posted = json.loads(raw.get("stages") or "[]")
    except (TypeError, ValueError, RecursionError):
        posted = None
    if not isinstance(posted, list) or not all(isinstance(each, dict) for each in posted):
        raise saying.Unfit(_("A list is expected here."))
    if len(posted) > MOST_STAGES:
        raise saying.Unfit(_("At most %(limit)d stages.") % {"limit": MOST_STAGES})
    return posted


def _more_of(each: Mapping[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if label_en := saying.words(each, "label_en", LONGEST):
        more["label_en"] = label_en
    if each.get("colour") in TONES:
        more["colour"] = each["colour"]
    if each.get("retired") in (True, "yes"):
        more["retired"] = True
    return more
