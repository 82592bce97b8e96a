"""What each record type offers to reports; a domain's `reports.py` says it once.

offer(Reports("opportunities", measures=(…), dimensions=("owner", "stage", "closed_on:month"), ready=(…)))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from zhike.base.actors import Actor
from zhike.records import policies, registry
from zhike.records.declaration import RecordType
from zhike.records.fields.choices import Choice, ManyChoices
from zhike.records.fields.references import Reference
from zhike.records.reporting import own
from zhike.records.reporting.dimensions import Dimension, UnknownDimension, dimension_of
from zhike.records.reporting.measures import Measure, is_condition_readable, is_readable
from zhike.records.roles import sight

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class UnknownReport(LookupError):
    """There is no report, measure or grouping of that name."""


@dataclass(frozen=True)
class Ready:
    """A report ready to be read: `by` names one or two dimensions, `span` the range it opens with."""

    name: str
    label: _StrOrPromise
    measures: tuple[str, ...]
    by: tuple[str, ...] = ()
    condition: Mapping[str, Any] = field(default_factory=dict)
    date: str = ""
    span: str = "all"
    chart: str = "bar"
    icon: str = "chart-bar"


@dataclass(frozen=True)
class Reports:
    """`dimensions` are names of fields (`stage`, `customer.industry`, `closed_on:month`) or `Dimension` objects."""

    record_type: str
    measures: tuple[Measure, ...]
    dimensions: tuple[str | Dimension, ...]
    dates: tuple[str, ...] = ("created_at",)
    currency: str = ""
    ready: tuple[Ready, ...] = ()

    @property
    def type(self) -> RecordType:
        return registry.get(self.record_type)

    def measure(self, name: str) -> Measure:
        """Raises `UnknownReport`."""
        found = next((measure for measure in self.all_measures() if measure.name == name), None)
        if found is None:
            raise UnknownReport(name)
        return found

    def all_measures(self) -> list[Measure]:
        """The declared ones and those of the company's own numbers."""
        known = {measure.name for measure in self.measures}
        return [*self.measures, *(each for each in own.measures_of(self.type) if each.name not in known)]

    def all_dates(self) -> list[str]:
        return [*self.dates, *own.dates_of(self.type)]

    def dimension(self, name: str) -> Dimension:
        """Raises `UnknownReport` for what is not offered."""
        found = next((each for each in self.all_dimensions() if each.name == name), None)
        if found is None:
            raise UnknownReport(name)
        return found

    def all_dimensions(self) -> list[Dimension]:
        """The declared ones and the company's own choices."""
        record_type = self.type
        chosen = [
            name
            for name, found in record_type.custom_fields().items()
            if isinstance(found, Choice | Reference) and not isinstance(found, ManyChoices)
        ]
        chosen = [name for name in chosen if sight.all_readable(record_type, [name])]
        seen = [each for each in self.dimensions if sight.current() is None or _can_be_read(record_type, each)]
        named = [each if isinstance(each, Dimension) else dimension_of(record_type, each) for each in seen]
        return [*named, *(dimension_of(record_type, name) for name in chosen)]

    def as_seen(self) -> Reports:
        """Less what is made of fields the reader in force may not read."""
        if sight.current() is None:
            return self
        measures = tuple(each for each in self.measures if is_readable(each, self.type))
        dimensions = tuple(each for each in self.dimensions if _can_be_read(self.type, each))
        dates = tuple(each for each in self.dates if sight.all_readable(self.type, [each]))
        if (measures, dimensions, dates) == (self.measures, self.dimensions, self.dates):
            return self
        names = {each.name for each in measures}, {each if isinstance(each, str) else each.name for each in dimensions}
        ready = tuple(each for each in self.ready if self._is_ready(each, *names))
        return replace(self, measures=measures, dimensions=dimensions, dates=dates, ready=ready)

    def _is_ready(self, ready: Ready, measures: set[str], dimensions: set[str]) -> bool:
        if not (set(ready.measures) <= measures and set(ready.by) <= dimensions):
            return False
        return is_condition_readable(ready.condition, self.type) and sight.all_readable(self.type, [ready.date])


def _can_be_read(record_type: RecordType, named: str | Dimension) -> bool:
    if isinstance(named, Dimension):
        return named.is_readable(record_type)
    try:
        dimension_of(record_type, named)
    except UnknownDimension:
        return False
    return True


Find = Callable[[RecordType], Reports | None]
_offered: dict[str, Reports] = {}
_finders: list[Find] = []


def offer(reports: Reports) -> Reports:
    _offered[reports.record_type] = reports
    return reports


def offer_where(find: Find) -> None:
    """`find` says what types that no code declares offer."""
    _finders.append(find)


def of(record_type_name: str) -> Reports:
    """Raises `UnknownReport`."""
    record_type = registry.find(record_type_name)
    found = _of_type(record_type) if record_type is not None else None
    if found is None:
        raise UnknownReport(record_type_name)
    return found.as_seen()


def _of_type(record_type: RecordType) -> Reports | None:
    offered = _offered.get(record_type.name)
    return offered or next((found for find in _finders if (found := find(record_type)) is not None), None)


def offered_to(actor: Actor) -> list[Reports]:
    """What the actor may see anything of, in the order of the menu."""
    offered = [
        _of_type(record_type)
        for record_type in registry.all_types()
        if record_type.policy.may(actor, policies.SEE) and (not actor.types or record_type.name in actor.types)
    ]
    return [seen for reports in offered if reports is not None and (seen := reports.as_seen()).measures]


def ready_for(actor: Actor) -> list[tuple[Reports, Ready]]:
    return [(reports, ready) for reports in offered_to(actor) for ready in reports.ready]


def find_ready(actor: Actor, name: str) -> tuple[Reports, Ready]:
    """Raises `UnknownReport`."""
    for reports, ready in ready_for(actor):
        if ready.name == name:
            return reports, ready
    raise UnknownReport(name)
