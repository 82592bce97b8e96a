import argparse
import os
import subprocess
import sys

from zhike.config import environment, frontend, messages

HELP = "measure the budgets against bare floors in one run; --quick uses 100,000 customers"
PASSES_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="with 100,000 customers instead of 1,000,000")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a budget is broken")


def run(options: argparse.Namespace) -> int:
    """A process of its own: it has its own server and databases, and nothing of this installation's settings."""
    frontend.ensure_built()
    messages.ensure_compiled()
    given = [f"--{name}" for name in ("quick", "strict") if getattr(options, name)]
    told = {name: value for name, value in os.environ.items() if name not in environment.VARIABLES.values()}
    command = [sys.executable, "-P", "-m", "zhike.bench", *given, *options.rest]
    command += ["--data", str(environment.current().data / "bench")]
    return subprocess.run(command, check=False, env=told).returncode
