"""Tells whoever began a long import that it is over; a short one is watched anyway."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhike.base.notices import services as notices
from zhike.records.models import ImportRun, JobState

LONG = timedelta(seconds=10)


def tell_of_end(run: ImportRun) -> None:
    """Once for each end: a failed import that is gone on with ends again."""
    if run.member is None or run.state not in (JobState.DONE, JobState.FAILED) or not _was_long(run):
        return
    with override(run.member.language or run.language or None):
        text = _imported(run) if run.state == JobState.DONE else _failed(run)
    notices.notify(
        member_id=run.member.pk, kind="import" if run.state == JobState.DONE else "job", text=text,
        url=f"/imports/{run.pk}/", key=f"import:{run.pk}:{run.position}:{run.state}",
    )  # fmt: skip


def _was_long(run: ImportRun) -> bool:
    return run.started_at is not None and run.ended_at is not None and run.ended_at - run.started_at >= LONG


def _imported(run: ImportRun) -> str:
    return _("“%(file)s” is imported: %(created)d created, %(updated)d updated, %(rejected)d rejected.") % {
        "file": run.file_name, "created": run.created, "updated": run.updated, "rejected": run.rejected
    }  # fmt: skip


def _failed(run: ImportRun) -> str:
    return _("“%(file)s” was not imported to its end: %(failure)s") % {"file": run.file_name, "failure": run.failure}
