"""A type of the company's own goes and returns; the whole of making one is told in the administrator's story."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from zhike.records import custom, gate, registry
from zhike.testing import types
from zhike.testing.browser import Visitor

PASTE = """text => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
    document.activeElement.dispatchEvent(paste);
}"""


@pytest.fixture
def building(acting: Any) -> Any:
    return gate.create(acting("林晓"), types.buildings(acting("林晓")), {"name": "梧桐里"})


def test_a_type_moves_along_its_path_goes_and_is_brought_back(visiting: Any, building: Any) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go(f"/buildings/{building.pk}/")
        page.get_by_role("button", name="Sold out").click()
        expect(page.locator("[aria-current=step]")).to_have_text("Sold out")
        _remove_and_bring_back(visitor)
    assert registry.get(types.KEY).queryset().count() == 1


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
        page.locator("dialog[open]").get_by_role("button", name="Save", exact=True).click()
        page.wait_for_timeout(200)
        assert not custom.custom_fields_of("contacts")
        held[0].continue_()
        expect(visitor.toast("was added")).to_be_visible()
        expect(page.locator("#custom-fields tbody").first).to_contain_text("介绍人")


def _remove_and_bring_back(visitor: Visitor) -> None:
    page = visitor.go("/settings/types/")
    page.locator("#record-types").get_by_role("link", name="楼盘").first.click()
    page.locator("dialog[open]").get_by_role("link", name="Remove").click()
    page.locator("#removal-typed").fill("楼盘")
    page.get_by_role("button", name="Remove the type").click()
    expect(visitor.toast("is removed")).to_be_visible()
    expect(page.get_by_role("button", name="Bring back")).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("#record-types tr", has_text="楼盘")).to_contain_text("1")
    expect(visitor.toast("is back")).to_be_visible()


def test_many_fields_are_added_by_hand_without_beginning_anew_each_time(visiting: Any) -> None:
    with visiting("林晓") as visitor:
        page, drawer = visitor.go("/settings/fields/customers/"), visitor.page.locator("dialog[open]")
        page.get_by_role("link", name="Add field").first.click()
        for label in ("甲", "乙", "丙", "丁"):
            expect(drawer.locator("#field-label")).to_have_value("")
            expect(drawer.locator("#field-label")).to_be_focused()
            page.keyboard.type(label)
            drawer.get_by_role("button", name="Save and add another").click()
            expect(page.locator("#custom-fields tbody").first).to_contain_text(label)
        expect(page.locator("toast-region .toast:not(.leaving)")).to_have_count(3)

        with page.expect_response(lambda answer: answer.url.endswith("/new/")):
            drawer.locator("#field-kind").focus()
            drawer.locator("#field-kind").select_option("choice")
        visitor.settle()
        expect(drawer.locator("#field-kind")).to_be_focused()
        drawer.locator("#field-label").fill("物业")
        drawer.locator("[data-key=label]").fill("住宅")
        page.keyboard.press("Enter")
        page.keyboard.type("公寓")
        page.keyboard.press("Enter")
        page.evaluate(PASTE, "商铺\r\n 写字楼 \n\n车位")
        drawer.get_by_role("button", name="Save", exact=True).click()
        expect(drawer).to_have_count(0)
    row = next(each for each in custom.custom_fields_of("customers") if each.label == "物业")
    assert [each["label"] for each in row.options["choices"]] == ["住宅", "公寓", "商铺", "写字楼", "车位"]
