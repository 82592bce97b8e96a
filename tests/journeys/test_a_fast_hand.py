"""Who is quicker than the server loses nothing: not what they typed, not what they pressed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from zhike.base import actors
from zhike.records import gate, registry
from zhike.records.models import CustomField
from zhike.testing.browser import Visitor

SEND_AT_ONCE = """new MutationObserver((_changes, watcher) => {
    const form = document.querySelector('#drawer-content form[hx-post]');
    if (!form) return;
    watcher.disconnect();
    form.querySelector('[name=name]').value = '快手';
    form.requestSubmit();
}).observe(document.getElementById('drawer-content'), {childList: true, subtree: true})"""


@pytest.fixture(scope="module")
def customer(company: Any) -> int:
    return gate.create(actors.system("tests"), registry.get("customers"), {"name": "云杉"}).pk


def hold(page: Page, pattern: str) -> list[Route]:
    """The next request to `pattern` waits until it is told to go on."""
    held: list[Route] = []
    page.route(pattern, lambda route: held.append(route), times=1)
    return held


def middle(what: Locator) -> tuple[float, float]:
    box = what.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def until_held(visitor: Visitor, held: list[Route]) -> Route:
    for _attempt in range(200):
        if held:
            return held[0]
        visitor.page.wait_for_timeout(50)
    raise AssertionError("nothing was asked for")


def test_a_form_is_sent_the_moment_it_appears(visiting: Any) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go("/customers/")
        page.evaluate(SEND_AT_ONCE)
        page.locator("main .head a[data-drawer][href$='/new/']").first.click()

        expect(page.locator("body")).to_contain_text("快手")
        assert "name=" not in page.url
    assert registry.get("customers").queryset().filter(name="快手").count() == 1


def test_a_call_is_written_while_the_note_is_being_saved(visiting: Any, customer: int) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go(f"/customers/{customer}/")
        held = hold(page, "**/activities/compose/")
        page.locator("form#compose-note textarea").fill("先记下")
        page.locator("form#compose-note").get_by_role("button", name="Save", exact=True).click()
        page.locator("#compose-call-tab").click()
        page.locator("form#compose-call textarea").fill("约了周五")
        until_held(visitor, held).continue_()

        expect(page.locator(".timeline")).to_contain_text("先记下")
        expect(page.locator("form#compose-call textarea")).to_have_value("约了周五")
        expect(page.locator("form#compose-note")).to_be_hidden()
        expect(page.locator("form#compose-note textarea")).to_have_value("")


def test_save_is_held_down_while_the_form_is_drawn_anew(visiting: Any) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go("/settings/fields/contacts/")
        page.get_by_role("link", name="Add field").first.click()
        page.locator("#field-label").fill("介绍人")
        page.locator("#field-kind").select_option("reference")
        visitor.settle()
        held = hold(page, "**/settings/fields/contacts/new/")
        page.evaluate("document.querySelector('#field-target').dataset.former = 'true'")
        page.locator("#field-target").select_option("customers")
        page.mouse.move(*middle(page.locator("dialog[open]").get_by_role("button", name="Save", exact=True)))
        page.mouse.down()
        until_held(visitor, held).continue_()
        expect(page.locator("#field-target:not([data-former])")).to_be_visible()
        assert not CustomField.objects.exists()
        page.mouse.up()

        expect(visitor.toast("was added")).to_be_visible()
    assert CustomField.objects.get().label == "介绍人"


def test_a_drawer_opened_before_the_former_one_came_shows_what_was_asked_for_last(visiting: Any) -> None:
    with visiting("林晓") as visitor:
        page = visitor.go("/settings/fields/contacts/")
        held = hold(page, "**/settings/fields/contacts/new/")
        page.get_by_role("link", name="Add field").first.click()
        until_held(visitor, held)
        page.keyboard.press("Escape")
        expect(page.locator("dialog.drawer")).to_be_hidden()
        page.get_by_role("link", name="Add field").first.click()

        expect(page.locator("#field-label")).to_be_visible()
        page.locator("#field-label").fill("介绍人的朋友")
        held[0].continue_()
        visitor.settle()
        expect(page.locator("#field-label")).to_have_value("介绍人的朋友")
