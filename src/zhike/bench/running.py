"""Goes through the budgets and tells the figures as they come."""

from __future__ import annotations

import argparse
import traceback
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
    failures: list[str] = []
    report = Report(machine.describe(), size.told, list(_measured(bench, chosen, failures)))
    _write(report, options)
    broken = [result.name for result in report.results if not result.is_met]
    print(f"{len(report.results) - len(broken)} of {len(report.results)} budgets are met.")
    if failures:
        print(f"Could not be measured: {', '.join(failures)}.")
    return 1 if failures or (broken and options.strict) else 0


def _measured(bench: Bench, names: list[str], failures: list[str]) -> Iterator[Result]:
    """What cannot be measured is told and does not keep the others from being measured."""
    print(results.head(), flush=True)
    for name in names:
        try:
            for result in BUDGETS[name](bench):
                print(results.line(result), flush=True)
                yield result
        except Exception:
            traceback.print_exc()
            failures.append(name)
            ground.enter(bench.size)


def _write(report: Report, options: argparse.Namespace) -> None:
    if options.json:
        results.write_json(report, Path(options.json))
    if options.markdown:
        Path(options.markdown).write_text(results.markdown(report), encoding="utf-8")
