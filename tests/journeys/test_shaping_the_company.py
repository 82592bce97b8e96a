"""An administrator shapes what is built in, without code: stages, a rule, a layout; and people meet it at once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import hand
from zhike.domains.opportunities import queries
from zhike.domains.opportunities.models import Opportunity, Stage
from zhike.records import gate, registry
from zhike.records.models import Layout, ValidationRule


def stage_names() -> list[str]:
    return [stage.name for stage in queries.stages_of(queries.get_default_pipeline())]


@pytest.fixture
def deal(acting: Any) -> Any:
    needs = Stage.objects.get(name="需求确认")
    raw = {"name": "年会", "amount": "12000", "competitor": "途远", "stage": str(needs.pk)}
    return gate.create(acting("王芳"), registry.get("opportunities"), raw)


def test_stages_are_dragged_and_one_is_retired_with_its_deals(visiting: Any, deal: Any) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go(f"/settings/pipelines/{deal.pipeline_id}/")
        visitor.until_draggable()
        rows = page.locator("tbody[data-order] tr")
        before = stage_names()
        second = rows.nth(1).get_attribute("data-id")

        with page.expect_response(lambda answer: answer.url.endswith("/stages/order/")):
            first = page.locator(f"tbody[data-order] > tr[data-id='{second}']:first-child")
            hand.drag(page, rows.nth(1).locator(".grip"), rows.nth(0), arrived=first)
        visitor.settle()
        assert stage_names() == [before[1], before[0], *before[2:]]

        page.locator(f'a[href$="/stages/{deal.stage_id}/retirement/"]').click()
        drawer = page.locator("#drawer-content")
        expect(drawer.get_by_text("1 deal in “需求确认” goes to")).to_be_visible()
        drawer.locator("select").select_option(label="方案报价")
        drawer.get_by_role("button", name="Retire").click()
        expect(page.get_by_text("1 open deal was moved.")).to_be_visible()
        assert Opportunity.objects.get(pk=deal.pk).stage.name == "方案报价"

        told = page.locator("toast-region > *", has_text="1 open deal was moved.")
        told.get_by_role("button", name="Undo").click()
        expect(page.locator("tbody[data-order]").get_by_text("需求确认")).to_be_visible()
    assert Opportunity.objects.get(pk=deal.pk).stage.name == "需求确认"


def test_a_rule_is_built_by_pointing_and_stops_a_salesperson(visiting: Any, deal: Any) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go("/settings/rules/")
        page.locator("main .head a[data-drawer]").click()
        drawer = page.locator("#drawer-content")
        drawer.locator("input[name=name]").fill("Large deals")
        with page.expect_response(lambda answer: "/settings/rules/new/" in answer.url):
            drawer.locator("select[name=type]").select_option("opportunities")
        visitor.settle()
        expect(drawer.locator("condition-builder select").first).to_be_visible()
        fields = drawer.locator("condition-builder select")
        fields.nth(0).select_option("competitor")
        fields.nth(1).select_option("empty")
        drawer.locator("input[name=sentence]").fill("Say against whom")
        drawer.locator("select[name=field]").select_option("competitor")
        drawer.get_by_role("button", name="Save").click()
        expect(page.locator("#rules").get_by_text("Large deals")).to_be_visible()
        expect(page.locator("#rules").get_by_text("No record breaks it")).to_be_visible()
    assert ValidationRule.objects.get().condition == {"all": [{"field": "competitor", "op": "empty"}]}

    with visiting("王芳", expected=("answered 422", "422")) as visitor:
        page = visitor.go(f"/opportunities/{deal.pk}/edit/")
        page.locator("input[name=competitor]").fill("")
        page.locator("form.record-form button[type=submit]").first.click()
        expect(page.get_by_text("Say against whom")).to_be_visible()
    assert Opportunity.objects.get(pk=deal.pk).competitor == "途远"


def test_a_field_is_dragged_into_another_section(visiting: Any, deal: Any) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go("/settings/layouts/opportunities/")
        visitor.until_draggable()
        card = page.locator(".layout-sections")
        beside = card.locator("[data-names]", has=page.locator('[data-name="contact"]'))
        arrived = beside.locator('[data-name="competitor"]')
        expect(arrived).to_have_count(0)
        grip = card.locator('[data-name="competitor"] .grip')
        hand.drag(page, grip, card.locator('[data-name="contact"]'), arrived=arrived)
        card.get_by_role("button", name="Save").click()
        expect(page.locator(".layout-sections").get_by_text("Changed")).to_be_visible()
    first = Layout.objects.get().body["sections"][0]
    assert "competitor" in first["names"] and first["label"] == "商机"

    with visiting("王芳") as visitor:
        page = visitor.go(f"/opportunities/{deal.pk}/edit/")
        expect(page.locator("fieldset").first.locator("[name=competitor]")).to_be_visible()
