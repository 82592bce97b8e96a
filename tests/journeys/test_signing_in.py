"""Through the front door: the right password, a wrong one, another language, another theme, and out again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from zhike.base import actors
from zhike.base.changelog import acts
from zhike.domains.people.models import Member

PASSWORD = "西湖-Longjing-2018"


@pytest.fixture(scope="module")
def with_password(company: Any) -> Member:
    """王芳, who can sign in by the form."""
    member = Member.objects.get(name="王芳")
    with acts.act(actors.system("tests"), "set_password"):
        Member.objects.filter(pk=member.pk).update(password=make_password(PASSWORD))
    return member


def fill_in(page: Any, member: Member, password: str) -> None:
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_stranger_is_sent_to_the_form_and_back_to_the_page_asked_for(visiting: Any, with_password: Member) -> None:
    with visiting(None) as visitor:
        page = visitor.go("/opportunities/")
        assert "/accounts/login/" in page.url

        fill_in(page, with_password, PASSWORD)

        page.wait_for_url("**/opportunities/")
        expect(page.get_by_role("heading", name="Opportunities", level=1)).to_be_visible()


def test_a_wrong_password_is_told_without_saying_which_part_is_wrong(visiting: Any, with_password: Member) -> None:
    with visiting(None) as visitor:
        page = visitor.go("/accounts/login/")

        fill_in(page, with_password, "not it")

        complaint = page.get_by_role("alert")
        expect(complaint).to_be_visible()
        assert "/accounts/login/" in page.url
        assert page.get_by_label("E-mail").input_value() == with_password.email


def test_after_signing_out_the_pages_are_closed(visiting: Any) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go("/")
        page.locator("[popovertarget=member-menu]").first.click()

        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/accounts/login/**")

        assert "/accounts/login/" in visitor.go("/customers/").url


def test_the_language_changes_at_a_click_and_stays(visiting: Any) -> None:
    with visiting("王芳") as visitor:
        page = visitor.go("/customers/")
        expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()
        page.locator("[popovertarget=member-menu]").first.click()

        page.locator("#member-menu").get_by_role("button", name="中文").click()

        page.wait_for_selector("html[lang=zh-hans], html[lang=zh-Hans]")
        expect(page.get_by_role("heading", name="客户", level=1)).to_be_visible()
        expect(visitor.go("/opportunities/").get_by_role("heading", name="商机", level=1)).to_be_visible()
        page.locator("[popovertarget=member-menu]").first.click()
        page.locator("#member-menu").get_by_role("button", name="English").click()
        page.wait_for_selector("html[lang=en]")


def test_the_theme_changes_at_a_click_and_stays(visiting: Any) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    with visiting("王芳") as visitor:
        page = visitor.go("/customers/")
        light = page.evaluate(background)
        page.locator("[popovertarget=member-menu]").first.click()

        page.locator("#member-menu theme-switch button[value=dark]").click()

        visitor.until(f"{background} !== '{light}'")
        visitor.go("/opportunities/")
        assert page.evaluate(background) != light
