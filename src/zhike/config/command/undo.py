import argparse
import json

from zhike.config import command
from zhike.config.command import import_

HELP = "undo an act: an import, a bulk edit, any change set by its number"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("change_set", type=int, metavar="CHANGE_SET")
    parser.add_argument("--actor", metavar="EMAIL", help="on whose behalf (default: the system itself)")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when everything was turned back, 3 when something was left alone."""
    with command.inside_workspace(), import_.in_language_of_shell():
        from zhike.base.changelog import undoing
        from zhike.records import gate
        from zhike.records import undoing as permitted
        from zhike.records.models import ImportRun, JobState

        if ImportRun.objects.filter(change_set=options.change_set, state=JobState.RUNNING).exists():
            raise command.CommandFailed("This import is still running; cancel it first.")
        actor = import_.actor_named(options.actor)
        try:
            undone = permitted.undo(actor, permitted.get_act(actor, options.change_set))
        except gate.NotVisible:
            raise command.CommandFailed(f"There is no change set {options.change_set} you may undo.") from None
        except undoing.UnableToUndo as error:
            told = str(error) or f"Change set {options.change_set} was undone already."
            raise command.CommandFailed(told) from None
    for conflict in undone.conflicts:
        what = f"“{conflict.field}” was changed since" if conflict.field else "others have built upon it"
        what = conflict.reason or what
        print(f"{conflict.table} {conflict.record_id}: left alone, {what}")
    summary = {"change_set": undone.change_set.pk, "restored": undone.restored, "conflicts": undone.conflict_count}
    print(json.dumps(summary))
    return 3 if undone.conflict_count else 0
