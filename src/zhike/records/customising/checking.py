"""What an administrator said about a field, checked: words in, a definition or `Refused` out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from zhike.base import actors
from zhike.records import conditions, gate, registry
from zhike.records.customising import indexing, kinds, naming, saying, trees, values
from zhike.records.declaration import RecordType
from zhike.records.fields import serial
from zhike.records.fields.base import TONES
from zhike.records.fields.making import field_of_custom
from zhike.records.fields.references import as_id
from zhike.records.formulas import checking as formulas
from zhike.records.models import ChoiceList, CustomField

MOST_CHOICES = 200


def checked(record_type: RecordType, row: CustomField, raw: Mapping[str, Any]) -> CustomField:
    """`row` (a new one, or one that is there) with what `raw` says; unsaved. Raises `Refused` by name of the input.

    `raw`: label, label_en, kind, help, help_en, required, unique, section, minimum, maximum, min_length, max_length,
    choices (JSON), default (as the input of the kind posts it); `as_written` keeps the keys of new choices.
    """
    errors: dict[str, list[str]] = {}
    made = CustomField(
        pk=row.pk, record_type=record_type.name, name=row.name, position=row.position, removed_at=row.removed_at
    )
    made.kind = saying.taken(errors, "kind", lambda: _kind(row, raw)) or row.kind or kinds.Kind.TEXT
    made.label = saying.taken(errors, "label", lambda: _label(record_type, row, raw)) or ""
    made.label_en = saying.taken(errors, "label_en", lambda: saying.words(raw, "label_en", saying.LONGEST_LABEL)) or ""
    made.required = bool(raw.get("required")) and "required" in kinds.options_of(made.kind)
    made.options = _options(record_type, row, made, raw, errors)
    if made.kind in kinds.COMPUTED:
        made.options |= _computed(record_type, made, raw, errors)
    elif not errors and "default" in kinds.options_of(made.kind):
        made.options |= saying.taken(errors, "default", lambda: _default(made, raw)) or {}
    if errors:
        raise gate.Refused(errors)
    return made


def _label(record_type: RecordType, row: CustomField, raw: Mapping[str, Any]) -> str:
    label = saying.words(raw, "label", saying.LONGEST_LABEL)
    if not label:
        raise saying.Unfit(_("Give the field a label."))
    others = CustomField.objects.filter(record_type=record_type.name, removed_at__isnull=True).exclude(pk=row.pk)
    known = {str(each.label) for each in record_type.built_in_fields.values()}
    if label in known or others.filter(label=label).exists():
        raise saying.Unfit(_("There is a field “%(label)s” already.") % {"label": label})
    return label


def _kind(row: CustomField, raw: Mapping[str, Any]) -> str:
    kind = str(raw.get("kind") or row.kind)
    if kind not in (*kinds.OFFERED, *kinds.COMPUTED) or (row.pk and kind != row.kind and kind in kinds.COMPUTED):
        raise saying.Unfit(_("There is no such kind."))
    is_kept = row.pk is None or kind == row.kind
    if not is_kept and kind not in kinds.may_become(row.kind, has_values=values.has_values(row)):
        words = {"kind": row.get_kind_display(), "other": kinds.Kind(kind).label}
        raise saying.Unfit(_("Records hold values: “%(kind)s” cannot become “%(other)s”.") % words)
    return kind


def _options(
    record_type: RecordType, row: CustomField, made: CustomField, raw: Mapping[str, Any], errors: dict[str, list[str]]
) -> dict[str, Any]:
    readers = {
        "help": lambda: saying.words(raw, "help", saying.LONGEST_HELP),
        "help_en": lambda: saying.words(raw, "help_en", saying.LONGEST_HELP),
        "section": lambda: _section(record_type, raw),
        "unique": lambda: bool(raw.get("unique")),
        "minimum": lambda: saying.figure(made, raw, "minimum"),
        "maximum": lambda: saying.figure(made, raw, "maximum"),
        "min_length": lambda: saying.length(raw, "min_length"),
        "max_length": lambda: saying.length(raw, "max_length"),
        "list": lambda: _list(raw),
        "choices": lambda: _choices_of_field(row, made, raw),
        "pattern": lambda: serial.read_pattern(saying.words(raw, "pattern", serial.LONGEST_PATTERN)),
        "places": lambda: saying.places(raw),
        "earliest": lambda: saying.day(raw, "earliest"),
        "latest": lambda: saying.day(raw, "latest"),
        "indexed": lambda: _indexed(made, raw),
        "shown_when": lambda: _condition(record_type, raw, "shown_when"),
        "required_when": lambda: _condition(record_type, raw, "required_when"),
        "most": lambda: saying.whole(raw, "most", saying.MOST_FILES),
        "largest": lambda: saying.whole(raw, "largest", settings.FILE_SIZE_LIMIT // 1024 // 1024),
        "endings": lambda: saying.endings(raw),
        "target": lambda: _target(row, raw),
        "list_label": lambda: saying.words(raw, "list_label", saying.LONGEST_LABEL),
        "list_label_en": lambda: saying.words(raw, "list_label_en", saying.LONGEST_LABEL),
    }
    wanted = {"help", "help_en", *kinds.options_of(made.kind)}
    found = {name: saying.taken(errors, name, read) for name, read in readers.items() if name in wanted}
    for low, high in (("minimum", "maximum"), ("min_length", "max_length")):
        first, last = found.get(low), found.get(high)
        if first not in (None, "") and last not in (None, "") and Decimal(str(first)) > Decimal(str(last)):
            errors.setdefault(high, [_("This is less than the smallest one.")])
    first, last = (found.get(name) or "today" for name in ("earliest", "latest"))
    if "today" not in (first, last) and first > last:
        errors.setdefault("latest", [_("This is before the earliest one.")])
    if made.kind in kinds.NAMED and not found.get("choices") and "choices" not in errors:
        errors["choices"] = [_("Name at least one choice.")]
    if row.pk and row.options.get("pattern", found.get("pattern")) != found.get("pattern"):
        found["repatterned"] = True
    found["repatterned"] = found.get("repatterned") or row.options.get("repatterned")
    found["begun_at"] = row.options.get("begun_at")
    return {name: value for name, value in found.items() if value not in (None, "", False, [])}


def _computed(
    record_type: RecordType, made: CustomField, raw: Mapping[str, Any], errors: dict[str, list[str]]
) -> dict[str, Any]:
    try:
        return formulas.options_of(record_type, made, raw)
    except formulas.Unfit as unfit:
        errors.setdefault(unfit.place, []).append(str(unfit))
        return {}


def _section(record_type: RecordType, raw: Mapping[str, Any]) -> str:
    place = str(raw.get("section") or "")
    if place and place not in {section.fields[0] for section in record_type.layout if section.fields}:
        raise saying.Unfit(_("There is no such section."))
    return place


def _condition(record_type: RecordType, raw: Mapping[str, Any], name: str) -> Any:
    """A condition of records of the type; None where nothing is said."""
    try:
        told = raw.get(name) or {}
        condition = json.loads(told) if isinstance(told, str) else told
        node = conditions.parse(condition, record_type)
        return condition if conditions.compile_node(node, conditions.context_of(actors.system("fields"))) else None
    except (ValueError, RecursionError):
        raise saying.Unfit(_("A condition is an object.")) from None
    except conditions.ConditionError as error:
        raise saying.Unfit(str(error.message)) from error


def _indexed(made: CustomField, raw: Mapping[str, Any]) -> bool:
    wanted = bool(raw.get("indexed"))
    longest = saying.length(raw, "max_length") or saying.LONGEST_TEXT
    if wanted and made.kind == kinds.Kind.TEXT and longest > indexing.LONGEST_TEXT:
        words = {"limit": indexing.LONGEST_TEXT}
        raise saying.Unfit(_("Say the most characters, %(limit)d at most: an index holds no longer texts.") % words)
    return wanted


def _target(row: CustomField, raw: Mapping[str, Any]) -> str:
    """Which records it points at; no other ones while some are pointed at."""
    target = str(raw.get("target") or row.options.get("target") or "")
    if registry.find(target) is None:
        raise saying.Unfit(_("Say which records it points at."))
    before = row.options.get("target")
    if row.pk and before and target != before and row.kind in kinds.POINTING and values.has_values(row):
        raise saying.Unfit(_("Records hold values: they cannot point at another type."))
    return target


# Choices


def checked_list(row: ChoiceList, raw: Mapping[str, Any], used_by: Sequence[CustomField]) -> ChoiceList:
    """`row`, a list whose choices the fields `used_by` have, with what `raw` says; unsaved. Raises `Refused`.

    `raw`: name, name_en, choices (JSON).
    """
    errors: dict[str, list[str]] = {}
    made = ChoiceList(pk=row.pk)
    made.name = saying.taken(errors, "name", lambda: _list_name(row, raw)) or ""
    made.name_en = saying.taken(errors, "name_en", lambda: saying.words(raw, "name_en", saying.LONGEST_LABEL)) or ""
    made.choices = saying.taken(errors, "choices", lambda: _choices(row.choices, raw, used_by)) or []
    if not made.choices and "choices" not in errors:
        errors["choices"] = [_("Name at least one choice.")]
    if errors:
        raise gate.Refused(errors)
    return made


def _list_name(row: ChoiceList, raw: Mapping[str, Any]) -> str:
    name = saying.words(raw, "name", saying.LONGEST_LABEL)
    if not name:
        raise saying.Unfit(_("Give the list a name."))
    if ChoiceList.objects.filter(name__iexact=name).exclude(pk=row.pk).exists():
        raise saying.Unfit(_("“%(name)s” is there already.") % {"name": name})
    return name


def _choices_of_field(row: CustomField, made: CustomField, raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Its own ones, or those of the list it shares; what records hold is among them."""
    before = row.options.get("choices", [])
    if made.kind in kinds.TREES:
        return _tree(before, raw, row)
    if not raw.get("list") or made.kind not in kinds.CHOICES:
        return _choices(before, raw, [row])
    number = _list(raw)
    shared = ChoiceList.objects.filter(pk=number).first() if number else None
    found: list[dict[str, Any]] = shared.choices if shared else []
    _refuse_left_out(before, found, [row])
    return found


def _list(raw: Mapping[str, Any]) -> int | None:
    """The number of the list a field shares."""
    if not raw.get("list"):
        return None
    number = as_id(str(raw["list"]))
    if number is None or not ChoiceList.objects.filter(pk=number).exists():
        raise saying.Unfit(_("There is no such list."))
    return number


def _choices(
    said: list[dict[str, Any]], raw: Mapping[str, Any], used_by: Sequence[CustomField]
) -> list[dict[str, Any]]:
    """In the order given; a choice keeps its value, a new one gets one from its label. One that records use is not
    left out."""
    before = {each["value"]: each for each in said}
    found: list[dict[str, Any]] = []
    for each in _posted_choices(raw):
        label = saying.words(each, "label", saying.LONGEST_LABEL)
        if not label:
            continue
        if any(label == other["label"] for other in found):
            raise saying.Unfit(_("“%(label)s” stands here twice.") % {"label": label})
        value = str(each.get("value") or "")
        if value not in before or any(value == other["value"] for other in found):
            taken = {*before, *(other["value"] for other in found)}
            value = naming.value_for(label, value, taken, "choice", as_written=bool(raw.get("as_written")))
        found.append({"value": value, "label": label} | _more_of(each))
    _refuse_left_out(said, found, used_by)
    return found


def _tree(said: list[dict[str, Any]], raw: Mapping[str, Any], row: CustomField) -> list[dict[str, Any]]:
    """As `_choices`; a node is told by the names above it as well, and may move with all that is under it."""
    posted = [each for each in _posted_choices(raw, trees.MOST) if saying.words(each, "label", saying.LONGEST_LABEL)]
    levels, before = trees.levels_of(posted), {each["value"] for each in said}
    found: list[dict[str, Any]] = []
    paths: set[str] = set()
    for place, each in enumerate(posted):
        label = saying.words(each, "label", saying.LONGEST_LABEL)
        path = trees.path_label([*(other["label"] for other in found), label], levels[: place + 1])
        if path in paths:
            raise saying.Unfit(_("“%(label)s” stands here twice.") % {"label": path})
        paths.add(path)
        value, known = str(each.get("value") or ""), {other["value"] for other in found}
        if value not in before or value in known:
            taken = before | known
            value = naming.value_for(label, value, taken, "choice", as_written=bool(raw.get("as_written")))
        found.append({"value": value, "label": label, "level": levels[place]} | _more_of(each))
    _refuse_left_out(said, found, [row])
    return found


def _refuse_left_out(before: list[dict[str, Any]], found: list[dict[str, Any]], used_by: Sequence[CustomField]) -> None:
    kept = {each["value"] for each in found}
    for choice in before:
        if choice["value"] in kept:
            continue
        if count := sum(values.count_using(row, choice["value"]) for row in used_by if row.pk):
            words = {"label": choice["label"], "count": f"{count:,}"}
            raise saying.Unfit(_("%(count)s records hold “%(label)s”: retire it instead of removing it.") % words)


def _posted_choices(raw: Mapping[str, Any], most: int = MOST_CHOICES) -> list[Mapping[str, Any]]:
    try:
        posted = json.loads(raw.get("choices") or "[]")
    except (TypeError, ValueError, RecursionError):
        posted = None
    if not isinstance(posted, list) or not all(isinstance(each, dict) for each in posted):
        raise saying.Unfit(_("A list is expected here."))
    if len(posted) > most:
        raise saying.Unfit(_("At most %(limit)d choices.") % {"limit": most})
    return posted


def _more_of(each: Mapping[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if label_en := saying.words(each, "label_en", saying.LONGEST_LABEL):
        more["label_en"] = label_en
    if each.get("colour") in TONES:
        more["colour"] = each["colour"]
    if each.get("retired") in (True, "yes"):
        more["retired"] = True
    return more


def _default(made: CustomField, raw: Mapping[str, Any]) -> dict[str, Any]:
    """`{"default": …}` as records keep it; a retired choice or a value out of range is none."""
    posted = raw.get("default")
    if posted in (None, "", [], [""]):
        return {}
    if made.options.get("unique"):
        raise saying.Unfit(_("A value that may stand once only cannot be the default."))
    field = field_of_custom(made)
    field.required = False
    value = field.clean(posted)
    retired = {each["value"] for each in made.options.get("choices", ()) if each.get("retired")}
    if retired & set(value if isinstance(value, list) else [str(value)]):
        raise saying.Unfit(_("A retired choice cannot be the default."))
    return {"default": field.to_stored(value)}
