"""The list page against a bare Django view, for each kind of member, and against itself with few records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from zhike.bench import ground, serving, timing
from zhike.bench.budgets.bench import WHO, Bench
from zhike.bench.results import Result
from zhike.bench.timing import Times
from zhike.domains.customers.models import Industry

RATIO, QUERIES, GROWTH = 2.5, 12, 1.5
BLOCKS = 3
"""How often the two sizes take turns."""


def measure(bench: Bench) -> Iterator[Result]:
    pages = addresses()
    for who, email in WHO.items():
        times = _times(email, pages, bench.rounds)
        floor = times.pop("floor")
        for name, found in times.items():
            told = f"{timing.ms(found.median)} against {timing.ms(floor.median)}"
            yield Result(f"list, {name}, {who}", told, found.median / floor.median, RATIO, " ×")
    yield from _queries(pages)
    yield from _growth(bench, pages)


def addresses() -> dict[str, str]:
    industry = Industry.objects.order_by("pk").first()
    condition = {"all": [
        {"field": "industry", "op": "in", "value": [industry.pk if industry else 0]},
        {"field": "last_activity_at", "op": "within", "value": {"last": 180, "unit": "day"}},
    ]}  # fmt: skip
    return {
        "default view": "/customers/?view=all",
        "filtered": f"/customers/?view=all&filter={quote(json.dumps(condition))}",
    }


def _times(email: str, pages: dict[str, str], rounds: int) -> dict[str, Times]:
    floor = serving.Door(serving.floor(), email=email)
    door = serving.Door(serving.product(), email=email)
    calls = {"floor": floor.getting("/table/")} | {name: door.getting(address) for name, address in pages.items()}
    return timing.interleaved(calls, rounds)


def _queries(pages: dict[str, str]) -> Iterator[Result]:
    for who, email in WHO.items():
        door = serving.Door(serving.product(), email=email)
        counts = {name: door.query_count(address) for name, address in pages.items()}
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        yield Result(f"list, queries, {who}", told, max(counts.values()), QUERIES)


def _growth(bench: Bench, pages: dict[str, str]) -> Iterator[Result]:
    """The worst twentieth with all the records against the worst twentieth with ten thousand."""
    found: dict[tuple[str, ground.Size], Times] = {}
    for _ in range(BLOCKS):
        for size in (ground.SMALL, bench.size):
            ground.enter(size)
            for who, email in WHO.items():
                for name, times in _times(email, pages, max(10, bench.rounds // BLOCKS)).items():
                    key = (f"{name}, {who}", size)
                    found[key] = found[key] + times if key in found else times
    ground.enter(bench.size)
    for name in [name for name, size in found if size is bench.size and not name.startswith("floor")]:
        small, large = found[name, ground.SMALL].p95, found[name, bench.size].p95
        told = f"p95 {timing.ms(large)} against {timing.ms(small)} at {ground.SMALL.customers:,}"
        yield Result(f"list, growth, {name}", told, large / small, GROWTH, " ×")
