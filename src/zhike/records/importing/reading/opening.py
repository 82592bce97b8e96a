"""Opening a file: what it is, how it is cut into cells, where its headings are."""

import itertools
import os
import pathlib

from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.base.sentences import Remark
from zhike.records.importing.reading import (
    delimited,
    dialects,
    encodings,
    headings,
    kinds,
)
from zhike.records.importing.reading.headings import Heading, Row
from zhike.records.importing.reading.refusals import (
    MOST_COLUMNS,
    SAMPLE_ROWS,
    UnableToReadFile,
    is_empty,
)
from zhike.records.importing.reading.tables import Source, Table, heading_remarks
from zhike.records.importing.reading.workbooks import Workbook


def open_table(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    heading_row: int | None = None,
) -> Table:
    """Opens a file of text with separators or a workbook, whatever its name says.

    *name* is what the person calls it (the upload's name). *sheet*, *encoding*, *delimiter*,
    *quote* ("" for none) and *heading_row* (its line, 0 for none) are found out where not given.

    Raises UnableToReadFile, and nothing else, with a sentence that says what is wrong.
    """
    file = pathlib.Path(path)
    called = name or file.name
    try:
        kind = kinds.kind_of(file, called)
        if kind == "workbook":
            return _open_workbook(file, called, sheet, heading_row)
        return _open_text(
            file,
            called,
            encoding,
            _one_mark(delimiter),
            _one_mark(quote, may_be_none=True),
            heading_row,
        )
    except OSError as failure:
        raise UnableToReadFile(
            _("“%(name)s” cannot be opened: %(reason)s."),
            name=sentences.shortened(called),
            reason=failure.strerror or "",
        ) from failure


def _one_mark(mark: str | None, *, may_be_none: bool = False) -> str | None:
    named = {"\\t": "\t", "tab": "\t"}
    mark = named.get(mark.lower(), mark) if mark else mark
    if mark is None or (mark == "" and may_be_none) or (len(mark) == 1 and mark not in "\r\n\0 "):
        return mark
    raise UnableToReadFile(
        _("“%(mark)s” is not one character that could separate or quote cells."),
        mark=sentences.shortened(mark),
    )


def _open_workbook(file: pathlib.Path, name: str, sheet: str | None, heading_row: int | None) -> Table:
    source = Workbook(file, name, sheet)
    sample, has_more = _sample(source)
    opened = source.opened
    if not sample:
        raise UnableToReadFile(
            _("The sheet “%(sheet)s” of “%(name)s” is empty."),
            sheet=sentences.shortened(opened.sheet),
            name=sentences.shortened(name),
        )
    source.wanted = opened.sheet
    table = _table(source, sample, heading_row)
    table.sheet, table.sheets = opened.sheet, opened.sheets
    table.total = max(opened.height - sample[-1][0], 0) + table.total if has_more else table.total
    table.total_is_exact = not has_more
    return table


def _open_text(
    file: pathlib.Path,
    name: str,
    encoding: str | None,
    delimiter: str | None,
    quote: str | None,
    heading_row: int | None,
) -> Table:
    found = encodings.encoding_of(file, encoding)
    text = delimited.sample_of(file, found.codec)
    _refuse_empty_or_binary(text, name, delimiter)
    if delimiter is None and text[:4].lower() == "sep=" and text[4:5] not in ("", "\r", "\n"):
        delimiter = text[4]
    dialect = dialects.dialect_of(text, delimiter=delimiter, quote=quote)
    source = delimited.Delimited(file, found.codec, dialect)
    sample, has_more = _sample(source)
    if not sample:
        raise UnableToReadFile(_("“%(name)s” is empty."), name=sentences.shortened(name))
    table = _table(source, sample, heading_row)
    table.encoding, table.delimiter, table.quote = (
        _shown(found.codec),
        dialect.delimiter,
        dialect.quote,
    )
    table._zero_byte_lines = lambda: source.zero_byte_lines
    if has_more:
        sampled_lines = max(1, sample[-1][0] - table.heading_row)
        below = max(found.lines - table.heading_row, sampled_lines)
        table.total, table.total_is_exact = (
            round(table.total * below / sampled_lines),
            False,
        )
    if not found.is_clean:
        table._opening_remarks.insert(0, _unreadable(file, found.codec))
    return table


_NO_CONTENT = " \t\r\n\u3000,;|，\"'"
_TEXT_CONTROLS = "\t\n\v\f\r\x1c\x1d\x1e\x1f"


def _refuse_empty_or_binary(text: str, name: str, delimiter: str | None) -> None:
    if not text.strip(_NO_CONTENT):
        raise UnableToReadFile(_("“%(name)s” is empty."), name=sentences.shortened(name))
    allowed = _TEXT_CONTROLS + (delimiter or "")
    controls = sum(1 for character in text if character < " " and character not in allowed)
    if len(text) > 32 and (controls > 0.1 * len(text) or text.count(encodings.REPLACED) > 0.4 * len(text)):
        raise UnableToReadFile(
            _("“%(name)s” holds neither text nor a workbook."),
            name=sentences.shortened(name),
        )


def _shown(codec: str) -> str:
    names = {"utf-8-sig": "UTF-8", "big5hkscs": "Big5", "cp1252": "Windows-1252"}
    return names.get(codec, codec.upper())


def _unreadable(file: pathlib.Path, codec: str) -> Remark:
    count, lines = encodings.unreadable_lines(file, codec)
    more = "…" if count > len(lines) else ""
    return Remark(
        _("Lines with characters that cannot be read as %(encoding)s: %(count)s (lines %(lines)s)."),
        {
            "count": count,
            "encoding": _shown(codec),
            "lines": ", ".join(map(str, lines)) + more,
        },
    )


def _sample(source: Source) -> tuple[list[Row], bool]:
    """The first rows with anything in them, and whether there are more."""
    records = source.records()
    try:
        filled = ((line, cells) for line, cells in records if not all(map(is_empty, cells)))
        rows = list(itertools.islice(filled, SAMPLE_ROWS))
        has_more = next(filled, None) is not None
    finally:
        records.close()  # type: ignore[attr-defined]
    return rows, has_more


def _table(source: Source, sample: list[Row], heading_row: int | None) -> Table:
    heading = headings.find_heading(sample) if heading_row is None else Heading(heading_row, 0)
    below = [row for row in sample if row[0] > heading.line]
    at = next((cells for line, cells in sample if line == heading.line), [])
    if heading.line and not at:
        raise UnableToReadFile(
            _("There is nothing on line %(line)s to take as headings."),
            line=heading.line,
        )
    width = headings.table_width([(heading.line, at), *below])
    if width > MOST_COLUMNS:
        raise UnableToReadFile(
            _("The table has %(count)s columns; at most %(most)s can be read."),
            count=width,
            most=MOST_COLUMNS,
        )
    named = headings.name_columns(at, width)
    remarks = heading_remarks(heading, named, len(below), heading_row is not None)
    return Table(source, named.headings, heading.line, total=len(below), _opening_remarks=remarks)
