"""What applying a file would change: each item added, changed, removed, put in another order, or left as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from zhike.records.configuration.parts import Items, Part, Path


class Kind(StrEnum):
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    ORDER = "order"
    SAME = "same"
    HERE = "here"
    """Stands only here, and is left alone."""


CHANGING = (Kind.ADD, Kind.CHANGE, Kind.REMOVE, Kind.ORDER)


@dataclass(frozen=True)
class Difference:
    """What an item says of one thing, before and after; None where it says nothing."""

    name: str
    was: Any
    will_be: Any


@dataclass(frozen=True)
class Step:
    """What becomes of one item. Of `ORDER`, `path` are the names above the items and `said` those items."""

    part: Part
    path: Path
    kind: Kind
    said: Any = None
    now: Any = None

    @property
    def differences(self) -> list[Difference]:
        """Of something new: all that it says."""
        if self.kind == Kind.ADD:
            return list(_differences({} if isinstance(self.said, dict) else None, self.said, ""))
        return list(_differences(self.now, self.said, "")) if self.kind == Kind.CHANGE else []


@dataclass
class Plan:
    steps: list[Step] = field(default_factory=list)

    @property
    def changes(self) -> list[Step]:
        return [step for step in self.steps if step.kind in CHANGING]

    def count(self, *kinds: Kind) -> int:
        return sum(step.kind in kinds for step in self.steps)


def compare(parts: Iterable[Part], wanted: Mapping[str, Items], *, remove_missing: bool = False) -> Plan:
    """What becomes of the items of every part the file names; other parts are left alone."""
    plan = Plan()
    for part in parts:
        if part.name in wanted:
            plan.steps += _steps(part, wanted[part.name], part.read(), remove_missing)
    return plan


def _steps(part: Part, wanted: Items, there: Items, remove_missing: bool) -> Iterator[Step]:
    now = {path: tidy(said) for path, said in there.items()}
    for path, told in wanted.items():
        said = tidy(told)
        if path not in now:
            yield Step(part, path, Kind.ADD, said)
            continue
        merged = tidy(part.merged(path, said, now[path], remove_missing))
        yield Step(part, path, Kind.SAME if merged == now[path] else Kind.CHANGE, merged, now[path])
    for path, said in now.items():
        if path not in wanted:
            is_retired = isinstance(said, dict) and said.get("retired")
            is_removed = remove_missing and part.remove is not None and not is_retired
            yield Step(part, path, Kind.REMOVE if is_removed else Kind.HERE, None, said)
    if part.order is not None:
        yield from orders(part, list(wanted), list(now))


def orders(part: Part, wanted: Sequence[Path], now: Sequence[Path]) -> Iterator[Step]:
    """Where what stands here already would follow in another order, or what is new does not come last."""
    for parent in dict.fromkeys(path[:-1] for path in wanted):
        said = [path[-1] for path in wanted if path[:-1] == parent]
        there = [path[-1] for path in now if path[:-1] == parent and path[-1] in said]
        if said != [*there, *(name for name in said if name not in there)]:
            yield Step(part, parent, Kind.ORDER, said, there)


def tidy(said: Any) -> Any:
    """Without what says nothing."""
    if isinstance(said, dict):
        found = {name: _tidy_list(value) for name, value in said.items()}
        return {name: value for name, value in found.items() if not _is_nothing(value)}
    return said


def _tidy_list(value: Any) -> Any:
    if isinstance(value, list):
        return [tidy(each) for each in value]
    return value


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value == "" or value == [] or value == {}


def woven(said: list[dict[str, Any]], now: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The entries of the file in its order; what stands only here stays, behind what it stood behind."""
    names = [each.get(key) for each in said]
    found = list(said)
    for place, each in enumerate(now):
        if each.get(key) in names:
            continue
        before = next((one.get(key) for one in reversed(now[:place])), None)
        places = [one.get(key) for one in found]
        found.insert(places.index(before) + 1 if before in places else 0, each)
    return found


def _differences(was: Any, will_be: Any, name: str) -> Iterator[Difference]:
    if _are_named(was) and _are_named(will_be):
        yield from _differences(_by_name(was), _by_name(will_be), name)
        if list(_by_name(was)) != (order := list(_by_name(will_be))) and sorted(_by_name(was)) == sorted(order):
            yield Difference(name, was, will_be)
    elif isinstance(will_be, dict) and (was is None or isinstance(was, dict)):
        before: dict[str, Any] = was or {}
        for key in dict.fromkeys([*before, *will_be]):
            inner = f"{name}.{key}" if name else key
            yield from _differences(before.get(key), will_be.get(key), inner)
    elif was != will_be:
        yield Difference(name, was, will_be)


def _are_named(value: Any) -> bool:
    """Choices and stages: entries that are told by a name."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and _name(each) for each in value)


def _by_name(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {_name(each): each for each in entries}


def _name(entry: dict[str, Any]) -> str:
    return str(entry.get("value") or entry.get("name") or "")
