import argparse

from zhike.config import command

HELP = "bring every workspace's tables and triggers to what this version expects"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help="only say what waits; exit 1 if anything does",
    )


def run(options: argparse.Namespace) -> int:
    command.with_django()
    from zhike.config import schema

    if options.check:
        waiting = schema.unapplied()
        for name, count in waiting.items():
            print(f"{name}: {count} migrations wait")
        return 1 if waiting else 0
    schema.migrate(force=True)
    print("Every workspace is up to date.")
    return 0
