"""What an actor may do with one record, asked of the database once for all actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from zhike.base.actors import Actor
from zhike.records import policies, registry
from zhike.records.policies import Policy

RECORD_ACTIONS = (policies.EDIT, policies.TRASH, policies.RESTORE, policies.SHARE, policies.TRANSFER, policies.REVEAL)


def rights_on(actor: Actor, record: Any, actions: Iterable[str] = RECORD_ACTIONS) -> frozenset[str]:
    """Those of `actions` the actor may do with the record: the same answer as `policy.allows` for each."""
    policy, model = registry.of(record).policy, type(record)
    allowed: set[str] = set()
    asked: dict[str, Any] = {}
    names: dict[str, str] = {}
    stand_ins = {action: _stand_in(policy, actor, action) for action in actions}
    for action in dict.fromkeys(stand_ins.values()):
        if policy.is_plainly_own(actor, action, record):
            allowed.add(action)
            continue
        with policies.row_by_row():
            condition = policy.condition(actor, action, model)
        if condition is None:
            allowed.add(action)
        elif policy.may(actor, action):
            name = f"may_{len(asked)}"
            names[name] = action
            asked[name] = Case(When(condition, then=Value(True)), default=False, output_field=BooleanField())
    if asked:
        row = model._default_manager.filter(pk=record.pk).annotate(**asked).values(*asked).first() or {}
        allowed |= {names[name] for name, may in row.items() if may}
    return frozenset(action for action, asked_as in stand_ins.items() if asked_as in allowed)


def _stand_in(policy: Policy, actor: Actor, action: str) -> str:
    """The right a declared action needs, where no role says more of the action: then it is asked once for both."""
    needs = policy.needs.get(action, action)
    return needs if policy.reach(actor, needs) == policy.reach(actor, action) else action
