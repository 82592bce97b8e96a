import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.config import command
from zhike.config.command import import_

if TYPE_CHECKING:
    from zhike.base.actors import Actor
    from zhike.records.configuration.applying import Wanted

HELP = "write down how a workspace is shaped (fields, roles, rules, layouts, …), or apply such a file to another one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("export", "apply"))
    parser.add_argument("file", type=Path, nargs="?", help="export: where to (default: the screen); apply: the file")
    parser.add_argument("--dry-run", action="store_true", help="apply: show the difference and change nothing")
    parser.add_argument("--yes", action="store_true", help="apply: do not ask")
    parser.add_argument("--remove-missing", action="store_true", help="apply: also remove what the file does not have")
    parser.add_argument("--actor", metavar="EMAIL", help="on behalf of which administrator (default: the shell itself)")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when the workspace is as the file says, 3 when it was left different (a dry run, or not agreed to),
    1 when the file cannot be applied."""
    with command.inside_workspace(), import_.in_language_of_shell():
        return {"export": _export, "apply": _apply}[options.action](options)


def _export(options: argparse.Namespace) -> int:
    from zhike.records.configuration import applying

    text = applying.exported(_administrator(options.actor))
    if options.file is None:
        sys.stdout.write(text)
    else:
        options.file.write_text(text, encoding="utf-8")
    return 0


def _apply(options: argparse.Namespace) -> int:
    from zhike.records.configuration import applying, faults, telling

    if options.file is None:
        raise command.CommandFailed("Say which file to apply: ./zhike config apply FILE.")
    actor = _administrator(options.actor)
    wanted = _prepared(actor, options)
    for line in telling.lines(wanted.plan):
        print(line)
    if not wanted.plan.changes:
        return _told(wanted, None, 0)
    if options.dry_run or not (options.yes or _is_agreed()):
        return _told(wanted, None, 3)
    try:
        change_set = applying.apply(actor, wanted, name=options.file.name)
    except applying.ChangedSince:
        raise command.CommandFailed("The configuration was changed meanwhile; run the command again.") from None
    except faults.UnableToApply as error:
        raise command.CommandFailed(_complaint(options.file, error)) from None
    return _told(wanted, change_set.pk if change_set else None, 0)


def _prepared(actor: "Actor", options: argparse.Namespace) -> "Wanted":
    from zhike.records.configuration import applying, faults

    try:
        return applying.prepare(actor, options.file.read_bytes(), remove_missing=options.remove_missing)
    except faults.UnableToApply as error:
        raise command.CommandFailed(_complaint(options.file, error)) from None


def _complaint(path: Path, error: Any) -> str:
    """One line for each fault: file:line: names: sentence."""
    return "\n".join(f"{path}:{fault}" for fault in error.faults)


def _is_agreed() -> bool:
    from django.utils.translation import gettext as _

    print(_("Apply this? It is one act, and one undo takes it back. [y/N]"), end=" ", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是")


def _told(wanted: "Wanted", change_set: int | None, code: int) -> int:
    from zhike.records.configuration.comparing import Kind

    counts = {kind.value: wanted.plan.count(kind) for kind in Kind}
    print(json.dumps({"changes": len(wanted.plan.changes), **counts, "change_set": change_set}))
    return code


def _administrator(email: str | None) -> "Actor":
    """The administrator named, or the shell with an administrator's rights and nobody's name. Raises CommandFailed."""
    from zhike.base import actors

    if email is None:
        roles = (actors.ADMINISTRATOR,)
        return actors.Actor(actors.Kind.MEMBER, "shell", actors.Door.CLI, roles=roles, everything=True)
    actor = import_.actor_named(email)
    if not actor.is_administrator:
        raise command.CommandFailed(f"{email} is no administrator, and only administrators shape a workspace.")
    return actor
