from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from zhike.config import command, environment, frontend, processes

if TYPE_CHECKING:
    from zhike.config.setup import Setup

HELP = "set up whatever is missing, then run everything and say where"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the port of the pages (default: 8000)")
    parser.add_argument(
        "--detach",
        action="store_true",
        help="run in the background; ./zhike down stops it",
    )
    content = parser.add_mutually_exclusive_group()
    content.add_argument(
        "--demo",
        action="store_true",
        help="a new workspace gets a demo company (the default)",
    )
    content.add_argument("--empty", action="store_true", help="a new workspace stays empty")


def run(options: argparse.Namespace) -> int:
    here = _environment(options)
    if processes.find_supervisor(here.data) is not None:
        return _say_again(here, options)
    processes.end_leftovers(here.data)
    processes.require_free_port(here.bind, here.port, "--port")
    processes.require_free_port(here.bind, here.live_port, "--port or ZHIKE_LIVE_PORT")
    setup = _prepare(options)
    (_start_detached if options.detach else _stay)(here, setup)
    return 0


def _environment(options: argparse.Namespace) -> environment.Environment:
    if options.port is not None:
        os.environ["ZHIKE_PORT"] = str(options.port)
        environment.current.cache_clear()
    return environment.current()


def _prepare(options: argparse.Namespace) -> Setup:
    """Everything that must be there before the first page: front end, translations, database, first member."""
    frontend.ensure_built()
    here = command.with_django()
    from zhike.config import assets, schema

    schema.migrate(force=True)  # a fifth of a second a workspace, and the triggers are surely this version's
    assets.ensure_collected(here)
    return _first_member(options)


def _first_member(options: argparse.Namespace) -> Setup:
    from zhike.config import setup

    return setup.prepare(demo=not options.empty, empty=options.empty)


def _say_again(here: environment.Environment, options: argparse.Namespace) -> int:
    port = processes.read_record(here.data).get("port", here.port)
    if options.port not in (None, port):
        raise command.CommandFailed(f"Zhike is already running on port {port}; ./zhike down stops it.")
    os.environ["ZHIKE_PORT"] = str(port)
    environment.current.cache_clear()
    here = command.with_django()
    _announce(here, _first_member(options))
    return 0


def _announce(here: environment.Environment, setup: Setup) -> None:
    print(f"URL {here.public_url}")
    print(f"LOGIN {setup.login}")
    print(f"PASSWORD {setup.password or '(the one you chose)'}", flush=True)


def _stay(here: environment.Environment, setup: Setup) -> None:
    supervisor = processes.Supervisor(here, processes.everything(here), to_files=True)
    try:
        supervisor.start()
        processes.wait_until_answering(here, lambda: _is_failing(supervisor))
        print(
            f"Zhike runs until Ctrl-C; its logs are in {here.data / 'log'}.",
            file=sys.stderr,
        )
        _announce(here, setup)
    except BaseException:
        supervisor.stop()
        raise
    supervisor.watch()


def _is_failing(supervisor: processes.Supervisor) -> bool:
    supervisor.look_after()
    return supervisor.failures.get("web", 0) >= 3


def _start_detached(here: environment.Environment, setup: Setup) -> None:
    with processes.open_log(here.data, "supervisor") as log:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "zhike.config.supervisor"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=processes.child_environment(here),
        )
    try:
        processes.wait_until_answering(here, lambda: child.poll() is not None)
    except BaseException:
        processes.end_group(child, 60)
        raise
    _announce(here, setup)
