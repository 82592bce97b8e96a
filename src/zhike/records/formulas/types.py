"""From a tree to one whose every part has a type, with each field found in the declarations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeGuard

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhike.records.declaration import RecordType
from zhike.records.fields import choices, moments, numbers, references, text
from zhike.records.fields.base import Field
from zhike.records.formulas import finding
from zhike.records.formulas.functions import (
    FUNCTIONS,
    OPERATORS,
    ORDERED,
    ORDERING,
    TYPE_WORDS,
    Function,
    Type,
)
from zhike.records.formulas.lexing import FormulaError
from zhike.records.formulas.parsing import Call, Literal, Reference, Tree, parse


@dataclass(frozen=True)
class Constant:
    type: Type
    value: Decimal | str | bool | date | None


@dataclass(frozen=True)
class Read:
    """A field of the record, or (with a step) of the record it points at."""

    type: Type
    field: Field
    steps: tuple[Field, ...] = ()
    is_coded: bool = False
    """A choice as it is stored; else as its label."""

    @property
    def prefix(self) -> str:
        return "".join(f"{step.name}__" for step in self.steps)


@dataclass(frozen=True)
class Apply:
    type: Type
    function: Function
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Convert:
    """A number or a day where text is wanted, a moment where a day is."""

    type: Type
    inner: Node


Node = Constant | Read | Apply | Convert
BY_KIND: tuple[tuple[type[Field], Type], ...] = (
    (choices.ManyChoices, Type.LIST), (text.Tags, Type.LIST), (choices.Choice, Type.TEXT),
    (choices.Option, Type.TEXT), (references.Reference, Type.TEXT), (numbers.YesNo, Type.TRUTH),
    (numbers.Number, Type.NUMBER), (moments.Moment, Type.MOMENT), (moments.Day, Type.DAY),
)  # fmt: skip
WORDS = frozenset({"text", "long_text", "link", "email", "phone", "region"})


def understood(formula: str, record_type: RecordType) -> Node:
    """The typed tree of a formula. Raises `FormulaError`."""
    return typed(parse(formula), record_type)


def typed(tree: Tree, record_type: RecordType) -> Node:
    """Raises `FormulaError`."""
    return _Typer(record_type).node(tree)


def type_of(field: Field) -> Type | None:
    """What a formula takes a field for; None for what no formula can read."""
    for kind, found in BY_KIND:
        if isinstance(field, kind):
            return found
    return Type.TEXT if field.kind in WORDS else None


class _Typer:
    def __init__(self, record_type: RecordType) -> None:
        self.record_type = record_type

    def node(self, tree: Tree) -> Node:
        if isinstance(tree, Literal):
            return Constant(_literal_type(tree.value), None if tree.value == "" else tree.value)
        if isinstance(tree, Reference):
            return self._read(tree)
        return self._apply(tree)

    def _read(self, reference: Reference) -> Read:
        steps, field = finding.found(self.record_type, reference)
        kind = type_of(field)
        if kind is None:
            raise FormulaError(_("A formula cannot read “%(label)s”.") % {"label": field.label}, reference.at)
        return Read(kind, field, steps)

    def _apply(self, call: Call) -> Node:
        function = OPERATORS.get(call.name) or FUNCTIONS.get(call.name)
        if function is None:
            raise FormulaError(_("There is no function %(name)s.") % {"name": call.name}, call.at)
        self._count(call, function)
        if call.name == "DATE":
            return _date(call)
        if call.name in ("=", "<>"):
            if filled := _beside_nothing(call):
                return self.node(filled)
            return self._fitted(call, function, _coded([self.node(each) for each in call.arguments], call.arguments))
        arguments = [self.node(each) for each in call.arguments]
        if call.name == "ROUND" and len(arguments) == 1:
            arguments.append(Constant(Type.NUMBER, Decimal(0)))
        if call.name == "IF" and len(arguments) == 2:
            arguments.append(Constant(Type.BLANK, None))
        return self._fitted(call, function, arguments)

    def _count(self, call: Call, function: Function) -> None:
        given, most = len(call.arguments), len(function.takes)
        if given < function.fewest or (given > most and not function.repeats):
            wanted = str(function.fewest) if function.fewest == most else f"{function.fewest}–{most}"
            wanted = f"{function.fewest}+" if function.repeats else wanted
            words = {"name": function.name, "wanted": wanted, "given": given}
            raise FormulaError(_("%(name)s takes %(wanted)s values; these are %(given)d.") % words, call.at)

    def _fitted(self, call: Call, function: Function, arguments: Sequence[Node]) -> Node:
        takes = [function.takes[min(place, len(function.takes) - 1)] for place in range(len(arguments))]
        same = _common([node for node, wanted in zip(arguments, takes, strict=True) if wanted == Type.SAME], call)
        fitted = tuple(
            _as(node, same if wanted == Type.SAME else wanted, function, tree)
            for node, wanted, tree in zip(arguments, takes, _trees(call, arguments), strict=True)
        )
        if call.name in ORDERING and same not in ORDERED:
            words = {"type": TYPE_WORDS[same]}
            raise FormulaError(
                _("“Larger” and “smaller” are for numbers and dates; this is %(type)s.") % words, call.at
            )
        return Apply(same if function.gives == Type.SAME else function.gives, function, fitted)


def _trees(call: Call, arguments: Sequence[Node]) -> list[Tree]:
    """The places of the arguments; one that was filled in stands where the call stands."""
    return [*call.arguments, *[call] * (len(arguments) - len(call.arguments))]


def _literal_type(value: Any) -> Type:
    if isinstance(value, bool):
        return Type.TRUTH
    return Type.NUMBER if isinstance(value, Decimal) else Type.TEXT


def _common(nodes: list[Node], call: Call) -> Type:
    """The one type of arguments that must be alike."""
    types = {node.type for node in nodes} - {Type.BLANK}
    if types == {Type.DAY, Type.MOMENT}:
        return Type.DAY
    if len(types) > 1:
        told = _(" and ").join(sorted(str(TYPE_WORDS[each]) for each in types))
        raise FormulaError(_("These are of different kinds: %(kinds)s.") % {"kinds": told}, call.at)
    found = next(iter(types), Type.BLANK)
    if found == Type.LIST:
        raise FormulaError(_("A list of words is read with CONTAINS and ISBLANK only."), call.at)
    return found


def _as(node: Node, wanted: Type, function: Function, tree: Tree) -> Node:
    if node.type == wanted or (
        wanted == Type.ANY and (function.name == "ISBLANK" or node.type in (Type.TEXT, Type.LIST))
    ):
        return node
    if node.type == Type.BLANK:
        return Constant(wanted, None) if wanted != Type.ANY else node
    if wanted == Type.TEXT and node.type in (Type.NUMBER, Type.DAY, Type.MOMENT):
        return Convert(Type.TEXT, node)
    if wanted == Type.DAY and node.type == Type.MOMENT:
        return Convert(Type.DAY, node)
    expected = TYPE_WORDS[Type.TEXT if wanted == Type.ANY else wanted]
    words = {"name": function.name, "wanted": expected, "given": TYPE_WORDS[node.type]}
    message = _("%(name)s wants %(wanted)s here; this is %(given)s.") % words
    if function.name in ("+", "-") and node.type in _DATES:
        message += " " + _("Dates are counted with DAYS and ADD_DAYS.")
    raise FormulaError(message, tree.at)


_DATES = frozenset({Type.DAY, Type.MOMENT})


def _beside_nothing(call: Call) -> Call | None:
    """`{name} = ""` asks whether the name is empty, which no comparison tells."""
    for here, other in (call.arguments, call.arguments[::-1]):
        if isinstance(here, Literal) and here.value == "":
            asked = Call("ISBLANK", (other,), call.at)
            return asked if call.name == "=" else Call("NOT", (asked,), call.at)
    return None


def _coded(nodes: list[Node], trees: Sequence[Tree]) -> list[Node]:
    """A choice beside a text is compared by its stored value; the text may be that value or its label."""
    for here, there in ((0, 1), (1, 0)):
        read, other = nodes[here], nodes[there]
        if _is_choice(read) and isinstance(other, Constant) and isinstance(other.value, str):
            found: list[Node] = [replace(read, is_coded=True), _code(read, other.value, trees[there])]
            return found if here == 0 else found[::-1]
    return nodes


def _is_choice(node: Node) -> TypeGuard[Read]:
    return isinstance(node, Read) and isinstance(node.field, choices.Choice) and node.type == Type.TEXT


def _code(read: Read, said: str, tree: Tree) -> Constant:
    known: Any = read.field
    by_words = finding.values_by_words(known)
    value = by_words.get(said.strip().casefold())
    if value is None:
        labels = _(", ").join(label for _value, label in known.choices()[:12])
        words = {"value": said, "label": known.label, "known": labels}
        raise FormulaError(_("“%(value)s” is no choice of “%(label)s”. There are: %(known)s.") % words, tree.at)
    return Constant(Type.TEXT, value)


def _date(call: Call) -> Constant:
    said = call.arguments[0]
    try:
        day = parse_date(said.value) if isinstance(said, Literal) and isinstance(said.value, str) else None
    except ValueError:
        day = None
    if day is None or not moments.EARLIEST <= day <= moments.LATEST:
        raise FormulaError(_('DATE wants a day in quotes, such as DATE("2026-01-31").'), said.at)
    return Constant(Type.DAY, day)
