"""Rows of a workbook (XLSX, XLSM, XLSB, XLS, ODS), read by a child process in bounded memory."""

import contextlib
import pathlib
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.records.importing.reading.refusals import Cell, UnableToReadFile

MEGABYTES = 3000
SECONDS_TO_OPEN = 120
_CHILD = pathlib.Path(__file__).with_name("workbook_child.py")

_REFUSALS = {
    "password": _("“%(name)s” is protected by a password. Take the password off and choose the file again."),
    "no-sheet": _("“%(name)s” has no sheet with cells."),
    "unknown-sheet": _("“%(name)s” has no sheet “%(sheet)s”. Its sheets: %(detail)s."),
    "too-large": _("“%(name)s” is too large a workbook to open. Save the sheet as CSV and choose that file."),
    "broken": _("“%(name)s” is damaged or no workbook that can be read. Save it anew as XLSX or CSV."),
}


class Opened(NamedTuple):
    """What the child says first: the sheet it reads, all there are, and how many rows it has."""

    sheet: str
    sheets: list[str]
    height: int


class Workbook:
    """One sheet of a workbook as rows; each is (row number as the program shows it, cells)."""

    def __init__(self, path: pathlib.Path, name: str, sheet: str | None) -> None:
        self.path = path
        self.name = name
        self.wanted = sheet or ""
        self.opened = Opened(self.wanted, [], 0)

    def records(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yields every row, blank ones too. Raises UnableToReadFile."""
        with self._child() as child:
            assert child.stdout is not None
            self.opened = self._opening(child, child.stdout)
            number = 0
            while True:
                message = self._next(child.stdout)
                if message[0] == "end":
                    return
                for cells in message[1]:
                    number += 1
                    yield number, [_clean(cell) for cell in cells]

    @contextlib.contextmanager
    def _child(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [
            sys.executable,
            "-I",
            str(_CHILD),
            str(self.path),
            self.wanted,
            str(MEGABYTES),
            str(SECONDS_TO_OPEN * 3),
        ]
        child = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        try:
            yield child
        finally:
            child.kill()
            child.communicate()

    def _opening(self, child: subprocess.Popen[bytes], stream: IO[bytes]) -> Opened:
        # Only opening takes time of its own; later the child waits for us, not we for it.
        watch = threading.Timer(SECONDS_TO_OPEN, child.kill)
        watch.start()
        try:
            message = self._next(stream)
        finally:
            watch.cancel()
        return Opened(*message[1:])

    def _next(self, stream: IO[bytes]) -> tuple[Any, ...]:
        """The child's next message. What ends without one was stopped by its limits."""
        try:
            message: tuple[Any, ...] = pickle.load(stream)
        except (EOFError, pickle.UnpicklingError, OSError) as failure:
            raise self._refusal("too-large", "") from failure
        if message[0] == "refused":
            raise self._refusal(message[1], message[2])
        return message

    def _refusal(self, reason: str, detail: str) -> UnableToReadFile:
        return UnableToReadFile(
            _REFUSALS[reason],
            name=sentences.shortened(self.name),
            sheet=sentences.shortened(self.wanted),
            detail=sentences.shortened(detail, 200),
        )


def _clean(cell: Cell) -> Cell:
    return cell.replace("\0", "").replace("_x000D_", "") if isinstance(cell, str) else cell
