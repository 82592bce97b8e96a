"""The one error of reading files, what a cell may hold, and the limits."""

import datetime

from zhike.base import sentences

Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta

MOST_COLUMNS = 2000
SAMPLE_ROWS = 200
LONG_CELL = 100_000


class UnableToReadFile(sentences.Sentence):
    """Raised with a sentence that says what the file is, or where it is broken, and what to do."""


def is_empty(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and not cell.strip())
