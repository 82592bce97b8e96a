"""Whose imports one sees: one's own; administrators everybody's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from zhike.base.actors import Actor
from zhike.records import gate, policies, registry, undoing
from zhike.records.declaration import RecordType
from zhike.records.models import ImportRun, JobState
from zhike.records.pages.answering import for_members

View = Callable[..., HttpResponse]


def visible_runs(actor: Actor) -> Any:
    runs = ImportRun.objects.select_related("change_set", "member", "file").order_by("-id")
    if undoing.sees_every_act(actor):
        return runs.filter(record_type__in=[each.name for each in registry.all_types()])
    return runs.filter(member_id=actor.member_id or 0, record_type__in=[each.name for each in importable(actor)])


def importable(actor: Actor) -> list[RecordType]:
    """The types whose records the actor may import."""
    return [
        record_type
        for record_type in registry.all_types()
        if record_type.in_menu
        and record_type.policy.may(actor, policies.IMPORT)
        and not actor.is_kept_from_changing(record_type.name)
    ]


def for_run(*states: str) -> Callable[[View], View]:
    """A page of one import; with `states` only while it is in one of them, else its own page is shown."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Any, run_id: int, **named: Any) -> HttpResponse:
            run = visible_runs(request.actor).filter(pk=run_id).first()
            if run is None:
                raise gate.NotVisible
            record_type = registry.get(run.record_type)
            gate.require_any(request.actor, policies.IMPORT, record_type)
            if states and run.state not in states:
                return to(request, f"/imports/{run.pk}/")
            return view(request, run, record_type, **named)

        return for_members(answer)

    return decorate


PREPARING = (JobState.DRAFT, JobState.CHECKED, JobState.FAILED)


def may_prepare(run: ImportRun) -> bool:
    """A run that has written nothing may still be changed."""
    return run.state in PREPARING and run.change_set_id is None


def for_draft(view: View) -> View:
    """A step of the wizard: only while nothing was written."""

    @functools.wraps(view)
    def answer(request: Any, run: ImportRun, record_type: RecordType, **named: Any) -> HttpResponse:
        if not may_prepare(run):
            return to(request, f"/imports/{run.pk}/")
        return view(request, run, record_type, **named)

    return for_run()(answer)


class SeeOther(HttpResponseRedirect):
    status_code = 303


def to(request: Any, url: str) -> HttpResponse:
    """On to another page, for htmx as well."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return SeeOther(url)
