"""The main job in the browser: four files through the wizard, and every place says the same figures."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import figures, wizard
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.testing.api import Program
from zhike.testing.browser import Visitor

pytestmark = figures.needs_files

MEANINGS = {"GTXPro": "GTX Pro", "Prospecting": wizard.CREATE, "Engaging": wizard.CREATE}
EXPECTED_COLUMNS = {
    "opportunity_id": "external_id",
    "sales_agent": "owner",
    "product": "product",
    "account": "customer",
    "deal_stage": "stage",
    "engage_date": "opened_on",
    "close_date": "closed_on",
    "close_value": "amount",
}


@pytest.fixture
def administrator(visiting: Any) -> Any:
    with visiting("林晓") as visitor:
        yield visitor


def check_home(visitor: Visitor) -> None:
    page = visitor.go("/?range=all&scope=all")
    visitor.settle()
    won = page.locator(".kpi", has_text="Won").first
    expect(won).to_contain_text("10,005,534")
    expect(won).to_contain_text("4,238")
    rate = page.locator(".kpi", has_text="Win rate")
    expect(rate).to_contain_text("63.2")
    expect(rate).to_contain_text("2,473")
    funnel = page.locator(".home-funnel")
    expect(funnel.locator("a", has_text="Engaging")).to_contain_text("1,589")
    expect(funnel.locator("a", has_text="Prospecting")).to_contain_text("500")
    expect(page.locator("#home_sellers")).to_contain_text("1,153,214")
    for name, amount in figures.REGIONS.items():
        expect(page.locator("#home_regions tr, #home_regions a, #home_regions li").filter(has_text=name).first
               ).to_contain_text(f"{amount:,}")  # fmt: skip


def check_reports(visitor: Visitor) -> None:
    page = visitor.go("/reports/?report=regions&range=all&scope=all")
    visitor.settle()
    for name, amount in figures.REGIONS.items():
        expect(page.locator("main tr", has_text=name).first).to_contain_text(f"{amount:,}")
    page = visitor.go("/reports/?report=summary&range=all&scope=all")
    visitor.settle()
    for figure in ("4,238", "10,005,534", "2,473", "63.2"):
        expect(page.locator("main")).to_contain_text(figure)


def test_the_main_job(administrator: Visitor) -> None:
    program = Program(Member.objects.get(name="林晓"))
    for type_name, name in figures.STEPS[:-1]:
        done = wizard.import_file(administrator, type_name, figures.file_of(name))
        assert (done["Rows"], done["Rejected"]) == (figures.ROWS[name], 0), (name, done)

    page = wizard.choose_file(administrator, "opportunities", figures.file_of("sales_pipeline"))
    wizard.go_to_columns(page)
    assert wizard.columns(page) == EXPECTED_COLUMNS
    wizard.check(page, MEANINGS)
    assert wizard.tally(page) == {"Rows": 8800, "Created": 8800, "Updated": 0, "Unchanged": 0, "Rejected": 0}
    assert not Opportunity.objects.exists()
    assert wizard.start(page)["Created"] == 8800
    first = page.url
    check_everywhere(administrator, program)

    again = wizard.import_file(administrator, "opportunities", figures.file_of("sales_pipeline"), MEANINGS)
    assert again == {"Rows": 8800, "Created": 0, "Updated": 0, "Unchanged": 8800, "Rejected": 0}
    check_everywhere(administrator, program)

    undo(administrator.go(first.removeprefix(administrator.url)))
    figures.check_nothing_left(program)
    assert not Opportunity.objects.exists()

    done = wizard.import_file(administrator, "opportunities", figures.file_of("sales_pipeline"), MEANINGS)
    assert done["Created"] == 8800
    figures.check_api(program)


def check_everywhere(visitor: Visitor, program: Program) -> None:
    figures.check_api(program)
    check_home(visitor)
    check_reports(visitor)


def undo(page: Page) -> None:
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("body")).to_contain_text("was undone", timeout=wizard.AT_WORK_MS)
