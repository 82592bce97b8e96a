"""Registering webhooks: administrators only, each change an act of its own that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhike.base.actors import Actor, Kind
from zhike.base.changelog import acts
from zhike.records import conditions, gate, policies, registry
from zhike.records.conditions import ConditionError
from zhike.records.roles import sight
from zhike.records.webhooks import acting, addresses, events
from zhike.records.webhooks.addresses import UnableToReach
from zhike.records.webhooks.models import Webhook, new_salt

LONGEST_NAME, LONGEST_URL = 60, 500
LOOK_UP_SECONDS = 4.0


def require_administrator(actor: Actor) -> None:
    """Raises `NotVisible` for everybody else, and for programs: a token must not make itself a way out."""
    if actor.kind != Kind.MEMBER or not actor.is_administrator or actor.types:
        raise gate.NotVisible


def require_writer(actor: Actor) -> None:
    require_administrator(actor)
    if actor.read_only:
        raise gate.NotAllowed(policies.EDIT)


def all_webhooks(actor: Actor) -> QuerySet[Webhook]:
    require_administrator(actor)
    return Webhook.objects.select_related("member")


def get_webhook(actor: Actor, webhook_id: int) -> Webhook:
    """Raises `NotVisible`."""
    found = all_webhooks(actor).filter(pk=webhook_id).first()
    if found is None:
        raise gate.NotVisible
    return found


def problems_of(actor: Actor, webhook: Webhook) -> list[str]:
    """Why something a webhook was told to do is not done: a type or a field its condition names is gone, or hidden
    from the member it acts for."""
    gone = [name for name in webhook.events if events.find(name) is None]
    found = [_("There is no event “%(name)s” any more.") % {"name": name} for name in gone]
    for type_name, condition in webhook.conditions.items():
        record_type = registry.find(type_name)
        if record_type is None:
            continue
        try:
            with sight.seen_by(acting.actor_of(webhook)):
                _compiled(actor, type_name, condition)
        except ConditionError as error:
            told = {"type": record_type.plural, "why": error.message}
            found.append(_("Nothing is told of %(type)s: its condition cannot be read. %(why)s") % told)
    return found


# Writing


def create_webhook(actor: Actor, raw: Mapping[str, Any]) -> Webhook:
    """`raw`: name, url, events, and optionally conditions and is_active. Raises `Refused`."""
    require_writer(actor)
    values = cleaned(actor, raw)
    with acts.act(actor, "create_webhook", subject=values["name"]) as change_set:
        return Webhook.objects.create(member_id=actor.member_id, since_change_set=change_set.pk, **values)


def revise_webhook(actor: Actor, webhook: Webhook, raw: Mapping[str, Any], *, version: int | None = None) -> Webhook:
    """Changes what `raw` says; who saves it is whom it acts for from then on. Raises `Refused`, also when somebody
    changed it since `version`."""
    require_writer(actor)
    values = cleaned(actor, raw, webhook)
    with acts.act(actor, "edit_webhook", subject=values["name"]):
        locked = Webhook.objects.select_for_update().get(pk=webhook.pk)
        if version is not None and locked.version != version:
            raise gate.Refused({"": [_("Somebody changed this webhook in the meantime; open it again.")]})
        for name, value in {**values, "member_id": actor.member_id}.items():
            setattr(locked, name, value)
        locked.save(update_fields=[*values, "member", "updated_at"])
        return locked


def delete_webhook(actor: Actor, webhook: Webhook) -> None:
    """Its deliveries stay for a while: undone, it goes on with them."""
    require_writer(actor)
    with acts.act(actor, "delete_webhook", subject=webhook.name):
        webhook.delete()


def renew_secret(actor: Actor, webhook: Webhook) -> str:
    """The new secret; the old one is good no longer. It leaves an act but no trace of the secret."""
    require_writer(actor)
    with acts.act(actor, "renew_webhook_secret", subject=webhook.name):
        webhook.salt = new_salt()
        webhook.save(update_fields=["salt"])
    return webhook.secret


# Checking


def cleaned(actor: Actor, raw: Mapping[str, Any], webhook: Webhook | None = None) -> dict[str, Any]:
    """Checked values. Raises `Refused` with every field that cannot be taken."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {"is_active": bool(raw.get("is_active", True))}
    for name, check in (("name", _name), ("url", _url), ("events", _events)):
        try:
            values[name] = check(raw.get(name))
        except _Unfit as unfit:
            errors[name] = [str(unfit)]
    types = {name.partition(".")[0] for name in values.get("events", ())}
    told = raw.get("conditions") or {}
    values["conditions"] = {}
    for type_name in sorted(types):
        try:
            condition = _compiled(actor, type_name, told.get(type_name) or {})
        except ConditionError as error:
            errors[f"condition-{type_name}"] = [str(error.message)]
            continue
        if condition:
            values["conditions"][type_name] = condition
    if errors:
        raise gate.Refused(errors)
    return values


class _Unfit(Exception):
    """A value that cannot be taken, in a sentence."""


def _name(raw: Any) -> str:
    name = str(raw or "").replace("\x00", "").strip()
    if not name:
        raise _Unfit(_("Give the webhook a name."))
    if len(name) > LONGEST_NAME:
        raise _Unfit(_("At most %(limit)d characters.") % {"limit": LONGEST_NAME})
    return name


def _url(raw: Any) -> str:
    """What leads into a private network is refused at once; a name that is not there yet may come."""
    url = str(raw or "").strip()
    if len(url) > LONGEST_URL:
        raise _Unfit(_("At most %(limit)d characters.") % {"limit": LONGEST_URL})
    try:
        target = addresses.target_of(url)
        addresses.checked(target, seconds=LOOK_UP_SECONDS)
    except addresses.NotFoundNow:
        return url
    except UnableToReach as refusal:
        raise _Unfit(str(refusal)) from refusal
    return url


def _events(raw: Any) -> list[str]:
    names = [str(each) for each in raw] if isinstance(raw, list | tuple) else []
    if not names:
        raise _Unfit(_("Choose at least one event."))
    for name in names:
        if events.find(name) is None:
            raise _Unfit(_("There is no event “%(name)s”.") % {"name": name[:60]})
    return list(dict.fromkeys(names))


def _compiled(actor: Actor, type_name: str, condition: Any) -> Any:
    """Raises `ConditionError`."""
    record_type = registry.get(type_name)
    conditions.filtered(record_type.queryset(), condition, record_type, actor)
    return condition
