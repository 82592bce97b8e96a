"""Imports behind the scenes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.base import jobs
from zhike.records.importing import forgetting, running, telling
from zhike.records.models import ImportRun, JobState


@jobs.job(retries=8, label=_("Import a file"))
def perform_import(run_id: int) -> None:
    """Goes on where the import stands; after a lost database or a killed worker it is simply run again."""
    telling.tell_of_end(running.perform(run_id))


@jobs.job(retries=3, label=_("Check a file to import"))
def check_import(run_id: int) -> None:
    run = ImportRun.objects.select_related("file").get(pk=run_id)
    if run.state == JobState.CHECKING:
        running.check(run, on_progress=lambda done: _tell(run_id, done))


def _tell(run_id: int, done: int) -> None:
    ImportRun.objects.filter(pk=run_id).update(position=done)


@jobs.nightly(47, label=_("Forget old drafts of imports"))
def forget_old_drafts() -> None:
    """Their files follow with the sweep of the same night."""
    forgetting.forget_drafts()
