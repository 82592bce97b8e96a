"""What open pages are told while they stand open: their member's notices, and records others changed.

A page hears of a change only if its member may see the record now, by the same policy as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django_tenants.utils import schema_context

from zhike.base.actors import Actor
from zhike.base.changelog import reading
from zhike.base.changelog.models import ChangeSet, ReaderPosition
from zhike.base.notices import services as notices
from zhike.base.workspaces import queries
from zhike.records import registry
from zhike.shell import middleware

MANY = 30
Told = dict[str, Any]


@dataclass(frozen=True)
class Listener:
    """Who stands behind an open page."""

    workspace: str
    actor: Actor


@dataclass
class News:
    """What changed since the last look: records by type, each with the change set that touched it last."""

    records: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    authors: dict[int, Told] = field(default_factory=dict)


def admit(hostname: str, session_key: str) -> Listener | None:
    """The listener a session cookie stands for, or None: unknown host, nobody signed in, member gone."""
    workspace = queries.find_by_host(hostname)
    if workspace is None:
        return None
    with schema_context(workspace.schema_name):
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
        request.user = auth.get_user(request)
        actor = middleware.actor_of_request(request)
    return Listener(workspace.schema_name, actor) if actor else None


def unread(listener: Listener) -> Told:
    """The number at the bell."""
    with schema_context(listener.workspace):
        return {"unread": notices.count_unread(listener.actor.member_id or 0)}


def start_of_reading(workspace: str) -> ReaderPosition:
    """From where on the pages of a workspace are told."""
    with schema_context(workspace):
        return reading.here_and_now()


def tell(
    workspace: str, position: ReaderPosition, listeners: Iterable[Listener]
) -> tuple[ReaderPosition, dict[Listener, list[Told]]]:
    """What each listener is to be told of the changes after `position`, and the position reached."""
    with schema_context(workspace):
        rows, transaction = reading.rows_after(position)
        if not rows:
            return position, {}
        news = _news_of(rows)
        reached = ReaderPosition(transaction=transaction, change_id=rows[-1].id)
        return reached, {listener: _for_one(listener.actor, news) for listener in listeners}


def _news_of(rows: list[reading.Row]) -> News:
    news = News()
    for row in rows:
        if record_type := registry.of_table(row.owner_table):
            news.records[record_type.name][row.owner_id] = row.change_set_id
    acts = {act for records in news.records.values() for act in records.values()}
    for act in ChangeSet.objects.filter(pk__in=acts).only("actor_id", "actor_label"):
        news.authors[act.pk] = {"id": act.actor_id, "name": act.actor_label}
    return news


def _for_one(actor: Actor, news: News) -> list[Told]:
    """Past `MANY` records of a type, only that the type changed: nobody reads a thousand hints."""
    told: list[Told] = []
    for name, records in news.records.items():
        record_type = registry.get(name)
        seen = record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=list(records)))
        visible = list(seen.values_list("pk", flat=True)[: MANY + 1])
        named = [None] if len(visible) > MANY else visible
        told += [{"type": name, "id": key, "member": _author(news, records[key or visible[0]])} for key in named]
    return told


def _author(news: News, act: int) -> Told:
    return news.authors.get(act, {"id": None, "name": ""})
