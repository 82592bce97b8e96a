"""The timeline of a record page, 20 entries at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.base import clock
from zhike.records import periods, timeline
from zhike.records.contributions import Entry
from zhike.records.declaration import RecordType
from zhike.records.pages import answering


@dataclass
class TimelinePage:
    groups: list[tuple[str, list[Entry]]]
    url: str
    more_url: str
    only: str
    is_first: bool
    continues: str = ""
    """The heading the page before ended under; it is not repeated."""

    @property
    def filters(self) -> list[tuple[str, Any, str]]:
        """(name, label, URL) of what the timeline can be narrowed to."""
        found = [("", _("Everything"), self.url)]
        return found + [(each.name, each.label, f"{self.url}?only={each.name}") for each in timeline.sources()]

    @property
    def is_empty(self) -> bool:
        return self.is_first and not self.groups


def timeline_page(request: Any, record: Any, *, before: str = "", only: str = "", continues: str = "") -> TimelinePage:
    """One page of the record's timeline. Raises `timeline.UnknownPlace` for a broken cursor."""
    place = timeline.decoded(before) if before else None
    entries, following = timeline.page(request.actor, record, before=place, only=only)
    groups = timeline.grouped(entries)
    now = clock.now()
    for entry in entries:
        entry.shown_at = _shown_at(entry.at, now)
    url = f"{record.get_absolute_url()}timeline/"
    more = ""
    if following is not None:
        more = f"{url}?{urlencode({'before': timeline.encoded(following), 'only': only, 'after': groups[-1][0]})}"
    return TimelinePage(groups, url, more, only, not before, continues)


def _shown_at(moment: datetime, now: datetime) -> str:
    """Under the heading of today the hour is enough."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if local.date() == timezone.localtime(now).date() else periods.short_moment(moment, now)


@require_GET
@answering.for_record()
def show(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    only = request.GET.get("only", "")
    if only not in {"", *(source.name for source in timeline.sources())}:
        return answering.refuse(request, 400, _("“%(name)s” is not understood.") % {"name": "only"})
    try:
        page = timeline_page(
            request, record, before=request.GET.get("before", ""), only=only, continues=request.GET.get("after", "")
        )
    except timeline.UnknownPlace as error:
        return answering.refuse(request, 400, str(error))
    template = "records/_timeline.html" if page.is_first else "records/_timeline_entries.html"
    return render(request, template, {"timeline": page, "record_type": record_type})
