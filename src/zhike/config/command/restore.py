import argparse
from pathlib import Path

from zhike.base import embedded
from zhike.config import archive, command, environment, processes

HELP = "put a backup in place of this installation, after checking every byte of it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="what ./zhike backup wrote")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="even if this installation holds data already",
    )


def run(options: argparse.Namespace) -> int:
    here = environment.current()
    if processes.find_supervisor(here.data) is not None:
        raise command.CommandFailed("Zhike is running; stop it first with ./zhike down.")
    if here.is_embedded:
        embedded.ensure_running(here.data)
    summary = archive.restore(here, options.file, replace=options.replace, make_ready=_make_ready)
    print(f"Restored the database and {summary.files} files of {summary.created_at}; ./zhike up starts it.")
    return 0


def _make_ready(database: str) -> None:
    """Transaction numbers of the old server mean nothing to this one; newer code may also expect newer tables."""
    command.set_up_django()
    from django.db import connection
    from django_tenants.utils import schema_context

    from zhike.base.changelog import reading
    from zhike.base.workspaces import queries
    from zhike.config import schema

    connection.settings_dict["NAME"] = database
    schema.migrate(force=True)
    for workspace in queries.all_workspaces():
        with schema_context(workspace.schema_name):
            reading.renumber_after_restore()
    connection.close()
