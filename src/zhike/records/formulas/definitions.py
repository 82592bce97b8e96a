"""Every computed field of a workspace: what it reads, in which order they are computed, which of them stand still.

A field that cannot be computed (what it reads was removed, or it reads itself by a detour) is empty and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhike.records import custom, registry
from zhike.records.conditions.language import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.formulas import compiling, finding, parsing, rollups, types
from zhike.records.formulas.inputs import Input, Key, fields_read, inputs_of, reads_of
from zhike.records.formulas.lexing import FormulaError
from zhike.records.formulas.rollups import RollUp
from zhike.records.models import CustomField
from zhike.records.roles import sight

FORMULA, ROLL_UP = CustomField.Kind.FORMULA, CustomField.Kind.ROLL_UP
KINDS = frozenset({FORMULA, ROLL_UP})
DEEPEST = 10
"""Computed fields that read one another, one behind the other."""


@dataclass(frozen=True)
class Computed:
    """A field that is computed. `reads` names the fields it reads by itself, whatever those read in turn."""

    record_type: RecordType
    name: str
    label: str
    number: int
    result: str
    node: types.Node | None = None
    roll_up: RollUp | None = None
    reads: frozenset[Key] = frozenset()
    inputs: tuple[Input, ...] = ()
    """Of a formula: seen from its record; of a roll-up: from a record of the child."""
    reads_clock: bool = False
    error: str = ""
    level: int = 0

    @property
    def key(self) -> Key:
        return self.record_type.name, self.name

    def stored(self, today: date) -> Any:
        """Its value as `custom` keeps it, for a query over its type."""
        if self.error:
            return compiling.nothing()
        if self.roll_up is not None:
            return compiling.stored(rollups.expression(self.roll_up, today), self.result)
        assert self.node is not None
        return compiling.stored(compiling.expression(self.node, today), self.result)


@dataclass(frozen=True)
class Definitions:
    """All of them by key; `levels` in the order in which they are computed."""

    by_key: Mapping[Key, Computed] = field(default_factory=dict)

    @property
    def levels(self) -> list[list[Computed]]:
        deepest = max((each.level for each in self.by_key.values()), default=-1)
        return [[each for each in self.by_key.values() if each.level == level] for level in range(deepest + 1)]

    def reading(self, key: Key) -> list[Computed]:
        """Those that read a field by themselves."""
        return [each for each in self.by_key.values() if key in each.reads]


_kept: dict[int, tuple[object, Definitions]] = {}


def now() -> Definitions:
    """Those in use; worked out anew when a definition has changed."""
    rows = custom.every_definition()
    found = _kept.get(id(rows))
    if found is None or found[0] is not rows:
        _kept.clear()
        computed = [row for each in rows.values() for row in each if row.kind in KINDS and row.removed_at is None]
        found = _kept[id(rows)] = (rows, of_rows(computed))
    return found[1]


@sight.seeing_all()
def of_rows(rows: Iterable[CustomField]) -> Definitions:
    known = [(record_type, row) for row in rows if (record_type := registry.find(row.record_type)) is not None]
    return _ordered({each.key: each for each in (computed_of(record_type, row) for record_type, row in known)})


def computed_of(record_type: RecordType, row: CustomField) -> Computed:
    """What a definition says, or why it cannot be computed."""
    bare = Computed(
        record_type, row.name, row.label, row.pk or 0, str(row.options.get("result") or "text"),
        reads=frozenset(mentioned(record_type, row)),
    )  # fmt: skip
    try:
        return with_roll_up(bare, row) if row.kind == ROLL_UP else with_formula(bare, row)
    except FormulaError as error:
        return replace(bare, error=str(error))
    except ConditionError as error:
        return replace(bare, error=error.message)


def with_formula(bare: Computed, row: CustomField) -> Computed:
    formula = str(row.options.get("formula") or "")
    tree = parsing.parse(formula)
    node = types.typed(tree, bare.record_type)
    paths = [(read.steps, read.field) for read in reads_of(node)]
    return replace(
        bare, node=node, reads=fields_read(bare.record_type, paths), inputs=inputs_of(bare.record_type, paths),
        reads_clock=finding.is_called(tree, "TODAY"),
    )  # fmt: skip


def with_roll_up(bare: Computed, row: CustomField) -> Computed:
    found = rollups.understood(row.options.get("roll_up") or {}, bare.record_type)
    paths = list(found.paths())
    return replace(
        bare, roll_up=found, reads=fields_read(found.child, paths), inputs=inputs_of(found.child, paths),
        reads_clock=found.reads_clock,
    )  # fmt: skip


def mentioned(record_type: RecordType, row: CustomField) -> Iterator[Key]:
    """The fields a definition names, those that are there no more as well."""
    said = row.options.get("roll_up") or {}
    child = registry.find(str(said.get("type") or "")) if row.kind == ROLL_UP else None
    if child is not None:
        names = [str(said.get(name) or "") for name in ("by", "measure", "latest_by")]
        for name in (*filter(None, names), *rollups.named_in(said.get("condition"))):
            yield from _along(child, name)
    if row.kind == FORMULA:
        for name in finding.named_in(str(row.options.get("formula") or "")):
            yield from _along(record_type, name)


def _along(record_type: RecordType, path: str) -> Iterator[Key]:
    first, _dot, rest = path.partition(".")
    yield record_type.name, first
    field = record_type.field(first)
    target = finding.target_of(field) if field and rest else None
    if target is not None:
        yield target.name, rest


# Order


def _ordered(by_key: dict[Key, Computed]) -> Definitions:
    """Each one level above the highest that it reads."""
    levels: dict[Key, int] = {}
    for key in by_key:
        _place(by_key, levels, key, ())
    return Definitions({key: replace(each, level=levels[key]) for key, each in by_key.items()})


def _place(by_key: dict[Key, Computed], levels: dict[Key, int], key: Key, above: tuple[Key, ...]) -> int:
    if key in levels:
        return levels[key]
    if key in above:
        return _stopped(by_key, key, _goes_round([by_key[each] for each in above[above.index(key) :]]))
    if len(above) >= DEEPEST:
        return _stopped(by_key, key, _("At most %(limit)d computed fields may read one another.") % {"limit": DEEPEST})
    inner = [_place(by_key, levels, each, (*above, key)) for each in sorted(by_key[key].reads) if each in by_key]
    levels[key] = 0 if by_key[key].error else 1 + max(inner, default=-1)
    return levels[key]


def _stopped(by_key: dict[Key, Computed], key: Key, why: str) -> int:
    by_key[key] = replace(by_key[key], error=why)
    return 0


def _goes_round(row: list[Computed]) -> str:
    names = " → ".join(f"“{each.label}”" for each in (*row, row[0]))
    return _("These fields would read one another in a circle: %(names)s.") % {"names": names}


# Asked by others


def reads(record_type_name: str, name: str) -> frozenset[Key]:
    """Every field the value of a computed field depends on, through other computed fields too: who may not see one of
    these may not see the result. Empty for a field that is not computed."""
    by_key = now().by_key
    found: set[Key] = set()
    open_keys = [(record_type_name, name)]
    while open_keys:
        computed = by_key.get(open_keys.pop())
        if computed is not None:
            open_keys += computed.reads - found
            found |= computed.reads
    return frozenset(found)
