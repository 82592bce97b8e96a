import argparse
from pathlib import Path

from zhike.base import embedded
from zhike.config import archive, environment

HELP = "write the whole installation (all workspaces, files, secrets) to one .tar.gz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        help="where to write, such as zhike.tar.gz; readable by you only",
    )


def run(options: argparse.Namespace) -> int:
    here = environment.current()
    if here.is_embedded:
        embedded.ensure_running(here.data)
    summary = archive.back_up(here, options.file)
    print(f"{options.file}: the database and {summary.files} files, {summary.bytes / 1024**2:.1f} MB before packing.")
    return 0
