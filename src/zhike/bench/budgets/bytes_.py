"""What travels to a real browser: everything a first visit loads, and what each page after it loads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from zhike.bench import processes, serving
from zhike.bench.budgets.bench import ADMINISTRATOR, Bench
from zhike.bench.data import special
from zhike.bench.results import Result
from zhike.config import browser

FIRST, REQUESTS, LATER = 350, 12, 40
SETTLE_MS = 1500
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


@dataclass
class Traffic:
    """What came over the network, by address; what the browser had already does not count."""

    sizes: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def begin(self, told: dict[str, Any]) -> None:
        self.addresses[told["requestId"]] = told["request"]["url"]

    def from_cache(self, told: dict[str, Any]) -> None:
        self.addresses.pop(told["requestId"], None)

    def end(self, told: dict[str, Any]) -> None:
        address = self.addresses.pop(told["requestId"], "")
        if address.startswith("http") and told["encodedDataLength"]:
            self.sizes[f"{len(self.sizes)} {address}"] = int(told["encodedDataLength"])

    def taken(self) -> tuple[int, int]:
        """(kB, requests) since the last time."""
        found = sum(self.sizes.values()) / 1024, len(self.sizes)
        self.sizes.clear()
        return round(found[0]), found[1]


def measure(bench: Bench) -> Iterator[Result]:
    busy = special.busy_customer().get_absolute_url()
    pages = {
        "home": "/", "list": "/customers/?view=all", "record": busy, "board": "/opportunities/board/",
        "list again": "/contacts/?view=all",
    }  # fmt: skip
    session = serving.session_of(ADMINISTRATOR)
    with processes.running(bench.data) as (here, _supervisor):
        found = _visit(f"http://localhost:{here.port}", session, pages)
    kilobytes, requests = found.pop("home")
    yield Result("bytes, first visit", f"home page, {requests} requests", kilobytes, FIRST, " kB")
    yield Result("bytes, requests of the first visit", "home page", requests, REQUESTS)
    for name, (kilobytes, requests) in found.items():
        yield Result(f"bytes, later page, {name}", f"{requests} requests", kilobytes, LATER, " kB")


def _visit(site: str, session: str, pages: dict[str, str]) -> dict[str, tuple[int, int]]:
    from playwright.sync_api import sync_playwright

    found = {}
    chromium = str(browser.ensure_chromium())
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium, args=OPTIONS) as opened:
        context = opened.new_context()
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        traffic, wire = Traffic(), context.new_cdp_session(page)
        wire.on("Network.requestWillBeSent", traffic.begin)
        wire.on("Network.requestServedFromCache", traffic.from_cache)
        wire.on("Network.loadingFinished", traffic.end)
        wire.send("Network.enable")
        for name, address in pages.items():
            page.goto(site + address, wait_until="load")
            page.wait_for_timeout(SETTLE_MS)
            found[name] = traffic.taken()
    return found
