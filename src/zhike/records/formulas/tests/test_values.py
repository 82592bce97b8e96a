"""What the database computes is what a small evaluator in plain Python computes, for thousands of formulas."""

from __future__ import annotations

import calendar
import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhike.records import gate, registry
from zhike.records.formulas import definitions, writing
from zhike.records.models import CustomField
from zhike.testing import custom as own

Made = tuple[str, Any]
"""A formula, and its value for a record's values by field."""
LETTERS = "aBc 知客é,%"


def leaf(formula: str, value: Any) -> Made:
    return formula, lambda _record: value


def read(name: str) -> Made:
    return f"{{{name}}}", lambda record: record[name]


def strict(pattern: str, function: Any) -> Any:
    """An operation that is empty when any of its inputs is."""

    def made(parts: tuple[Made, ...]) -> Made:
        def value(record: Any) -> Any:
            found = [evaluate(record) for _formula, evaluate in parts]
            return None if None in found else function(*found) or (None if function(*found) == "" else function(*found))

        return pattern.format(*(formula for formula, _evaluate in parts)), value

    return made


def loose(pattern: str, function: Any) -> Any:
    """An operation that looks at empty inputs itself."""

    def made(parts: tuple[Made, ...]) -> Made:
        formula = pattern.format(*(formula for formula, _evaluate in parts))
        return formula, lambda record: function(*(evaluate(record) for _formula, evaluate in parts))

    return made


def divided(left: Decimal, right: Decimal) -> Decimal | None:
    return left / right if right else None


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def add_months(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 + months
    year, place = divmod(month, 12)
    return date(year, place + 1, min(day.day, calendar.monthrange(year, place + 1)[1]))


def both(left: Any, right: Any) -> Any:
    return False if False in (left, right) else None if None in (left, right) else True


def either(left: Any, right: Any) -> Any:
    return True if True in (left, right) else None if None in (left, right) else False


def filled(*values: Any) -> list[Any]:
    return [each for each in values if each is not None]


def plain_text(value: Decimal) -> str:
    shown = f"{value if value else Decimal(0):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def numbers(depth: int, *, divides: bool = True) -> st.SearchStrategy[Made]:
    literal = st.decimals(0, 999, places=2).map(lambda number: leaf(f"{number}", number))
    start = st.one_of(literal, st.sampled_from([read("first"), read("second")]))
    if not depth:
        return start
    inner = numbers(depth - 1, divides=divides)
    pairs, places = st.tuples(inner, inner), st.integers(-2, 3)
    made = [
        pairs.map(strict("({} + {})", lambda a, b: a + b)), pairs.map(strict("({} - {})", lambda a, b: a - b)),
        pairs.map(strict("({} * {})", lambda a, b: a * b)), st.tuples(inner).map(strict("-{}", lambda a: -a)),
        st.tuples(inner).map(strict("ABS({})", abs)),
        pairs.map(loose("MIN({}, {})", lambda *each: min(filled(*each), default=None))),
        pairs.map(loose("MAX({}, {})", lambda *each: max(filled(*each), default=None))),
        pairs.map(loose("COALESCE({}, {})", lambda *each: next(iter(filled(*each)), None))),
        st.tuples(truths(depth - 1), inner, inner).map(loose("IF({}, {}, {})", lambda c, a, b: a if c else b)),
        st.tuples(texts(depth - 1)).map(strict("LEN({})", lambda text: Decimal(len(text)))),
        st.tuples(days(depth - 1)).map(strict("YEAR({})", lambda day: Decimal(day.year))),
        st.tuples(days(depth - 1)).map(strict("MONTH({})", lambda day: Decimal(day.month))),
        st.tuples(days(depth - 1), days(depth - 1)).map(strict("DAYS({}, {})", lambda a, b: Decimal((a - b).days))),
    ]  # fmt: skip
    if divides:
        made.append(pairs.map(strict("({} / {})", divided)))
    else:
        made.append(st.tuples(inner, places.map(lambda n: leaf(str(n), n))).map(strict("ROUND({}, {})", rounded)))
    return st.one_of(start, *made)


def texts(depth: int) -> st.SearchStrategy[Made]:
    literal = st.text(LETTERS, max_size=6).map(lambda text: leaf(f'"{text}"', text or None))
    start = st.one_of(literal, st.just(read("words")))
    if not depth:
        return start
    inner = texts(depth - 1)
    counts = st.integers(-1, 5).map(lambda n: leaf(str(n), n))
    return st.one_of(
        start,
        st.tuples(inner, inner).map(loose("({} & {})", lambda a, b: f"{a or ''}{b or ''}" or None)),
        st.tuples(inner, counts).map(strict("LEFT({}, {})", lambda text, n: text[: max(n, 0)])),
        st.tuples(inner, counts).map(strict("RIGHT({}, {})", lambda text, n: text[max(len(text) - max(n, 0), 0) :])),
        st.tuples(numbers(depth - 1, divides=False)).map(strict("TEXT({})", plain_text)),
        st.tuples(days(depth - 1)).map(strict("TEXT({})", date.isoformat)),
        st.tuples(truths(depth - 1), inner, inner).map(loose("IF({}, {}, {})", lambda c, a, b: a if c else b)),
    )


def truths(depth: int) -> st.SearchStrategy[Made]:
    start = st.one_of(st.booleans().map(lambda b: leaf(str(b).upper(), b)), st.just(read("ticked")))
    if not depth:
        return start
    inner, numeric = truths(depth - 1), numbers(depth - 1, divides=False)
    compared = {"<": "__lt__", ">=": "__ge__", "=": "__eq__", "<>": "__ne__"}
    made = [
        st.tuples(numeric, numeric).map(strict(f"({{}} {sign} {{}})", lambda a, b, n=name: getattr(a, n)(b)))
        for sign, name in compared.items()
    ]
    return st.one_of(
        start, *made,
        st.tuples(inner, inner).map(loose("({} AND {})", both)),
        st.tuples(inner, inner).map(loose("OR({}, {})", either)),
        st.tuples(inner).map(strict("NOT({})", lambda a: not a)),
        st.tuples(texts(depth - 1)).map(loose("ISBLANK({})", lambda a: a is None)),
        st.tuples(texts(depth - 1), texts(depth - 1)).map(
            strict("CONTAINS({}, {})", lambda a, b: b.lower() in a.lower())
        ),
    )  # fmt: skip


def days(depth: int) -> st.SearchStrategy[Made]:
    literal = st.dates(date(1990, 1, 1), date(2050, 12, 31)).map(lambda day: leaf(f'DATE("{day}")', day))
    start = st.one_of(literal, st.just(read("on")))
    if not depth:
        return start
    inner = days(depth - 1)
    far = st.integers(-400, 400).map(lambda n: leaf(str(n), n))
    return st.one_of(
        start,
        st.tuples(inner, far).map(strict("ADD_DAYS({}, {})", lambda day, n: day + timedelta(days=n))),
        st.tuples(inner, far).map(strict("ADD_MONTHS({}, {})", add_months)),
        st.tuples(truths(depth - 1), inner, inner).map(loose("IF({}, {}, {})", lambda c, a, b: a if c else b)),
    )


ROWS: list[dict[str, Any]] = [
    {"first": Decimal("12.50"), "second": Decimal(3), "words": "Abc知客", "ticked": True, "on": date(2024, 2, 29)},
    {"first": Decimal(0), "second": Decimal("-7.25"), "words": None, "ticked": False, "on": date(2026, 12, 31)},
    {"first": None, "second": None, "words": "x", "ticked": None, "on": None},
]
KINDS = {"first": "decimal", "second": "decimal", "words": "text", "ticked": "yes_no", "on": "day"}


@pytest.fixture
def records(administrator: Any) -> tuple[dict[str, str], list[Any]]:
    """The keys of the fields by their names here, and a customer with each row of values."""
    keys = {name: own.add(administrator, "customers", kind, label=name).name for name, kind in KINDS.items()}
    made = []
    for place, row in enumerate(ROWS):
        raw = {keys[name]: str(value) if isinstance(value, Decimal | date) else value for name, value in row.items()}
        made.append(gate.create(administrator, registry.get("customers"), {"name": f"第{place}", **raw}).pk)
    return keys, made


def computed(formula: str, result: str, keys: dict[str, str], ids: list[Any]) -> list[Any]:
    """The values the database computes, as records keep them."""
    for name, key in keys.items():
        formula = formula.replace(f"{{{name}}}", f"{{{key}}}")
    row = CustomField(record_type="customers", name="made", label="-", kind="formula")
    row.options = {"formula": formula, "result": result}
    found = definitions.computed_of(registry.get("customers"), row)
    assert not found.error, (formula, found.error)
    sql, parameters = writing.values_query(registry.get("customers"), [found], ids)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        by_id = {number: json.loads(value) if isinstance(value, str) else value for number, value in cursor.fetchall()}
    return [by_id[number]["made"] for number in ids]


def tried(
    strategy: st.SearchStrategy[Made], result: str, records: tuple[dict[str, str], list[Any]], agrees: Any
) -> None:
    keys, ids = records

    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def check(made: Made) -> None:
        formula, evaluate = made
        if len(formula) > 1900:
            return
        with localcontext() as context:
            context.prec = 80
            expected = [evaluate(row) for row in ROWS]
        found = computed(formula, result, keys, ids)
        assert all(agrees(*pair) for pair in zip(expected, found, strict=True)), (formula, expected, found)

    check()


def test_numbers(records: Any) -> None:
    def agrees(expected: Decimal | None, found: str | None) -> bool:
        if expected is None or abs(expected) >= Decimal(10) ** 15:
            return expected is not None or found is None
        return found is not None and abs(Decimal(found) - expected) <= Decimal("0.01") * max(1, abs(expected) // 10**9)

    tried(numbers(3), "decimal", records, agrees)


def test_texts(records: Any) -> None:
    tried(texts(3), "text", records, lambda expected, found: (expected or None) == found)


def test_yes_and_no(records: Any) -> None:
    tried(truths(3), "yes_no", records, lambda expected, found: expected == found)


def test_dates(records: Any) -> None:
    tried(days(3), "day", records, lambda expected, found: (expected.isoformat() if expected else None) == found)
