"""What the importer sees of a file: headings and rows, and what was noticed on the way."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.base.sentences import Remark
from zhike.records.importing.reading.headings import Heading, Named
from zhike.records.importing.reading.refusals import LONG_CELL, Cell, is_empty

_MOST_LINES_NAMED = 10


class Source(Protocol):
    """Where records come from; each call of `records` starts anew."""

    def records(self) -> Iterator[tuple[int, list[Cell]]]: ...


class Noticed:
    """How often something was seen, and on which lines first."""

    def __init__(self) -> None:
        self.count = 0
        self.lines: list[int] = []

    def add(self, line: int) -> None:
        self.count += 1
        if len(self.lines) < _MOST_LINES_NAMED:
            self.lines.append(line)

    def remark(self, message: str | Promise) -> Remark:
        more = "…" if self.count > len(self.lines) else ""
        return Remark(
            message,
            {"count": self.count, "lines": ", ".join(map(str, self.lines)) + more},
        )


@dataclasses.dataclass
class Table:
    """An opened file.

    `headings` are distinct. `heading_row` is the line they stand on, 0 for none. `encoding`,
    `delimiter` and `quote` are "" for workbooks, `sheet` and `sheets` empty for text. `total` is
    how many rows there are, exact for small files and estimated for large ones.
    """

    source: Source
    headings: list[str]
    heading_row: int
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    sheet: str = ""
    sheets: list[str] = dataclasses.field(default_factory=list)
    total: int = 0
    total_is_exact: bool = True
    _opening_remarks: list[Remark] = dataclasses.field(default_factory=list)
    _zero_byte_lines: Callable[[], int] = lambda: 0
    _short: Noticed = dataclasses.field(default_factory=Noticed)
    _surplus: Noticed = dataclasses.field(default_factory=Noticed)
    _long: Noticed = dataclasses.field(default_factory=Noticed)

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yields (line number, cells) below the headings, blank rows left out; each call starts anew.

        A short row is filled with "". A row with something beyond the last heading keeps it, so
        `len(cells) > len(headings)` marks a row that does not fit its headings. Text cells are as
        in the file, a workbook's are numbers, days and times where it has such.

        Raises UnableToReadFile where the file breaks off.
        """
        self._short, self._surplus, self._long = Noticed(), Noticed(), Noticed()
        width = len(self.headings)
        for line, cells in self.source.records():
            if line <= self.heading_row or all(map(is_empty, cells)):
                continue
            if len(cells) < width:
                if self.encoding:
                    self._short.add(line)
                cells.extend([""] * (width - len(cells)))
            while len(cells) > width and is_empty(cells[-1]):
                cells.pop()
            if len(cells) > width:
                self._surplus.add(line)
            if any(isinstance(cell, str) and len(cell) > LONG_CELL for cell in cells):
                self._long.add(line)
            yield line, cells

    @property
    def warnings(self) -> list[Remark]:
        """What was noticed when opening, and by the last run over `rows()` so far; `str()` gives the sentences."""
        found = list(self._opening_remarks)
        if zero := self._zero_byte_lines():
            found.append(
                Remark(
                    _("Lines with NUL bytes, which were left out: %(count)s."),
                    {"count": zero},
                )
            )
        if self._short.count:
            found.append(self._short.remark(_("Rows with fewer cells than headings: %(count)s (lines %(lines)s).")))
        if self._surplus.count:
            found.append(self._surplus.remark(_("Rows with more cells than headings: %(count)s (lines %(lines)s).")))
        if self._long.count:
            found.append(self._long.remark(_("Rows with a very long text: %(count)s (lines %(lines)s).")))
        return found


def heading_remarks(heading: Heading, named: Named, rows: int, given: bool) -> list[Remark]:
    """What is to be said about the headings that were found, among *rows* sampled rows below them."""
    found = []
    if heading.padding and not given:
        found.append(
            Remark(
                _("The headings stand on line %(line)s; what is above was left out."),
                {"line": heading.line},
            )
        )
    if not heading.line and not given:
        found.append(Remark(_("There seem to be no headings; the columns are numbered.")))
    if named.renamed:
        names = ", ".join(named.renamed[:10])
        found.append(
            Remark(
                _("Headings that occur twice were renamed: %(names)s."),
                {"names": names},
            )
        )
    if heading.line and named.unnamed:
        names = ", ".join(named.unnamed[:10])
        found.append(Remark(_("Columns without heading are called %(names)s."), {"names": names}))
    if heading.line and not rows:
        found.append(Remark(_("There is nothing below the headings.")))
    return found
