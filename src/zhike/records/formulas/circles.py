"""Computed fields that read one another in a circle, told from definitions that are not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zhike.records import registry
from zhike.records.formulas import finding, rollups
from zhike.records.formulas.inputs import Key

Definitions = Mapping[Key, Mapping[str, Any]]
"""By type and key: kind, formula, target, over, measure, latest_by, condition."""


def circle_among(said: Definitions) -> list[Key]:
    """The fields of one circle, each reading the next and the last the first; [] where there is none."""
    done: set[Key] = set()
    for key in said:
        found = _circle(said, key, [], done)
        if found:
            return found
    return []


def _circle(said: Definitions, key: Key, above: list[Key], done: set[Key]) -> list[Key]:
    if key in above:
        return above[above.index(key) :]
    if key in done or key not in said:
        return []
    for read in _reads(said, key):
        found = _circle(said, read, [*above, key], done)
        if found:
            return found
    done.add(key)
    return []


def _reads(said: Definitions, key: Key) -> Iterator[Key]:
    told = said[key]
    for path in finding.named_in(str(told.get("formula") or "")):
        yield from _along(said, key[0], path)
    child, _dot, pointer = str(told.get("over") or "").partition(".")
    if child:
        named = [pointer, told.get("measure"), told.get("latest_by"), *rollups.named_in(told.get("condition"))]
        for path in filter(None, named):
            yield from _along(said, child, str(path))


def _along(said: Definitions, type_name: str, path: str) -> Iterator[Key]:
    first, _dot, rest = path.partition(".")
    yield type_name, first
    target = said.get((type_name, first), {}).get("target") or _target(type_name, first)
    if rest and target:
        yield str(target), rest


def _target(type_name: str, name: str) -> str:
    record_type = registry.find(type_name)
    field = record_type.field(name) if record_type else None
    target = finding.target_of(field) if field else None
    return target.name if target else ""
