"""What was measured, and how it is told: a table for people, JSON for programs, Markdown for the README."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Result:
    """One budget. `value` is compared with `limit`; `measured` says in words what the figures were.

    `at_least` turns the comparison round: then `value` must not be below `limit`.
    """

    name: str
    measured: str
    value: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def budget(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {_figure(self.limit)}{self.unit}"

    @property
    def told(self) -> str:
        return f"{_figure(self.value)}{self.unit}"

    @property
    def verdict(self) -> str:
        return "ok" if self.is_met else "OVER"


@dataclasses.dataclass(frozen=True)
class Report:
    machine: dict[str, Any]
    size: str
    results: Sequence[Result]


def _figure(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


HEADINGS = ("what", "is", "budget", "", "measured")


def line(result: Result) -> str:
    return f"{result.name:<44} {result.told:>12}  {result.budget:>12}  {result.verdict:<5} {result.measured}"


def head() -> str:
    what, value, budget, _verdict, measured = HEADINGS
    return f"{what:<44} {value:>12}  {budget:>12}  {'':<5} {measured}"


def write_json(report: Report, path: Path) -> None:
    told = {
        "machine": report.machine,
        "size": report.size,
        "results": [dataclasses.asdict(result) | {"is_met": result.is_met} for result in report.results],
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_json(path: Path) -> Report:
    """What `write_json` wrote."""
    told = json.loads(path.read_text(encoding="utf-8"))
    fields = {field.name for field in dataclasses.fields(Result)}
    results = [Result(**{name: value for name, value in one.items() if name in fields}) for one in told["results"]]
    return Report(told["machine"], told["size"], results)


def markdown(report: Report) -> str:
    """A table for the README, with the machine it was measured on under it."""
    rows = [("what", "measured", "budget", "")]
    rows += [(each.name, f"**{each.told}** ({each.measured})", each.budget, each.verdict) for each in report.results]
    table = [_row(rows[0]), _row(["---"] * 4), *(_row(row) for row in rows[1:])]
    machine = ", ".join(f"{value}" for value in report.machine.values())
    return "\n".join([*table, "", f"Measured with `./zhike bench` on {report.size} on {machine}.", ""])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
