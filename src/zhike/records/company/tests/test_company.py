"""The fiscal year and the days of work: said on one page, kept wherever the product counts time."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from zhike.base import clock
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, periods, registry
from zhike.records.company import changing, keeping
from zhike.records.customising import meanwhile
from zhike.records.models import Company
from zhike.records.reporting import offering, running
from zhike.records.reporting.ranges import named
from zhike.shell.home import days, planning
from zhike.testing.deals import Deals

URL = "/settings/company/"
HTMX = {"HX-Request": "true"}
DAY = date(2026, 11, 20)
"""A Friday."""


def raw(**more: Any) -> dict[str, Any]:
    return {"fiscal_start": "1", "rest_days": ["5", "6"], "follows_holidays": "1", "own_days": "[]"} | more


def own(*said: tuple[str, str, str]) -> str:
    return json.dumps([{"day": day, "kind": kind, "note": note} for day, kind, note in said])


def test_only_administrators_see_and_change_it(client_of: Any) -> None:
    assert client_of("陈强").get(URL).status_code == 403
    assert client_of("王芳").post(URL, raw(fiscal_start="4"), headers=HTMX).status_code == 403
    assert not Company.objects.exists()
    for language in ("zh-hans", "en"):
        assert client_of("林晓", language=language).get(URL).status_code == 200


def test_as_delivered_the_year_is_the_calendars(workspace: Any) -> None:
    assert periods.span({"this": "year"}, DAY) == (date(2026, 1, 1), date(2026, 12, 31))
    assert periods.span({"this": "quarter"}, DAY) == (date(2026, 10, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("month", "year", "quarter", "name"),
    [
        ("4", ("2026-04-01", "2027-03-31"), ("2026-10-01", "2026-12-31"), 2027),
        ("2", ("2026-02-01", "2027-01-31"), ("2026-11-01", "2027-01-31"), 2027),
        ("12", ("2025-12-01", "2026-11-30"), ("2026-09-01", "2026-11-30"), 2026),
    ],
)
def test_quarters_and_years_follow_the_fiscal_year(
    client_of: Any, month: str, year: tuple[str, str], quarter: tuple[str, str], name: int
) -> None:
    assert client_of("林晓").post(URL, raw(fiscal_start=month), headers=HTMX).status_code == 204

    assert tuple(map(str, periods.span({"this": "year"}, DAY))) == year
    assert tuple(map(str, periods.span({"this": "quarter"}, DAY))) == quarter
    assert periods.fiscal_year(DAY) == name
    asked = named("this_year", DAY)
    assert (str(asked.first), str(asked.last)) == year
    before = asked.before()
    assert before is not None and before.last is not None and str(before.last) < year[0]


def test_figures_are_grouped_by_it(administrator: Any, owner: Any, act: Any) -> None:
    deals = Deals(act)
    for name, day in (("甲", date(2026, 3, 31)), ("乙", date(2026, 4, 1)), ("丙", date(2027, 3, 31))):
        deals.add(owner, name, "won", 100, closed_on=day)
    changing.revise_company(administrator, raw(fiscal_start="4"))

    found = running.ask_simply(
        administrator, offering.of("opportunities"), "won_amount", by=["closed_on:year"], condition={}
    )

    told = {str(row.groups[0].label): row.figures[0].value for row in found.rows if row.figures[0].value}
    assert told == {"FY 2026": 100, "FY 2027": 200}


def test_a_condition_follows_it(administrator: Any, owner: Any, act: Any) -> None:
    Deals(act).add(owner, "甲", "won", 100, closed_on=date(clock.today().year, 1, 1))
    from zhike.records import conditions

    opportunities = registry.get("opportunities")
    this_year = {"field": "closed_on", "op": "within", "value": {"this": "year"}}
    assert conditions.filtered(opportunities.queryset(), this_year, opportunities, administrator).count() == 1
    changing.revise_company(administrator, raw(fiscal_start=str(clock.today().month or 1)))
    expected = 1 if clock.today().month == 1 else 0
    assert conditions.filtered(opportunities.queryset(), this_year, opportunities, administrator).count() == expected


# Days of work


def test_days_of_work(administrator: Any) -> None:
    assert not keeping.is_working_day(date(2026, 10, 1)) and keeping.is_working_day(date(2026, 10, 10))
    assert keeping.next_working_day(DAY) == date(2026, 11, 23)
    assert not keeping.is_working_day(date(2031, 11, 22)) and keeping.is_working_day(date(2031, 11, 21))

    said = own(("2026-11-23", "off", "司庆"), ("2026-11-22", "work", ""))
    changing.revise_company(administrator, raw(own_days=said))
    assert keeping.next_working_day(DAY) == date(2026, 11, 22)
    assert keeping.next_working_day(date(2026, 11, 22)) == date(2026, 11, 24)
    assert "司庆" in days.day_text(date(2026, 11, 23)) and "working day" in days.day_text(date(2026, 11, 22))

    changing.revise_company(administrator, raw(follows_holidays="", rest_days=["6"]))
    assert keeping.is_working_day(date(2026, 10, 1)) and keeping.is_working_day(date(2026, 11, 21))
    assert "National" not in days.day_text(date(2026, 10, 1))


def test_the_next_step_of_a_deal_is_proposed_for_a_day_of_work(administrator: Any, owner: Any) -> None:
    deal = gate.create(owner, registry.get("opportunities"), {"name": "年会"})
    friday = clock.now().replace(year=2026, month=11, day=20, hour=3)
    assert planning.begun(deal, friday)["due_at"] == "2026-11-23T09:00"
    changing.revise_company(administrator, raw(own_days=own(("2026-11-23", "off", ""))))
    assert planning.begun(deal, friday)["due_at"] == "2026-11-24T09:00"


# Bad input, two administrators, undoing


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"fiscal_start": "0"}, "fiscal_start"),
        ({"fiscal_start": "13"}, "fiscal_start"),
        ({"fiscal_start": "x"}, "fiscal_start"),
        ({"fiscal_start": "9" * 50}, "fiscal_start"),
        ({"rest_days": ["7"]}, "rest_days"),
        ({"rest_days": [""]}, "rest_days"),
        ({"rest_days": list("0123456")}, "rest_days"),
        ({"own_days": "{"}, "own_days"),
        ({"own_days": '[{"day": "2026-02-30", "kind": "off"}]'}, "own_days"),
        ({"own_days": '[{"day": "1026-02-03", "kind": "off"}]'}, "own_days"),
        ({"own_days": '[{"day": "2026-02-03", "kind": "maybe"}]'}, "own_days"),
        ({"own_days": own(("2026-02-03", "off", ""), ("2026-02-03", "work", ""))}, "own_days"),
        ({"own_days": json.dumps([{"day": "2026-02-03"}] * 501)}, "own_days"),
    ],
)
def test_what_cannot_be_is_refused(client_of: Any, more: dict[str, Any], field: str) -> None:
    answer = client_of("林晓").post(URL, raw(**more), headers=HTMX)
    assert answer.status_code == 422 and 'class="errors"' in answer.content.decode()
    with pytest.raises(gate.Refused) as refused:
        changing._cleaned(raw(**more))
    assert list(refused.value.errors) == [field] and not Company.objects.exists()


def test_of_two_administrators_the_second_sees_what_changed(client_of: Any, administrator: Any) -> None:
    changing.revise_company(administrator, raw(fiscal_start="3"))
    seen = meanwhile.written(changing.seen_of(Company.objects.get()))
    changing.revise_company(administrator, raw(fiscal_start="4"), seen=seen)
    answer = client_of("林晓").post(URL, raw(fiscal_start="7", seen=seen), headers=HTMX)
    assert answer.status_code == 409 and "林晓" in answer.content.decode()
    assert Company.objects.get().fiscal_start == 4


def test_it_is_undone(client_of: Any, administrator: Any) -> None:
    changing.revise_company(administrator, raw(fiscal_start="4"))
    assert keeping.fiscal_start() == 4
    undoing.undo(administrator, ChangeSet.objects.latest("pk"))
    assert keeping.fiscal_start() == 1
    assert "changed the settings of" in client_of("林晓").get("/change-sets/?only=configuration").content.decode()
