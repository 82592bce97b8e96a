"""Forms that follow from the fields of a type: what is asked, in which sections, with which values and errors."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.template.loader import select_template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.records import conditional, registry
from zhike.records.declaration import RecordType, Section
from zhike.records.fields.base import Field, Invalid
from zhike.records.fields.cascades import Cascade
from zhike.records.fields.choices import Choice, Option
from zhike.records.fields.contacts import shown_phone
from zhike.records.fields.numbers import Rating
from zhike.records.fields.pointing import points
from zhike.records.fields.references import Reference
from zhike.records.fields.text import as_list

GROUPS = frozenset({
    "phones", "emails", "region", "tags", "many_choices", "references", "cascade", "address", "rich_text", "file",
    "image",
})  # fmt: skip
"""Kinds with several inputs under one label."""
WIDE = GROUPS | {"long_text", "link"}
KEPT = "_fields"
"""The hidden input that names the fields a form asked: an unticked box is a value then, not a gap."""


@dataclasses.dataclass
class Input:
    """One field of a form: draws itself by the partial of its kind."""

    field: Field
    value: Any
    """What the input shows: a value of the field, or the raw one that was refused."""
    errors: list[str] = dataclasses.field(default_factory=list)
    name: str = ""
    required: bool = False
    is_inline: bool = False
    autofocus: bool = False
    redraws: str = ""
    """The URL that draws the form anew when this input changes, where other fields depend on it."""

    @property
    def id(self) -> str:
        return f"f-{self.field.name}"

    @property
    def input_name(self) -> str:
        return self.name or self.field.name

    @property
    def wide(self) -> bool:
        return self.field.kind in WIDE or bool(self.field.options.get("wide"))

    @property
    def is_check(self) -> bool:
        nullable = self.field.model_field is None or self.field.model_field.null
        return self.field.kind == "yes_no" and not self.is_inline and not nullable

    @property
    def is_group(self) -> bool:
        """Several inputs under one label."""
        return self.field.kind in GROUPS

    @property
    def shown(self) -> Any:
        if self.field.kind == "phones" and isinstance(self.value, list):
            numbers = [{"number": shown_phone(entry)} for entry in self.value]
            return json.dumps(numbers, ensure_ascii=False)
        return self.field.form_value(self.value)

    @property
    def phone(self) -> str:
        """One number as people write it; what was refused as it was typed."""
        return str(self.shown) if self.errors else self.field.text(self.value)

    @property
    def stars(self) -> list[tuple[str, str]]:
        highest = self.field.limits()[1] if isinstance(self.field, Rating) else 0
        return [(str(number), "★" * number) for number in range(1, highest + 1)]

    @property
    def maxlength(self) -> int | None:
        return getattr(self.field, "longest", None) if self.field.kind in ("text", "link", "phone") else None

    @property
    def choices(self) -> list[tuple[str, str]]:
        found = self.field.choices()
        chosen = str(self.shown)
        if isinstance(self.field, Option):
            retired = {str(row.pk) for row in self.field.rows() if not row.is_offered}
            found = [pair for pair in found if pair[0] not in retired or pair[0] == chosen]
        elif isinstance(self.field, Choice) and (late := self.field.retired()):
            found = [pair for pair in found if pair[0] not in late or pair[0] in self.chosen]
        return found

    @property
    def chosen(self) -> list[str]:
        value = self.value if isinstance(self.value, list) else [self.shown]
        return [str(each).lower() if isinstance(each, bool) else str(each) for each in value]

    @property
    def upload_url(self) -> str:
        """Where files for the field are stored while the form is filled in."""
        type_name, _dot, name = getattr(self.field, "place", "").partition(".")
        return f"/{type_name}/kept/{name}/"

    @property
    def nodes(self) -> str:
        """The tree a cascading choice offers, as JSON."""
        offered = self.field.offered(str(self.shown)) if isinstance(self.field, Cascade) else []
        return json.dumps(offered, ensure_ascii=False)

    @property
    def tags(self) -> list[str]:
        return [tag for tag in str(self.shown).split(",") if tag] if not isinstance(self.value, list) else self.value

    @property
    def chosen_record(self) -> Any:
        """The record a reference points at, also when only its id came back from a refused form."""
        return next(iter(self.chosen_records), None) if isinstance(self.field, Reference) else None

    @property
    def chosen_records(self) -> list[Any]:
        if not points(self.field) or self.value in (None, "", []):
            return []
        field: Any = self.field
        try:
            return as_list(field.clean_value(self.value))
        except Invalid:
            return [each for each in as_list(self.value) if isinstance(each, field.model)]

    @property
    def options_url(self) -> str:
        field: Any = self.field
        return f"/{field.record_type_name}/options/"

    def html(self) -> SafeString:
        template = select_template([f"records/inputs/{self.field.kind}.html", "records/inputs/text.html"])
        return template.render({"input": self, "field": self.field})


@dataclasses.dataclass
class FormSection:
    label: Any
    inputs: list[Input]


@dataclasses.dataclass
class RecordForm:
    """What a form shows: sections of inputs, the names it asks, the values it started from."""

    record_type: RecordType
    sections: list[FormSection]
    record: Any = None
    errors: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    seen: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    is_complete: bool = True
    """Whether every field is shown, not only those a new record is begun with."""

    @property
    def names(self) -> list[str]:
        return [each.field.name for section in self.sections for each in section.inputs]

    @property
    def kept(self) -> str:
        return ",".join(self.names)

    @property
    def seen_json(self) -> str:
        return json.dumps(self.seen, ensure_ascii=False)

    @property
    def other_errors(self) -> list[str]:
        """Errors that stand beside no input: of the whole record, or of a field the form does not show."""
        shown = set(self.names)
        fields = self.record_type.fields()
        found = []
        for name, messages in self.errors.items():
            if name in shown:
                continue
            hidden = name not in fields and name in self.record_type.every_field()
            label = fields[name].label if name in fields else "" if hidden else name
            found += [f"{label}: {message}" if label else str(message) for message in messages]
        return found

    @property
    def error_count(self) -> int:
        return len(self.errors)


# Making forms


def form_for(
    record_type: RecordType,
    *,
    record: Any = None,
    raw: Mapping[str, Any] | None = None,
    errors: Mapping[str, list[str]] | None = None,
    everything: bool = True,
    seen: Mapping[str, Any] | None = None,
) -> RecordForm:
    """The form of a new record (`record` None) or of an existing one; `raw` are values typed but not yet taken."""
    raw, errors = raw or {}, errors or {}
    shown = pretended(record_type, record, raw)
    everything = everything or record is not None or not record_type.create_fields
    hidden, required = conditional.state_of(record_type, shown)
    sections = _sections(record_type, shown, everything, given=[*raw, *required])
    fields = record_type.fields()
    switching = switching_fields(record_type) | conditional.names_read(record_type)
    made = []
    for section in sections:
        inputs = [
            Input(
                fields[name],
                raw[name] if name in raw else fields[name].value_of(shown),
                [str(message) for message in errors.get(name, [])],
                required=fields[name].required or name in required,
                redraws=_redraw_url(record_type, record) if name in switching else "",
            )
            for name in section.fields
            if name in fields and fields[name].editable and name not in hidden
        ]
        if inputs:
            made.append(FormSection(section.label, inputs))
    _focus_first(made)
    if seen is None:
        seen = seen_values(record_type, record, [each.field.name for part in made for each in part.inputs])
    return RecordForm(record_type, made, record, errors, seen, is_complete=everything)


def form_of_fields(
    record_type: RecordType,
    fields: Iterable[Field],
    *,
    values: Mapping[str, Any],
    errors: Mapping[str, list[str]] | None = None,
    required: frozenset[str] = frozenset(),
    label: Any = "",
) -> RecordForm:
    """A form of a few fields: what an action asks, or the gate of a stage."""
    errors = errors or {}
    inputs = [
        Input(
            each, values.get(each.name), [str(message) for message in errors.get(each.name, [])],
            required=each.required or each.name in required,
        )
        for each in fields
    ]  # fmt: skip
    sections = [FormSection(label, inputs)] if inputs else []
    _focus_first(sections)
    return RecordForm(record_type, sections, errors=errors)


def _sections(record_type: RecordType, shown: Any, everything: bool, given: Iterable[str]) -> list[Section]:
    sections = record_type.sections(shown)
    if everything:
        return sections
    required = [name for part in sections for name in part.fields if _is_required(record_type, name)]
    wanted = list(dict.fromkeys((*record_type.create_fields, *required, *given)))
    offered = {name for part in sections for name in part.fields}
    return [Section("", *(name for name in wanted if name in offered))]


def _is_required(record_type: RecordType, name: str) -> bool:
    found = record_type.field(name)
    return bool(found and found.required and found.editable)


def _focus_first(sections: list[FormSection]) -> None:
    inputs = [each for section in sections for each in section.inputs]
    first = next((each for each in inputs if each.errors), None) or next(
        (each for each in inputs if not isinstance(each.field, Choice | Reference)), None
    )
    if first is not None:
        first.autofocus = True


def _redraw_url(record_type: RecordType, record: Any) -> str:
    return f"{record_type.url}{record.pk}/edit/" if record is not None else f"{record_type.url}new/"


def pretended(record_type: RecordType, record: Any, raw: Mapping[str, Any]) -> Any:
    """The record as it would be with the raw values that can be read: what sections apply depends on it."""
    shown = copy.copy(record) if record is not None else record_type.model()
    fields = record_type.fields()
    if record is None:
        for each in record_type.custom_fields().values():
            if each.default() is not None:
                each.assign(shown, each.default())
    for name in raw:
        if name in fields and fields[name].editable:
            try:
                fields[name].assign(shown, fields[name].clean(raw[name]))
            except Invalid:
                continue
    return shown


def switching_fields(record_type: RecordType) -> frozenset[str]:
    """The choice fields whose value decides which sections apply."""
    if all(section.when is None for section in record_type.layout):
        return frozenset()
    found = set()
    for name, each in record_type.built_in_fields.items():
        if not isinstance(each, Choice) or isinstance(each, Option) or not each.editable:
            continue
        outcomes = set()
        for value, _label in each.choices():
            sample = record_type.model(**{name: value})
            outcomes.add(tuple(section.when is None or bool(section.when(sample)) for section in record_type.layout))
        if len(outcomes) > 1:
            found.add(name)
    return frozenset(found)


def seen_values(record_type: RecordType, record: Any, names: Iterable[str]) -> dict[str, Any]:
    """The values an editor starts from, as `gate.edit` wants them back."""
    if record is None:
        return {}
    fields = record_type.fields()
    return {name: fields[name].json(fields[name].value_of(record)) for name in names if name in fields}


# Reading what was posted


def raw_of(fields: Mapping[str, Field], posted: Any) -> dict[str, Any]:
    """Raw values by field name from a posted form; unknown names are passed on, for the gate to refuse."""
    named = [name for name in posted.get(KEPT, "").split(",") if name]
    names = named or [name for name in posted if not name.startswith("_") and name not in NOT_FIELDS]
    return {name: fields[name].from_form(posted) if name in fields else posted.get(name) for name in names}


NOT_FIELDS = frozenset({"csrfmiddlewaretoken", "seen", "version", "value", "as"})


def prefilled(record_type: RecordType, given: Any) -> dict[str, Any]:
    """Raw values from an address such as `?customer=12`; names that are no editable field are passed over."""
    fields = record_type.editable_fields()
    return {name: fields[name].from_form(given) for name in given if name in fields and given.get(name)}


def seen_of(posted: Any) -> dict[str, Any] | None:
    """The `seen` values of a posted form. Raises `Invalid` when they are no JSON object."""
    text = posted.get("seen")
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid(_("“%(name)s” is not understood.") % {"name": "seen"})
    return found


def visible_raw(actor: Any, record_type: RecordType, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Raw values without references to what the actor may not see, so that no form tells a hidden name."""
    fields = record_type.fields()
    return {name: value for name, value in raw.items() if not points_at_hidden(actor, fields.get(name), value)}


def points_at_hidden(actor: Any, found: Field | None, value: Any) -> bool:
    if not points(found) or value in (None, "", []):
        return False
    field: Any = found
    try:
        records = as_list(field.clean_value(value))
    except Invalid:
        return False
    target = registry.find(field.record_type_name)
    return target is not None and not all(target.policy.allows(actor, "see", record) for record in records)
