"""The commands of `./zhike`: one module each, found by listing this package.

A command module has `HELP` (one line), `add_arguments(parser)` and `run(options) -> int` (the exit code). A module
named with an underscore at the end, `import_`, is the command without it. `--workspace` and `--data` are options of
every command and are in effect before `run` is called.
"""

import os

from zhike.base import embedded
from zhike.config import environment


class CommandFailed(Exception):
    """The command cannot go on; the message is one sentence that says what went wrong and what to do."""


def with_django() -> environment.Environment:
    """Bring Django up in this process, starting the embedded database first. Returns the environment."""
    here = environment.current()
    if here.is_embedded:
        embedded.ensure_running(here.data)
    set_up_django()
    return here


def set_up_django() -> None:
    """Bring Django up without looking for a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    import django

    django.setup()
