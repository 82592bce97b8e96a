"""An administrator makes 楼盘 without code: a type with fields, relations and a thousand rows; it goes and returns."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys import wizard
from zhike.records import custom, gate, registry
from zhike.testing.browser import PHONE, Visitor, axe_complaints, overflow_of

ROWS = 1000
FIELDS = (
    ("开发商", "reference", {"target": "customers"}), ("看房人", "references", {"target": "contacts"}),
    ("套数", "integer", {}), ("均价", "money", {}), ("所在地", "region", {}), ("开盘日", "day", {}),
    ("在售", "yes_no", {}), ("评级", "rating", {}), ("项目经理", "member", {}), ("案场电话", "phone", {}),
)  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "buildings.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["楼盘名称", "Stage", "开发商", "套数", "均价", "所在地", "开盘日", "在售"])
        rows.writerows(
            [f"梧桐里 {number}", ("在谈", "代理中")[number % 2], "青松置业", number, 30000 + number,
             "江苏省苏州市", "2026-05-01", "是"]
            for number in range(1, ROWS + 1)
        )  # fmt: skip
    return path


def test_a_type_is_made_filled_used_removed_and_brought_back(visiting: Any, acting: Any, table: Path) -> None:
    developer = gate.create(acting("林晓"), registry.get("customers"), {"name": "青松置业"}).pk
    with visiting("林晓") as visitor:
        page = _make_type(visitor)
        for label, kind, more in FIELDS:
            _add_field(visitor, label, kind, more)

        assert wizard.import_file(visitor, "buildings", table)["Created"] == ROWS

        _move_along_the_path(visitor)
        visitor.go(f"/customers/{developer}/")
        expect(page.locator("main")).to_contain_text("梧桐里 1000")
        visitor.go("/buildings/board/")
        expect(page.locator("stage-board .lane")).to_have_count(3)
        assert axe_complaints(page) == []
        _remove_and_bring_back(visitor)
    assert registry.get("buildings").queryset().count() == ROWS

    with visiting("林晓", size=PHONE, language="zh-hans") as visitor:
        for path in ("/settings/types/", "/buildings/", "/buildings/1/", "/buildings/board/"):
            page = visitor.go(path)
            visitor.settle()
            assert (axe_complaints(page), overflow_of(page)) == ([], 0), path


def test_who_presses_save_while_the_form_is_drawn_anew_has_pressed_it(visiting: Any) -> None:
    with visiting("林晓") as visitor:
        page, held = visitor.go("/settings/fields/contacts/"), list[Route]()
        page.get_by_role("link", name="Add field").first.click()
        page.locator("#field-label").fill("介绍人")
        page.locator("#field-kind").select_option("reference")
        visitor.settle()
        page.route("**/settings/fields/contacts/new/", lambda route: held.append(route), times=1)
        page.locator("#field-target").select_option("customers")
        visitor.until("document.querySelector('#field-target.htmx-request')")
        page.locator("dialog[open]").get_by_role("button", name="Save").click()
        page.wait_for_timeout(200)
        assert not custom.custom_fields_of("contacts")
        held[0].continue_()
        expect(visitor.toast("was added")).to_be_visible()
        expect(page.locator("#custom-fields tbody").first).to_contain_text("介绍人")


def _make_type(visitor: Visitor) -> Page:
    page = visitor.go("/settings/types/")
    page.get_by_role("link", name="New type").first.click()
    page.locator("#type-label").fill("楼盘")
    page.locator("#type-label_en").fill("Building")
    page.locator("#type-plural_en").fill("Buildings")
    page.locator("#type-title_label").fill("楼盘名称")
    page.locator("#type-group").select_option("customers")
    page.locator(".icon-choices label[title=building-community]").click()
    for place, stage in enumerate(("在谈", "代理中", "售罄")):
        if place:
            page.locator("entry-list [data-add]").click()
        page.locator("entry-list .entry").last.locator("[data-key=label]").fill(stage)
    assert axe_complaints(page) == []
    page.get_by_role("button", name="Make the type").click()
    page.wait_for_url("**/settings/fields/buildings/")
    expect(visitor.toast("was made")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Buildings")).to_be_visible()
    return page


def _add_field(visitor: Visitor, label: str, kind: str, more: dict[str, str]) -> None:
    page = visitor.page
    page.get_by_role("link", name="Add field").first.click()
    page.locator("#field-label").fill(label)
    page.locator("#field-kind").select_option(kind)
    visitor.settle()
    for name, value in more.items():
        page.locator(f"dialog[open] [name={name}]").select_option(value)
    page.locator("dialog[open]").get_by_role("button", name="Save").click()
    expect(page.locator("#custom-fields tbody").first).to_contain_text(label)


def _move_along_the_path(visitor: Visitor) -> None:
    page = visitor.go("/buildings/1/")
    page.get_by_role("button", name="售罄").click()
    expect(page.locator("[aria-current=step]")).to_have_text("售罄")


def _remove_and_bring_back(visitor: Visitor) -> None:
    page = visitor.go("/settings/types/")
    page.locator("#record-types").get_by_role("link", name="楼盘").first.click()
    page.locator("dialog[open]").get_by_role("link", name="Remove").click()
    page.locator("#removal-typed").fill("楼盘")
    page.get_by_role("button", name="Remove the type").click()
    expect(visitor.toast("is removed")).to_be_visible()
    expect(page.get_by_role("button", name="Bring back")).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("#record-types")).to_contain_text(re.compile(r"1,000"))
    expect(visitor.toast("is back")).to_be_visible()
