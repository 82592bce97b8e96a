"""A deal across the whole board: by mouse to a lane that is out of sight, on a phone by its page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import hand
from zhike.base import clock
from zhike.base.actors import Door
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.testing.browser import PHONE, overflow_of

NARROW = (1024, 768)
EDGE = 70
"""Nearer to the edge of the board than these pixels it moves along."""


@pytest.fixture(scope="module", autouse=True)
def deals(company: Any) -> dict[str, int]:
    owner = actor_of(Member.objects.select_related("department").get(name="王芳"), Door.FORM)
    raw = {"amount": "12000", "expected_close_on": clock.today().isoformat()}
    opportunities = registry.get("opportunities")
    return {name: gate.create(owner, opportunities, {"name": name, **raw}).pk for name in ("年会", "差旅", "会展")}


def carry_to(page: Page, lane: Locator, *, arrived: Locator) -> None:
    """To the edge of the board until that has brought the lane into sight, then onto it, where the card lies then."""
    board = page.locator(".board").bounding_box()
    assert board
    edge, height = board["x"] + board["width"] - 12, board["y"] + 150
    for attempt in range(80):
        middle = middle_of(lane)
        page.mouse.move(min(middle, edge - attempt % 2), height, steps=6)
        page.wait_for_timeout(120)
        if middle < edge - EDGE and abs(middle_of(lane) - middle) < 2:
            return expect(arrived).to_be_attached()
    raise AssertionError("the board did not bring the lane into sight")


def middle_of(lane: Locator) -> float:
    box = lane.bounding_box()
    assert box
    return box["x"] + box["width"] / 2


def test_a_deal_is_carried_by_mouse_to_a_lane_out_of_sight(visiting: Any, deals: dict[str, int]) -> None:
    with visiting("王芳", size=NARROW) as visitor:
        page = visitor.go("/opportunities/board/?view=all")
        visitor.until_draggable()
        won = page.locator("section.lane.won")
        hidden = won.bounding_box()
        assert hidden and hidden["x"] > NARROW[0]
        total = won.locator(".lane-head p.num")
        expect(total).to_have_text("–")

        card = won.locator(f"#card-{deals['年会']}")
        hand.take(page, page.locator(f"#card-{deals['年会']}"))
        carry_to(page, won.locator(".lane-cards"), arrived=card)
        page.mouse.up()

        expect(card).to_be_visible()
        expect(total).to_contain_text("12K")
    moved = Opportunity.objects.get(pk=deals["年会"])
    assert (moved.status, moved.closed_on) == ("won", clock.today())


def test_a_deal_let_go_beside_the_lanes_stays(visiting: Any, deals: dict[str, int]) -> None:
    with visiting("王芳") as visitor:
        before = Opportunity.objects.values().get(pk=deals["差旅"])
        page = visitor.go("/opportunities/board/?view=all")
        visitor.until_draggable()

        hand.take(page, page.locator(f"#card-{deals['差旅']}"))
        page.mouse.move(700, 20, steps=10)
        page.mouse.up()
        visitor.settle()

        expect(page.locator("section.lane").first.locator(f"#card-{deals['差旅']}")).to_be_visible()
        expect(page.locator(".lane.over")).to_have_count(0)
    assert Opportunity.objects.values().get(pk=deals["差旅"]) == before


def test_on_a_phone_a_deal_moves_on_its_page(visiting: Any, deals: dict[str, int]) -> None:
    with visiting("王芳", size=PHONE) as visitor:
        page = visitor.go("/opportunities/board/?view=all")
        visitor.settle()
        assert overflow_of(page) <= 0
        page.locator(f"#card-{deals['会展']} a.title").tap()
        page.wait_for_url(f"**/opportunities/{deals['会展']}/**")
        page.locator("ol.path .step", has_text="方案报价").tap()

        expect(page.locator("ol.path .step.now")).to_contain_text("方案报价")
    assert Opportunity.objects.select_related("stage").get(pk=deals["会展"]).stage.name == "方案报价"
