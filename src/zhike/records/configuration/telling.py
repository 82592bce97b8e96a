"""A plan in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhike.records.configuration import document
from zhike.records.configuration.comparing import CHANGING, Difference, Kind, Plan, Step


def lines(plan: Plan) -> Iterator[str]:
    """Every change, what is left alone, and the sum."""
    for step in plan.changes:
        yield sentence(step)
        yield from (f"    {difference(each)}" for each in step.differences if not _is_said(step, each))
    for group in only_here(plan):
        names = document.shown(_(", ").join(line.called or line.names for line in group.lines))
        yield _("%(part)s only here, left alone: %(names)s") % {"part": group.label, "names": names}
    yield summary(plan)


@dataclass(frozen=True)
class Line:
    """One step of a plan, for a row of a table."""

    names: str
    called: str
    kind: str
    deed: str
    tone: str
    differences: list[Difference]


@dataclass(frozen=True)
class Group:
    """What becomes of one part."""

    label: str
    lines: list[Line]


TONES = {Kind.ADD: "good", Kind.CHANGE: "accent", Kind.REMOVE: "bad"}


def groups(plan: Plan) -> list[Group]:
    """The changes of each part that has any."""
    parts = dict.fromkeys(str(step.part.label) for step in plan.changes)
    return [Group(label, [_line(step) for step in plan.changes if str(step.part.label) == label]) for label in parts]


def only_here(plan: Plan) -> list[Group]:
    """What is left alone."""
    steps = [step for step in plan.steps if step.kind == Kind.HERE]
    parts = dict.fromkeys(str(step.part.label) for step in steps)
    return [Group(label, [_line(step) for step in steps if str(step.part.label) == label]) for label in parts]


def _line(step: Step) -> Line:
    shown = [
        Difference(each.name, None if each.was is None else document.shown(each.was), document.shown(each.will_be))
        for each in step.differences
        if not _is_said(step, each)
    ]
    return Line(" › ".join(step.path), _called(step), step.kind, deed(step), TONES.get(step.kind, ""), shown)


def _is_said(step: Step, each: Difference) -> bool:
    """What something new is called stands before all else it says."""
    return step.kind == Kind.ADD and each.name in ("label", "name")


def _called(step: Step) -> str:
    return "" if step.kind == Kind.ORDER else step.part.called(step.path, step.now if step.said is None else step.said)


def sentence(step: Step) -> str:
    """`Fields · customers › hu_xing (户型): new`"""
    return _("%(what)s: %(deed)s") % {"what": subject(step), "deed": deed(step)}


def subject(step: Step) -> str:
    """`Fields · customers › hu_xing (户型)`"""
    names = " · ".join(filter(None, (str(step.part.label), " › ".join(step.path))))
    called = _called(step)
    return _("%(names)s (%(called)s)") % {"names": names, "called": called} if called else names


def deed(step: Step) -> str:
    if step.kind == Kind.ORDER:
        return _("in this order: %(names)s") % {"names": document.shown(_(", ").join(step.said))}
    if step.kind == Kind.REMOVE and step.part.gone:
        return _("removed (%(how)s)") % {"how": step.part.gone}
    words = {
        Kind.ADD: _("new"), Kind.CHANGE: _("changed"), Kind.REMOVE: _("removed"), Kind.SAME: _("unchanged"),
        Kind.HERE: _("only here, left alone"),
    }  # fmt: skip
    return words[step.kind]


def difference(found: Difference) -> str:
    """`label: 户型 → 房型`; what was not said before simply as it will be."""
    if found.was is None:
        return f"{found.name}: {document.shown(found.will_be)}"
    was, will_be = document.shown(found.was), document.shown(found.will_be)
    return f"{found.name}: {was} → {will_be}" if found.name else f"{was} → {will_be}"


def summary(plan: Plan) -> str:
    changes = plan.count(*CHANGING)
    told = {
        "changes": ngettext("%(count)d change", "%(count)d changes", changes) % {"count": changes},
        "added": plan.count(Kind.ADD), "changed": plan.count(Kind.CHANGE), "removed": plan.count(Kind.REMOVE),
        "same": plan.count(Kind.SAME), "here": plan.count(Kind.HERE),
    }  # fmt: skip
    sums = _(
        "%(changes)s: %(added)d new, %(changed)d changed, %(removed)d removed; %(same)d as here, %(here)d only here."
    )
    return sums % told
