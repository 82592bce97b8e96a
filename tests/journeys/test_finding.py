"""Ctrl K: a person is found by whatever one remembers of the name or the number."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from zhike.base.actors import Door
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.testing import log

CONTACTS = (
    ("沈佳宜", "13800146721"),
    ("沈建国", "13911112222"),
    ("宋嘉树", "13633334444"),
    ("欧阳震华", "02168880000"),
    ("单雄信", "13755556666"),
)


@pytest.fixture(scope="module", autouse=True)
def contacts(company: Any) -> dict[str, int]:
    owner = actor_of(Member.objects.select_related("department").get(name="王芳"), Door.FORM)
    kind = registry.get("contacts")
    made = {
        name: gate.create(owner, kind, {"name": name, "phones": [{"number": phone}], "owner": owner.member_id}).pk
        for name, phone in CONTACTS
    }
    log.wait_for_readers()
    return made


TYPED = {
    "沈佳宜": ("sjy", "shenjiayi", "shen jia yi", "佳宜", "沈佳宜", "6721"),
    "欧阳震华": ("oyzh", "ouyang", "震华"),
    "单雄信": ("shanxiongxin", "6666"),
}


def test_the_right_person_comes_first(visiting: Any, contacts: dict[str, int]) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go("/customers/")
        page.keyboard.press("Control+k")
        first = page.locator("#palette-results [role=option]").first
        for wanted, ways in TYPED.items():
            for typed in ways:
                page.locator(".palette-input input").fill(typed)
                expect(first).to_contain_text(wanted)
                expect(first).to_have_attribute("href", f"/contacts/{contacts[wanted]}/")
                page.locator(".palette-input input").fill("建国")
                expect(first).to_contain_text("沈建国")


def test_enter_opens_the_first_and_escape_closes(visiting: Any, contacts: dict[str, int]) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go("/customers/")
        page.keyboard.press("Control+k")
        page.keyboard.press("Escape")
        expect(page.locator("dialog.palette")).to_be_hidden()

        page.keyboard.press("Control+k")
        page.keyboard.type("shenjianguo")
        page.keyboard.press("Enter")

        page.wait_for_url(f"**/contacts/{contacts['沈建国']}/")
        expect(page.get_by_role("heading", name="沈建国")).to_be_visible()


def test_an_outsider_finds_nobody(visiting: Any) -> None:
    with visiting("刘洋") as visitor:
        page = visitor.go("/customers/")

        page.keyboard.press("Control+k")
        with page.expect_response(lambda answer: answer.url.endswith(f"q={quote('沈佳宜')}")):
            page.keyboard.type("沈佳宜")

        expect(page.locator("#palette-results .none")).to_be_visible()
        assert page.locator("#palette-results [role=option][href^='/contacts/']").count() == 0
