"""The commands of `./zhike`: one module each, found by listing this package.

A command module has `HELP` (one line), `add_arguments(parser)` and `run(options) -> int` (the exit code). A module
named with an underscore at the end, `import_`, is the command without it. `--workspace` and `--data` are options of
every command and are in effect before `run` is called.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhike.base import embedded
from zhike.config import environment, messages

if TYPE_CHECKING:
    from zhike.base.workspaces.models import Workspace


class CommandFailed(Exception):
    """The command cannot go on; the message is one sentence that says what went wrong and what to do."""


def with_django() -> environment.Environment:
    """Bring Django up in this process, starting the embedded database first. Returns the environment."""
    here = environment.current()
    if here.is_embedded:
        embedded.ensure_running(here.data)
    messages.ensure_compiled()
    set_up_django()
    return here


@contextlib.contextmanager
def inside_workspace() -> Iterator[Workspace]:
    """Bring Django up and go into the workspace of `--workspace`, by default the first.

    Raises WorkspaceNotFound, which `./zhike` turns into a sentence.
    """
    here = with_django()
    from django_tenants.utils import schema_context

    from zhike.base.workspaces import queries

    workspace = queries.get_workspace(here.workspace)
    with schema_context(workspace.schema_name), queries.at_home():
        yield workspace


def set_up_django() -> None:
    """Bring Django up without looking for a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    import django

    django.setup()
