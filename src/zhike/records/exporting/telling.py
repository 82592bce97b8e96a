"""Tells whoever asked for a large export that its file is there."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhike.base import clock
from zhike.base.notices import services as notices
from zhike.records import registry
from zhike.records.models import ExportLog, JobState

LONG = timedelta(seconds=10)
"""Whoever asked for one that is ready sooner still looks at its page."""


def tell_of_end(log: ExportLog) -> None:
    if log.member is None or log.state != JobState.DONE or clock.now() - log.exported_at < LONG:
        return
    record_type = registry.get(log.record_type)
    with override(log.member.language or log.language or None):
        text = _("Your export of %(types)s is ready: %(rows)d rows.") % {
            "types": record_type.plural, "rows": log.row_count
        }  # fmt: skip
    notices.notify(
        member_id=log.member.pk, kind="export", text=text,
        url=f"{record_type.url}export/{log.pk}/", key=f"export:{log.pk}",
    )  # fmt: skip
