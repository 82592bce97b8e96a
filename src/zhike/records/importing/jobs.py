"""Imports behind the scenes."""

from __future__ import annotations

from zhike.base import jobs
from zhike.records.importing import forgetting, running
from zhike.records.models import ImportRun, JobState


@jobs.job(retries=8)
def perform_import(run_id: int) -> None:
    """Goes on where the import stands; after a lost database or a killed worker it is simply run again."""
    running.perform(run_id)


@jobs.job(retries=3)
def check_import(run_id: int) -> None:
    run = ImportRun.objects.select_related("file").get(pk=run_id)
    if run.state == JobState.CHECKING:
        running.check(run, on_progress=lambda done: _tell(run_id, done))


def _tell(run_id: int, done: int) -> None:
    ImportRun.objects.filter(pk=run_id).update(position=done)


@jobs.nightly(47)
def forget_old_drafts() -> None:
    """Their files follow with the sweep of the same night."""
    forgetting.forget_drafts()
