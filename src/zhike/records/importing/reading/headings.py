"""Which row names the columns, and what the columns are called."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from zhike.base.chinese.widths import fold_width
from zhike.records.importing.reading.refusals import Cell, is_empty

Row = tuple[int, list[Cell]]

_FIGURE = re.compile(r"^[-+(￥¥$€£]*[\d.,:/\s-]+(?:%|[eE][+-]?\d+)?\)?$|^\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}")
_YEAR = re.compile(r"^(?:19|20)\d{2}$")
_LONGEST_HEADING = 120
_DEEPEST = 40


class Heading(NamedTuple):
    """The line the headings stand on (0: there are none) and how many rows of padding stand above."""

    line: int
    padding: int


def _filled(cells: Sequence[Cell]) -> int:
    return sum(1 for cell in cells if not is_empty(cell))


def _is_label(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return isinstance(cell, (int, float)) and bool(_YEAR.match(f"{cell:g}"))
    text = cell.strip()
    return bool(text) and len(text) <= _LONGEST_HEADING * 2 and (not _FIGURE.match(text) or bool(_YEAR.match(text)))


def find_heading(rows: Sequence[Row]) -> Heading:
    """Returns where the headings are: the first row about as wide as the table that holds words, mostly distinct.

    Narrow rows above (a title, remarks) are padding. Where the first wide row is data already,
    there are no headings.
    """
    counts = [_filled(cells) for _line, cells in rows]
    common = Counter(counts[1:] or counts).most_common(2)
    # Half-empty data rows are common; the table is as wide as its usual fuller rows.
    usual = max(count for count, times in common if times >= 0.2 * common[0][1])
    for position, (line, cells) in enumerate(rows[:_DEEPEST]):
        if counts[position] < max(1, 0.6 * usual):
            continue
        words = [cell for cell in cells if not is_empty(cell)]
        if len(set(map(str, words))) < 0.5 * len(words):
            if _are_data(words):
                break
            continue
        return Heading(line, position) if not _are_data(words) else Heading(0, 0)
    return Heading(0, 0)


def _are_data(words: Sequence[Cell]) -> bool:
    return sum(map(_is_label, words)) < 0.5 * len(words)


class Named(NamedTuple):
    """The headings, and those that had to be renamed because they stood there before."""

    headings: list[str]
    renamed: list[str]
    unnamed: list[str]


def name_columns(cells: Sequence[Cell], width: int) -> Named:
    """Returns *width* distinct headings: a blank one is `#3`, a repeated `Name` becomes `Name (2)`.

    A number rather than a word, so that a saved mapping fits whatever the reader's language.
    """
    headings: list[str] = []
    taken: set[str] = set()
    renamed: list[str] = []
    unnamed: list[str] = []
    for position in range(width):
        cell = cells[position] if position < len(cells) else ""
        text = fold_width(f"{cell:g}" if isinstance(cell, float) else str(cell))[:_LONGEST_HEADING]
        name = text or f"#{position + 1}"
        distinct = _distinct(name, taken)
        if not text:
            unnamed.append(distinct)
        elif distinct != name:
            renamed.append(distinct)
        taken.add(distinct)
        headings.append(distinct)
    return Named(headings, renamed, unnamed)


def _distinct(name: str, taken: set[str]) -> str:
    number, distinct = 1, name
    while distinct in taken:
        number += 1
        distinct = f"{name} ({number})"
    return distinct


def table_width(rows: Sequence[Row]) -> int:
    """Returns how many columns hold anything in *rows*."""
    width = 0
    for _line, cells in rows:
        for position in range(len(cells), width, -1):
            if not is_empty(cells[position - 1]):
                width = position
                break
    return width
