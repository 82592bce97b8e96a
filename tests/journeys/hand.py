"""A mouse as a hand moves it: the sorter wants to see the way, not only its ends, and nothing is let go too early."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def drag(page: Page, grip: Locator, onto: Locator, *, arrived: Locator) -> None:
    """Takes what stands at `grip` onto the upper part of `onto`; lets go once `arrived` is there, as an eye would.
    What lies beneath may move aside for what is carried over it: the eye follows."""
    take(page, grip)
    for _look in range(5):
        end = onto.bounding_box()
        assert end
        page.mouse.move(end["x"] + min(end["width"] / 2, 160), end["y"] + min(end["height"] / 4, 60), steps=14)
        page.wait_for_timeout(120)
        if arrived.count():
            break
    expect(arrived).to_be_attached()
    page.mouse.up()


def take(page: Page, grip: Locator) -> None:
    """The mouse goes down and begins to move, so that what it took hangs on the pointer."""
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box
    x, y = box["x"] + min(box["width"] / 2, 40), box["y"] + min(box["height"] / 2, 12)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 8, steps=5)
