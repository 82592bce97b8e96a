import argparse
import os

from zhike.config import command, environment, frontend, processes

HELP = "run the web processes in the foreground, as a service manager wants them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the port of the pages (default: 8000)")
    parser.add_argument(
        "--bind",
        metavar="ADDRESS",
        help="the address to listen on (default: 127.0.0.1)",
    )
    parser.add_argument("--workers", type=int, metavar="N", help="web processes (default: 2)")
    parser.add_argument("--threads", type=int, metavar="N", help="threads in each (default: 4)")


def run(options: argparse.Namespace) -> int:
    given = {
        "PORT": options.port,
        "BIND": options.bind,
        "WEB_WORKERS": options.workers,
        "WEB_THREADS": options.threads,
    }
    os.environ.update({f"ZHIKE_{name}": str(value) for name, value in given.items() if value is not None})
    environment.current.cache_clear()
    here = environment.current()
    processes.require_free_port(here.bind, here.port, "--port")
    processes.require_free_port(here.bind, here.live_port, "ZHIKE_LIVE_PORT")
    frontend.ensure_built()
    command.with_django()
    _require_schema(here)
    supervisor = processes.Supervisor(here, (processes.live(here), processes.web(here)), to_files=False, record=False)
    supervisor.start()
    supervisor.watch()
    return 0


def _require_schema(here: environment.Environment) -> None:
    from zhike.config import assets, schema

    if waiting := schema.unapplied():
        raise command.CommandFailed(f"Migrations wait in {', '.join(waiting)}; run ./zhike migrate first.")
    assets.ensure_collected(here)
