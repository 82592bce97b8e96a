"""What was ever changed on a record: field by field, who, when, through which door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.records import history, narrowing, undoing
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.pages import answering


@require_GET
@answering.for_record()
def show(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    from zhike.records.pages.record import RecordPage, with_references

    try:
        narrowed = narrowing.read(request.GET, record_type)
    except ValueError as error:
        return answering.refuse(request, 400, _("“%(name)s” is not understood.") % {"name": str(error)})
    before, url = as_id(request.GET.get("before", "")), f"{record.get_absolute_url()}history/"
    changes, following = history.changes_of(record, only=narrowed.query(record_type), before_id=before)
    told = narrowed.kept(history.described(changes))
    context = {
        "acts": [Act(request, change_set, rows) for change_set, rows in history.by_act(told)],
        "more_url": f"{url}?{urlencode({**narrowed.pairs(), 'before': following})}" if following else "",
        "record_type": record_type, "narrowed": narrowed, "history_url": url,
        "narrow_fields": narrowing.fields(record_type), "narrow_people": narrowing.people(record),
    }  # fmt: skip
    if before is not None and request.htmx:
        return render(request, "records/_acts.html", context)
    page = RecordPage(request, record_type, with_references(record_type, record), tab="history")
    return render(request, "records/record_history.html", {**context, "page": page})


class Act:
    """One change set in a list: in words, with its lines and what may be done about it."""

    def __init__(self, request: Any, change_set: Any, rows: list[history.RowChange]) -> None:
        self.change_set, self.rows = change_set, rows
        self.may_undo = undoing.may_undo(request.actor, change_set)
        is_own = change_set.actor_id is not None and change_set.actor_id == request.actor.member_id
        self.may_see = is_own or undoing.sees_every_act(request.actor)

    @property
    def words(self) -> str:
        return history.act_words(self.change_set)

    @property
    def door(self) -> str:
        return history.door_words(self.change_set)
