"""A customer's page: who they are, what was done, what is to be done, and two people writing at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.domains.activities import services as activities
from zhike.domains.activities.models import Activity
from zhike.domains.customers.models import Customer
from zhike.domains.opportunities import services as opportunities
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry

DUE_SOON = timedelta(seconds=1)
A_MINUTE_AND_SOME_MS = 80_000


def acting_as(name: str) -> Any:
    return actor_of(Member.objects.select_related("department").get(name=name), Door.FORM)


@pytest.fixture(scope="module", autouse=True)
def customer(company: Any) -> Customer:
    actor = acting_as("王芳")
    found = gate.create(actor, registry.get("customers"), {
        "name": "云杉科技有限公司", "phones": [{"number": "13800146721"}], "region": "江苏省/苏州市",
    })  # fmt: skip
    gate.create(actor, registry.get("contacts"), {"name": "沈佳宜", "customer": found.pk, "job_title": "采购经理"})
    deals = registry.get("opportunities")
    gate.create(actor, deals, {"name": "年会策划", "customer": found.pk, "amount": "88000"})
    won = gate.create(actor, deals, {"name": "去年的年会", "customer": found.pk, "amount": "66000"})
    with acts.act(actor, "win"):
        opportunities.win_opportunity(actor=actor, opportunity=Opportunity.objects.get(pk=won.pk))
    return found


@pytest.fixture(scope="module", autouse=True)
def task_due_now(customer: Customer, installation: Any) -> Activity:
    """Given at the beginning: the worker's clock ticks once a minute."""
    actor = acting_as("王芳")
    with acts.act(actor, "log"):
        return activities.log_activity(
            actor=actor, on=[customer], kind="task", subject="寄送合同", due_at=clock.now() + DUE_SOON
        )


def test_the_page_says_who_they_are_and_what_they_brought(visiting: Any, customer: Customer) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go(f"/customers/{customer.pk}/")
        visitor.settle()

        expect(page.get_by_role("heading", name="云杉科技有限公司")).to_be_visible()
        head = page.locator(".record-head")
        expect(head).to_contain_text("66,000")
        expect(head).to_contain_text("88,000")
        aside = page.locator(".card.related")
        expect(aside.filter(has_text="沈佳宜")).to_contain_text("采购经理")
        expect(aside.filter(has_text="年会策划").first).to_contain_text("88,000")
        expect(page.locator(".record")).to_contain_text("138 0014 6721")


def test_a_note_and_a_call_stand_in_the_timeline(visiting: Any, customer: Customer) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go(f"/customers/{customer.pk}/")
        compose(page, "note", "客户想看两个方案。")
        expect(page.locator(".timeline")).to_contain_text("客户想看两个方案。")

        compose(page, "call", "约了周五见面")
        expect(page.locator(".timeline")).to_contain_text("约了周五见面")
        expect(page.locator(".timeline .event").first).to_contain_text("约了周五见面")
    kinds = set(Activity.objects.filter(links__record_id=customer.pk).values_list("kind", flat=True))
    assert {"note", "call"} <= kinds
    customer.refresh_from_db()
    assert clock.now() - customer.last_activity_at < timedelta(minutes=2)


def compose(page: Any, kind: str, body: str, due_at: str = "") -> None:
    page.locator(f"#compose-{kind}-tab").click()
    form = page.locator(f"form#compose-{kind}")
    form.locator("textarea").fill(body)
    if due_at:
        form.get_by_label("Due").fill(due_at)
    form.get_by_role("button", name="Save").click()


def test_a_task_with_a_due_time_stands_on_the_home_page_until_it_is_done(visiting: Any, customer: Customer) -> None:
    due = timezone.localtime(clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT10:30")
    with visiting("王芳") as visitor:
        page = visitor.go(f"/customers/{customer.pk}/")
        compose(page, "task", "准备报价", due)
        expect(page.locator("body")).to_contain_text("准备报价")

        page = visitor.go("/")
        row = page.locator("#home_tasks .related-item", has_text="准备报价")
        expect(row).to_contain_text("云杉科技")
        expect(row).to_contain_text("10:30")
        row.get_by_role("button", name="Done: 准备报价").click()
        expect(page.locator("#home_tasks .related-item", has_text="准备报价")).to_have_count(0)
    assert Activity.objects.get(subject="准备报价").done_at is not None


def test_two_people_on_one_field_see_both_values(visiting: Any, customer: Customer) -> None:
    with visiting("林晓", expected=("answered 409: POST .*/cells/description/",)) as visitor:
        page = visitor.go(f"/customers/{customer.pk}/")
        cell = page.locator("[data-cell*='/cells/description/']")
        cell.dblclick()
        cell.locator("textarea").fill("林晓写的")
        gate.edit(acting_as("王芳"), Customer.objects.get(pk=customer.pk), {"description": "王芳写的"})
        cell.get_by_role("button", name="Save").click()

        conflict = page.locator(".conflict")
        expect(conflict).to_contain_text("林晓写的")
        expect(conflict).to_contain_text("王芳写的")
        assert Customer.objects.get(pk=customer.pk).description == "王芳写的"
        conflict.get_by_role("button", name="林晓写的").click()
        expect(page.locator(".conflict")).to_have_count(0)
        expect(page.locator("[data-cell*='/cells/description/']")).to_contain_text("林晓写的")
    assert Customer.objects.get(pk=customer.pk).description == "林晓写的"


def test_a_due_task_rings_the_bell(visiting: Any, task_due_now: Activity) -> None:
    """Last: the worker looks for due tasks each minute, and the open page hears of it by itself."""
    with visiting("王芳") as visitor:
        page = visitor.go("/customers/")
        bell = page.locator("[popovertarget=notices]").first
        expect(bell).to_contain_text("1", timeout=A_MINUTE_AND_SOME_MS)
        bell.click()
        expect(page.locator("#notices-list")).to_contain_text("寄送合同")
