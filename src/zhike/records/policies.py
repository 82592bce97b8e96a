"""Who may do what: one policy per type, deny by default.

A policy declares a scope per ready role and action; roles (`zhike.records.roles`) are data, and may say otherwise. What
an actor's roles come to is a reach, and a reach is a condition on the list. *The check on one record is the filter of
the list*, so page, list, export, search and API cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Lookup, OuterRef, Q
from django.db.models.lookups import Exact, In

from zhike.base import clock
from zhike.base.actors import ADMINISTRATOR
from zhike.records.models import Share
from zhike.records.roles import holding, opening, sight
from zhike.records.roles.reaching import members_within
from zhike.records.roles.ready import COMMON_RIGHTS, MANAGER, OWNER_RIGHTS, SALESPERSON, same
from zhike.records.roles.rights import (
    ACTIONS,
    BULK,
    CREATE,
    EDIT,
    EVERYWHERE,
    EXPORT,
    IMPORT,
    NOWHERE,
    RESTORE,
    REVEAL,
    SEE,
    SHARE,
    TRANSFER,
    TRASH,
    WRITES,
    Access,
    Reach,
    Rights,
    Scope,
    doing,
)

if TYPE_CHECKING:
    from zhike.base.actors import Actor

__all__ = [
    "ACTIONS",
    "ADMINISTRATOR",
    "BULK",
    "COMMON_RIGHTS",
    "CREATE",
    "EDIT",
    "EXPORT",
    "IMPORT",
    "MANAGER",
    "OWNER_RIGHTS",
    "RESTORE",
    "REVEAL",
    "SALESPERSON",
    "SEE",
    "SHARE",
    "TRANSFER",
    "TRASH",
    "WRITES",
    "Ground",
    "Policy",
    "Reach",
    "Rights",
    "Scope",
    "among",
    "any_of",
    "doing",
    "one_of",
    "row_by_row",
    "same",
    "shared_with",
]  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """One reason for which records are within reach: those `condition` holds for. `of` says more of the `kind`."""

    kind: str
    condition: Q
    of: Any = None


class Policy:
    """`rights` by role and action; `owner` the field that says whose a record is; `follows` the references
    whose readers may read this record as well (contacts and opportunities of a customer)."""

    own_suffices: ClassVar[bool] = True
    """Whether any scope reaches the actor's own records; False where `within` or `condition` is narrower."""
    record_type_name: str = ""
    """The type this is the policy of; told by the registry."""
    needs: Mapping[str, str] = {}
    """By the name of the right to a declared action, the right that stands for it where a role does not name it;
    told by the registry."""

    def __init__(
        self, rights: Rights = OWNER_RIGHTS, *, owner: str = "owner", follows: tuple[str, ...] = (), shared: bool = True
    ) -> None:
        self.rights = rights
        self.owner = owner
        self.follows = follows
        self.shared = shared

    # The one decision

    def reach(self, actor: Actor, action: str) -> Reach:
        """What the actor may do `action` with: an `ACTIONS`, or `doing(…)` a declared action."""
        if action == EXPORT and actor.is_looking:
            return NOWHERE
        if action not in (SEE, EXPORT) and (actor.read_only or self.record_type_name in actor.only_reads):
            return NOWHERE
        if actor.everything:
            return EVERYWHERE
        return holding.reach(actor, self, action)

    def condition(self, actor: Actor, action: str, model: Any) -> Q | None:
        """The records of `model` the actor may do `action` with; `None` means all of them."""
        reach = self.reach(actor, action)
        if not reach or _is_closed(actor, model):
            return Q(pk__in=[])
        return None if reach.is_unlimited else self.within(actor, action, reach, model)

    def is_unlimited(self, actor: Actor, action: str, model: Any) -> bool:
        """Whether `condition` is None, without the work of putting one together."""
        return self.reach(actor, action).is_unlimited and not _is_closed(actor, model)

    def within(self, actor: Actor, action: str, reach: Reach, model: Any) -> Q:
        """The condition of a narrow reach: any of its grounds."""
        return reduce(or_, (ground.condition for ground in self.grounds(actor, action, reach, model)))

    def grounds(self, actor: Actor, action: str, reach: Reach, model: Any) -> Iterator[Ground]:
        """Everything on which the actor may do `action` with a record; domains with other owners add to this.

        The alternatives are written with `any_of` and `among`, so that each can be answered from an index. A plain
        `IN (SELECT …)` beside an `OR` would make PostgreSQL read whole tables.
        """
        yield Ground("owner", self.owned(actor, reach), reach.scopes)
        for raw in reach.conditions:
            yield Ground("condition", self.granted(actor, raw), raw)
        if self.shared:
            needs = self.needs.get(action, action)
            yield Ground("share", any_of("pk", shared_with(actor, model.record_type_name, needs)))
            for rule in opening.rules_for(actor, model.record_type_name, needs):
                yield Ground("rule", self.granted(actor, rule.condition), rule)
        if action == SEE:
            for name in self.follows:
                yield Ground("follows", self._following(actor, reach, name, model), name)

    def owned(self, actor: Actor, reach: Reach) -> Q:
        """The records of whom the scopes reach."""
        if not reach.scopes:
            return Q(pk__in=[])
        if reach.scopes == {Scope.OWN}:
            return Q(**{self.owner: actor.member_id})
        return any_of(self.owner, members_within(actor, reach.scopes))

    def granted(self, actor: Actor, raw: Any) -> Q:
        """The records a condition of a role holds for. One that cannot be understood any more, because a field it
        names is gone, grants nothing: the page of the role says so."""
        from zhike.records import conditions, registry

        try:
            with sight.seeing_all():
                node = conditions.parse(raw, registry.get(self.record_type_name))
            return conditions.compile_node(node, conditions.context_of(actor))
        except conditions.ConditionError:
            return Q(pk__in=[])

    def _following(self, actor: Actor, reach: Reach, name: str, model: Any) -> Q:
        from zhike.records import registry

        parent = registry.of(model._meta.get_field(name).related_model)
        return among(reach, name, parent.policy.visible_to(actor, parent.queryset()), "pk")

    def field_access(self, actor: Actor) -> Mapping[str, Access]:
        """The widest access to fields that no role can go beyond; a field that is not named has no such limit."""
        return {}

    # Asked by everybody

    def scoped(self, actor: Actor, action: str, queryset: Any) -> Any:
        """`queryset` less what the actor may not do `action` with. Name single rows (`pk`, `pk__in`) before, not
        after: then each of them is looked at, and no list of everything the actor may see is made."""
        with row_by_row() if _names_rows(queryset) else nullcontext():
            condition = self.condition(actor, action, queryset.model)
        return queryset if condition is None else queryset.filter(condition)

    def visible_to(self, actor: Actor, queryset: Any) -> Any:
        return self.scoped(actor, SEE, queryset)

    def may(self, actor: Actor, action: str) -> bool:
        """Whether there can be any record at all the actor may do this with."""
        return bool(self.reach(actor, action))

    def allows(self, actor: Actor, action: str, record: Any) -> bool:
        if self.is_unlimited(actor, action, type(record)) or self.is_plainly_own(actor, action, record):
            return True
        return bool(self.scoped(actor, action, type(record)._default_manager.filter(pk=record.pk)).exists())

    def is_plainly_own(self, actor: Actor, action: str, record: Any) -> bool:
        """The first thing `within` says, known without asking the database."""
        return bool(self.plainly_own(actor, action, [record]))

    def plainly_own(self, actor: Actor, action: str, records: Sequence[Any]) -> set[int]:
        """The ids of those of the records of one type that are plainly the actor's own."""
        if not records or not self.own_suffices or actor.member_id is None or not self.reach(actor, action).scopes:
            return set()
        if _is_closed(actor, records[0]):
            return set()
        owner = f"{self.owner}_id"
        return {record.pk for record in records if getattr(record, owner, None) == actor.member_id}


def _is_closed(actor: Actor, model: Any) -> bool:
    """Whether the actor's token is for other record types."""
    return bool(actor.types) and model.record_type_name not in actor.types


class _IsAnyOf(Lookup):
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_parameters, *right_parameters]


class _IsOneOf(Lookup):
    """Its right side are known ids, sent as one value whatever their number."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*left_parameters, self.rhs]


_row_by_row: ContextVar[bool] = ContextVar("zhike_row_by_row", default=False)


@contextmanager
def row_by_row() -> Iterator[None]:
    """Conditions that are put together in here are for a few known rows."""
    token = _row_by_row.set(True)
    try:
        yield
    finally:
        _row_by_row.reset(token)


def _names_rows(queryset: Any) -> bool:
    """Whether a queryset says already by their ids which rows it is about."""
    where = queryset.query.where
    return where.connector == "AND" and not where.negated and any(_names_ids(each) for each in where.children)


def _names_ids(lookup: Any) -> bool:
    if not isinstance(lookup, Exact | In | _IsOneOf) or not lookup.rhs_is_direct_value():
        return False
    return bool(getattr(getattr(lookup.lhs, "target", None), "primary_key", False))


def any_of(name: str, ids: Any) -> Q:
    """`name` is one of the ids a query gives. The ids are fetched once, before anything else, and then serve as
    if they were written out: an index answers them even as one alternative among others."""
    return Q(_IsAnyOf(F(name), ArraySubquery(ids)))


def one_of(ids: list[int]) -> Q:
    """The rows of these ids. Thousands of them are one value here, where `pk__in` would write out each."""
    return Q(_IsOneOf(F("pk"), ids))


def among(reach: Reach, name: str, rows: Any, key: str) -> Q:
    """`name` is the `key` of one of `rows`: few of them where only one's own are seen, perhaps very many in a wider."""
    if reach.is_own and not _row_by_row.get():
        return any_of(name, rows.values(key))
    return Q(Exists(rows.filter(**{key: OuterRef(name)})))


def shared_with(actor: Actor, record_type_name: str, action: str) -> Any:
    """The ids of the records shared with the actor for `action`, as a subquery."""
    shares = Share.objects.filter(member_id=actor.member_id or 0, record_type=record_type_name)
    if action in WRITES:
        shares = shares.filter(writable=True) if action == EDIT else shares.none()
    return shares.exclude(ends_at__lte=clock.now()).values("record_id")
