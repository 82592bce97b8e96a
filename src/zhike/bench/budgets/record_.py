"""The page of a customer with 200 entries in its timeline, eight contacts and five deals."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.bench import serving, timing
from zhike.bench.budgets.bench import ADMINISTRATOR, SELLER, Bench
from zhike.bench.data import special
from zhike.bench.results import Result

RATIO, QUERIES = 4, 30


def measure(bench: Bench) -> Iterator[Result]:
    address = special.busy_customer().get_absolute_url()
    for who, email in (("salesperson", SELLER), ("administrator", ADMINISTRATOR)):
        floor, door = serving.Door(serving.floor(), email=email), serving.Door(serving.product(), email=email)
        calls = {"floor": floor.getting("/table/"), "page": door.getting(address)}
        times = timing.interleaved(calls, bench.rounds)
        page, bare = times["page"].median, times["floor"].median
        yield Result(f"record page, {who}", f"{timing.ms(page)} against {timing.ms(bare)}", page / bare, RATIO, " ×")
        count = door.query_count(address)
        yield Result(f"record page, queries, {who}", f"{count} statements", count, QUERIES)
