"""The rejected rows of an import as a table that can be mended and imported again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from zhike.records.exporting.guarding import guarded
from zhike.records.models import ImportReject, ImportRun

HEADINGS = frozenset({"Line in the file", "Why it was rejected", "文件中的行号", "未导入的原因"})
"""The two columns added to the file's own; an import of the mended file leaves them out."""


def headings_of(run: ImportRun) -> list[str]:
    added = [_("Line in the file"), _("Why it was rejected")]
    return [*(heading for heading in run.headings if heading not in HEADINGS), *added]


def rows_of(run: ImportRun) -> Iterator[list[str]]:
    places = [place for place, heading in enumerate(run.headings) if heading not in HEADINGS]
    for reject in ImportReject.objects.filter(run=run).iterator(chunk_size=500):
        cells = [text_of(reject.cells[place]) if place < len(reject.cells) else "" for place in places]
        yield [*cells, str(reject.line), sentence_of(reject)]


def sentence_of(reject: ImportReject) -> str:
    return "; ".join(in_words(reason) for reason in reject.reasons)


def in_words(reason: dict[str, Any]) -> str:
    """`close_value: “12a” is not a number.`"""
    named = reason.get("heading") or reason.get("field") or ""
    return f"{named}: {reason['sentence']}" if named else str(reason["sentence"])


def text_of(cell: Any) -> str:
    return "" if cell is None else str(cell)


def write_csv(run: ImportRun, out: IO[str]) -> int:
    """Writes heading and rows; the file should begin with a byte order mark for spreadsheets. Returns the rows."""
    writer = csv.writer(out)
    writer.writerow([guarded(heading) for heading in headings_of(run)])
    count = 0
    for row in rows_of(run):
        writer.writerow([guarded(cell) for cell in row])
        count += 1
    return count
