"""Who may see and undo which act: their own of the last 30 days; administrators any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import JobAborted

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.changelog import undoing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.changelog.restraining import CUSTOM
from zhike.records import contributions, gate, history, registry, restraining
from zhike.records.fields.base import Field
from zhike.records.roles import sight

DAYS = 30
LARGE = 20_000
"""Rows from which on an undo runs as a job."""


def sees_every_act(actor: Actor) -> bool:
    return actor.everything or (actor.is_administrator and not actor.types)


def visible_acts(actor: Actor) -> Any:
    """The change sets the actor may look at."""
    if sees_every_act(actor):
        return ChangeSet.objects.all()
    if actor.types:
        return ChangeSet.objects.filter(_own(actor), record_type__in=actor.types)
    return ChangeSet.objects.filter(_own(actor))


def _own(actor: Actor) -> Q:
    return Q(actor_id=actor.member_id, actor_id__isnull=False)


def get_act(actor: Actor, change_set_id: int) -> ChangeSet:
    """Raises `gate.NotVisible` for an act that is somebody else's."""
    found: ChangeSet | None = visible_acts(actor).filter(pk=change_set_id).first()
    if found is None:
        raise gate.NotVisible
    return found


def may_undo(actor: Actor, change_set: ChangeSet) -> bool:
    """Whether the actor may undo the act now; what is undone already may not be undone again."""
    return change_set.undone_by_id is None and _has_right(actor, change_set)


def _has_right(actor: Actor, change_set: ChangeSet) -> bool:
    if change_set.action == "import" and change_set.ended_at is None:
        return False
    if actor.is_kept_from_changing(change_set.record_type) or contributions.is_final(change_set.action):
        return False
    if actor.types and not all(actor.is_for(name) and name not in actor.only_reads for name in _types_of(change_set)):
        return False
    if sees_every_act(actor):
        return True
    is_own = actor.member_id is not None and change_set.actor_id == actor.member_id
    return is_own and change_set.started_at >= clock.now() - timedelta(days=DAYS)


def _types_of(change_set: ChangeSet) -> list[str]:
    """The record types of which the act changed anything."""
    tables = Change.objects.filter(change_set_id=change_set.pk).order_by().values_list("owner_table", flat=True)
    found = (registry.of_table(table) for table in tables.distinct())
    return [record_type.name for record_type in found if record_type is not None]


def get_undoable(actor: Actor, change_set_id: int) -> ChangeSet:
    """The act, if the actor may undo it. Raises `gate.NotVisible` otherwise."""
    change_set = get_act(actor, change_set_id)
    if not _has_right(actor, change_set):
        raise gate.NotVisible
    return change_set


def undo(actor: Actor, change_set: ChangeSet, *, before_step: Callable[[], None] = lambda: None) -> undoing.Undone:
    """Undoes an act the actor may undo, as far as they might do that by hand today; the rest is among the conflicts.

    Raises `gate.NotVisible`, or `undoing.UnableToUndo` when it was already, or with a sentence when nothing of it is
    the actor's to undo any more. `before_step` as in `changelog.undoing.undo`.
    """
    if not _has_right(actor, change_set):
        raise gate.NotVisible
    restraint = None if sees_every_act(actor) else restraining.Rights(actor, change_set)
    with sight.seeing_all():
        return undoing.undo(actor, change_set, before_step=before_step, restraint=restraint)


def field_left(conflict: undoing.Conflict) -> Field | None:
    """The field a conflict is about, as the reader in force may see it; None for a row, and where it is hidden."""
    if not conflict.field.startswith(CUSTOM):
        return history.seen_field(conflict.table, conflict.field)
    record_type = registry.of_table(conflict.table)
    return record_type.field(conflict.field.removeprefix(CUSTOM)) if record_type is not None else None


def size_of(change_set: ChangeSet) -> int:
    """How many rows of the log the act wrote."""
    return Change.objects.filter(change_set_id=change_set.pk).count()


def is_large(change_set: ChangeSet) -> bool:
    return Change.objects.filter(change_set_id=change_set.pk).order_by()[: LARGE + 1].count() > LARGE


# Large ones, as a job


def job_of(change_set_id: int) -> Any:
    """The latest job that undoes the act, as the queue knows it; None when there is none (any more)."""
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="undo_large_act", args__change_set_id=change_set_id)
    return jobs.order_by("-id").first()


def cancel(change_set_id: int) -> None:
    """A waiting undo never begins; one under way stops before its next table and leaves nothing behind."""
    job = job_of(change_set_id)
    if job is not None:
        app.job_manager.cancel_job_by_id(job.pk, abort=True)


def stop_if_cancelled(change_set_id: int) -> None:
    """Raises `JobAborted` when somebody has cancelled the undo under way."""
    job = job_of(change_set_id)
    if job is not None and job.status == "doing" and job.abort_requested:
        raise JobAborted
