"""Large exports behind the scenes."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from zhike.base import clock, jobs
from zhike.records.exporting import running, telling
from zhike.records.models import ExportLog


@jobs.job(retries=3, label=_("Export to a file"))
def make_export(log_id: int) -> None:
    """Begun again after a fault, it writes the file anew."""
    running.make(log_id)
    telling.tell_of_end(ExportLog.objects.select_related("member").get(pk=log_id))


@jobs.nightly(47, label=_("Forget old export files"))
def forget_old_export_files() -> None:
    """The file of a large export is kept for 30 days, the entry that it was made for good."""
    old = ExportLog.objects.filter(exported_at__lt=clock.now() - timedelta(days=30), file__isnull=False)
    old.update(file=None)
