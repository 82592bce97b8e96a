"""Timing things against each other: always interleaved, so that a busy moment of the machine hits all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Call = Callable[[], object]
WARM_UP = 5


@dataclass(frozen=True)
class Times:
    """Seconds each call took."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]

    def __add__(self, other: Times) -> Times:
        return Times(self.seconds + other.seconds)


def interleaved(calls: Mapping[str, Call], rounds: int) -> dict[str, Times]:
    """Calls each of them once per round, after a few rounds that do not count."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(WARM_UP):
        for call in calls.values():
            call()
    gc.collect()
    for _ in range(rounds):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            found[name].append(time.perf_counter() - begun)
    return {name: Times(tuple(seconds)) for name, seconds in found.items()}


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
