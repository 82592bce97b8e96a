"""A real browser for stories: one Chromium for all, a fresh profile per person, and an ear for what goes wrong.

Import the fixtures in the `conftest.py` of the stories: `from zhike.testing.browser import *`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from zhike.config import environment
from zhike.domains.people.models import Member

__all__ = ["browser", "failed_pages"]

WIDE, PHONE = (1440, 900), (390, 844)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--force-prefers-reduced-motion",
)  # fmt: skip
AXE = environment.CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN = """async ([inside, options]) => (await axe.run(inside || document, options)).violations
    .filter(each => ['serious', 'critical'].includes(each.impact))
    .flatMap(each => each.nodes.map(node => `${each.id}: ${node.target.join(' ')} ${node.failureSummary}`))"""
RESULTS = environment.CHECKOUT / "test-results"
BACKEND = "zhike.domains.people.signing_in.MemberBackend"
PATIENCE_MS = 20_000
"""For what comes by itself, on a machine that has other things to do as well; what is there is never waited for."""
SLOWDOWN = float(os.environ.get("ZHIKE_BROWSER_SLOWDOWN") or 1)
"""How many times slower than the machine the pages' own work runs, to see which stories depend on speed."""
IS_QUIET = """document.readyState === 'complete'
    && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
NEWS = "eventsource"

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from ZHIKE_CHROMIUM or the path; the story is skipped where there is none."""
    path = os.environ.get("ZHIKE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path or not Path(path).exists():
        pytest.skip("There is no Chromium; ./zhike test brings one, or name it in ZHIKE_CHROMIUM.")
    # Playwright runs an event loop on this thread, where Django would refuse to ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Heard:
    """What a page complained about; `expected` are patterns of complaints the story provokes on purpose."""

    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, *patterns: str) -> None:
        self.expected += patterns

    def left(self) -> list[str]:
        return [one for one in self.complaints if not any(re.search(each, one) for each in self.expected)]

    def listen_to(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        # The answer itself is judged in `_on_response`; Chromium repeats it as a line without a cause.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_failure(self, request: Request) -> None:
        # A page that is left ends its requests, the live stream first of all.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.complaints.append(f"failed: {request.method} {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"answered {response.status}: {response.request.method} {response.url}")


class Visitor:
    """One person at one browser window: `visitor.page`, `visitor.go("/customers/")`, `visitor.heard`."""

    def __init__(self, context: BrowserContext, url: str, theme: str = "light") -> None:
        self.context, self.url, self.theme = context, url, theme
        self.heard = Heard()
        self._begun, self._under_way = 0, set[Request]()
        context.on("page", self.heard.listen_to)
        context.on("request", self._on_request)
        context.on("requestfinished", self._on_end)
        context.on("requestfailed", self._on_end)
        context.set_default_timeout(PATIENCE_MS)
        self.page = context.new_page()
        if SLOWDOWN > 1:
            context.new_cdp_session(self.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})

    def _on_request(self, request: Request) -> None:
        if request.resource_type != NEWS:
            self._begun += 1
            self._under_way.add(request)

    def _on_end(self, request: Request) -> None:
        self._under_way.discard(request)

    def go(self, path: str) -> Page:
        self._under_way.clear()
        self.page.goto(self.url + path, wait_until="load")
        return self.page

    def settle(self) -> None:
        """Until nothing is on its way any more and what came is drawn; what is asked for a moment after the page is
        there counts as well. The stream of news never ends, so there is no network-idle."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        begun = -1
        while self._under_way or self._begun != begun:
            assert time.monotonic() < deadline, f"never quiet: {[each.url for each in self._under_way]}"
            begun = self._begun
            self.until(IS_QUIET)
            self._ask(TWO_FRAMES)

    def until(self, expression: str, *, seconds: float = PATIENCE_MS / 1000) -> None:
        """Waits for a JavaScript expression to be true. The pages' policy forbids what `wait_for_function` does."""
        deadline = time.monotonic() + seconds
        while not self._ask(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"
            self.page.wait_for_timeout(50)

    def _ask(self, expression: str) -> Any:
        """What the page says; nothing while it gives way to the next one."""
        try:
            return self.page.evaluate(expression)
        except Error as error:
            if "navigation" not in error.message and "context was destroyed" not in error.message:
                raise
            return None

    def until_draggable(self) -> None:
        """What carries rows and cards comes after the page, when the page asks for it."""
        expect(self.page.locator("stage-board, drag-order, layout-editor").first).to_have_attribute(
            "data-draggable", ""
        )

    def toast(self, text: str | re.Pattern[str] = "") -> Any:
        return self.page.locator("toast-region .toast").filter(has_text=text).last


def sign_in(context: BrowserContext, url: str, member: Member) -> None:
    """A session as the sign-in form would make it, without the form."""
    client = Client()
    client.force_login(member, backend=BACKEND)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": url}])


@contextlib.contextmanager
def visit(
    chromium: Browser,
    url: str,
    member: Member | None = None,
    *,
    size: tuple[int, int] = WIDE,
    language: str = "en",
    theme: str = "light",
    expected: tuple[str, ...] = (),
) -> Iterator[Visitor]:
    """A fresh profile at `url`, signed in as `member`; leaving it fails when the pages complained of anything.

    `theme` is what the system prefers; `expected` are patterns of complaints that are no fault.
    """
    options: dict[str, Any] = {"color_scheme": theme, "reduced_motion": "reduce", "accept_downloads": True}
    locale = {"en": "en-GB", "zh-hans": "zh-CN"}[language]
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=locale, timezone_id="Asia/Shanghai",
        has_touch=size == PHONE, is_mobile=size == PHONE, **options,
    )  # fmt: skip
    try:
        if member is not None:
            sign_in(context, url, member)
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": url}])
        visitor = Visitor(context, url, theme)
        visitor.heard.expect(*expected)
        _open.append(visitor)
        yield visitor
        assert not visitor.heard.left(), "\n".join(visitor.heard.left())
    except BaseException:
        _keep_picture(context)
        raise
    finally:
        _open[:] = [one for one in _open if one.context is not context]
        context.close()


def overflow_of(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def axe_complaints(page: Page, *, only: str = "", inside: str = "") -> list[str]:
    """What axe calls serious or critical, one line a place; `only` names a single rule, `inside` a part of the page."""
    # Through the protocol rather than a script element: the pages' own policy forbids foreign scripts.
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(_axe_source())
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
    found = page.evaluate(AXE_RUN, [inside, options])
    return [" ".join(str(line).split()) for line in found]


def _axe_source() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not installed; ./zhike test installs it.")
    return AXE.read_text(encoding="utf-8") + "\n;0"


# What was on the screen when a story failed.

_open: list[Visitor] = []
_current: list[str] = [""]


def _keep_picture(context: BrowserContext) -> None:
    RESULTS.mkdir(exist_ok=True)
    for number, page in enumerate(context.pages):
        with contextlib.suppress(Exception):
            page.screenshot(path=RESULTS / f"{_current[0]}-{number}.png")


@pytest.fixture(autouse=True)
def failed_pages(request: Any) -> Iterator[None]:
    """Pictures of a failure bear the name of the story."""
    _current[0] = re.sub(r"[^\w-]+", "-", request.node.name)[:100]
    yield


Visit = Callable[..., contextlib.AbstractContextManager[Visitor]]
