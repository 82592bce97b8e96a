"""Exports so far: who took out what, how many rows, by which filter. Only one's own large ones lead to their file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.records import auditing, conditions, history, registry, undoing
from zhike.records.fields.references import as_id
from zhike.records.models import ExportLog, JobState
from zhike.records.pages import answering

PAGE = 50
URL = "/change-sets/exports/"
PARTS = ("type", "member", "since", "until")


@require_GET
@answering.for_members
def page(request: Any) -> HttpResponse:
    """One's own, newest first; administrators see everybody's. `before=` is the number to go on from."""
    sent = {name: request.GET.get(name, "") for name in PARTS}
    try:
        asked = auditing.read({**sent, "type": "" if sent["type"] == auditing.NAME else sent["type"]})
    except auditing.UnknownPart as error:
        return answering.refuse(request, 400, _("“%(name)s” is not understood.") % {"name": str(error)})
    logs = _found(request.actor, asked, sent["type"])
    before = as_id(request.GET.get("before", ""))
    found = list((logs if before is None else logs.filter(pk__lt=before)).order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    kept = {name: value for name, value in sent.items() if value}
    context = {
        "lines": [Line(request.actor, log) for log in shown], "asked": asked, "type": sent["type"],
        "is_filtered": bool(kept), "tab": "exports",
        "more_url": f"{URL}?{urlencode({**kept, 'before': shown[-1].pk})}" if len(found) > PAGE else "",
        "sees_all": undoing.sees_every_act(request.actor), "types": registry.all_types(),
        "members_url": f"/{get_user_model().record_type_name}/options/",
        "member": auditing.find_member(asked.member),
    }  # fmt: skip
    return render(request, "records/export_list.html", context)


def _found(actor: Any, asked: auditing.Asked, type_name: str) -> Any:
    logs = ExportLog.objects.all()
    if not undoing.sees_every_act(actor):
        logs = logs.filter(member_id=actor.member_id or 0)
        logs = logs.filter(record_type__in=actor.types) if actor.types else logs
    exact = {
        "record_type": type_name, "member_id": asked.member,
        "exported_at__gte": asked.since and auditing.start_of(asked.since),
        "exported_at__lt": asked.until and auditing.start_of(asked.until + timedelta(days=1)),
    }  # fmt: skip
    return logs.filter(**{name: value for name, value in exact.items() if value not in ("", None)})


class Line:
    """One export in words."""

    def __init__(self, actor: Any, log: ExportLog) -> None:
        self.log = log
        self.record_type = registry.find(log.record_type)
        self.filter = self._filter(actor)
        self.url = self._url(actor)

    @property
    def what(self) -> str:
        if self.log.record_type == auditing.NAME:
            return _("Changes")
        return str(self.record_type.plural) if self.record_type else self.log.record_type

    @property
    def door(self) -> str:
        return str(history.DOOR_WORDS.get(self.log.door, self.log.door))

    def _url(self, actor: Any) -> str:
        """The page of a large export, where its maker fetches the file as long as it is kept."""
        is_there = self.log.file_id is not None or self.log.state in (JobState.WAITING, JobState.RUNNING)
        if self.record_type is None or not is_there or self.log.member_id != actor.member_id:
            return ""
        return f"{self.record_type.url}export/{self.log.pk}/"

    @property
    def is_over(self) -> bool:
        return self.log.state == JobState.DONE

    def _filter(self, actor: Any) -> str:
        parts = [self.log.words and _("words: %(words)s") % {"words": self.log.words}, self._condition(actor)]
        return "; ".join(part for part in parts if part)

    def _condition(self, actor: Any) -> str:
        if not self.log.condition:
            return ""
        try:
            if self.log.record_type == auditing.NAME:
                return auditing.in_words(auditing.read(self.log.condition))
            return conditions.explain(self.log.condition, self.record_type, actor) if self.record_type else ""
        except (conditions.ConditionError, auditing.UnknownPart):
            return _("A filter with fields that are no longer there")
