"""How the company counts its time, in the configuration file. What it is called, and in which currency and time zone
it lives, it says itself: those are no matter of how a workspace is shaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import contributions
from zhike.records.company import changing, keeping
from zhike.records.configuration import names
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import OneOf
from zhike.records.models import Company

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEVER = "never"
COMPANY = {
    "fiscal_year_begins_in": int, "rests_on": [OneOf((*WEEK, NEVER))], "follows_holidays": OneOf(("yes", "no")),
    "own_days": [str],
}  # fmt: skip


def _read() -> Items:
    row = Company.objects.first() or keeping.as_delivered()
    return {(): {
        "fiscal_year_begins_in": row.fiscal_start,
        "rests_on": [WEEK[number] for number in row.rest_days] or [NEVER],
        "follows_holidays": "yes" if row.follows_holidays else "no",
        "own_days": [" ".join(filter(None, (each["day"], each["kind"], each.get("note")))) for each in row.own_days],
    }}  # fmt: skip


def _merged(path: Path, said: Any, now: Any, remove_missing: bool) -> Any:
    """What the file does not say stays."""
    return {**now, **said}


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    now = Company.objects.first() or keeping.as_delivered()
    rests = said.get("rests_on")
    changing.revise_company(actor, {
        "fiscal_start": said.get("fiscal_year_begins_in", now.fiscal_start),
        "rest_days": now.rest_days if rests is None else [WEEK.index(each) for each in rests if each != NEVER],
        "follows_holidays": said.get("follows_holidays", "yes" if now.follows_holidays else "no") == "yes",
        "own_days": [_own_day(each) for each in said["own_days"]] if "own_days" in said else now.own_days,
    })  # fmt: skip


def _own_day(text: str) -> dict[str, str]:
    """`2026-02-14 work 调休`"""
    day, _space, rest = text.partition(" ")
    kind, _space, note = rest.partition(" ")
    if kind not in (keeping.OFF, keeping.WORK):
        raise names.Unnamed(_("“%(text)s” is no day: write 2026-02-14 work, or off.") % {"text": text[:60]})
    return {"day": day, "kind": kind, "note": note}


def install() -> None:
    contributions.contribute_configuration(Part(
        "company", gettext_lazy("Company"), 2, 0, COMPANY, _read, _write, merged=_merged, tables=(Company,),
    ))  # fmt: skip
