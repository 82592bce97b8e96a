"""Budgets are told the same way to people, programs and the README."""

from pathlib import Path

import pytest

from zhike.bench import results
from zhike.bench.budgets.board_ import most_cards
from zhike.bench.results import Report, Result
from zhike.bench.timing import Times, interleaved

FAST = Result("list", "20 ms against 10 ms", 2.0, 2.5, " ×")
SLOW = Result("list", "30 ms against 10 ms", 3.0, 2.5, " ×")


@pytest.mark.parametrize(
    ("value", "limit", "at_least", "is_met"),
    [(2.5, 2.5, False, True), (2.51, 2.5, False, False), (40, 40, True, True), (39.9, 40, True, False)],
)
def test_a_budget_is_met_up_to_its_very_limit(value: float, limit: float, at_least: bool, is_met: bool) -> None:
    assert Result("x", "", value, limit, at_least=at_least).is_met is is_met


def test_what_is_over_budget_stands_out_in_the_table() -> None:
    assert "OVER" in results.line(SLOW) and "OVER" not in results.line(FAST)
    assert "3 ×" in results.line(SLOW) and "≤ 2.50 ×" in results.line(SLOW)


def test_a_report_comes_back_from_its_file_and_makes_a_table(tmp_path: Path) -> None:
    report = Report({"processor": "2 × Fast", "memory": "8 GB"}, "1,000,000 customers", [FAST, SLOW])

    results.write_json(report, tmp_path / "bench.json")
    found = results.read_json(tmp_path / "bench.json")

    assert found == report
    told = results.markdown(found)
    assert "| list | **3 ×** (30 ms against 10 ms) | ≤ 2.50 × | OVER |" in told
    assert "2 × Fast" in told and "1,000,000 customers" in told


def test_one_slow_call_in_a_hundred_is_no_p95() -> None:
    assert Times((*[0.01] * 99, 5.0)).p95 == 0.01
    assert Times((*[0.01] * 90, *[5.0] * 10)).p95 == 5.0
    assert Times((0.1, 0.2, 0.9)).median == 0.2


def test_calls_take_turns() -> None:
    made: list[str] = []

    times = interleaved({"a": lambda: made.append("a"), "b": lambda: made.append("b")}, rounds=3)

    assert made == ["a", "b"] * (len(made) // 2)
    assert len(times["a"].seconds) == len(times["b"].seconds) == 3


def test_the_fullest_lane_counts() -> None:
    lanes = '<section class="lane won"><article class="board-card">' + '</section><section class="lane">'
    assert most_cards(lanes + '<article class="board-card">' * 3) == 3
