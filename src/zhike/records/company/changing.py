"""What an administrator says of the company; one act that can be undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zhike.base import events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.undoing import ActUndone
from zhike.base.sentences import one_line
from zhike.records import gate
from zhike.records.company import itself, keeping
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.models import Company
from zhike.records.periods import WEEKDAYS

NAMES = (*itself.NAMES, "fiscal_start", "rest_days", "follows_holidays", "own_days")
MOST_DAYS, LONGEST_NOTE = 500, 40
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def revise_company(actor: Actor, raw: Mapping[str, Any], *, seen: str = "") -> Company:
    """`raw`: fiscal_start, rest_days (a list), follows_holidays, own_days (JSON), and name, currency, language,
    time_zone where they are to change. Raises `Refused`, or `ChangedMeanwhile` when it is not as it was `seen`."""
    require_administrator(actor)
    values = _cleaned(raw)
    with acts.act(actor, "revise_company", subject=_("Company")):
        row = Company.objects.select_for_update().first()
        now = itself.filled(row or keeping.as_delivered())
        meanwhile.refuse(now, seen, seen_of(now), labels(), words)
        changed = [name for name, value in values.items() if getattr(now, name) != value]
        if changed:
            itself.refuse(now, values)
            now.save(force_insert=row is None)
            for name in changed:
                setattr(now, name, values[name])
            now.save(update_fields=changed)
            itself.follow({name: values[name] for name in changed if name in itself.NAMES})
        keeping.forget_kept()
    return now


def _cleaned(raw: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    said = itself.cleaned(raw, errors)
    month = str(raw.get("fiscal_start") or "")
    if not month.isascii() or not month.isdigit() or not 1 <= int(month[:3]) <= 12:
        errors["fiscal_start"] = [_("Choose a month.")]
    rest = sorted({str(each) for each in raw.get("rest_days") or ()})
    if any(each not in "0123456" or len(each) != 1 for each in rest):
        errors["rest_days"] = [_("Choose days of the week.")]
    elif len(rest) == 7:
        errors["rest_days"] = [_("One day of the week has to be worked.")]
    days = _own_days(raw.get("own_days"), errors)
    if errors:
        raise gate.Refused(errors)
    return said | {
        "fiscal_start": int(month), "rest_days": [int(each) for each in rest],
        "follows_holidays": bool(raw.get("follows_holidays")), "own_days": days,
    }  # fmt: skip


def _own_days(raw: Any, errors: dict[str, list[str]]) -> list[dict[str, str]]:
    try:
        sent = json.loads(raw) if isinstance(raw, str) and raw else raw or []
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        errors["own_days"] = [_("A list is expected here.")]
        return []
    if len(sent) > MOST_DAYS:
        errors["own_days"] = [_("At most %(limit)d days.") % {"limit": MOST_DAYS}]
        return []
    found: dict[str, dict[str, str]] = {}
    for each in sent:
        day = _day(each.get("day"))
        if day is None or each.get("kind") not in (keeping.OFF, keeping.WORK):
            errors["own_days"] = [_("Each line is a date, and whether it is worked.")]
        elif day in found:
            errors["own_days"] = [_("%(day)s stands here twice.") % {"day": day}]
        else:
            note = one_line(each.get("note"))[:LONGEST_NOTE]
            found[day] = {"day": day, "kind": each["kind"], "note": note}
    return [found[day] for day in sorted(found)]


def _day(raw: Any) -> str | None:
    try:
        day = date.fromisoformat(str(raw or "")[:10])
    except ValueError:
        return None
    return day.isoformat() if EARLIEST <= day <= LATEST else None


# What was seen


def seen_of(row: Company) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMES}


def labels() -> dict[str, Any]:
    columns: dict[str, Any] = {column.name: column for column in Company._meta.concrete_fields}
    return {name: capfirst(columns[name].verbose_name) for name in NAMES}


def words(name: str, value: Any) -> str:
    if name == "rest_days":
        return str(_(", ")).join(str(WEEKDAYS[number]) for number in value or () if 0 <= number < 7)
    if name == "follows_holidays":
        return str(_("Yes") if value else _("No"))
    if name == "own_days":
        return str(_(", ")).join(own_day_words(each) for each in value or ())
    if name in itself.NAMES:
        return itself.words(name, value)
    return str(value)


def own_day_words(each: Mapping[str, str]) -> str:
    told = _("%(day)s worked") if each["kind"] == keeping.WORK else _("%(day)s off")
    return f"{told % {'day': each['day']}} {each.get('note', '')}".strip()


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    if Company._meta.db_table in event.tables:
        itself.follow_back(event.change_set)
        keeping.forget_kept()
