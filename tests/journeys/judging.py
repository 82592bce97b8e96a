"""What is wrong with a page for an eye, a reader of screens and the console, at both widths and in both themes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from zhike.testing.browser import PHONE, TWO_FRAMES, WIDE, Visitor, axe_complaints, overflow_of

AT_ONCE = "*, ::before, ::after { transition: none !important }"
"""Colours change by and by; what they are half way is nobody's business."""
OPEN_DRAWER = "url => document.dispatchEvent(new CustomEvent('zhike:open-drawer', {detail: {url}}))"
DRAWER_OVERFLOW = """(() => {
    const content = document.querySelector('#drawer-content');
    return Math.max(...[content, ...content.children].map(part => part.scrollWidth - part.clientWidth));
})()"""
BEHIND = "/settings/"
"""The page that stands behind a drawer."""


def page(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with one page, each line beginning with its address."""
    shown = visitor.go(path)
    visitor.settle()
    found = axe_complaints(shown)
    if shown.locator("h1").count() != 1:
        found.append(f"has {shown.locator('h1').count()} headings of the first order")
    return _told(visitor, path, found + _turned(visitor, lambda: overflow_of(shown)))


def drawers(visitor: Visitor, paths: list[str]) -> list[str]:
    """What is wrong with what is shown in the drawer, one after the other on one page."""
    shown = visitor.go(BEHIND)
    visitor.settle()
    found = []
    for path in paths:
        shown.evaluate(OPEN_DRAWER, path)
        visitor.settle()
        expect(shown.locator("dialog.drawer .drawer-head")).to_be_visible()
        wrong = axe_complaints(shown, inside="dialog.drawer")
        wrong += _turned(visitor, lambda: int(shown.evaluate(DRAWER_OVERFLOW)))
        found += _told(visitor, f"{path} (drawer)", wrong)
        shown.keyboard.press("Escape")
        expect(shown.locator("dialog.drawer")).to_be_hidden()
    return found


def _told(visitor: Visitor, path: str, wrong: list[str]) -> list[str]:
    left = visitor.heard.left()
    visitor.heard.complaints.clear()
    return [f"{path} {line}" for line in wrong + left]


def _turned(visitor: Visitor, overflow: Callable[[], int]) -> list[str]:
    """By how much it sticks out as it is, in the other width, there in the other theme, and so in the first width."""
    shown, found, sizes = visitor.page, [], [WIDE, PHONE]
    first = shown.evaluate("innerWidth")
    sizes.sort(key=lambda size: size[0] != first)
    shown.add_style_tag(content=AT_ONCE)
    for size, is_turned in ((sizes[0], False), (sizes[1], False), (sizes[1], True), (sizes[0], True)):
        _look_at(visitor, size, is_turned)
        if (pixels := overflow()) > 0:
            found.append(f"{pixels} px too wide for {size[0]}")
    _look_at(visitor, sizes[0], False)
    return found


def _look_at(visitor: Visitor, size: tuple[int, int], is_turned: bool) -> None:
    """At this size, in the theme of the visitor or `is_turned` in the other one."""
    is_dark = (visitor.theme == "dark") is not is_turned
    if visitor.page.viewport_size != {"width": size[0], "height": size[1]}:
        visitor.page.set_viewport_size({"width": size[0], "height": size[1]})
    visitor.page.emulate_media(color_scheme="dark" if is_dark else "light")
    visitor.page.evaluate(TWO_FRAMES)
