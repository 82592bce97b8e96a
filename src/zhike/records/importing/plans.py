"""The mapping file: which column is which field, which value means which, by what a record is found again.

    {"columns":   {"sales_agent": "owner", "deal_stage": "stage", "spare": ""},
     "values":    {"product": {"GTXPro": "GTX Pro"},
                   "stage": {"Won": {"where": {"outcome": "won"}}, "Prospecting": {"create": true}}},
     "match":     ["external_id", "name+customer"],
     "mode":      "create | update | upsert | fill",
     "unknown":   {"industry": "create | reject | empty"},
     "relations": {"owner": ["email", "name"]},
     "units":     {"amount": 10000},
     "owner":     "wang@example.com",
     "options":   {"encoding": "gb18030", "delimiter": ";", "quote": "\\"", "sheet": "Sheet1", "heading_row": 3,
                   "day_first": false, "blanks": "keep | clear"}}

The same JSON is what `./zhike import --map` reads, what the wizard saves and loads, and what a `MappingProfile`
keeps. A mapped value is a text to be read instead, null for empty, or an object: `create` (true, or the name to
create it by), `reject`, `where` (the first row of a short list with these properties), `id`. Several columns may go
to one region (省, 市, 区); `customer.id` is the number of the customer in Zhike, which tells customers of one name
apart. `units` says by how much figures are multiplied; without it the heading does: 金额(万元).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.base.chinese import fold_width
from zhike.base.sentences import shortened
from zhike.records.declaration import RecordType
from zhike.records.importing import divisions, guessing, rejects, targets, units
from zhike.records.importing.reading import Table
from zhike.records.importing.refusals import UnableToUsePlan

CREATE, UPDATE, UPSERT, FILL = "create", "update", "upsert", "fill"
MODES = (UPSERT, CREATE, UPDATE, FILL)
UNKNOWN = ("reject", "create", "empty")
READING_OPTIONS = ("sheet", "encoding", "delimiter", "quote", "heading_row")
OPTIONS: Mapping[str, tuple[type, ...]] = {
    "sheet": (str,), "encoding": (str,), "delimiter": (str,), "quote": (str,), "heading_row": (int,),
    "day_first": (bool,), "blanks": (str,),
}  # fmt: skip
ORDERS = frozenset({"create", "reject", "where", "id"})


@dataclass
class Plan:
    """See the text of the module. `columns` leave out headings that go nowhere."""

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    match: list[str] = field(default_factory=list)
    mode: str = UPSERT
    unknown: dict[str, str] = field(default_factory=dict)
    relations: dict[str, list[str]] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    owner: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value or name in ("columns", "mode")}

    @property
    def reading(self) -> dict[str, Any]:
        """What `open_table` is told."""
        return {name: self.options[name] for name in READING_OPTIONS if self.options.get(name) is not None}

    @property
    def match_keys(self) -> list[tuple[str, ...]]:
        return [tuple(key.split("+")) for key in self.match]

    @property
    def mapped(self) -> set[str]:
        names = set(self.columns.values())
        return names | {reference for name in names if (reference := targets.referring(name))}


def plan_of(raw: Any, record_type: RecordType) -> Plan:
    """Checks JSON and makes a plan of it. Raises `UnableToUsePlan` naming what is wrong."""
    if not isinstance(raw, Mapping):
        raise UnableToUsePlan(_("A mapping is a JSON object with “columns”, “values”, “match” and “mode”."))
    strangers = [str(name) for name in raw if name not in Plan.__dataclass_fields__]
    if strangers:
        raise UnableToUsePlan(_("A mapping knows no “%(name)s”."), name=shortened(strangers[0]))
    plan = Plan(
        columns={str(k): str(v) for k, v in _object(raw, "columns").items() if v},
        values={str(k): dict(_object(_object(raw, "values"), k)) for k in _object(raw, "values")},
        match=_words(raw, "match"),
        mode=str(raw.get("mode") or UPSERT),
        unknown={str(k): str(v) for k, v in _object(raw, "unknown").items()},
        relations={str(k): [str(each) for each in v] for k, v in _object(raw, "relations").items()},
        units=dict(_object(raw, "units")),
        owner=str(raw.get("owner") or ""),
        options=dict(_object(raw, "options")),
    )
    _check(plan, record_type)
    return plan


def _object(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise UnableToUsePlan(_("“%(name)s” in the mapping must be a JSON object."), name=name)
    return found


def _words(raw: Mapping[str, Any], name: str) -> list[str]:
    found = raw.get(name) or []
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, Sequence) or not all(isinstance(each, str) for each in found):
        raise UnableToUsePlan(_("“%(name)s” in the mapping must be a list of field names."), name=name)
    return [str(each) for each in found]


def _check(plan: Plan, record_type: RecordType) -> None:
    known = targets.targets_of(record_type)
    for place, names in (
        ("columns", list(plan.columns.values())),
        ("values", list(plan.values)),
        ("unknown", list(plan.unknown)),
        ("match", [part for key in plan.match_keys for part in key]),
        ("relations", list(plan.relations)),
        ("units", list(plan.units)),
    ):
        for name in names:
            if name not in known or (place != "columns" and targets.referring(name)):
                raise UnableToUsePlan(
                    _("“%(name)s” (in “%(place)s” of the mapping) is no field of %(type)s; there are: %(known)s."),
                    name=shortened(name), place=place, type=record_type.plural, known=", ".join(known),
                )  # fmt: skip
    if plan.mode not in MODES:
        raise UnableToUsePlan(_("The mode must be one of: %(modes)s."), modes=", ".join(MODES))
    for name, what in plan.unknown.items():
        if what not in UNKNOWN:
            raise UnableToUsePlan(_("“unknown” of “%(name)s” must be one of: %(known)s."), name=name,
                                  known=", ".join(UNKNOWN))  # fmt: skip
    _check_repeats(plan, known)
    _check_orders(plan)
    _check_units(plan)
    _check_options(plan)


def _check_repeats(plan: Plan, known: Mapping[str, targets.Target]) -> None:
    given: dict[str, str] = {}
    for heading, name in plan.columns.items():
        if name in given and not known[name].may_repeat:
            raise UnableToUsePlan(
                _("The columns “%(first)s” and “%(second)s” both go to “%(field)s”; choose one of them."),
                first=shortened(given[name]), second=shortened(heading), field=known[name].label,
            )  # fmt: skip
        given[name] = heading


def _check_orders(plan: Plan) -> None:
    for name, orders in plan.values.items():
        for value, order in orders.items():
            is_object = isinstance(order, Mapping) and len(order) == 1 and set(order) <= ORDERS
            if not (order is None or isinstance(order, str | int | float | bool) or is_object):
                raise UnableToUsePlan(
                    _("“%(value)s” of “%(field)s” is mapped to neither a text nor one of: %(known)s."),
                    value=shortened(value), field=name, known=", ".join(sorted(ORDERS)),
                )  # fmt: skip


def _check_units(plan: Plan) -> None:
    for name, factor in plan.units.items():
        if type(factor) is not int or factor not in units.UNITS:
            raise UnableToUsePlan(_("The unit of “%(field)s” must be one of: %(known)s."), field=name,
                                  known=", ".join(map(str, units.UNITS)))  # fmt: skip


def _check_options(plan: Plan) -> None:
    for name, value in plan.options.items():
        wanted = OPTIONS.get(name)
        if wanted is None or (value is not None and type(value) not in wanted):
            raise UnableToUsePlan(_("The option “%(name)s” is unknown or has a value of the wrong kind."),
                                  name=shortened(name))  # fmt: skip


def guess(record_type: RecordType, table: Table, sample: Sequence[Sequence[Any]]) -> Plan:
    """A plan for a file nobody has described: columns by their headings, matching by the surest key."""
    numbers = targets.numbers_by_heading(record_type)
    columns = {heading: numbers[heading] for heading in table.headings if heading in numbers}
    left = [
        place
        for place, heading in enumerate(table.headings)
        if heading not in columns and heading not in rejects.HEADINGS
    ]
    guessed = guessing.guess_mapping(
        [table.headings[place] for place in left],
        targets.guess_fields(record_type),
        [[row[place] for place in left if place < len(row)] for row in sample],
    )
    columns |= {table.headings[left[index]]: name for index, name in guessed.items()}
    for target in targets.targets_of(record_type).values():
        if target.field is not None and target.field.kind == divisions.KIND:
            columns |= divisions.together(target.name, columns, table.headings)
    match = usual_match(record_type, set(columns.values()))
    return Plan(columns=columns, match=match, mode=UPSERT, units=units_of(record_type, columns))


def units_of(record_type: RecordType, columns: Mapping[str, str]) -> dict[str, int]:
    """What the headings of amounts say they are counted in, where that is not the plain unit."""
    known = targets.targets_of(record_type)
    said = {name: units.of_heading(heading) for heading, name in columns.items() if units.counts(known[name].field)}
    return {name: factor for name, factor in said.items() if factor not in (None, units.PLAIN)}


def usual_match(record_type: RecordType, mapped: set[str]) -> list[str]:
    """The first declared key whose columns are all there."""
    if targets.NUMBER in mapped:
        return [targets.NUMBER]
    for key in record_type.imports.match_on:
        if set(key.split("+")) <= mapped:
            return [key]
    return []


def places_of(plan: Plan, headings: Sequence[str]) -> list[tuple[int, str, str]]:
    """(position in the row, heading, target) of every mapped column. Raises `UnableToUsePlan` for a missing one."""
    by_name = {_folded(heading): place for place, heading in reversed(list(enumerate(headings)))}
    by_name |= {heading: place for place, heading in enumerate(headings)}
    found = []
    for heading, name in plan.columns.items():
        place = by_name.get(heading, by_name.get(_folded(heading)))
        if place is None:
            raise UnableToUsePlan(
                _("The file has no column “%(heading)s”. Its columns: %(headings)s."),
                heading=shortened(heading), headings=shortened(", ".join(headings), 400),
            )  # fmt: skip
        found.append((place, headings[place], name))
    if not found:
        raise UnableToUsePlan(_("No column of the file goes to a field yet."))
    return sorted(found)


def _folded(heading: str) -> str:
    return fold_width(heading).casefold()
