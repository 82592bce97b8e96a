"""Which field a reference names: by its key, or by its label in either language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhike.records import custom, registry
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.references import Reference as ReferenceField
from zhike.records.formulas.lexing import FormulaError
from zhike.records.formulas.parsing import Call, Literal, Reference, Tree, parse

LANGUAGES = ("zh-hans", "en")


def found(record_type: RecordType, reference: Reference) -> tuple[tuple[Field, ...], Field]:
    """The step a reference takes, if any, and the field it ends at. Raises `FormulaError`."""
    whole = _known(record_type, reference.path)
    if whole is not None:
        return (), whole
    first, dot, rest = reference.path.replace("·", ".").partition(".")
    field = _field(record_type, first.strip(), reference.at)
    if not dot:
        return (), field
    target = target_of(field)
    if target is None:
        raise FormulaError(_("“%(label)s” leads to no other record.") % {"label": field.label}, reference.at)
    if "." in rest:
        raise FormulaError(_("A formula goes one step along a reference, not two."), reference.at)
    return (field,), _field(target, rest.strip(), reference.at)


def target_of(field: Field) -> RecordType | None:
    """The type a reference leads to."""
    if not isinstance(field, ReferenceField):
        return None
    return registry.find(field.record_type_name)


def _field(record_type: RecordType, said: str, at: int) -> Field:
    field = _known(record_type, said)
    if field is not None:
        return field
    removed = next((row for row in custom.removed_fields_of(record_type.name) if row.name == said), None)
    if removed is not None:
        raise FormulaError(_("The field “%(name)s” was removed.") % {"name": removed.label}, at)
    words = {"type": record_type.plural, "name": said}
    raise FormulaError(_("%(type)s have no field “%(name)s”.") % words, at)


def _known(record_type: RecordType, said: str) -> Field | None:
    return record_type.field(said) or _labelled(record_type, said)


def _labelled(record_type: RecordType, said: str) -> Field | None:
    wanted = said.casefold()
    for language in LANGUAGES:
        with override(language):
            for field in record_type.fields().values():
                if str(field.label).casefold() == wanted:
                    return field
    return None


def canonical(formula: str, record_type: RecordType) -> str:
    """The formula with every reference by key, so that labels may change. Raises `FormulaError`."""
    made, behind = [], 0
    for reference in sorted(references_of(parse(formula)), key=lambda each: each.at):
        steps, field = found(record_type, reference)
        path = ".".join(each.name for each in (*steps, field))
        made += [formula[behind : reference.at - 1], f"{{{path}}}"]
        behind = reference.end
    return "".join([*made, formula[behind:]]).strip()


def labelled(formula: str, record_type: RecordType) -> str:
    """The formula as people read it: references by label. One that cannot be read stays as it is."""
    try:
        references = sorted(references_of(parse(formula)), key=lambda each: each.at)
    except FormulaError:
        return formula
    made, behind = [], 0
    for reference in references:
        made += [formula[behind : reference.at - 1], _words(record_type, reference)]
        behind = reference.end
    return "".join([*made, formula[behind:]])


def _words(record_type: RecordType, reference: Reference) -> str:
    try:
        steps, field = found(record_type, reference)
    except FormulaError:
        return f"{{{reference.path}}}"
    return "{" + " · ".join(str(each.label) for each in (*steps, field)) + "}"


def references_of(tree: Tree) -> list[Reference]:
    if isinstance(tree, Reference):
        return [tree]
    if isinstance(tree, Literal):
        return []
    return [reference for argument in tree.arguments for reference in references_of(argument)]


def named_in(formula: str) -> list[str]:
    """The paths of its references; none where it cannot be read."""
    try:
        return [reference.path for reference in references_of(parse(formula))]
    except FormulaError:
        return []


def is_called(tree: Tree, name: str) -> bool:
    """Whether the function is used anywhere."""
    return isinstance(tree, Call) and (tree.name == name or any(is_called(each, name) for each in tree.arguments))


def values_by_words(field: Any) -> dict[str, str]:
    """The stored values of a choice by themselves and by their labels in both languages, in lower case."""
    known: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            known |= {label.casefold(): value for value, label in field.choices()}
    return known | {value.casefold(): value for value, _label in field.choices()}
