"""Of what a webhook can be told: what happens to records of any type, and what domains announce.

    events.offer(OpportunityWon, "won", record_type="opportunities", label=_("Opportunity won"))

The first field of an announced event is the number of the record it is about.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.base import clock
from zhike.base import events as announced
from zhike.base.changelog import acts
from zhike.records import registry
from zhike.records.declaration import RecordType

CREATED, CHANGED, TRASHED, RESTORED = "created", "changed", "trashed", "restored"
HAPPENINGS: dict[str, Any] = {
    CREATED: pgettext_lazy("event", "Created"), CHANGED: pgettext_lazy("event", "Changed"),
    TRASHED: pgettext_lazy("event", "Moved to the trash"), RESTORED: pgettext_lazy("event", "Restored"),
}  # fmt: skip
TEST = "test"

REMEMBER = """
INSERT INTO records_webhookannouncement (event, record_id, change_set_id, data, at)
SELECT %(event)s, %(record)s, %(change_set)s, %(data)s::jsonb, %(at)s
WHERE EXISTS (SELECT 1 FROM records_webhook WHERE is_active AND events @> jsonb_build_array(%(event)s::text))
"""


@dataclass(frozen=True)
class Offer:
    """An event of one record type. `name` is what addresses and bodies call it: `opportunities.won`."""

    name: str
    record_type: str
    label: Any
    is_announced: bool = False


_offers: dict[str, Offer] = {}


def offer(event_type: type[Any], verb: str, *, record_type: str, label: Any) -> None:
    """Lets webhooks be told of a typed event of a domain."""
    name = f"{record_type}.{verb}"
    if name in _offers:
        return
    _offers[name] = Offer(name, record_type, label, is_announced=True)

    @announced.on(event_type)
    def remember(event: Any) -> None:
        _remember(name, dataclasses.asdict(event))


def _remember(name: str, data: dict[str, Any]) -> None:
    change_set = acts.current()
    if change_set is None:
        return
    values = {
        "event": name, "record": next(iter(data.values())), "change_set": change_set.pk, "at": clock.now(),
        "data": json.dumps(data, cls=DjangoJSONEncoder),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, values)


def of_type(record_type: RecordType) -> list[Offer]:
    """What can be told of the records of a type: the four things that happen to any, then what is announced."""
    common = [Offer(f"{record_type.name}.{verb}", record_type.name, label) for verb, label in HAPPENINGS.items()]
    return common + [each for each in _offers.values() if each.record_type == record_type.name]


def find(name: str) -> Offer | None:
    """The event of that name, of a type that is there."""
    type_name, _dot, _verb = name.partition(".")
    record_type = registry.find(type_name)
    return next((each for each in of_type(record_type) if each.name == name), None) if record_type else None


def words(name: str) -> str:
    """`customers.created` → Customer · Created."""
    if name == TEST:
        return str(_("Test"))
    found = find(name)
    if found is None:
        return name
    return str(found.label) if found.is_announced else f"{registry.get(found.record_type).singular} · {found.label}"
