"""From a plan and the headings of a file to what reads a row: made once, used for every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.sentences import shortened
from zhike.records import gate, registry, values
from zhike.records.declaration import RecordType
from zhike.records.fields import moments, pointing, references, text
from zhike.records.fields.base import Field, Invalid
from zhike.records.importing import cells, divisions, finders, plans, targets, units
from zhike.records.importing.drafts import Draft
from zhike.records.importing.lookups import Finder, Lookup
from zhike.records.importing.many import ManyFinder, ManyLookup
from zhike.records.importing.plans import Plan
from zhike.records.importing.refusals import UnableToUsePlan
from zhike.records.importing.seen import SeenKeys
from zhike.records.importing.siblings import CIRCLE, SELF, Siblings
from zhike.records.importing.tallies import Tally
from zhike.records.roles import sight

Row = tuple[int, list[Any]]


@dataclass
class RowReader:
    """`plain` columns are read as they stand, `keyed` ones are looked up a batch at a time by `lookups`; those of
    `places` tell a region together."""

    width: int
    plain: list[tuple[int, str, str, cells.Reader]] = field(default_factory=list)
    places: list[tuple[list[int], str, str, cells.Reader]] = field(default_factory=list)
    keyed: list[tuple[int, str]] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    unique: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    seen: SeenKeys = field(default_factory=SeenKeys)
    siblings: Siblings | None = None
    sibling_field: str = ""
    clears: bool = False

    def read(self, line: int, row: list[Any]) -> Draft:
        draft = Draft(line, row)
        if len(row) > self.width:
            draft.refuse("", "", _("This row has %(count)d cells and the headings are %(width)d.") % {
                "count": len(row), "width": self.width})  # fmt: skip
            return draft
        found = draft.values
        for place, name, heading, read in self.plain:
            raw = row[place]
            if raw == "" or raw is None:
                if self.clears and name in self.fields:
                    found.setdefault(name, self.fields[name].empty_value())
                continue
            try:
                if type(raw) is str and raw[0] == "'":
                    raw = cells.unguarded(raw)
                value = read(raw)
            except Invalid as error:
                draft.refuse(name, heading, error.message)
                continue
            if value is None or value == "" or value == []:
                continue
            found[name] = _joined(found[name], value) if name in found else value
        self._read_places(draft)
        for place, name in self.keyed:
            raw = row[place]
            if raw != "" and raw is not None and (key := _key(raw)):
                draft.keys[name] = key
        self._check(draft)
        return draft

    def _read_places(self, draft: Draft) -> None:
        for places, name, heading, read in self.places:
            raw = divisions.joined(draft.cells, places)
            try:
                if raw:
                    draft.values[name] = read(raw)
                elif self.clears:
                    draft.values[name] = self.fields[name].empty_value()
            except Invalid as error:
                draft.refuse(name, heading, error.message)

    def remember(self, line: int, row: list[Any]) -> None:
        """Takes note of the keys of a row that was done before the job was interrupted."""
        for name, places in self.unique:
            if key := _key_of(row, places):
                self.seen.add((name, key), line)

    def _check(self, draft: Draft) -> None:
        for name, places in self.unique:
            key = _key_of(draft.cells, places)
            if key and (earlier := self.seen.add((name, key), draft.line)):
                draft.refuse(
                    name.split("+")[0],
                    self.headings.get(name.split("+")[0], ""),
                    _("“%(value)s” stands on line %(line)d already; a file may bring it once.")
                    % {"value": shortened(" + ".join(key)), "line": earlier},
                )
        if self.siblings is not None and (trouble := self.siblings.trouble(draft.cells)):
            sentences = {
                SELF: _("A record cannot be its own parent."),
                CIRCLE: _("This row stands below itself: its line of parents runs in a circle."),
            }
            draft.refuse(self.sibling_field, self.headings.get(self.sibling_field, ""), sentences[trouble])


def _key(raw: Any) -> str:
    written = cells.unguarded(raw.strip()) if type(raw) is str else values.as_text(raw)
    return "" if len(written) <= 5 and values.is_blank(written) else written


def _key_of(row: Sequence[Any], places: tuple[int, ...]) -> tuple[str, ...]:
    parts = tuple("" if cells.is_blank(row[place]) else values.as_text(row[place]) for place in places)
    return parts if all(parts) else ()


def _joined(first: Any, second: Any) -> Any:
    """Two columns for one field: lists grow, texts stand below each other."""
    if isinstance(first, list):
        return [*first, *(each for each in second if each not in first)]
    return f"{first}\n{second}"


class Compiler:
    """Puts a `RowReader` together. Raises `UnableToUsePlan` where plan and file do not fit."""

    def __init__(
        self, record_type: RecordType, plan: Plan, actor: Actor, headings: Sequence[str], tally: Tally, zone: tzinfo,
        *, is_dry: bool,
    ) -> None:  # fmt: skip
        self.record_type = record_type
        self.plan = plan
        self.actor = actor
        self.tally = tally
        self.zone = zone
        self.is_dry = is_dry
        self.known = targets.targets_of(record_type)
        self.places = plans.places_of(plan, headings)
        self.width = len(headings)
        self.default_owner = default_owner(plan, actor)

    def reader(self) -> RowReader:
        reader = RowReader(self.width, clears=self.plan.options.get("blanks") == "clear")
        regions = self._regions()
        for place, heading, name in self.places:
            reader.headings.setdefault(name, heading)
            if name not in regions:
                self._add_column(reader, place, heading, name)
        for name, places in regions.items():
            self._add_region(reader, name, places)
        reader.lookups.sort(key=self._order)
        reader.unique = self._unique()
        self._expect_siblings(reader)
        return reader

    def _add_column(self, reader: RowReader, place: int, heading: str, name: str) -> None:
        if reference := targets.referring(name):
            self._add_number(reader, place, heading, reference)
            return
        found = self._field(name)
        if found is None:
            reader.plain.append((place, name, heading, values.as_text))
            return
        keys = self._relation_keys(name)
        finder = finders.finder_of(self.record_type, found, self.actor, keys, self.default_owner)
        reader.fields[name] = found
        if finder is None:
            read = cells.reader_of(found, self.zone, day_first=bool(self.plan.options.get("day_first")))
            reader.plain.append((place, name, heading, self._with_orders(name, self._scaled(found, heading, read))))
            return
        self._add_lookup(reader, place, heading, finder)

    def _add_number(self, reader: RowReader, place: int, heading: str, reference: str) -> None:
        """Beside a column of names the number only tells those of one name apart; alone it says which is meant."""
        if any(name == reference for _place, _heading, name in self.places):
            reader.keyed.append((place, f"{reference}{targets.NUMBER_OF}"))
            return
        found: Any = self._field(reference)
        finder: Any = finders.finder_of(self.record_type, found, self.actor, (targets.NUMBER,), self.default_owner)
        reader.fields[reference] = found
        reader.headings[reference] = heading
        self._add_lookup(reader, place, heading, finder)

    def _add_lookup(self, reader: RowReader, place: int, heading: str, finder: Finder) -> None:
        name = finder.field.name
        number = f"{name}{targets.NUMBER_OF}"
        reader.keyed.append((place, name))
        usual: Any = self.record_type.imports.value_synonyms or {}
        kind = ManyLookup if isinstance(finder, ManyFinder) else Lookup
        reader.lookups.append(
            kind(
                finder=finder,
                actor=self.actor,
                tally=self.tally,
                heading=heading,
                is_dry=self.is_dry,
                orders=self.plan.values.get(name, {}),
                unknown=self.plan.unknown.get(name, "reject"),
                usual_orders=usual.get(name, {}),
                number_key=number if any(each == number for _place, _heading, each in self.places) else "",
            )
        )

    def _scaled(self, found: Field, heading: str, read: cells.Reader) -> cells.Reader:
        """What the plan says about units goes first, then the heading."""
        if not units.counts(found):
            return read
        return units.scaling(read, self.plan.units.get(found.name) or units.of_heading(heading) or units.PLAIN)

    def _regions(self) -> dict[str, list[int]]:
        """Regions told by several columns, with their positions from the largest place to the smallest."""
        columns: dict[str, list[tuple[int, str]]] = {}
        for place, heading, name in self.places:
            found = self._field(name)
            if found is not None and found.kind == divisions.KIND:
                columns.setdefault(name, []).append((place, heading))
        return {name: divisions.ordered(found) for name, found in columns.items() if len(found) > 1}

    def _add_region(self, reader: RowReader, name: str, places: list[int]) -> None:
        found: Any = self._field(name)
        reader.fields[name] = found
        read = self._with_orders(name, cells.reader_of(found, self.zone))
        reader.places.append((places, name, reader.headings[name], read))

    def _field(self, name: str) -> Field | None:
        if name == targets.NUMBER:
            return None
        if name == targets.NOTE:
            return text.LongText(name, self.known[name].label)
        if name == targets.NOTE_AT:
            return moments.Moment(name, self.known[name].label)
        if name == targets.NOTE_AUTHOR:
            column = self.record_type.model._meta.get_field("created_by")
            return references.MemberReference(name, self.known[name].label, model_field=column)
        return self.known[name].field

    def _relation_keys(self, name: str) -> tuple[str, ...]:
        declared: Any = self.record_type.imports.relations or {}
        keys = self.plan.relations.get(name) or declared.get(name, ())
        if not keys and name in ("owner", targets.NOTE_AUTHOR):
            keys = ("email", "name", "external_id")
        if name not in self.plan.relations:
            keys = self._readable(name, keys)
        self._check_keys(name, keys)
        return tuple(keys)

    def _readable(self, name: str, keys: Sequence[str]) -> tuple[str, ...]:
        """The keys whose values whoever imports may read: nobody finds records by what is kept from them."""
        found: Any = self._field(name)
        target = registry.find(found.record_type_name) if pointing.points(found) else None
        return tuple(key for key in keys if target is None or sight.all_readable(target, [key]))

    def _check_keys(self, name: str, keys: Sequence[str]) -> None:
        found = self._field(name)
        if not pointing.points(found):
            return
        target: Any = found
        columns = {column.name for column in target.model._meta.concrete_fields if not column.is_relation}
        for key in keys:
            if key not in columns or key not in self._readable(name, [key]):
                raise UnableToUsePlan(
                    _("“%(field)s” cannot be found by “%(key)s”; there are: %(known)s."),
                    field=target.label, key=shortened(key), known=", ".join(self._readable(name, sorted(columns))),
                )  # fmt: skip

    def _with_orders(self, name: str, read: cells.Reader) -> cells.Reader:
        """Lets the plan's words for values of a plain column go first: `Philipines` is read as `Philippines`."""
        orders: Mapping[str, Any] = self.plan.values.get(name, {})
        if not orders:
            return read

        def ordered(raw: Any) -> Any:
            written = values.as_text(raw)
            if written not in orders:
                return read(raw)
            order = orders[written]
            if isinstance(order, Mapping) and "reject" in order:
                raise Invalid(_("“%(value)s” is not wanted.") % {"value": shortened(written)})
            return None if order is None else read(order)

        return ordered

    def _order(self, lookup: Lookup) -> tuple[bool, bool, bool]:
        """What others depend on goes first: owners before what is made for them, pipelines before stages."""
        return (self._is_self(lookup.name), bool(lookup.parent), lookup.name != "owner")

    def _is_self(self, name: str) -> bool:
        found = self._field(name)
        is_column = isinstance(found, references.Reference) and not found.is_custom
        return is_column and found.model is self.record_type.model  # type: ignore[union-attr]

    def _unique(self) -> list[tuple[str, tuple[int, ...]]]:
        keys: set[tuple[str, ...]] = {("external_id",), (targets.NUMBER,)}
        if self.plan.mode != plans.CREATE:
            keys |= {key for key in self.plan.match_keys if key[0] not in finders.ENTRY_KEYS}
        by_name = {name: place for place, _heading, name in self.places}
        return [
            ("+".join(key), tuple(by_name[name] for name in key)) for key in sorted(keys) if set(key) <= set(by_name)
        ]

    def _expect_siblings(self, reader: RowReader) -> None:
        by_name = {name: place for place, _heading, name in self.places}
        for lookup in reader.lookups:
            if self._is_self(lookup.name) and lookup.name not in targets.NOTES:
                finder: Any = lookup.finder
                own = [by_name[key] for key in finder.keys if key in by_name]
                number, parent_number = targets.NUMBER, f"{lookup.name}{targets.NUMBER_OF}"
                has_numbers = number in by_name and parent_number in by_name
                numbers = (by_name[number], by_name[parent_number]) if has_numbers else None
                parent = by_name[lookup.name if lookup.name in by_name else parent_number]
                reader.siblings = Siblings(own, parent, numbers)
                reader.sibling_field = lookup.name
                lookup.siblings = reader.siblings
                return


def default_owner(plan: Plan, actor: Actor) -> Any:
    """Whose the rows without an owner become: the plan's, else the importing member's."""
    if not plan.owner:
        return gate.default_owner(actor)
    condition = Q(email__iexact=plan.owner) | Q(name=plan.owner)
    if number := references.as_id(plan.owner):
        condition |= Q(pk=number)
    found = get_user_model()._default_manager.filter(condition, trashed_at__isnull=True).first()
    if found is None:
        raise UnableToUsePlan(_("There is no member “%(name)s” to own the records."), name=shortened(plan.owner))
    return found
