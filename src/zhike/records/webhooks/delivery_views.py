"""The log of deliveries: what was sent and answered, sending again, sending a test."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zhike.records import gate, registry
from zhike.records.fields.references import as_id
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_members, tell
from zhike.records.webhooks import delivering, events, feeding, services
from zhike.records.webhooks.models import Delivery, Webhook

PAGE = 50
STATES = Delivery.State.choices


def counts_of(webhooks: list[Webhook]) -> dict[int, dict[str, int]]:
    """How many deliveries of each state every webhook has."""
    found: dict[int, dict[str, int]] = {}
    rows = Delivery.objects.filter(webhook_id__in=[each.pk for each in webhooks]).order_by()
    for number, state, count in rows.values_list("webhook_id", "state").annotate(count=Count("id")):
        found.setdefault(number, {})[state] = count
    return found


def shown(request: Any, webhook: Webhook) -> dict[str, Any]:
    """What the log of a webhook needs: a page of rows, latest first, of one state or of all."""
    state = request.GET.get("state", "")
    state = state if state in Delivery.State.values else ""
    before = as_id(request.GET.get("before", ""))
    rows = Delivery.objects.filter(webhook_id=webhook.pk).defer("body", "answer").order_by("-id")
    rows = rows.filter(state=state) if state else rows
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    counts = counts_of([webhook]).get(webhook.pk, {})
    url = f"{webhook.get_absolute_url()}deliveries/"
    return {
        "webhook": webhook, "lines": [_line(each) for each in found[:PAGE]], "state": state, "before": before,
        "tabs": [("", _("All"), sum(counts.values())), *((key, word, counts.get(key, 0)) for key, word in STATES)],
        "failed": counts.get(Delivery.State.FAILED, 0), "log_url": url,
        "more_url": f"{url}?state={state}&before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
    }  # fmt: skip


def _line(delivery: Delivery) -> dict[str, Any]:
    record_type = registry.find(delivery.record_type)
    is_gone = delivery.event.endswith(f".{events.TRASHED}") and not delivery.title
    return {
        "delivery": delivery, "event": events.words(delivery.event),
        "title": delivery.title or (f"#{delivery.record_id}" if delivery.record_id else ""),
        "record_url": f"{record_type.url}{delivery.record_id}/" if record_type and not is_gone else "",
    }  # fmt: skip


@require_GET
@for_members
def deliveries(request: Any, webhook_id: int) -> HttpResponse:
    webhook = services.get_webhook(request.actor, webhook_id)
    context = shown(request, webhook)
    template = "_delivery_rows.html" if context["before"] else "_deliveries.html"
    return render(request, f"records/webhooks/{template}", context)


@require_GET
@for_members
def delivery(request: Any, webhook_id: int, delivery_id: int) -> HttpResponse:
    """One delivery in the drawer: every attempt, what was sent, what was answered."""
    webhook = services.get_webhook(request.actor, webhook_id)
    found = _delivery(webhook, delivery_id).get()
    tries = [each | {"at": _moment(each["at"])} for each in found.last_tries]
    body = json.dumps(json.loads(found.body), ensure_ascii=False, indent=2)
    context = {**_line(found), "webhook": webhook, "tries": tries, "body": body, "full_page": not request.htmx}
    template = "delivery_page.html" if context["full_page"] else "_delivery.html"
    return render(request, f"records/webhooks/{template}", context)


def _moment(text: str) -> datetime | None:
    return parse_datetime(text)


def _delivery(webhook: Webhook, delivery_id: int) -> Any:
    """A queryset of one. Raises `NotVisible`."""
    rows = Delivery.objects.filter(webhook_id=webhook.pk, pk=delivery_id)
    if not rows.exists():
        raise gate.NotVisible
    return rows


@require_POST
@for_members
def replay(request: Any, webhook_id: int, delivery_id: int) -> HttpResponse:
    """Sends one again: at once, what waits or has ended."""
    webhook = _webhook_to_send(request, webhook_id)
    rows = _delivery(webhook, delivery_id)
    if not delivering.hurry(rows):
        delivering.replay(rows)
    return _sent(request, webhook, _("The delivery is on its way again."), close_drawer=True)


@require_POST
@for_members
def replay_failed(request: Any, webhook_id: int) -> HttpResponse:
    """Sends again everything that was given up."""
    webhook = _webhook_to_send(request, webhook_id)
    count = delivering.replay(Delivery.objects.filter(webhook_id=webhook.pk, state=Delivery.State.FAILED))
    words = ngettext("%(count)d delivery is sent again.", "%(count)d deliveries are sent again.", count)
    return _sent(request, webhook, words % {"count": count})


@require_POST
@for_members
def send_trial(request: Any, webhook_id: int) -> HttpResponse:
    webhook = _webhook_to_send(request, webhook_id)
    delivering.queue(webhook, [feeding.trial_of(webhook, request.actor)])
    return _sent(request, webhook, _("A test is on its way."))


def _webhook_to_send(request: Any, webhook_id: int) -> Webhook:
    """Raises `NotAllowed` for somebody who only looks. A resting webhook keeps what it gets until it goes on."""
    webhook = services.get_webhook(request.actor, webhook_id)
    services.require_writer(request.actor)
    return webhook


def _sent(request: Any, webhook: Webhook, message: str, **events_of_page: Any) -> HttpResponse:
    if not request.htmx:
        return finishing.led_on(request, webhook.get_absolute_url(), message)
    return tell(HttpResponse(status=204), message, refresh=True, **events_of_page)
