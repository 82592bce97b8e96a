"""What an actor may do with one record, asked of the database once for all actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from zhike.base.actors import Actor
from zhike.records import policies, registry

RECORD_ACTIONS = (policies.EDIT, policies.TRASH, policies.RESTORE, policies.SHARE, policies.TRANSFER)


def rights_on(actor: Actor, record: Any, actions: Iterable[str] = RECORD_ACTIONS) -> frozenset[str]:
    """Those of `actions` the actor may do with the record: the same answer as `policy.allows` for each."""
    policy, model = registry.of(record).policy, type(record)
    allowed, asked = set(), {}
    for action in dict.fromkeys(actions):
        if policy.is_plainly_own(actor, action, record):
            allowed.add(action)
            continue
        with policies.row_by_row():
            condition = policy.condition(actor, action, model)
        if condition is None:
            allowed.add(action)
        elif policy.scope(actor, action):
            asked[f"may_{action}"] = Case(When(condition, then=Value(True)), default=False, output_field=BooleanField())
    if asked:
        row = model._default_manager.filter(pk=record.pk).annotate(**asked).values(*asked).first() or {}
        allowed |= {name.removeprefix("may_") for name, may in row.items() if may}
    return frozenset(allowed)
