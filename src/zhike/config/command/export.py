import argparse
import json
from pathlib import Path
from typing import Any

from zhike.config import command
from zhike.config.command import import_

HELP = "export records as CSV, XLSX or Parquet, by the ending of the file's name"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="name.csv, .xlsx or .parquet")
    parser.add_argument("--filter", metavar="JSON", help="a condition; see the documentation of the API")
    parser.add_argument("--sort", default="", metavar="FIELD", help="such as -amount")
    parser.add_argument("--columns", default="", metavar="NAMES", help="comma-separated; default: every field")
    parser.add_argument("--actor", metavar="EMAIL", help="on whose behalf (default: the system itself)")


def run(options: argparse.Namespace) -> int:
    with command.inside_workspace(), import_.in_language_of_shell():
        rows = _export(options)
    print(json.dumps({"rows": rows, "file": str(options.output)}, ensure_ascii=False))
    return 0


def _export(options: argparse.Namespace) -> int:
    from zhike.base.sentences import Sentence
    from zhike.records.conditions import ConditionError
    from zhike.records.exporting import running, writing
    from zhike.records.exporting.taking import FORMATS, Export
    from zhike.records.listing import ListError

    format = options.output.suffix.lstrip(".").lower()
    if format not in FORMATS:
        raise command.CommandFailed(f"“{options.output.name}” must end in .csv, .xlsx or .parquet.")
    columns = [name.strip() for name in options.columns.split(",") if name.strip()]
    actor = import_.actor_named(options.actor)
    try:
        export = Export(
            import_.record_type_named(options.type), actor, condition=_condition(options.filter),
            sort=options.sort, columns=columns,
        )  # fmt: skip
        rows = writing.write(export, format, options.output)
    except (Sentence, ConditionError, ListError) as error:
        raise command.CommandFailed(str(error)) from error
    running.noted(export, format, rows=rows)
    return rows


def _condition(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError as error:
        raise command.CommandFailed(f"--filter is not JSON: {error}.") from error
