"""Rows of cells into a file: CSV that Excel reads, XLSX, Parquet (only in jobs and the shell)."""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from zhike.records.exporting.guarding import guarded
from zhike.records.exporting.taking import Export, UnableToExport
from zhike.records.fields.numbers import Points
from zhike.records.roles import sight

MOST_IN_SHEET = 1_048_575
LONGEST_IN_CELL = 32_767
PART = 20_000
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}

Progress = Callable[[int], None]


def write(export: Export, format: str, path: Path, *, on_progress: Progress = lambda done: None) -> int:
    """Writes the file, whole or not at all, and returns how many rows it holds. `on_progress` is told every
    thousand rows.

    Raises `UnableToExport` (the disk is full); whatever `on_progress` raises stops the export.
    """
    writers = {"csv": _write_csv, "xlsx": _write_xlsx, "parquet": _write_parquet}
    if format not in writers:
        raise UnableToExport(
            _("There is no format “%(name)s”; there are csv, xlsx and parquet.") % {"name": format[:20]}
        )
    draft = path.with_name(f".{path.name}.part")
    try:
        reading = sight.seen_by(export.actor) if isinstance(export, Export) else contextlib.nullcontext()
        with _told_of_the_disk(), reading:
            count = writers[format](export, draft, _telling(export.rows(), on_progress))
            draft.replace(path)
        return count
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _told_of_the_disk() -> Iterator[None]:
    """Turns what each library says of a full disk into one sentence."""
    from polars.exceptions import ComputeError
    from xlsxwriter.exceptions import XlsxFileError

    try:
        yield
    except (OSError, XlsxFileError, ComputeError) as error:
        cause = error if isinstance(error, OSError) else next(iter(error.args), None)
        reason = getattr(cause, "strerror", None) or str(error)
        raise UnableToExport(_("The file could not be written: %(reason)s.") % {"reason": reason}) from error


def _telling(rows: Iterator[list[Any]], on_progress: Progress) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % 1000 == 0:
            on_progress(number)


def _write_csv(export: Export, path: Path, rows: Iterator[list[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([guarded(heading) for heading in export.headings])
        for row in rows:
            writer.writerow([_csv_cell(cell) for cell in row])
            count += 1
    return count


def _csv_cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return "" if cell is None else cell


def _write_xlsx(export: Export, path: Path, rows: Iterator[list[Any]]) -> int:
    """The library leaves its drafts behind when the disk is full, so they get a folder that goes with us."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zhike-") as folder:
        return _write_book(export, path, rows, folder)


def _write_book(export: Export, path: Path, rows: Iterator[list[Any]], drafts: str) -> int:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "tmpdir": drafts}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        sheet = book.add_worksheet(_sheet_name(export.title))
        sheet.freeze_panes(1, 0)
        formats: dict[type, Any] = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            Points: book.add_format({"num_format": "0.##########%"}),
        }
        bold = book.add_format({"bold": True})
        for place, heading in enumerate(export.headings):
            sheet.write_string(0, place, heading, bold)
            sheet.set_column(place, place, 18)
        count = 0
        for count, row in enumerate(rows, start=1):
            if count > MOST_IN_SHEET:
                raise UnableToExport(_("A sheet holds at most 1,048,575 rows; choose CSV or Parquet."))
            for place, cell in enumerate(row):
                _write_cell(sheet, count, place, cell, formats)
        return count
    finally:
        book.close()


def _sheet_name(title: str) -> str:
    """The title as far as a sheet can be called so."""
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip(" '") or "1"


def _write_points(sheet: Any, line: int, place: int, points: Points, shown: Any) -> None:
    """As a share where that comes back as it was: an import takes a number above one for points."""
    if abs(points) <= 100:
        sheet.write_number(line, place, float(points) / 100, shown)
    else:
        sheet.write_string(line, place, f"{points.normalize():f}%")


def _write_cell(sheet: Any, line: int, place: int, cell: Any, formats: dict[type, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, Points):
        _write_points(sheet, line, place, cell, formats[Points])
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(line, place, float(cell))
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, cell, formats[type(cell)])
    else:
        sheet.write_string(line, place, cell[:LONGEST_IN_CELL])


def _write_parquet(export: Export, path: Path, rows: Iterator[list[Any]]) -> int:
    import polars

    schema = _parquet_schema(export)
    count = 0
    parts = []
    while part := list(itertools.islice(rows, PART)):
        columns = {name: [row[place] for row in part] for place, name in enumerate(schema)}
        parts.append(polars.DataFrame(columns, schema=schema, strict=False))
        count += len(part)
    table = polars.concat(parts) if parts else polars.DataFrame(schema=schema)
    table.write_parquet(path)
    return count


def _parquet_schema(export: Export) -> dict[str, Any]:
    import polars

    types = {
        "integer": polars.Int64(), "decimal": polars.Decimal(18, 6), "money": polars.Decimal(18, 2),
        "percent": polars.Decimal(18, 6), "day": polars.Date(), "moment": polars.Datetime("us"),
    }  # fmt: skip
    return {
        name: types.get(found.kind, polars.String()) if found else polars.Int64()
        for name, found in zip(export.names, export.fields, strict=True)
    }
