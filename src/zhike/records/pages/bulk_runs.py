"""Acts on many records so far: what was done to how many, which were refused and why, and their undo."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike.records import history, registry, undoing
from zhike.records.fields.references import as_id
from zhike.records.models import BulkRun
from zhike.records.pages import answering

PAGE = 50


@require_GET
@answering.for_members
def past(request: Any) -> HttpResponse:
    """One's own, newest first; administrators see everybody's. `before=` is the number to go on from."""
    found = visible_runs(request.actor)
    before = as_id(request.GET.get("before", ""))
    if before is not None:
        found = found.filter(pk__lt=before)
    runs = list(found[: PAGE + 1])
    context = {
        "lines": [Line(request, run) for run in runs[:PAGE]],
        "more_url": f"/change-sets/bulk/?before={runs[PAGE - 1].pk}" if len(runs) > PAGE else "",
        "sees_all": undoing.sees_every_act(request.actor),
    }
    return render(request, "records/bulk_runs.html", context)


def visible_runs(actor: Any) -> Any:
    types = [each.name for each in registry.all_types() if not actor.types or each.name in actor.types]
    runs = BulkRun.objects.select_related("change_set", "member").filter(record_type__in=types).order_by("-pk")
    return runs if undoing.sees_every_act(actor) else runs.filter(member_id=actor.member_id or 0)


class Line:
    """One run in words, with the records it was refused for as far as the member still sees them."""

    def __init__(self, request: Any, run: BulkRun) -> None:
        self.run = run
        self.type = registry.get(run.record_type)
        self.words = history.act_words(run.change_set)
        self.fields = [str(found.label) for name in run.raw if (found := self.type.field(name))]
        self.may_undo = run.is_over and run.done > 0 and undoing.may_undo(request.actor, run.change_set)
        self.refused = self._refused(request.actor)

    @property
    def refusal_count(self) -> int:
        return sum(self.run.refusals.values())

    @property
    def unnamed_count(self) -> int:
        """Refused beyond those that are kept by name."""
        return max(0, self.refusal_count - len(self.run.refused))

    def _refused(self, actor: Any) -> list[dict[str, Any]]:
        if not self.run.refused:
            return []
        found = self.type.queryset().filter(pk__in=[number for number, _sentence in self.run.refused])
        records = self.type.policy.visible_to(actor, found).in_bulk()
        return [
            {
                "title": self.type.title_of(records[number]) if number in records else f"#{number}",
                "url": records[number].get_absolute_url() if number in records else "",
                "sentence": sentence,
            }
            for number, sentence in self.run.refused
        ]
