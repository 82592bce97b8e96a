"""What was ever changed on a record: field by field, who, when, through which door."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike.records import history, undoing
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.pages import answering


@require_GET
@answering.for_record()
def show(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    from zhike.records.pages.record import RecordPage, with_references

    before = as_id(request.GET.get("before", ""))
    changes, following = history.changes_of(record, before_id=before)
    context = {
        "acts": [Act(request, change_set, rows) for change_set, rows in history.by_act(history.described(changes))],
        "more_url": f"{record.get_absolute_url()}history/?before={following}" if following else "",
        "record_type": record_type,
    }
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
