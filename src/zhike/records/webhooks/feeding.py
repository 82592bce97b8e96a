"""From the change log to deliveries: a reader of the log, so that nothing committed is left out and nothing that was
taken back is told. The deliveries and the reader's position commit together."""

from __future__ import annotations

import json
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from zhike.base.actors import Actor
from zhike.base.changelog import reading
from zhike.base.changelog.models import ChangeSet
from zhike.records import conditions
from zhike.records.api import histories, representing
from zhike.records.conditions import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.roles import sight
from zhike.records.webhooks import acting, delivering, events, happenings
from zhike.records.webhooks.happenings import Happening
from zhike.records.webhooks.models import Delivery, Webhook

log = logging.getLogger("zhike.webhooks")
READER = "webhooks"


@reading.reads_log(READER)
def feed(rows: list[reading.Row]) -> None:
    webhooks = list(Webhook.objects.filter(is_active=True).select_related("member__department"))
    wanted = {name for webhook in webhooks for name in webhook.events}
    found = happenings.announced(wanted)
    if not webhooks:
        return
    found = [*happenings.read_from(rows, wanted), *found]
    acts = ChangeSet.objects.in_bulk({each.change_set_id for each in found})
    for webhook in webhooks:
        mine = [each for each in found if each.event in webhook.events and _is_news(webhook, each)]
        with sight.seen_by(acting.actor_of(webhook)):
            delivering.queue(webhook, list(deliveries_for(webhook, mine, acts)))


def _is_news(webhook: Webhook, happening: Happening) -> bool:
    """A webhook is told of what was done after it was made, also when the log is read late."""
    return happening.change_set_id > webhook.since_change_set


def deliveries_for(webhook: Webhook, found: list[Happening], acts: dict[int, ChangeSet]) -> Iterable[Delivery]:
    """Those of the happenings that its member may see and its condition lets through, as deliveries not yet kept."""
    actor = acting.actor_of(webhook)
    by_type: dict[RecordType, list[Happening]] = defaultdict(list)
    for each in found:
        by_type[each.record_type].append(each)
    for record_type, some in by_type.items():
        shown = _shown(webhook, actor, record_type, {each.record_id for each in some})
        for happening in some:
            if not _is_told_of(happening):
                continue
            if happening.record_id in shown:
                record, title = shown[happening.record_id]
                yield _delivery(webhook, happening, acts.get(happening.change_set_id), record, title)
            elif happening.is_removed and _was_told(webhook, happening):
                yield _delivery(webhook, happening, acts.get(happening.change_set_id), {"id": happening.record_id}, "")


def _shown(
    webhook: Webhook, actor: Actor, record_type: RecordType, ids: set[int]
) -> dict[int, tuple[dict[str, Any], str]]:
    """The records as the API shows them to the member, with their titles, by number."""
    shape = representing.shape_of(record_type)
    rows = record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=ids))
    try:
        condition = webhook.conditions.get(record_type.name) or {}
        rows = list(conditions.filtered(rows, condition, record_type, actor).select_related(*shape.related))
    except ConditionError as error:
        log.warning("webhook %s tells nothing of %s: %s", webhook.pk, record_type.name, error)
        return {}
    shown = representing.shown(actor, shape, rows)
    return {row.pk: (each, record_type.title_of(row)) for row, each in zip(rows, shown, strict=True)}


def _is_told_of(happening: Happening) -> bool:
    """Not of a change of nothing but what the member may not see."""
    if not happening.changes or (happening.parts and sight.is_whole(happening.record_type)):
        return True
    return bool(histories.as_seen(happening.record_type, happening.changes))


def _was_told(webhook: Webhook, happening: Happening) -> bool:
    """Whether a record that is gone is known to the receiver; a condition cannot be asked of it any more."""
    if not webhook.conditions.get(happening.record_type.name):
        return True
    told = Delivery.objects.filter(record_type=happening.record_type.name, record_id=happening.record_id)
    return told.filter(webhook_id=webhook.pk).exists()


def _delivery(
    webhook: Webhook, happening: Happening, act: ChangeSet | None, record: dict[str, Any], title: str
) -> Delivery:
    is_whole = sight.is_whole(happening.record_type)
    body = {
        "event": happening.event,
        "record_type": happening.record_type.name,
        "record": record,
        "is_removed": happening.is_removed,
        "changes": histories.as_seen(happening.record_type, happening.changes),
        "parts": happening.parts if is_whole else [],
        "data": happening.data if is_whole else {},
        "change_set": histories.act_shown(act) if act else None,
    }
    return made(
        webhook, body, record_type=happening.record_type.name, record_id=happening.record_id, title=title[:200],
        change_set_id=happening.change_set_id,
    )  # fmt: skip


def made(webhook: Webhook, body: dict[str, Any], **columns: Any) -> Delivery:
    """A delivery not yet kept. Its number stands first in the body, so that a receiver knows it when it comes twice."""
    key = uuid.uuid4()
    text = json.dumps({"id": str(key), **body}, cls=DjangoJSONEncoder, ensure_ascii=False)
    return Delivery(key=key, webhook_id=webhook.pk, event=body["event"], body=text, **columns)


def trial_of(webhook: Webhook, actor: Actor) -> Delivery:
    """What “send a test” sends: no record, but who asked for it."""
    body = {"event": events.TEST, "webhook": webhook.name, "actor": {"member": actor.member_id, "name": actor.label}}
    return made(webhook, body)
