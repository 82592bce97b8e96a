from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from zhike.base.actors import ADMINISTRATOR, Actor
from zhike.records.policies import COMMON_RIGHTS, SEE, TRASH, Policy, Reach, Scope, same
from zhike.records.roles.ready import PARTNER
from zhike.records.roles.rights import Access


class DirectoryPolicy(Policy):
    """Everybody inside sees who works here; only administrators change it."""

    def __init__(self, *, owner: str) -> None:
        super().__init__({**COMMON_RIGHTS, PARTNER: same(Scope.OWN, SEE)}, owner=owner, shared=False)


class MemberPolicy(DirectoryPolicy):
    """A member's own record is their own."""

    def __init__(self) -> None:
        super().__init__(owner="pk")

    def field_access(self, actor: Actor) -> Mapping[str, Access]:
        """Who may edit members makes nobody an administrator, least of all themselves."""
        return {} if actor.is_administrator else {"roles": Access.READ_ONLY}

    def condition(self, actor: Actor, action: str, model: Any) -> Q | None:
        """Nobody trashes themselves, and none but administrators an administrator: so one is always left."""
        found = super().condition(actor, action, model)
        if action != TRASH:
            return found
        others = ~Q(pk=actor.member_id or 0)
        if not actor.is_administrator and not actor.everything:
            others &= ~Q(roles__contains=[ADMINISTRATOR])
        return others if found is None else found & others

    def is_unlimited(self, actor: Actor, action: str, model: Any) -> bool:
        return action != TRASH and super().is_unlimited(actor, action, model)


class DepartmentPolicy(DirectoryPolicy):
    """One's own department is the one a member stands in."""

    def __init__(self) -> None:
        super().__init__(owner="")

    def owned(self, actor: Actor, reach: Reach) -> Q:
        if Scope.DEPARTMENT_AND_BELOW in reach.scopes and actor.department_path:
            return Q(path__startswith=actor.department_path)
        return Q(pk=actor.department_id) if reach.scopes else Q(pk__in=[])
