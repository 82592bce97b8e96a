"""A report's table as a file for spreadsheets."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from zhike.records.reporting.running import Figure, Result
from zhike.shell.report_drawing import table_of

BOM = "\ufeff"
LOOKS_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def rows_of(result: Result) -> list[list[Any]]:
    """Heading, one row per group, and the totals; other currencies have columns of their own."""
    table = table_of(result)
    head: list[Any] = [str(result.question.by[0].label) if result.question.by else ""]
    for place, name in enumerate(table.heads):
        head += [name, *_other_heads(result, name, None if table.has_totals else place)]
    rows = [[*head, _("Total")] if table.has_totals else head]
    for line in [*table.lines, table.foot]:
        label = line.label if line is not table.foot else _("Total")
        cells = [value for figure in line.cells for value in _cells(result, figure, table.has_totals)]
        rows.append([label, *cells, *([_value(line.total)] if table.has_totals else [])])
    return [*rows, [result.conversion.note]] if result.conversion else rows


def _other_heads(result: Result, name: str, place: int | None) -> list[str]:
    if place is None or not result.question.measures[place].is_money:
        return []
    return [f"{name} ({currency})" for currency in result.currencies[1:]]


def _cells(result: Result, figure: Figure | None, is_matrix: bool) -> list[Any]:
    if is_matrix or figure is None or not figure.measure.is_money:
        return [_value(figure)]
    others = dict(figure.others)
    return [_value(figure), *(others.get(currency) for currency in result.currencies[1:])]


def _value(figure: Figure | None) -> Any:
    return None if figure is None else figure.value


def as_csv(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[_harmless(cell) for cell in row] for row in rows])
    return (BOM + out.getvalue()).encode()


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula is told to be a text."""
    if isinstance(cell, str) and cell.startswith(LOOKS_LIKE_A_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


def as_xlsx(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            shown = float(cell) if isinstance(cell, Decimal) else cell
            sheet.write(number, column, shown, bold if number in (0, len(rows) - 1) else None)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, max(len(row) for row in rows), 16)
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()
