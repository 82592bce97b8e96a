"""The condition builder by mouse and keyboard: lines, a nested group, what is unfinished, and the view it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.domains.activities import services as activities
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.records.models import SavedView, Share
from zhike.testing import log
from zhike.testing.browser import PHONE, Visitor

FAR = "2031-01-01"


def actor_named(name: str) -> Actor:
    return actor_of(Member.objects.select_related("department").get(name=name), Door.FORM)


@pytest.fixture(scope="module", autouse=True)
def deals(company: Any) -> None:
    """What 王芳 sees: each line of the condition takes away exactly one."""
    today = clock.today().isoformat()
    for name, owner, close in (
        ("停滞", "王芳", today), ("活跃", "王芳", today), ("明年", "王芳", FAR), ("已赢", "王芳", today),
        ("借看", "刘洋", today), ("同事", "李娜", today),
    ):  # fmt: skip
        made = gate.create(
            actor_named(owner), registry.get("opportunities"), {"name": name, "expected_close_on": close}
        )
        if name == "借看":
            _share(made, "王芳")
        if name == "活跃":
            _note_on(made)
        if name == "已赢":
            won = registry.get("opportunities").field("stage").choices()[-2][0]
            gate.edit(actor_named(owner), made, {"stage": won, "amount": "900"})
    log.wait_for_readers()


def _share(deal: Any, name: str) -> None:
    with acts.act(actor_named("林晓"), "share"):
        Share.objects.create(record_type="opportunities", record_id=deal.pk, member_id=Member.objects.get(name=name).pk)


def _note_on(deal: Any) -> None:
    with acts.act(actor_named("王芳"), "log"):
        activities.log_activity(actor=actor_named("王芳"), on=[deal], kind="note", body="刚刚谈过。")


class Builder:
    """The panel of conditions of a list."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page
        self.panel = self.page.locator("#conditions")

    def open(self) -> None:
        self.page.locator(".condition.add").click()
        expect(self.panel.locator(".cb-line").first).to_be_visible()

    def apply(self) -> None:
        self.panel.get_by_role("button", name="Apply").click()
        expect(self.panel).to_be_hidden()
        self.visitor.settle()

    def lines(self) -> Locator:
        return self.panel.locator(".cb-line")

    def add(self, what: str = "Condition") -> Locator:
        """A new line at the end of the outermost group, or the first line of a new group."""
        root = self.panel.locator(".cb-root > .cb-tools")
        root.get_by_role("button", name=what, exact=True).click()
        return self.lines().last

    def says(self) -> Locator:
        return self.panel.locator(".cb-sentence")


def fill(line: Locator, field: str, operator: str = "") -> None:
    line.get_by_label("Field").select_option(label=field)
    if operator:
        line.get_by_label("Comparison").select_option(label=operator)


def expect_titles(page: Page, *names: str) -> None:
    """The rows, and their count beside the heading."""
    rows = page.locator("table.records td.title a")
    expect(rows).to_have_count(len(names))
    for name in names:
        expect(rows.filter(has_text=name)).to_have_count(1)
    expect(page.locator("record-list")).to_have_attribute("data-count", str(len(names)))


@pytest.fixture
def stalled(visiting: Any) -> Iterator[tuple[Visitor, Builder]]:
    """王芳 before the list of all the deals she sees."""
    with visiting("王芳") as visitor:
        visitor.go("/opportunities/?view=all")
        visitor.settle()
        yield visitor, Builder(visitor)


def test_each_line_narrows_the_list_and_the_view_goes_to_the_team(
    stalled: tuple[Visitor, Builder], visiting: Any
) -> None:
    visitor, builder = stalled
    page = visitor.page
    expect_titles(page, "停滞", "活跃", "明年", "已赢", "借看")

    builder.open()
    fill(builder.lines().first, "Status")
    builder.lines().first.get_by_label("Open", exact=True).check()
    builder.apply()
    expect_titles(page, "停滞", "活跃", "明年", "借看")

    builder.open()
    fill(builder.add("Group"), "Owner", "is me")
    nested = builder.panel.locator(".cb-root > .cb-group")
    nested.get_by_role("button", name="Condition", exact=True).click()
    fill(nested.locator(".cb-line").last, "Owner", "is me or my team")
    expect(nested.get_by_label("How the conditions join")).to_have_value("any")
    builder.apply()
    expect_titles(page, "停滞", "活跃", "明年")

    builder.open()
    span = builder.add()
    fill(span, "Expected close", "within")
    span.get_by_label("Value").select_option(label="this quarter")
    builder.apply()
    expect_titles(page, "停滞", "活跃")

    builder.open()
    add_by_keyboard(page, builder)
    expect(builder.says()).to_have_text(re.compile(r"Status.*Open.*Owner.*me.*my team.*this quarter.*14 days", re.S))
    builder.apply()
    expect_titles(page, "停滞")
    assert_shared_with_the_team(page, visiting)


def add_by_keyboard(page: Page, builder: Builder) -> None:
    """ "Last activity not within the last 14 days" without the mouse: the focus stays on the line that is built."""
    builder.panel.locator(".cb-root > .cb-tools button").first.focus()
    page.keyboard.press("Enter")
    expect(builder.lines().last.get_by_label("Field")).to_be_focused()
    choose_by_keys(page, "Last activity")
    page.keyboard.press("Tab")
    choose_by_keys(page, "not within")
    page.keyboard.press("Tab")
    choose_by_keys(page, "the last")
    expect(builder.lines().last.locator("input[type=number]")).to_have_value("14")


def choose_by_keys(page: Page, label: str) -> None:
    """Down the focused select until it shows `label`."""
    shown = "document.activeElement.selectedOptions?.[0]?.label"
    for _step in range(60):
        if page.evaluate(shown) == label:
            return
        page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.outerHTML")[:200]
    raise AssertionError(f"{label} was not reached; the focus is on {focused}")


def assert_shared_with_the_team(page: Page, visiting: Any) -> None:
    page.get_by_role("link", name="Save as view").first.click()
    drawer = page.locator("dialog.drawer")
    drawer.get_by_label("Name").fill("我的停滞商机")
    drawer.get_by_label("Who sees it").select_option("department")
    expect(drawer.locator(".cb-line")).to_have_count(5)
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator(".tab[aria-current=page]")).to_contain_text("我的停滞商机")
    expect_titles(page, "停滞")

    with visiting("李娜") as colleague:
        theirs = colleague.go("/opportunities/")
        theirs.locator(".tab", has_text="我的停滞商机").click()
        expect(theirs.locator(".tab[aria-current=page]")).to_contain_text("我的停滞商机")
        expect_titles(theirs, "同事")

    view = SavedView.objects.get(name="我的停滞商机")
    with visiting("刘洋", expected=("answered 400: GET .*view=",)) as outsider:
        others = outsider.go("/opportunities/")
        expect(others.locator(".tab").first).to_be_visible()
        expect(others.locator(".tab", has_text="我的停滞商机")).to_have_count(0)
        outsider.go(f"/opportunities/?view={view.pk}")
        expect(others.locator("body")).not_to_contain_text("我的停滞商机")


def test_a_line_is_removed_and_an_operator_changed(stalled: tuple[Visitor, Builder]) -> None:
    visitor, builder = stalled
    builder.open()
    first = builder.lines().first
    fill(first, "Name", "contains")
    first.get_by_label("Value").fill("停滞")
    second = builder.add()
    fill(second, "Expected close", "is not empty")
    builder.apply()
    expect_titles(visitor.page, "停滞")

    builder.open()
    builder.lines().first.get_by_label("Comparison").select_option(label="does not contain")
    expect(builder.lines().first.get_by_label("Value")).to_have_value("停滞")
    builder.apply()
    expect_titles(visitor.page, "活跃", "明年", "已赢", "借看")

    builder.open()
    builder.lines().first.get_by_role("button", name="Remove").click()
    expect(builder.lines()).to_have_count(1)
    builder.apply()
    expect_titles(visitor.page, "停滞", "活跃", "明年", "已赢", "借看")


def test_an_operator_that_takes_something_else_asks_anew(stalled: tuple[Visitor, Builder]) -> None:
    _visitor, builder = stalled
    builder.open()
    line = builder.lines().first
    fill(line, "Amount", "≥")
    line.get_by_label("Value").fill("500")
    line.get_by_label("Comparison").select_option(label="between")

    expect(line.locator("input[type=number]")).to_have_count(2)
    expect(line).to_contain_text("The value is missing")


def test_the_last_line_of_a_group_takes_the_group_with_it(stalled: tuple[Visitor, Builder]) -> None:
    _visitor, builder = stalled
    builder.open()
    builder.add("Group")
    nested = builder.panel.locator(".cb-root > .cb-group")
    nested.locator(".cb-line").get_by_role("button", name="Remove").click()

    expect(nested).to_have_count(0)


@pytest.mark.parametrize("size", [pytest.param((1440, 900), id="wide"), pytest.param(PHONE, id="phone")])
def test_an_unfinished_line_says_what_it_lacks_and_widens_nothing(visiting: Any, size: tuple[int, int]) -> None:
    with visiting("王芳", size=size) as visitor:
        page = visitor.go("/opportunities/?view=all")
        visitor.settle()
        builder = Builder(visitor)
        builder.open()
        fill(builder.lines().first, "Name", "contains")
        builder.lines().first.get_by_label("Value").fill("停滞")
        builder.apply()
        narrowed = page.url

        builder.open()
        fill(builder.lines().first, "Amount", "≥")
        blank = builder.add()
        builder.panel.get_by_role("button", name="Apply").click()

        expect(builder.lines().first).to_contain_text("The value is missing")
        expect(blank).to_contain_text("Choose a field")
        expect(builder.lines().first.get_by_label("Field")).to_be_focused()
        assert page.url == narrowed
        assert len(page.locator("table.records tbody tr[data-id]").all()) == 1

        builder.lines().first.get_by_label("Value").fill("0")
        blank.get_by_role("button", name="Remove").click()
        builder.apply()
        expect_titles(page, "已赢")
