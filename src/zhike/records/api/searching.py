"""The search over every record type, as the search box has it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records.api import account
from zhike.records.api.answering import Answer, endpoint
from zhike.records.api.bodies import Parameters
from zhike.records.api.problems import bad_parameter
from zhike.records.search import finding

HITS, MOST_HITS = 5, 50


def search_records(request: HttpRequest, actor: Actor) -> Answer:
    """The best hits of each type, best type first."""
    parameters = Parameters(request, "q", "types", "limit")
    known = [record_type.name for record_type in account.types_of(actor)]
    wanted = parameters.names("types") or known
    for name in wanted:
        if name not in known:
            raise bad_parameter("types", _("There is no such record type."))
    groups = finding.search(actor, parameters.text("q"), wanted, limit=parameters.whole("limit", HITS, MOST_HITS))
    items = [
        {
            "record_type": group.record_type.name,
            "id": hit.record.pk,
            "name": group.record_type.title_of(hit.record),
            "url": f"/api/v1/{group.record_type.name}/{hit.record.pk}/",
        }
        for group in groups
        for hit in group.hits
    ]
    return Answer({"items": items})


search = endpoint(GET=search_records)
