"""Records to choose from: what a picker offers while somebody types, and the names of what was chosen before."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from zhike.base.chinese import pinyin_key
from zhike.base.phones import UnableToReadPhone, parse_phone
from zhike.records import listing
from zhike.records.declaration import RecordType
from zhike.records.fields.contacts import Phones
from zhike.records.fields.references import as_id
from zhike.records.pages.answering import for_type
from zhike.records.roles import sight

MOST = 20
MOST_IDS = 200


@require_GET
@for_type
def options(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """`?q=` finds by the beginning of the title, its pinyin, a phone number or the search index; `?ids=3,4` names."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    if "ids" in request.GET:
        ids = [number for part in request.GET["ids"].split(",")[:MOST_IDS] if (number := as_id(part.strip()))]
        found = record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=ids))
        return JsonResponse({"items": [_item(record_type, record) for record in found]})
    queryset = listing.base_query(actor, record_type)
    if any(field.name == "is_active" for field in record_type.model._meta.concrete_fields):
        queryset = queryset.filter(is_active=True)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    records = _matching(queryset, record_type, words)
    return JsonResponse({"items": [_item(record_type, record) for record in records]})


def _matching(queryset: Any, record_type: RecordType, words: str) -> list[Any]:
    """What begins with the words first, then what the search index finds."""
    references = listing.references_among(record_type, list(record_type.search.note))
    ordered = queryset.select_related(*references).order_by(
        *(("pk",) if sight.masked_title(record_type) else ("title_key", "pk"))
    )
    if not words:
        return list(queryset.select_related(*references).order_by("-pk")[:MOST])
    found = list(ordered.filter(_beginning(record_type, words))[:MOST])
    if len(found) < MOST:
        known = {record.pk for record in found}
        more = listing.matching_words(ordered, record_type, words).exclude(pk__in=known)
        found += more[: MOST - len(found)]
    return found


def _beginning(record_type: RecordType, words: str) -> Q:
    key = pinyin_key(words)
    found = Q(pk__in=[])
    if sight.masked_title(record_type) is None:
        found |= Q(**{f"{record_type.title}__startswith": words})
    if key and sight.masked_title(record_type) is None:
        found |= Q(title_key__startswith=key)
    if isinstance(record_type.field("phones"), Phones):
        try:
            found |= Q(phones__contains=[{"number": parse_phone(words).number}])
        except UnableToReadPhone:
            return found
    return found


def _item(record_type: RecordType, record: Any) -> dict[str, Any]:
    fields = [field for name in record_type.search.note if (field := record_type.field(name))]
    hints = [text for field in fields[:2] if (text := field.text(field.value_of(record)))]
    return {"value": record.pk, "label": record_type.title_of(record), "hint": " · ".join(hints)}
