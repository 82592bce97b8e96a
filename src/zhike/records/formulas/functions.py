"""What a formula may do: each operator and function with what it takes, what it gives, and how SQL says it.

An empty input makes the result empty, and so does a division by zero; where it is otherwise the note says so.
The patterns use each argument once, so nested formulas stay as long as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class Type(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    DAY = "day"
    MOMENT = "moment"
    LIST = "list"
    """Several words: tags, many choices; only CONTAINS and ISBLANK read it."""
    BLANK = "blank"
    SAME = "same"
    """In a signature: one type, the same for all arguments so marked."""
    ANY = "any"
    """In a signature: whatever it is."""


TYPE_WORDS: Mapping[Type, _StrOrPromise] = {
    Type.NUMBER: _("a number"), Type.TEXT: _("text"), Type.TRUTH: _("yes or no"), Type.DAY: _("a date"),
    Type.MOMENT: _("a date and time"), Type.LIST: _("a list of words"), Type.BLANK: _("nothing"),
    Type.SAME: _("a value"), Type.ANY: _("a value"),
}  # fmt: skip
SQL_TYPES = {
    Type.NUMBER: "numeric", Type.TEXT: "text", Type.TRUTH: "boolean", Type.DAY: "date", Type.MOMENT: "timestamptz",
    Type.BLANK: "text",
}  # fmt: skip


@dataclass(frozen=True)
class Function:
    name: str
    takes: tuple[Type, ...]
    gives: Type
    sql: str
    """`{0}`, `{1}` stand for the arguments, `{*}` for all of them with commas."""
    note: _StrOrPromise
    group: _StrOrPromise
    example: str = ""
    least: int = -1
    """How many arguments there must be; all in `takes` unless said."""
    repeats: bool = False
    """The last of `takes` may come any number of times."""

    @property
    def fewest(self) -> int:
        return len(self.takes) if self.least < 0 else self.least


N, T, B, D, S = Type.NUMBER, Type.TEXT, Type.TRUTH, Type.DAY, Type.SAME
NUMBERS, TEXTS, TRUTHS, DAYS, CHOOSING = _("Numbers"), _("Text"), _("Yes or no"), _("Dates"), _("Choosing")
MOST_DAYS, MOST_MONTHS = 1_000_000, 24_000


def _within(limit: int, argument: str) -> str:
    """A whole number, empty beyond the limit."""
    beyond = limit + 1
    clamped = f"LEAST(GREATEST(trunc({argument}), -{beyond}), {beyond})"
    return f"NULLIF(NULLIF({clamped}, {beyond}), -{beyond})::int"


def _sane(day: str) -> str:
    """Empty beyond the years a date field takes, so that one step after another never leaves those of the database.
    OFFSET keeps the planner from writing the inner value wherever `v` stands, which would grow with each step."""
    kept = "CASE WHEN v BETWEEN '1000-01-01' AND '2999-12-31' THEN v END"
    return f"(SELECT {kept} FROM (SELECT {day} AS v OFFSET 0) s)"


def _length(argument: str) -> str:
    return f"LEAST(GREATEST(trunc({argument}), 0), 20000)::int"


OPERATORS = {each.name: each for each in (
    Function("+", (N, N), N, "({0} + {1})", "", NUMBERS),
    Function("-", (N, N), N, "({0} - {1})", "", NUMBERS),
    Function("*", (N, N), N, "({0} * {1})", "", NUMBERS),
    Function("/", (N, N), N, "({0} / NULLIF({1}, 0))", _("By zero: empty."), NUMBERS),
    Function("minus", (N,), N, "(- {0})", "", NUMBERS),
    Function("&", (T, T), T, "NULLIF(concat({0}, {1}), '')", "", TEXTS),
    Function("=", (S, S), B, "({0} = {1})", "", TRUTHS),
    Function("<>", (S, S), B, "({0} <> {1})", "", TRUTHS),
    Function("<", (S, S), B, "({0} < {1})", "", TRUTHS),
    Function(">", (S, S), B, "({0} > {1})", "", TRUTHS),
    Function("<=", (S, S), B, "({0} <= {1})", "", TRUTHS),
    Function(">=", (S, S), B, "({0} >= {1})", "", TRUTHS),
)}  # fmt: skip
ORDERING = frozenset({"<", ">", "<=", ">="})
ORDERED = frozenset({Type.NUMBER, Type.DAY, Type.MOMENT})

FUNCTIONS = {each.name: each for each in (
    Function("IF", (B, S, S), S, "CASE WHEN {0} THEN {1} ELSE {2} END",
             _("The second where the first holds, else the third. An empty condition does not hold."), CHOOSING,
             'IF({amount} > 1000, "large", "small")', least=2),
    Function("COALESCE", (S,), S, "COALESCE({*})", _("The first that is filled."), CHOOSING,
             "COALESCE({amount}, 0)", repeats=True, least=2),
    Function("BLANK", (), Type.BLANK, "NULL", _("Nothing."), CHOOSING, "IF({amount} > 0, {amount}, BLANK())"),
    Function("ISBLANK", (Type.ANY,), B, "({0} IS NULL)", _("Whether it is empty."), CHOOSING, "ISBLANK({amount})"),
    Function("AND", (B,), B, "", _("Whether all hold."), TRUTHS, "AND({amount} > 0, {amount} < 9)", repeats=True,
             least=1),
    Function("OR", (B,), B, "", _("Whether one holds."), TRUTHS, "OR({amount} > 0, ISBLANK({amount}))", repeats=True,
             least=1),
    Function("NOT", (B,), B, "(NOT {0})", _("Whether it does not hold."), TRUTHS, "NOT(ISBLANK({amount}))"),
    Function("ROUND", (N, N), N, "round({0}, LEAST(GREATEST(trunc({1}), -15), 15)::int)",
             _("Rounded to so many decimals; half goes away from zero."), NUMBERS, "ROUND({amount} / 3, 1)", least=1),
    Function("ABS", (N,), N, "abs({0})", _("Without its sign."), NUMBERS, "ABS({amount})"),
    Function("MIN", (S,), S, "LEAST({*})", _("The smallest of those that are filled."), NUMBERS, "MIN({amount}, 100)",
             repeats=True, least=1),
    Function("MAX", (S,), S, "GREATEST({*})", _("The largest of those that are filled."), NUMBERS,
             "MAX({amount}, 0)", repeats=True, least=1),
    Function("CONCAT", (T,), T, "NULLIF(concat({*}), '')", _("One after the other; what is empty adds nothing."),
             TEXTS, 'CONCAT({name}, "-", {amount})', repeats=True, least=1),
    Function("LEFT", (T, N), T, f"NULLIF(left({{0}}, {_length('{1}')}), '')", _("So many characters from the start."),
             TEXTS, "LEFT({name}, 2)"),
    Function("RIGHT", (T, N), T, f"NULLIF(right({{0}}, {_length('{1}')}), '')", _("So many characters from the end."),
             TEXTS, "RIGHT({name}, 2)"),
    Function("LEN", (T,), N, "char_length({0})::numeric", _("How many characters."), TEXTS, "LEN({name})"),
    Function("UPPER", (T,), T, "upper({0})", _("In capital letters."), TEXTS, "UPPER({name})"),
    Function("LOWER", (T,), T, "lower({0})", _("In small letters."), TEXTS, "LOWER({name})"),
    Function("TEXT", (T,), T, "{0}", _("A number or a date as text."), TEXTS, "TEXT({amount})"),
    Function("CONTAINS", (Type.ANY, T), B, "(position(lower({1}) in lower({0})) > 0)",
             _("Whether the second stands in the first, whatever the case; of tags, whether one of them is it."),
             TEXTS, 'CONTAINS({name}, "Ltd")'),
    Function("TODAY", (), D, "", _("The day of today; what reads it is computed anew each night."), DAYS, "TODAY()"),
    Function("DATE", (T,), D, "{0}::date", _("A day written as text."), DAYS, 'DATE("2026-01-31")'),
    Function("DAYS", (D, D), N, "({0} - {1})::numeric", _("Days from the second to the first."), DAYS,
             "DAYS(TODAY(), {created_at})"),
    Function("YEAR", (D,), N, "extract(year from {0})::numeric", _("The year of a date."), DAYS, "YEAR({created_at})"),
    Function("MONTH", (D,), N, "extract(month from {0})::numeric", _("The month, 1 to 12."), DAYS,
             "MONTH({created_at})"),
    Function("DAY", (D,), N, "extract(day from {0})::numeric", _("The day of the month."), DAYS, "DAY({created_at})"),
    Function("ADD_DAYS", (D, N), D, _sane(f"({{0}} + {_within(MOST_DAYS, '{1}')})"), _("So many days later."), DAYS,
             "ADD_DAYS({created_at}, 30)"),
    Function("ADD_MONTHS", (D, N), D, _sane(f"({{0}} + make_interval(months => {_within(MOST_MONTHS, '{1}')}))::date"),
             _("So many months later; the last day where the month is shorter."), DAYS, "ADD_MONTHS({created_at}, 12)"),
)}  # fmt: skip
