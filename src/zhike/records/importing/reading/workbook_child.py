"""Reads a workbook in a process of its own and writes its cells to standard output.

Run as a script, never imported by the product: a small malicious sheet can make the Rust library
ask for more memory than there is, which ends the process it runs in. Here that is a child with a
limit, and its parent says so in a sentence. It imports nothing of Zhike, to start quickly.

Usage: workbook_child.py PATH SHEET MEGABYTES SECONDS. SHEET "" stands for the first visible one
with anything in it. Output: pickles of ("sheets", chosen, names, height), then ("rows", rows) in
batches, ("end",); or ("refused", reason, detail).
"""

import pickle
import resource
import sys
from typing import Any

import python_calamine

BATCH = 500


def _say(*message: Any) -> None:
    pickle.dump(message, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


def _limit(megabytes: int, seconds: int) -> None:
    for what, limit in (
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_CPU, seconds),
    ):
        try:
            resource.setrlimit(what, (limit, limit))
        except (ValueError, OSError):
            continue


def _sheet_names(
    workbook: python_calamine.CalamineWorkbook,
) -> tuple[list[str], list[str]]:
    """All sheets of cells, and those that are visible."""
    sheets = [sheet for sheet in workbook.sheets_metadata if "WorkSheet" in str(sheet.typ)]
    visible = [sheet.name for sheet in sheets if str(sheet.visible).endswith(".Visible")]
    return [sheet.name for sheet in sheets], visible or [sheet.name for sheet in sheets]


def _choose(workbook: python_calamine.CalamineWorkbook, visible: list[str]) -> python_calamine.CalamineSheet:
    first = workbook.get_sheet_by_name(visible[0])
    for sheet in (first, *(workbook.get_sheet_by_name(name) for name in visible[1:])):
        if sheet.height and sheet.width:
            return sheet
    return first


def _write(path: str, wanted: str) -> None:
    with python_calamine.CalamineWorkbook.from_path(path) as workbook:
        names, visible = _sheet_names(workbook)
        if not names:
            return _say("refused", "no-sheet", "")
        if wanted and wanted not in names:
            return _say("refused", "unknown-sheet", ", ".join(names))
        sheet = workbook.get_sheet_by_name(wanted) if wanted else _choose(workbook, visible)
        if sheet.width > 16384:
            return _say("refused", "broken", "width")
        _say("sheets", sheet.name, names, sheet.total_height)
        rows: list[list[Any]] = []
        for row in sheet.iter_rows():
            while row and row[-1] == "":
                row.pop()
            rows.append(row)
            if len(rows) >= BATCH:
                _say("rows", rows)
                rows = []
        _say("rows", rows)
        return _say("end")


def main(path: str, wanted: str, megabytes: str, seconds: str) -> None:
    _limit(int(megabytes), int(seconds))
    try:
        _write(path, wanted)
    except BrokenPipeError:
        return
    except python_calamine.PasswordError:
        _say("refused", "password", "")
    except MemoryError:
        _say("refused", "too-large", "")
    except BaseException as failure:
        _say("refused", "broken", f"{type(failure).__name__}: {failure}"[:200])


if __name__ == "__main__":
    main(*sys.argv[1:5])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
