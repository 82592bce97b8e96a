"""The import wizard as a person uses it: choose a file, look at it, say what its columns and values mean, import."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import translation
from playwright.sync_api import Page, expect

from zhike.testing.browser import Visitor

AT_WORK_MS = 90_000
CREATE = "create"
"""As the meaning of a value: make a new one of that name."""


def said(page: Page, text: str) -> str:
    """What the page says for `text`, in the language it is in."""
    with translation.override(page.locator("html").get_attribute("lang")):
        return translation.gettext(text)


def choose_file(visitor: Visitor, type_name: str, path: Path) -> Page:
    page = visitor.go(f"/imports/new/?type={type_name}")
    page.locator("file-drop input[type=file]").set_input_files(path)
    page.wait_for_url("**/preview/", timeout=AT_WORK_MS)
    return page


def go_to_columns(page: Page) -> None:
    page.get_by_role("button", name=said(page, "Next")).last.click()
    page.wait_for_url("**/columns/", timeout=AT_WORK_MS)


def columns(page: Page) -> dict[str, str]:
    """Each heading and the field it goes to, as the page shows it."""
    rows = page.locator("table.mapping tbody tr")
    found = rows.evaluate_all(
        "rows => rows.map(row => [row.querySelector('b').textContent, row.querySelector('select').value])"
    )
    return dict(found)


def check(page: Page, meanings: Mapping[str, str] | None = None) -> None:
    """From the columns to the result of the dry run; `meanings` answers what unknown values mean."""
    page.get_by_role("button", name=said(page, "Check the file")).click()
    page.wait_for_url(re.compile(r"/(values|check|checked)/$"), timeout=AT_WORK_MS)
    page.locator("table.meanings, form[action$='/start/'], .banner.bad").first.wait_for(timeout=AT_WORK_MS)
    if page.locator("table.meanings").count():
        answer(page, meanings or {})
    expect(page.get_by_role("heading", name=said(page, "What will happen"))).to_be_visible(timeout=AT_WORK_MS)


def answer(page: Page, meanings: Mapping[str, str]) -> None:
    """On the page of unknown values: those of `meanings` as it says, the others as the page suggests."""
    for value, meaning in meanings.items():
        row = page.locator("table.meanings tbody tr").filter(
            has=page.locator("td:first-child b", has_text=exactly(value))
        )
        if not row.count():
            continue
        row.locator("select").select_option("create" if meaning == CREATE else "map")
        if meaning != CREATE:
            row.locator("input.control").fill(meaning)
    page.get_by_role("button", name=said(page, "Next")).last.click()


def exactly(text: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(text)}$")


def tally(page: Page) -> dict[str, int]:
    found = page.locator(".tally > div").evaluate_all(
        "parts => parts.map(part => [part.querySelector('small').textContent, part.querySelector('b').textContent])"
    )
    return {label: int(number.replace(",", "")) for label, number in found}


def start(page: Page) -> dict[str, int]:
    """Imports, waits for the end and returns what it says; the page is then the outcome's."""
    page.get_by_role("button", name=said(page, "Import")).last.click()
    ends = "|".join(re.escape(said(page, end)) for end in ("Done", "Failed", "Cancelled"))
    expect(page.get_by_role("heading", name=re.compile(f"^({ends})$"))).to_be_visible(timeout=AT_WORK_MS)
    expect(page.get_by_role("heading", name=said(page, "Done"))).to_be_visible()
    return tally(page)


def import_file(visitor: Visitor, type_name: str, path: Path, meanings: Mapping[str, str] | None = None) -> Any:
    """The whole way; returns the tally at its end."""
    page = choose_file(visitor, type_name, path)
    go_to_columns(page)
    check(page, meanings)
    return start(page)
