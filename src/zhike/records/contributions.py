"""What a higher domain adds to the record pages of a lower type, without the lower one knowing.

contributions.contribute_facts("customers", money_facts)          # opportunities → the head of a customer
contributions.contribute_panel("opportunities", lines_panel)      # a card of its own on the page
contributions.contribute_timeline(ActivitySource())               # entries of every record's timeline
contributions.contribute_composer(composer)                       # what stands above the timeline
contributions.contribute_setting(Setting(...))                    # a page of the settings
contributions.contribute_configuration(Part(...))                 # what of a room stands in the configuration file
contributions.name_act("log_activity", _("logged an activity"))   # how the log of acts calls it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.utils.safestring import SafeString

from zhike.base.actors import Actor
from zhike.records.configuration.parts import Part
from zhike.records.fields.base import Field

FactsFunction = Callable[[Actor, Any], Iterable[tuple[Any, Any]]]
"""`(actor, record) -> (label, value)` pairs; a value is text or safe HTML."""
PanelFunction = Callable[[Any, Any], SafeString | str]
"""`(request, record) -> HTML` of a card, or "" for none."""


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a timeline, and where one goes on: everything earlier than this."""

    at: datetime
    source: str
    number: int


@dataclass
class Entry:
    """One thing that happened: `html` is its sentence, `note` what was written, `details` small lines below."""

    at: datetime
    source: str
    number: int
    icon: str
    html: SafeString
    tone: str = ""
    note: str = ""
    details: list[Any] = field(default_factory=list)
    links: list[tuple[str, Any, str]] = field(default_factory=list)
    """(URL, words, "post" | "drawer" | "link")"""
    is_done: bool = False
    is_undone: bool = False
    shown_at: str = ""
    """The moment in words, filled in by the page."""

    @property
    def place(self) -> Place:
        return Place(self.at, self.source, self.number)


class TimelineSource(Protocol):
    """`rows` finds the latest before a place, at most `limit`; `entries` puts those into words that will be shown."""

    name: str
    label: Any

    def rows(self, actor: Actor, record: Any, before: Place | None, limit: int) -> list[tuple[Place, Any]]: ...

    def entries(self, actor: Actor, record: Any, rows: list[Any]) -> list[Entry]: ...


@dataclass(frozen=True)
class Setting:
    """A page of the settings: under which heading it stands, what it is for in one sentence, and who is shown it."""

    group: Any
    label: Any
    note: Any
    url: str
    icon: str
    position: int = 100
    """Among those under the same heading."""
    for_everybody: bool = False
    """Else administrators only; the page itself asks again."""


_settings: dict[str, Setting] = {}
_configuration: dict[str, Part] = {}
_final: set[str] = set()
_facts: dict[str, list[FactsFunction]] = defaultdict(list)
_panels: dict[str, list[PanelFunction]] = defaultdict(list)
_sources: dict[str, TimelineSource] = {}
_composers: list[PanelFunction] = []
_acts: dict[str, Any] = {}
_parts: dict[str, Any] = {}
_inside: dict[tuple[str, str], Mapping[str, Field]] = {}


def contribute_facts(record_type_name: str, function: FactsFunction) -> None:
    if function not in _facts[record_type_name]:
        _facts[record_type_name].append(function)


def facts_of(record_type_name: str) -> list[FactsFunction]:
    return _facts[record_type_name]


def contribute_panel(record_type_name: str, function: PanelFunction) -> None:
    if function not in _panels[record_type_name]:
        _panels[record_type_name].append(function)


def panels_of(record_type_name: str) -> list[PanelFunction]:
    return _panels[record_type_name]


def contribute_timeline(source: TimelineSource) -> None:
    _sources[source.name] = source


def timeline_sources() -> list[TimelineSource]:
    return list(_sources.values())


def contribute_composer(function: PanelFunction) -> None:
    if function not in _composers:
        _composers.append(function)


def composers() -> list[PanelFunction]:
    return _composers


def contribute_setting(setting: Setting) -> None:
    _settings[setting.url] = setting


def settings_for(*, is_administrator: bool) -> list[Setting]:
    """What somebody is shown, in the order of the page."""
    shown = [each for each in _settings.values() if is_administrator or each.for_everybody]
    return sorted(shown, key=lambda each: each.position)


def contribute_configuration(part: Part) -> None:
    _configuration[part.name] = part


def configuration_parts() -> list[Part]:
    """What stands in the configuration file, in its order."""
    return sorted(_configuration.values(), key=lambda each: (each.position, each.name))


def make_final(action: str) -> None:
    """An act that no undo takes back: a token that was revoked stays revoked."""
    _final.add(action)


def is_final(action: str) -> bool:
    return action in _final


def name_act(action: str, words: Any) -> None:
    """The words of an act in the list of acts: `logged an activity`."""
    _acts[action] = words


def named_acts() -> dict[str, Any]:
    return _acts


def name_part(table: str, label: Any) -> None:
    """What rows of a table that belong to records are called: `product line`."""
    _parts[table] = label


def named_parts() -> dict[str, Any]:
    return _parts


def describe_inside(table: str, column: str, fields: Mapping[str, Field]) -> None:
    """What the keys of a JSON column mean, so that the log tells of each by itself; "" stands for the whole column."""
    _inside[table, column] = fields


def fields_inside(table: str, column: str) -> Mapping[str, Field]:
    return _inside.get((table, column), {})
