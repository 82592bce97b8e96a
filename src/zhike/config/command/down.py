import argparse

from zhike.base import embedded
from zhike.config import environment, processes

HELP = "stop what ./zhike up started, and the embedded database"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep-database",
        action="store_true",
        help="leave the embedded PostgreSQL running",
    )


def run(options: argparse.Namespace) -> int:
    here = environment.current()
    stopped = processes.stop_supervisor(here.data)
    if here.is_embedded and not options.keep_database:
        stopped = embedded.stop(here.data) or stopped
    print("Zhike is stopped." if stopped else f"Nothing was running with {here.data}.")
    return 0
