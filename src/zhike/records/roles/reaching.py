"""From a reach to a condition on a list."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.db.models.expressions import RawSQL

from zhike.records.roles.rights import Scope

if TYPE_CHECKING:
    from zhike.base.actors import Actor

LINE = """WITH RECURSIVE line(id) AS (
  SELECT %s::bigint UNION SELECT below.id FROM {table} below JOIN line ON below.manager_id = line.id
) SELECT id FROM line"""
"""Who reports to a member, at any depth; a circle ends by itself."""


def members_within(actor: Actor, scopes: Collection[Scope]) -> Any:
    """The ids (a subquery) of the members whose records the scopes reach; the actor always among them."""
    members: Any = get_user_model()
    found = Q(pk=actor.member_id)
    if Scope.SUBORDINATES in scopes:
        found |= Q(pk__in=RawSQL(LINE.format(table=members._meta.db_table), [actor.member_id or 0]))
    if Scope.DEPARTMENT_AND_BELOW in scopes and actor.department_path:
        found |= Q(department__path__startswith=actor.department_path)
    elif Scope.DEPARTMENT in scopes and actor.department_id:
        found |= Q(department=actor.department_id)
    return members._default_manager.filter(found).values("pk")
