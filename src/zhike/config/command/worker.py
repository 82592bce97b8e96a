import argparse

from zhike.config import command

HELP = "run jobs and follow the change log, in the foreground"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--concurrency",
        type=int,
        default=2,
        metavar="N",
        help="jobs at a time (default: 2)",
    )


def run(options: argparse.Namespace) -> int:
    command.with_django()
    from zhike.config import worker

    worker.main(options.concurrency)
    return 0
