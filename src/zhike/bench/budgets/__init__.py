"""One module per budget: a function that takes the bench and yields results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import cast

from zhike.bench.budgets.bench import Bench
from zhike.bench.results import Result

Budget = Callable[[Bench], Iterator[Result]]
NAMES = ("list", "permission", "custom", "record", "board", "search", "api", "import", "bytes", "memory", "up")


def _later(name: str) -> Budget:
    """A budget is loaded when it is measured, so that what one needs does not weigh on another."""

    def measure(bench: Bench) -> Iterator[Result]:
        module = import_module(f"{__name__}.{name}_")
        return cast(Budget, module.measure)(bench)

    return measure


BUDGETS: Mapping[str, Budget] = {name: _later(name) for name in NAMES}

__all__ = ["BUDGETS", "Bench"]
