"""Taking currencies into use and out of it, and giving rates; each an act that can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base import clock, events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.base.changelog.undoing import ActUndone
from zhike.base.money import Currency
from zhike.records import gate, values
from zhike.records.currencies import keeping, rates
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.models import ExchangeRate, UsedCurrency
from zhike.records.models.money import plain

LABELS = {"rate": gettext_lazy("Rate"), "day": gettext_lazy("From day")}


def add_currency(actor: Actor, code: str) -> str:
    """Offers a currency from now on, also one that was retired. Raises `Refused`."""
    require_administrator(actor)
    code = str(code or "").strip().upper()
    if code not in Currency.values:
        told = _("“%(code)s” is no currency. Write its code by ISO 4217, such as USD.")
        raise gate.Refused({"code": [told % {"code": code[:20]}] if code else [_("Choose a currency.")]})
    if code in keeping.in_use():
        raise gate.Refused({"code": [_("%(code)s is in use already.") % {"code": code}]})
    with _act(actor, "add_currency", code):
        _say(code, is_active=True)
    return code


def retire_currency(actor: Actor, code: str) -> None:
    """Offers it no more; records that are in it stay as they are, and its rates with them. Raises `Refused`."""
    require_administrator(actor)
    _refuse_unknown(code)
    if code == keeping.own():
        raise gate.Refused({"": [_("The company counts in %(code)s: it stays in use.") % {"code": code}]})
    with _act(actor, "retire_currency", code):
        _say(code, is_active=False)


def bring_back_currency(actor: Actor, code: str) -> None:
    """Raises `Refused`."""
    require_administrator(actor)
    _refuse_unknown(code)
    with _act(actor, "bring_back_currency", code):
        _say(code, is_active=True)


def _refuse_unknown(code: str) -> None:
    if code not in keeping.known():
        raise gate.NotVisible


def _say(code: str, *, is_active: bool) -> None:
    row = UsedCurrency.objects.select_for_update().filter(code=code).first()
    if row is None:
        UsedCurrency.objects.create(code=code, is_active=is_active)
    elif row.is_active != is_active:
        row.is_active = is_active
        row.save(update_fields=["is_active"])


# Rates by hand


def get_rate(rate_id: int) -> ExchangeRate:
    """Raises `NotVisible`."""
    found: ExchangeRate | None = ExchangeRate.objects.filter(pk=rate_id).first()
    if found is None:
        raise gate.NotVisible
    return found


def add_rate(actor: Actor, raw: Mapping[str, Any]) -> ExchangeRate:
    """`raw`: currency, day, rate (of one unit in the company's own currency), confirmed (that a rate far from the
    one before is meant). Raises `Refused`; the key `confirmed` of its errors asks."""
    require_administrator(actor)
    given = _cleaned(raw, None)
    with _act(actor, "add_rate", given.told()):
        return ExchangeRate.objects.create(**given.columns())


def revise_rate(actor: Actor, row: ExchangeRate, raw: Mapping[str, Any], *, seen: str = "") -> ExchangeRate:
    """Raises `Refused`, or `ChangedMeanwhile` when the rate is not as it was `seen`."""
    require_administrator(actor)
    with _act(actor, "revise_rate", str(row)):
        locked: ExchangeRate = ExchangeRate.objects.select_for_update().get(pk=row.pk)
        meanwhile.refuse(locked, seen, seen_of(locked), LABELS, words)
        given = _cleaned(raw, locked)
        changed = [name for name in LABELS if getattr(locked, name) != getattr(given, name)]
        for name in changed:
            setattr(locked, name, getattr(given, name))
        if changed:
            locked.save(update_fields=changed)
    return locked


def remove_rate(actor: Actor, row: ExchangeRate) -> None:
    require_administrator(actor)
    with _act(actor, "remove_rate", str(row)):
        ExchangeRate.objects.filter(pk=row.pk).delete()


def _cleaned(raw: Mapping[str, Any], row: ExchangeRate | None) -> rates.Given:
    errors: dict[str, list[str]] = {}
    code = row.currency if row else str(raw.get("currency") or "")
    if row is None:
        _check_code(code, errors)
    day, rate = _day(raw, errors), _rate(raw, errors)
    if errors or day is None or rate is None:
        raise gate.Refused(errors)
    given = rates.Given(code, row.base if row else keeping.own(), day, rate)
    others = ExchangeRate.objects.filter(currency=code, base=given.base).exclude(pk=row.pk if row else 0)
    twin = others.filter(day=day).first()
    if twin is not None:
        told = _("There is a rate of %(day)s already: %(rate)s. Change that one.")
        raise gate.Refused({"day": [told % {"day": day, "rate": twin}]})
    if not raw.get("confirmed") and (doubt := rates.doubt(given, rates.before(others, day))):
        raise gate.Refused({"confirmed": [doubt]})
    return given


def _check_code(code: str, errors: dict[str, list[str]]) -> None:
    if code == keeping.own():
        errors["currency"] = [_("1 %(code)s is always 1 %(code)s.") % {"code": code}]
    elif code not in keeping.in_use():
        errors["currency"] = [_("Choose a currency that is in use.")]


def _day(raw: Mapping[str, Any], errors: dict[str, list[str]]) -> date | None:
    try:
        day = values.read_day(str(raw.get("day") or ""))
        rates.refuse_day(day, clock.today())
    except ValueError as error:
        errors["day"] = [str(error)]
        return None
    return day


def _rate(raw: Mapping[str, Any], errors: dict[str, list[str]]) -> Decimal | None:
    try:
        return rates.read_rate(str(raw.get("rate") or ""))
    except ValueError as error:
        errors["rate"] = [str(error)]
        return None


# Many at once


def import_rates(actor: Actor, text: str, *, replace: bool = False, confirmed: bool = False) -> tuple[int, ChangeSet]:
    """Rates from pasted lines or a file, each a day, a currency and a rate; all of them or none. Returns how many
    were new or became another, and the act. `replace` says that rates that stand there may change. Raises `Refused`:
    `lines` has a sentence for each line that cannot be, `confirmed` asks about those far from the one before."""
    require_administrator(actor)
    found = rates.read_lines(text, clock.today())
    if found.errors:
        raise gate.Refused({"lines": found.errors})
    with _act(actor, "import_rates", str(len(found.given))) as change_set:
        known = rates.known_beside(found.given)
        errors = [] if replace else rates.standing(found, known)
        if errors:
            raise gate.Refused({"lines": errors})
        doubts = [] if confirmed else rates.doubts(found, known)
        if doubts:
            raise gate.Refused({"confirmed": doubts})
        return rates.write(found, known), change_set


# What was seen


def seen_of(row: ExchangeRate) -> dict[str, Any]:
    return {"rate": plain(row.rate), "day": row.day.isoformat()}


def words(name: str, value: Any) -> str:
    return str(value)


@contextmanager
def _act(actor: Actor, action: str, subject: str) -> Iterator[ChangeSet]:
    with acts.act(actor, action, subject=subject) as change_set:
        yield change_set
        keeping.forget_kept()
        if action.endswith(("_rate", "_rates")):
            _follow_rates()


def _follow_rates() -> None:
    from zhike.records.formulas import runs

    runs.follow_rates()


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    if UsedCurrency._meta.db_table in event.tables:
        keeping.forget_kept()
    if ExchangeRate._meta.db_table in event.tables:
        _follow_rates()
