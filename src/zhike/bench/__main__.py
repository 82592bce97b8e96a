"""`python -m zhike.bench`, which `./zhike bench` runs: measures the budgets and says which are met."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from zhike.base import data_folder
from zhike.bench import ground


def main(arguments: list[str]) -> int:
    """Returns 1 when a budget is broken and `--strict` was given."""
    options = _read(arguments)
    data = data_folder.claim(Path(options.data))
    with data_folder.locked(data, "bench"):
        ground.start(data)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
        import django

        django.setup()
        from zhike.bench import running

        try:
            return running.run(options)
        finally:
            ground.stop(data)


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./zhike bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these budgets, such as list or search")
    parser.add_argument("--quick", action="store_true", help="with 100,000 customers instead of 1,000,000")
    parser.add_argument("--keep", action="store_true", help="use the data that is there although the code has changed")
    parser.add_argument("--rounds", type=int, default=60, help="how often each call is made (default: 60)")
    parser.add_argument("--json", metavar="FILE", help="write what was measured, with the machine, to FILE")
    parser.add_argument("--markdown", metavar="FILE", help="write it as a table for a README to FILE")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a budget is broken")
    parser.add_argument("--data", required=True, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
