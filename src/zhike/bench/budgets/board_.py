"""The board of an administrator, who sees every open deal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zhike.bench import serving, timing
from zhike.bench.budgets.bench import ADMINISTRATOR, Bench
from zhike.bench.results import Result

RATIO, CARDS = 6, 50
ADDRESS = "/opportunities/board/?view=all"


def measure(bench: Bench) -> Iterator[Result]:
    door = serving.Door(serving.product(), email=ADMINISTRATOR)
    floor = serving.Door(serving.floor(), email=ADMINISTRATOR)
    calls = {"floor": floor.getting("/table/"), "page": door.getting(ADDRESS)}
    times = timing.interleaved(calls, bench.rounds)
    page, bare = times["page"].median, times["floor"].median
    deals = f"{bench.size.open_deals:,} open deals"
    yield Result("board", f"{timing.ms(page)} against {timing.ms(bare)}, {deals}", page / bare, RATIO, " ×")
    most = most_cards(serving.text_of(door.get(ADDRESS)))
    yield Result("board, cards in a lane at first", deals, most, CARDS)


def most_cards(html: str) -> int:
    """How many cards the fullest lane of a board shows."""
    lanes = re.split(r'<[a-z-]+ [^>]*class="[^"]*\blane\b', html)[1:]
    return max((len(re.findall(r'class="[^"]*\bdeal-card\b|<article', lane)) for lane in lanes), default=0)
