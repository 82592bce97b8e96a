"""Records of a text with separators, streamed in constant memory."""

import csv
import io
import pathlib
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from zhike.records.importing.reading.dialects import Dialect
from zhike.records.importing.reading.refusals import Cell, UnableToReadFile

LONGEST_RECORD = 8_000_000
MOST_LINES_IN_RECORD = 5_000

# The limit is the process's own and a hundred kilobytes by default; records are bounded below anyway.
csv.field_size_limit(LONGEST_RECORD + 1)


class _Lines:
    """Hands out the physical lines of a file and watches how much one record swallows."""

    def __init__(self, file: io.TextIOBase) -> None:
        self.file = file
        self.started_at = 1
        self.number = 0
        self.size = 0
        self.ended = False
        self.zero_bytes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.file.readline(LONGEST_RECORD)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if self.size >= LONGEST_RECORD or self.number - self.started_at >= MOST_LINES_IN_RECORD:
            raise self.refusal()
        if "\0" in line:
            self.zero_bytes += 1
            line = line.replace("\0", "")
        return line

    def refusal(self) -> UnableToReadFile:
        if self.number == self.started_at:
            return UnableToReadFile(
                _("Line %(line)s is longer than %(limit)s characters; it is no table, or its line ends are missing."),
                line=self.started_at,
                limit=LONGEST_RECORD,
            )
        return UnableToReadFile(
            _("The quotation mark opened in line %(line)s is never closed. Close it, or choose “no quotation marks”."),
            line=self.started_at,
        )

    def next_record(self) -> int:
        """Begins a new record and returns the line the last one started on."""
        started_at, self.started_at, self.size = self.started_at, self.number + 1, 0
        return started_at


class Delimited:
    """A text file as records; each is (number of its first line, cells)."""

    def __init__(self, path: pathlib.Path, codec: str, dialect: Dialect) -> None:
        self.path = path
        self.codec = codec
        self.dialect = dialect
        self.zero_byte_lines = 0

    def records(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yields every record, blank ones too. Raises UnableToReadFile where the text breaks off in a quotation."""
        self.zero_byte_lines = 0
        with self.path.open(encoding=self.codec, errors="replace", newline="") as file:
            lines = _Lines(file)
            reader = self.dialect.reader(lines)
            while True:
                try:
                    cells: list[Cell] = next(reader)
                except StopIteration:
                    return
                except csv.Error as failure:
                    raise UnableToReadFile(
                        _("Line %(line)s cannot be cut into cells: %(reason)s."),
                        line=lines.number,
                        reason=str(failure),
                    ) from failure
                self._check_end(lines)
                line = lines.next_record()
                self.zero_byte_lines = lines.zero_bytes
                if not (line == 1 and self._is_separator_line(cells)):
                    yield line, cells

    def _check_end(self, lines: _Lines) -> None:
        """The file ended inside a quotation: what it swallowed were rows, unless it was the last line alone."""
        if lines.ended and lines.number > lines.started_at:
            raise lines.refusal()

    @staticmethod
    def _is_separator_line(cells: list[Cell]) -> bool:
        """Excel's own first line `sep=;`."""
        return (
            len(cells) <= 2
            and str(cells[0] if cells else "").lower().startswith("sep=")
            and not "".join(map(str, cells[1:]))
        )


def sample_of(path: pathlib.Path, codec: str, size: int = 1 << 17) -> str:
    """Returns the first lines of *path*, about *size* characters, without a line cut in two."""
    with path.open(encoding=codec, errors="replace", newline="") as file:
        text = file.read(size)
        is_whole = not file.read(1)
    text = text.replace("\0", "")
    if is_whole:
        return text
    cut = max(text.rfind("\n"), text.rfind("\r"))
    return text[: cut + 1] if cut > 0 else text
