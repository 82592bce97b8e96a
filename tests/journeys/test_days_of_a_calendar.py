"""Days of a calendar: entries are carried by mouse and by keyboard, and undone; a free day begins something."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from zhike.base import clock, recent
from zhike.base.actors import Door
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.records.calendars import Window
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types
from zhike.testing.browser import PHONE, overflow_of

CALENDAR = "/opportunities/calendar/?view=all"


@pytest.fixture(scope="module")
def days() -> list[date]:
    """The second week of this month: whatever day it is, it stands in the middle of the page."""
    first = Window("month", clock.today()).first
    return [first + timedelta(days=ahead) for ahead in range(7, 14)]


@pytest.fixture(scope="module", autouse=True)
def deals(company: Any, days: list[date]) -> dict[str, int]:
    owner = actor_of(Member.objects.select_related("department").get(name="王芳"), Door.FORM)
    opportunities = registry.get("opportunities")
    raw = {"amount": "12000", "expected_close_on": days[1].isoformat()}
    return {name: gate.create(owner, opportunities, {"name": name, **raw}).pk for name in ("年会", "差旅", "会展")}


@pytest.fixture
def closes_on(deals: dict[str, int]) -> Callable[[str], date | None]:
    return lambda name: Opportunity.objects.get(pk=deals[name]).expected_close_on


def day_of(page: Page, day: date) -> Locator:
    return page.locator(f'.calendar-day[data-day="{day}"]')


def carry(page: Page, entry: Locator, day: Locator) -> None:
    start, end = entry.bounding_box(), day.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 30, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 50, start["y"] + 14, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 60, steps=12)
    page.mouse.up()


def test_an_entry_is_carried_by_mouse_and_undone(
    visiting: Any, deals: dict[str, int], days: list[date], closes_on: Any
) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go(CALENDAR)
        visitor.settle()
        entry = f"#entry-{deals['年会']}"
        expect(day_of(page, days[1]).locator(".day-sum")).to_have_text("¥ 36K")

        carry(page, page.locator(entry), day_of(page, days[3]))

        expect(day_of(page, days[3]).locator(".day-sum")).to_have_text("¥ 12K")
        expect(day_of(page, days[3]).locator(entry)).to_be_visible()
        assert closes_on("年会") == days[3]
        page.locator("toast-region button", has_text="Undo").click()
        expect(day_of(page, days[1]).locator(entry)).to_be_visible()
        expect(day_of(page, days[1]).locator(".day-sum")).to_have_text("¥ 36K")
    assert closes_on("年会") == days[1]


def test_what_somebody_changed_meanwhile_goes_back(
    visiting: Any, deals: dict[str, int], days: list[date], closes_on: Any, acting: Any
) -> None:
    with visiting("王芳", expected=("answered 409",)) as visitor:
        page = visitor.go(CALENDAR)
        visitor.settle()
        deal = Opportunity.objects.get(pk=deals["差旅"])
        gate.edit(acting("林晓"), deal, {"expected_close_on": days[5].isoformat()})

        carry(page, page.locator(f"#entry-{deal.pk}"), day_of(page, days[3]))

        expect(page.locator("toast-region")).to_contain_text("林晓")
        expect(day_of(page, days[5]).locator(f"#entry-{deal.pk}")).to_be_visible()
    assert closes_on("差旅") == days[5]


def test_by_keyboard_through_days_and_months(
    visiting: Any, deals: dict[str, int], days: list[date], closes_on: Any
) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go(CALENDAR)
        visitor.settle()
        heading = page.locator(".calendar-head h2")
        here = heading.inner_text()

        page.keyboard.press("PageDown")
        expect(heading).not_to_have_text(here)
        page.keyboard.press("t")
        expect(heading).to_have_text(here)
        page.keyboard.press("ArrowRight")
        expect(page.locator(".calendar-day.today .day-number")).to_be_focused()

        entry = page.locator(f"#entry-{deals['会展']}")
        entry.locator("a").focus()
        page.keyboard.press("Alt+ArrowRight")
        expect(day_of(page, days[2]).locator(f"#entry-{deals['会展']} a")).to_be_focused()
        assert closes_on("会展") == days[2]
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/opportunities/{deals['会展']}/")


def test_a_free_day_begins_something_and_the_span_is_remembered(visiting: Any, days: list[date]) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go(CALENDAR)
        visitor.settle()
        free = day_of(page, days[6])
        free.click(position={"x": 60, "y": 80})
        expect(page.locator("#drawer-content [name=expected_close_on]")).to_have_value(days[6].isoformat())
        page.keyboard.press("Escape")

        page.locator(".calendar-head .switch button", has_text="Week").click()
        expect(page.locator(".calendar-day")).to_have_count(7)
        page = visitor.go(CALENDAR)
        expect(page.locator(".calendar-day")).to_have_count(7)
        page.locator(".calendar-head .switch button", has_text="Month").click()
        expect(page.locator(".calendar.month")).to_be_visible()


def test_on_a_phone_it_is_a_list_by_day(visiting: Any, deals: dict[str, int], days: list[date]) -> None:
    with visiting("王芳", size=PHONE) as visitor:
        page = visitor.go(f"{CALENDAR}&span=month")
        visitor.settle()
        assert overflow_of(page) <= 0
        shown = day_of(page, days[1]).locator(".calendar-entry").first
        box = shown.bounding_box()
        assert box and box["width"] > 300 and box["height"] >= 44
        expect(day_of(page, days[4])).to_be_hidden()
        shown.locator("a").tap()
        page.wait_for_url("**/opportunities/*/")


def test_a_type_of_ones_own_has_a_calendar_by_its_own_day(visiting: Any, acting: Any, days: list[date]) -> None:
    administrator = acting("林晓")
    buildings = own_types.buildings(administrator)
    opening = own_fields.add(administrator, buildings.name, "day")
    made = gate.create(administrator, buildings, {"name": "梧桐里", opening.name: days[2].isoformat()})

    time.sleep(recent.KEEP_SECONDS)  # by then every process knows the field
    with visiting("林晓") as visitor:
        page = visitor.go("/buildings/")
        page.locator("#list-tools a[aria-label=Calendar]").click()
        expect(day_of(page, days[2]).locator(f"#entry-{made.pk}")).to_contain_text("梧桐里")
        visitor.settle()
        carry(page, page.locator(f"#entry-{made.pk}"), day_of(page, days[4]))
        expect(day_of(page, days[4]).locator(f"#entry-{made.pk}")).to_be_visible()
        expect(page.locator("toast-region")).to_contain_text(days[4].isoformat())
    made.refresh_from_db()
    assert made.custom[opening.name] == days[4].isoformat()
