"""A day of selling: the right deals as a view, the board, winning and losing, cells, many rows at once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import hand
from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.domains.customers.models import Customer
from zhike.domains.opportunities.models import LostReason, Opportunity
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry, services
from zhike.testing import log
from zhike.testing.browser import Visitor

MANY = 200
STALLED = {
    "all": [
        {"field": "status", "op": "in", "value": ["open"]},
        {"any": [{"field": "owner", "op": "is_me"}, {"field": "owner", "op": "is_my_team"}]},
        {"field": "expected_close_on", "op": "within", "value": {"this": "quarter"}},
        {"field": "last_activity_at", "op": "not_within", "value": {"last": 14, "unit": "day"}},
    ]
}


@pytest.fixture(scope="module", autouse=True)
def deals(company: Any) -> dict[str, int]:
    """Deals of East and South; only two of them are what the manager of East looks for."""
    today = clock.today().isoformat()
    made: dict[str, int] = {}
    for name, owner, raw in (
        ("年会", "王芳", {"expected_close_on": today}),
        ("差旅", "李娜", {"expected_close_on": today, "amount": "5000"}),
        ("会展", "王芳", {"expected_close_on": "2031-01-01", "amount": "80000"}),
        ("签证", "刘洋", {"expected_close_on": today, "amount": "700"}),
        ("包机", "王芳", {"amount": "900000", "expected_close_on": "2031-01-01"}),
    ):
        actor = actor_of(Member.objects.select_related("department").get(name=owner), Door.FORM)
        made[name] = gate.create(actor, registry.get("opportunities"), {"name": name, **raw}).pk
    return made


def deal(name: str) -> Opportunity:
    return Opportunity.objects.select_related("stage").get(name=name)


def expect_titles(page: Page, *names: str) -> None:
    rows = page.locator("table.records td.title a")
    expect(rows).to_have_count(len(names))
    for name in names:
        expect(rows.filter(has_text=name)).to_have_count(1)


def test_a_view_of_stalled_deals_is_saved_shared_and_shown_as_board(visiting: Any) -> None:
    with visiting("陈强") as visitor:
        page = visitor.go(f"/opportunities/?view=all&filter={quote(json.dumps(STALLED))}")
        expect_titles(page, "年会", "差旅")

        page.get_by_role("link", name="Save as view").first.click()
        drawer = page.locator("dialog.drawer")
        drawer.get_by_label("Name").fill("本季停滞")
        drawer.get_by_label("Who sees it").select_option(index=1)
        drawer.get_by_role("button", name="Save").click()
        expect(page.locator(".tab", has_text="本季停滞")).to_be_visible()
        expect_titles(page, "年会", "差旅")

        page.get_by_role("link", name="Board").first.click()
        page.wait_for_url("**/opportunities/board/**")
        expect(page.locator(".board-card")).to_have_count(2)

    with visiting("李娜") as colleague:
        page = colleague.go("/opportunities/")
        page.locator(".tab", has_text="本季停滞").click()
        expect(page.locator(".tab[aria-current=page]")).to_contain_text("本季停滞")
        expect_titles(page, "差旅")


def test_a_dragged_deal_is_asked_for_what_the_next_stage_requires(visiting: Any, deals: dict[str, int]) -> None:
    with visiting("王芳", expected=("answered 422: POST .*/cells/stage/",)) as visitor:
        page = visitor.go("/opportunities/board/?view=all")
        visitor.until_draggable()
        lanes = page.locator("section.lane")
        card = f"#card-{deals['年会']}"

        second = lanes.nth(1).locator(".lane-cards")
        hand.drag(page, page.locator(card), second, arrived=second.locator(card))
        drawer = page.locator("dialog.drawer")
        expect(drawer).to_contain_text("asks for more")
        drawer.get_by_label("Amount").fill("12000")
        drawer.locator("button[type=submit]").click()

        expect(lanes.nth(1).locator(card)).to_be_visible()
        expect(drawer).to_be_hidden()
    assert (deal("年会").stage.position, deal("年会").amount) == (20, Decimal("12000"))


def test_a_move_by_keys_that_is_given_up_changes_nothing(visiting: Any, deals: dict[str, int]) -> None:
    with visiting("李娜", expected=("answered 422: POST .*/cells/stage/",)) as visitor:
        before = Opportunity.objects.values().get(pk=deals["差旅"])
        page = visitor.go("/opportunities/board/?view=all")
        visitor.settle()

        page.locator(f"#card-{deals['差旅']}").focus()
        page.keyboard.press("m")
        page.locator(".menu:popover-open .menu-item", has_text="输单").click()
        expect(page.locator("dialog.drawer")).to_contain_text("asks for more")
        page.locator("dialog.drawer").get_by_role("button", name="Cancel").click()

        expect(page.locator("section.lane").first.locator(f"#card-{deals['差旅']}")).to_be_visible()
    assert Opportunity.objects.values().get(pk=deals["差旅"]) == before


def test_a_deal_is_won_and_undone_from_the_toast(visiting: Any, deals: dict[str, int]) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go(f"/opportunities/{deals['包机']}/")
        page.locator(".record-head").get_by_role("link", name="Win").click()
        page.locator("dialog.drawer").get_by_role("button", name="Win").click()

        expect(page.locator("ol.path .step.won")).to_be_visible()
        assert (deal("包机").status, deal("包机").closed_on) == ("won", clock.today())
        visitor.toast().get_by_role("button", name="Undo").click()
        expect(page.locator("ol.path .step.won")).to_have_count(0)
    assert (deal("包机").status, deal("包机").closed_on) == ("open", None)


def test_a_deal_is_lost_with_a_reason(visiting: Any, deals: dict[str, int]) -> None:
    reason = LostReason.objects.get(name="价格")
    with visiting("王芳", expected=("answered 422: POST .*/actions/lose/",)) as visitor:
        page = visitor.go(f"/opportunities/{deals['会展']}/")
        page.locator(".record-head").get_by_role("link", name="Lose").click()
        drawer = page.locator("dialog.drawer")
        drawer.locator("select[name=lost_reason]").wait_for(state="attached")
        drawer.locator("select[name=lost_reason]").select_option(str(reason.pk), force=True)
        drawer.get_by_label("Competitor").fill("同程商旅")
        drawer.get_by_role("button", name="Lose", exact=True).click()

        expect(page.locator(".record-head")).to_contain_text("Lost")
    lost = deal("会展")
    assert (lost.status, lost.lost_reason, lost.competitor) == ("lost", reason, "同程商旅")


def test_a_cell_is_edited_in_place(visiting: Any, deals: dict[str, int]) -> None:
    with visiting("李娜") as visitor:
        page = visitor.go("/opportunities/?view=all")
        visitor.settle()
        cell = page.locator(f"tr[data-id='{deals['差旅']}'] [data-cell$='/cells/amount/']")

        cell.dblclick()
        editor = cell.locator("input:not([type=hidden])").first
        editor.fill("5,600.50")
        editor.press("Enter")

        expect(cell).to_contain_text("5,600.5")
        expect(cell.locator("form")).to_have_count(0)
    assert deal("差旅").amount == Decimal("5600.50")


@pytest.fixture
def many_customers(company: Any) -> list[int]:
    owner = actor_of(Member.objects.select_related("department").get(name="李娜"), Door.FORM)
    made = [services.build(Customer, name=f"批量客户 {number}", owner_id=owner.member_id) for number in range(MANY)]
    with acts.act(owner, "create"):
        Customer.objects.bulk_create(made)
    log.wait_for_readers()
    return [customer.pk for customer in made]


def owners(ids: list[int]) -> set[str]:
    return set(Customer.objects.filter(pk__in=ids).values_list("owner__name", flat=True))


def test_two_hundred_rows_get_a_new_owner_and_it_is_undone(visiting: Any, many_customers: list[int]) -> None:
    successor = Member.objects.get(name="张伟明")
    with visiting("陈强") as visitor:
        page = visitor.go(f"/customers/?view=all&q={quote('批量客户')}")
        visitor.settle()
        page.locator("[data-pick-all]").check()
        page.locator("[data-all-matching]").click()
        expect(page.locator("[data-selected-count]")).to_have_text(str(MANY))
        page.locator(".bulk").get_by_role("link", name="Change owner").click()
        choose_in_picker(page.locator("dialog.drawer"), successor)
        page.locator("dialog.drawer").get_by_role("button", name="Change owner").click()

        expect(visitor.toast("200 records have a new owner")).to_be_visible()
        assert owners(many_customers) == {"张伟明"}
        visitor.toast("new owner").get_by_role("button", name="Undo").click()
        wait_until_owned_by(visitor, many_customers, "李娜")
    assert owners(many_customers) == {"李娜"}


def choose_in_picker(place: Locator, member: Member) -> None:
    box = place.locator("record-picker input[type=text], record-picker input[type=select-one], .ts-control input").first
    box.click()
    box.fill(member.name)
    place.page.locator(".ts-dropdown [data-value]", has_text=member.name).first.click()


def wait_until_owned_by(visitor: Visitor, ids: list[int], name: str) -> None:
    for _attempt in range(100):
        if owners(ids) == {name}:
            return
        visitor.page.wait_for_timeout(100)
