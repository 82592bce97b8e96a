"""A plan in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhike.records.configuration import document
from zhike.records.configuration.comparing import CHANGING, Difference, Kind, Plan, Step


def lines(plan: Plan) -> Iterator[str]:
    """Every change, what is left alone, and the sum."""
    for step in plan.changes:
        yield sentence(step)
        yield from (f"    {difference(each)}" for each in step.differences)
    for step in plan.steps:
        if step.kind == Kind.HERE:
            yield sentence(step)
    yield summary(plan)


def sentence(step: Step) -> str:
    """`Fields · customers › hu_xing (户型): new`"""
    return _("%(what)s: %(deed)s") % {"what": subject(step), "deed": deed(step)}


def subject(step: Step) -> str:
    """`Fields · customers › hu_xing (户型)`"""
    names = " · ".join(filter(None, (str(step.part.label), " › ".join(step.path))))
    called = step.part.called(step.path, step.now if step.said is None else step.said)
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
    """`label: 户型 → 房型`"""
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
