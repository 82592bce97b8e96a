"""Which separator and quotation mark a text uses, by trying them."""

import csv
import io
import math
import re
from collections import Counter
from typing import NamedTuple

from zhike.records.importing.reading.refusals import SAMPLE_ROWS

DELIMITERS = (",", "\t", ";", "|", "，")
_WEIGHTS = {"，": 0.8, "|": 0.95}
_LEAST_SCORE = 0.25
_SINGLE_QUOTED = re.compile(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", re.MULTILINE)
_BACKSLASH = re.compile(r'[^\\"]\\"[^,;\t|\r\n]')


class Dialect(NamedTuple):
    """How cells are told apart. An empty *quote* or *escape* means there is none."""

    delimiter: str
    quote: str = '"'
    escape: str = ""
    skips_spaces: bool = False

    def reader(self, lines: "csv._SupportsIterLines") -> "csv._reader":  # type: ignore[name-defined]
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
            doublequote=True,
            skipinitialspace=self.skips_spaces,
        )


def dialect_of(sample: str, *, delimiter: str | None = None, quote: str | None = None) -> Dialect:
    """Returns the dialect that cuts *sample* (whole lines) into the widest table of even rows.

    What is given is taken as given. A text that no separator cuts evenly is one column.
    """
    quotes = [quote] if quote is not None else _quotes(sample)
    delimiters = [delimiter] if delimiter else [mark for mark in DELIMITERS if mark in sample]
    best, best_score = None, _LEAST_SCORE if not delimiter else -1.0
    for mark in delimiters:
        for around in quotes:
            for escape in _escapes(sample, around):
                candidate = Dialect(mark, around, escape, _skips_spaces(sample, mark, around))
                score = _score(sample, candidate)
                if score > best_score:
                    best, best_score = candidate, score
    return best or Dialect(delimiter or _unused(sample), quotes[0])


def _quotes(sample: str) -> list[str]:
    if '"' not in sample and len(_SINGLE_QUOTED.findall(sample)) >= 2:
        return ["'", '"']
    return ['"']


def _escapes(sample: str, quote: str) -> list[str]:
    return ["", "\\"] if quote == '"' and _BACKSLASH.search(sample) else [""]


def _skips_spaces(sample: str, delimiter: str, quote: str) -> bool:
    return bool(quote) and re.search(rf"{re.escape(delimiter)} +{re.escape(quote)}", sample) is not None


def _unused(sample: str) -> str:
    return next((mark for mark in (",", "\t", ";", "|", "\x1f") if mark not in sample), "\x1f")


def _score(sample: str, dialect: Dialect) -> float:
    """Evenness × width of the rows, less for cells that show a misunderstood quotation mark."""
    widths: list[int] = []
    cells = broken = 0
    try:
        for row in dialect.reader(io.StringIO(sample, newline="")):
            if any(row):
                widths.append(len(row))
                cells += len(row)
                broken += sum(1 for cell in row if _is_broken(cell, dialect))
            if len(widths) >= SAMPLE_ROWS:
                break
    except csv.Error:
        return 0.0
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0
    width, count = max(wide.items(), key=lambda item: (item[1] * math.log(item[0]), item[0]))
    evenness = count / len(widths) * (1 - min(0.5, 3 * broken / cells))
    heading = 1.0 if widths[0] > 1 else 0.7
    return evenness * (1 - 1 / width) * heading * _WEIGHTS.get(dialect.delimiter, 1.0)


def _is_broken(cell: str, dialect: Dialect) -> bool:
    if not dialect.quote:
        return False
    return cell.count(dialect.quote) % 2 == 1 or (dialect.escape == "" and cell.endswith('\\"'))
