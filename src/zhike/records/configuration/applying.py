"""Applying a file: tried out first in a transaction that is taken back, then done in one that stays.

Each item is written by the service of its own room, so whatever that room refuses is refused here. What names something
that is not there yet is tried again once more is there; what still fails then is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from zhike.base import recent
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.records import contributions, gate
from zhike.records.conditions import ConditionError
from zhike.records.configuration import comparing, document
from zhike.records.configuration.comparing import Kind, Plan, Step
from zhike.records.configuration.document import Document
from zhike.records.configuration.faults import Fault, UnableToApply
from zhike.records.configuration.names import Unnamed
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.customising.changing import require_administrator
from zhike.records.roles import sight

ACTION = "apply_configuration"
LOCK = 7_235_019
"""One file at a time is applied in a database."""
REFUSALS = (gate.Refused, gate.NotAllowed, gate.NotVisible, Unnamed, ConditionError, DataError, IntegrityError)


@dataclass(frozen=True)
class Wanted:
    """A file that is understood, and what it would change here."""

    document: Document
    items: Mapping[str, Items]
    plan: Plan
    remove_missing: bool
    stamp: str
    """What stood here when the plan was made."""


class ChangedSince(Exception):
    """What stands here is not what the plan was made for."""


# Telling


@sight.seeing_all()
def exported(actor: Actor) -> str:
    """The file of the workspace. Raises `NotAllowed` for all but administrators."""
    require_administrator(actor)
    return document.write(_standing())


# Applying


@sight.seeing_all()
def prepare(actor: Actor, content: bytes, *, remove_missing: bool = False) -> Wanted:
    """Reads a file, compares it, and tries it out. Raises `UnableToApply` with everything that is wrong, `NotAllowed`
    for all but administrators. Nothing is changed."""
    require_administrator(actor)
    found = document.read(content)
    parts = contributions.configuration_parts()
    items = document.items_of(found, parts)
    plan = comparing.compare(parts, items, remove_missing=remove_missing)
    wanted = Wanted(found, items, plan, remove_missing, _stamp())
    if plan.changes:
        with _taken_back(actor):
            _perform(actor, wanted)
    return wanted


@sight.seeing_all()
def apply(actor: Actor, wanted: Wanted, *, name: str = "") -> ChangeSet | None:
    """Does what the plan says as one act; None where there is nothing to do. Raises `ChangedSince`, `UnableToApply`:
    then nothing was changed."""
    require_administrator(actor)
    if not wanted.plan.changes:
        return None
    try:
        with acts.act(actor, ACTION, subject=name) as change_set:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            if _stamp() != wanted.stamp:
                raise ChangedSince
            _perform(actor, wanted)
    except Exception:
        recent.forget_all()
        raise
    return change_set


def _stamp() -> str:
    return document.stamp(_standing())


def _standing() -> Iterator[tuple[Part, Items]]:
    """What stands here now."""
    for part in contributions.configuration_parts():
        yield part, {path: comparing.tidy(said) for path, said in part.read().items()}


class _TakenBack(Exception):
    pass


@contextmanager
def _taken_back(actor: Actor) -> Iterator[None]:
    """An act of which nothing stays."""
    try:
        with acts.act(actor, ACTION):
            yield
            raise _TakenBack
    except _TakenBack:
        pass
    finally:
        recent.forget_all()


def _perform(actor: Actor, wanted: Wanted) -> None:
    """Twice where the first time left something: what was written before all it speaks of was there. Raises
    `UnableToApply`."""
    plan = wanted.plan
    for _round in range(2):
        faults = _written(actor, list(_deeds(plan)))
        if faults:
            break
        _put_in_order(actor, wanted.items)
        parts = contributions.configuration_parts()
        plan = comparing.compare(parts, wanted.items, remove_missing=wanted.remove_missing)
        faults = list(_left_over(plan))
        if not faults:
            return
    raise UnableToApply(wanted.document.placed(each) for each in faults)


def _deeds(plan: Plan) -> Iterator[Step]:
    """What is new without what it says of others, then everything as it is said; what goes, goes last."""
    steps = [step for step in plan.steps if step.kind in (Kind.ADD, Kind.CHANGE)]
    for step in steps:
        bare = step.part.bare(step.said)
        if step.kind == Kind.ADD and bare != step.said:
            yield Step(step.part, step.path, Kind.ADD, bare)
        yield step
    yield from reversed([step for step in plan.steps if step.kind == Kind.REMOVE])


def _written(actor: Actor, deeds: list[Step]) -> list[Fault]:
    """Goes round as long as something more can be done."""
    faults: list[Fault] = []
    while deeds:
        late: list[Step] = []
        faults = []
        for step in deeds:
            found = _faults_of(actor, step)
            if found:
                late.append(step)
                faults += found
        if len(late) == len(deeds):
            break
        deeds = late
    return list(dict.fromkeys(faults))


def _faults_of(actor: Actor, step: Step) -> list[Fault]:
    place = (step.part.name, *step.path)
    try:
        with transaction.atomic():
            if step.kind == Kind.REMOVE and step.part.remove is not None:
                step.part.remove(actor, step.path)
            else:
                step.part.write(actor, step.path, step.said)
    except REFUSALS as refusal:
        recent.forget_all()
        return list(_faults(place, step, refusal))
    return []


def _faults(place: Path, step: Step, refusal: Exception) -> Iterator[Fault]:
    if isinstance(refusal, gate.Refused):
        for name, sentences in refusal.errors.items():
            inner = tuple(name.split("."))
            is_there = isinstance(step.said, dict) and inner[0] in step.said
            for sentence in sentences:
                yield Fault((*place, *inner) if is_there else place, str(sentence))
    elif isinstance(refusal, gate.NotVisible):
        yield Fault(place, _("There is no such thing here."))
    elif isinstance(refusal, ConditionError):
        yield Fault(place, str(refusal.message))
    else:
        yield Fault(place, str(refusal).partition("\n")[0])


def _put_in_order(actor: Actor, items: Mapping[str, Items]) -> None:
    for part in contributions.configuration_parts():
        if part.name in items and part.order is not None:
            for step in comparing.orders(part, list(items[part.name]), list(part.read())):
                part.order(actor, step.path, step.said)


def _left_over(plan: Plan) -> Iterator[Fault]:
    """What is kept otherwise than the file says it: then a second time would change something again."""
    for step in plan.changes:
        place: tuple[Any, ...] = (step.part.name, *step.path)
        if not step.differences:
            yield Fault(place, _("This cannot be brought about here."))
        for each in step.differences:
            told = {"said": document.shown(each.will_be), "kept": document.shown(each.was)}
            inner = tuple(each.name.split(".")) if each.name else ()
            yield Fault((*place, *inner), _("“%(said)s” would be kept as “%(kept)s”: write it so.") % told)
