"""Resident memory of a web process that has served every kind of page, and of a worker with nothing to do."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

from zhike.bench import processes, serving
from zhike.bench.budgets.bench import ADMINISTRATOR, Bench
from zhike.bench.data import special
from zhike.bench.results import Result

WEB, WORKER = 220, 220
ROUNDS, SETTLE_SECONDS = 25, 5


def measure(bench: Bench) -> Iterator[Result]:
    session = serving.session_of(ADMINISTRATOR)
    busy = special.busy_customer().get_absolute_url()
    pages = [
        "/",
        "/customers/?view=all",
        "/contacts/?view=all",
        busy,
        "/opportunities/board/",
        f"/search/?q={quote('王芳')}",
    ]
    with processes.running(bench.data) as (here, supervisor):
        for _ in range(ROUNDS):
            for page in pages:
                _get(f"http://localhost:{here.port}{page}", session)
        time.sleep(SETTLE_SECONDS)
        sizes = {name: processes.largest_memory(child.pid) / 1024**2 for name, child in supervisor.children.items()}
    yield Result("memory, web process", f"after {ROUNDS * len(pages)} pages", sizes["web"], WEB, " MB")
    yield Result("memory, worker", "idle", sizes["worker-1"], WORKER, " MB")
    yield Result("memory, news process", "idle", sizes["live"], WEB, " MB")


def _get(url: str, session: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, headers={"Cookie": f"sessionid={session}"}), timeout=60) as answer:
        answer.read()
