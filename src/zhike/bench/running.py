"""Goes through the budgets and tells the figures as they come."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from zhike.bench import ground, machine, results
from zhike.bench.budgets import BUDGETS, Bench
from zhike.bench.results import Report, Result
from zhike.config import assets, environment


class UnableToBench(Exception):
    """There is nothing to measure by that name."""


def run(options: argparse.Namespace) -> int:
    size = ground.QUICK if options.quick else ground.FULL
    chosen = [name for name in BUDGETS if not options.names or name in options.names]
    unknown = [name for name in options.names if name not in BUDGETS]
    if unknown:
        raise SystemExit(f"There is no budget {unknown[0]!r}; there are {', '.join(BUDGETS)}.")
    assets.ensure_collected(environment.current())
    bench = Bench(size, Path(options.data), rounds=options.rounds)
    for each in {ground.SMALL: None, size: None}:
        ground.ensure(each, keep=options.keep)
    ground.enter(size)
    report = Report(machine.describe(), size.told, list(_measured(bench, chosen)))
    _write(report, options)
    broken = [result.name for result in report.results if not result.is_met]
    print(f"{len(report.results) - len(broken)} of {len(report.results)} budgets are met.")
    return 1 if broken and options.strict else 0


def _measured(bench: Bench, names: list[str]) -> Iterator[Result]:
    print(results.head(), flush=True)
    for name in names:
        for result in BUDGETS[name](bench):
            print(results.line(result), flush=True)
            yield result


def _write(report: Report, options: argparse.Namespace) -> None:
    if options.json:
        results.write_json(report, Path(options.json))
    if options.markdown:
        Path(options.markdown).write_text(results.markdown(report), encoding="utf-8")
