"""Imports that somebody prepared and never ran are not kept for ever."""

from __future__ import annotations

from datetime import timedelta

from zhike.base import clock
from zhike.records.models import ImportRun, JobState

KEPT = timedelta(days=30)
NEVER_RUN = (JobState.DRAFT, JobState.CHECKING, JobState.CHECKED, JobState.FAILED, JobState.CANCELLED)


def forget_drafts() -> int:
    """Removes imports begun over 30 days ago that have written nothing; returns how many."""
    old = ImportRun.objects.filter(created_at__lt=clock.now() - KEPT, change_set__isnull=True, state__in=NEVER_RUN)
    return old.delete()[1].get(ImportRun._meta.label, 0)
