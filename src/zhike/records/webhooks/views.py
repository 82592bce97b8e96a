"""The pages of webhooks: the list, the form in the drawer, one webhook with its deliveries."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.records import conditions, gate, registry
from zhike.records.conditions import ConditionError
from zhike.records.fields.references import as_id
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_members
from zhike.records.webhooks import acting, delivery_views, events, services
from zhike.records.webhooks.models import Webhook

LIST = "/settings/webhooks/"


@require_GET
@for_members
def webhook_list(request: Any) -> HttpResponse:
    rows = list(services.all_webhooks(request.actor))
    counts = delivery_views.counts_of(rows)
    lines = [
        {
            "webhook": row, "events": [events.words(name) for name in row.events], "counts": counts.get(row.pk, {}),
            "has_problem": bool(services.problems_of(request.actor, row)),
        }
        for row in rows
    ]  # fmt: skip
    return render(request, "records/webhooks/list.html", {"lines": lines})


@require_GET
@for_members
def show(request: Any, webhook_id: int) -> HttpResponse:
    webhook = services.get_webhook(request.actor, webhook_id)
    return _page(request, webhook)


def _page(request: Any, webhook: Webhook, *, secret: str = "") -> HttpResponse:
    context = {
        "webhook": webhook, "secret": secret, "parts": _parts(request, webhook),
        "problems": services.problems_of(request.actor, webhook), "has_left": acting.has_left(webhook),
        **delivery_views.shown(request, webhook),
    }  # fmt: skip
    response = render(request, "records/webhooks/page.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _parts(request: Any, webhook: Webhook) -> list[dict[str, Any]]:
    """What is told of each type, and under which condition, in words."""
    found = []
    for type_name in dict.fromkeys(name.partition(".")[0] for name in webhook.events):
        record_type = registry.find(type_name)
        names = [name for name in webhook.events if name.partition(".")[0] == type_name]
        offers = [offer for name in names if (offer := events.find(name))]
        if record_type is None or not offers:
            continue
        try:
            sentence = conditions.explain(webhook.conditions.get(type_name) or {}, record_type, request.actor)
        except ConditionError as error:
            sentence = str(error.message)
        labels = [str(offer.label) for offer in offers]
        found.append({"label": record_type.plural, "events": labels, "sentence": sentence})
    return found


# Changing


@require_http_methods(["GET", "POST"])
@for_members
def new(request: Any) -> HttpResponse:
    """GET the form, POST makes the webhook and shows its secret: this once."""
    services.require_administrator(request.actor)
    if request.method == "GET":
        return _form(request, None, {"is_active": True, "events": [], "conditions": {}}, {})
    raw = _raw(request)
    try:
        webhook = services.create_webhook(request.actor.through(Door.FORM), raw)
    except gate.Refused as refused:
        return _form(request, None, raw, refused.errors, status=422)
    return _told_secret(request, webhook, "_secret.html")


@require_http_methods(["GET", "POST", "DELETE"])
@for_members
def edit(request: Any, webhook_id: int) -> HttpResponse:
    """GET the form, POST the changes, DELETE removes the webhook."""
    webhook = services.get_webhook(request.actor, webhook_id)
    actor = request.actor.through(Door.FORM)
    if request.method == "GET":
        return _form(request, webhook, _values(webhook), {})
    if request.method == "DELETE":
        with acts.act(actor, "delete_webhook", subject=webhook.name) as change_set:
            services.delete_webhook(actor, webhook)
        message = _("The webhook “%(name)s” is deleted.") % {"name": webhook.name}
        return finishing.led_on(request, LIST, message, undo=change_set)
    raw = _raw(request)
    try:
        with acts.act(actor, "edit_webhook", subject=webhook.name) as change_set:
            services.revise_webhook(actor, webhook, raw, version=as_id(request.POST.get("version", "")))
    except gate.Refused as refused:
        return _form(request, webhook, raw, refused.errors, status=422)
    message = _("The webhook “%(name)s” is saved.") % {"name": raw["name"]}
    return finishing.finished(request, message, undo=change_set, url=webhook.get_absolute_url())


@require_POST
@for_members
def secret(request: Any, webhook_id: int) -> HttpResponse:
    """A new secret, shown this once."""
    webhook = services.get_webhook(request.actor, webhook_id)
    services.renew_secret(request.actor.through(Door.FORM), webhook)
    return _told_secret(request, webhook, "_secret_field.html")


def _told_secret(request: Any, webhook: Webhook, template: str) -> HttpResponse:
    """In the drawer, or on the whole page: it is kept nowhere, so it is part of this answer."""
    if not request.htmx:
        return _page(request, webhook, secret=webhook.secret)
    response = render(request, f"records/webhooks/{template}", {"webhook": webhook, "secret": webhook.secret})
    response["Cache-Control"] = "no-store"
    return response


# The form


def _form(
    request: Any, webhook: Webhook | None, values: dict[str, Any], errors: dict[str, list[str]], *, status: int = 200
) -> HttpResponse:
    context = {
        "webhook": webhook, "values": values, "errors": errors, "groups": _groups(values, errors),
        "other_errors": errors.get("", []), "full_page": not request.htmx or "_page" in request.POST,
        "version": request.POST.get("version") or (webhook.version if webhook else ""),
        "form_url": f"{webhook.get_absolute_url()}edit/" if webhook else f"{LIST}new/",
    }  # fmt: skip
    template = "form_page.html" if context["full_page"] else "_form.html"
    return render(request, f"records/webhooks/{template}", context, status=status)


def _groups(values: dict[str, Any], errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    chosen = set(values["events"])
    groups = []
    for record_type in registry.all_types():
        offers = events.of_type(record_type)
        condition = values["conditions"].get(record_type.name) or {}
        count = sum(offer.name in chosen for offer in offers)
        groups.append(
            {
                "type": record_type, "offers": [(offer, offer.name in chosen) for offer in offers], "count": count,
                "condition": json.dumps(condition, ensure_ascii=False) if condition else "",
                "errors": errors.get(f"condition-{record_type.name}", []),
            }
        )  # fmt: skip
    return groups


@require_GET
@for_members
def condition(request: Any, type_name: str) -> HttpResponse:
    """The builder of one type's condition, fetched when somebody opens it."""
    services.require_administrator(request.actor)
    return render(request, "records/webhooks/_condition.html", {"type": registry.get(type_name), "condition": ""})


def _values(webhook: Webhook) -> dict[str, Any]:
    return {
        "name": webhook.name, "url": webhook.url, "events": webhook.events, "conditions": webhook.conditions,
        "is_active": webhook.is_active,
    }  # fmt: skip


def _raw(request: Any) -> dict[str, Any]:
    told = {}
    for record_type in registry.all_types():
        text = request.POST.get(f"condition-{record_type.name}", "")
        if text:
            told[record_type.name] = _json(text)
    return {
        "name": request.POST.get("name", ""), "url": request.POST.get("url", ""),
        "events": request.POST.getlist("events"), "conditions": told, "is_active": "is_active" in request.POST,
    }  # fmt: skip


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
