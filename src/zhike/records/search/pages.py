"""The palette and the page of results."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhike.records.pages.answering import for_members
from zhike.records.search import finding, places, results, visits

IN_PALETTE, ON_PAGE = 5, 8


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[: finding.LONGEST_WORDS]


@require_safe
@for_members
def palette(request: Any) -> HttpResponse:
    """Rows for what is typed in the palette; before anything is typed, where the member was and may go."""
    words, actor = _words(request), request.actor
    if not words:
        recent = results.rows_of(visits.recent_records(actor))
        return render(request, "search/palette.html", {"recent": recent, "places": places.main_places(actor)})
    groups = finding.search(actor, words, limit=IN_PALETTE)
    told = {
        "words": words,
        "groups": _drawn(groups, words),
        "places": places.matching_places(actor, words),
        "places_first": all(group.rank == finding.HOLDS for group in groups),
    }
    return render(request, "search/palette.html", told)


@require_safe
@for_members
def page(request: Any) -> HttpResponse:
    """Everything found, in groups with their counts; each leads on to its list with the same words."""
    words, actor = _words(request), request.actor
    groups = finding.search(actor, words, limit=ON_PAGE) if words else []
    for group in groups:
        finding.count_all(actor, group, words)
    told = {
        "words": words,
        "groups": _drawn(groups, words),
        "places": places.matching_places(actor, words),
        "recent": [] if words else results.rows_of(visits.recent_records(actor, visits.KEPT)),
    }
    return render(request, "search/_results.html" if request.htmx else "search/page.html", told)


def _drawn(groups: list[finding.Group], words: str) -> list[dict[str, Any]]:
    return [
        {
            "label": group.record_type.plural,
            "name": group.record_type.name,
            "count": results.counted(group.count),
            "has_more": group.count is None or group.count > len(group.hits),
            "url": f"{group.record_type.url}?{urlencode({'q': words})}",
            "rows": results.rows_of((hit.record for hit in group.hits), words),
        }
        for group in groups
    ]
