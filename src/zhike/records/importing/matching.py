"""Which record a row is about: one query per key and batch, seen with the actor's eyes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.sentences import shortened
from zhike.records import policies
from zhike.records.declaration import RecordType
from zhike.records.fields import references
from zhike.records.importing import finders, targets
from zhike.records.importing.drafts import Draft
from zhike.records.roles.reaching import members_within

EXTERNAL_ID = "external_id"


class Matcher:
    """Finds the existing record of each draft and whether the actor may change it."""

    def __init__(
        self, record_type: RecordType, actor: Actor, keys: Sequence[tuple[str, ...]], mapped: set[str], *, locks: bool
    ) -> None:
        self.record_type = record_type
        self.actor = actor
        self.locks = locks
        self.keys = [key for key in keys if set(key) <= mapped]
        if EXTERNAL_ID in mapped and (EXTERNAL_ID,) not in self.keys:
            # An external id names one record at most, whatever else the plan matches by.
            self.keys.insert(0, (EXTERNAL_ID,))

    def match(self, drafts: Iterable[Draft]) -> None:
        """Sets `existing`; refuses a draft that fits several records, a hidden one, or one it may not change."""
        open_drafts = [draft for draft in drafts if not draft.outcome]
        found: dict[int, tuple[Draft, tuple[str, ...]]] = {}
        for key in self.keys:
            by_value = self._by_value(key, open_drafts)
            if not by_value:
                continue
            ids = self._ids(key, list(by_value))
            for value, waiting in by_value.items():
                for draft in waiting if ids.get(value) else ():
                    self._take(draft, key, ids[value], found)
            open_drafts = [draft for draft in open_drafts if not draft.outcome and id(draft) not in found]
        self._load(found)

    def _by_value(self, key: tuple[str, ...], drafts: list[Draft]) -> dict[Any, list[Draft]]:
        by_value: dict[Any, list[Draft]] = defaultdict(list)
        for draft in drafts:
            for value in self.values_of(key, draft):
                by_value[value].append(draft)
        return by_value

    def values_of(self, key: tuple[str, ...], draft: Draft) -> list[Any]:
        """What a draft is looked up by; several for phones and e-mails."""
        if key[0] in finders.ENTRY_KEYS:
            return [entry[finders.ENTRY_KEYS[key[0]]] for entry in draft.values.get(key[0]) or ()]
        parts = [draft.values.get(name) for name in key]
        if any(part is None or part == "" for part in parts):
            return []
        value = tuple(getattr(part, "pk", part) for part in parts)
        return [] if any(part is None for part in value) else [value]

    def _take(
        self, draft: Draft, key: tuple[str, ...], matching: list[int], found: dict[int, tuple[Draft, tuple[str, ...]]]
    ) -> None:
        if len(matching) > 1:
            draft.refuse(key[0], "", _("%(count)d records fit this row by “%(key)s”.") % {
                "count": len(matching), "key": self._label(key)})  # fmt: skip
        else:
            draft.existing = matching[0]
            found[id(draft)] = (draft, key)

    def _label(self, key: tuple[str, ...]) -> str:
        known = targets.targets_of(self.record_type)
        return " + ".join(str(known[name].label) for name in key)

    def _ids(self, key: tuple[str, ...], values: list[Any]) -> dict[Any, list[int]]:
        model: Any = self.record_type.model
        if key[0] in finders.ENTRY_KEYS:
            ids = finders.ids_by_entries(model, key[0], values)
            visible = set(
                self._visible(pk__in={pk for found in ids.values() for pk in found}).values_list("pk", flat=True)
            )
            return {value: [pk for pk in found if pk in visible] for value, found in ids.items()}
        names = ["pk" if name == targets.NUMBER else name for name in key]
        conditions = {f"{name}__in": {value[place] for value in values} for place, name in enumerate(names)}
        if names == ["pk"]:
            conditions = {"pk__in": {number for (text,) in values if (number := references.as_id(text))}}
        queryset = self._anywhere(**conditions) if key == (EXTERNAL_ID,) else self._visible(**conditions)
        found: dict[Any, list[int]] = defaultdict(list)
        for *parts, pk in queryset.values_list(*names, "pk"):
            found[tuple(str(part) if names == ["pk"] else part for part in parts)].append(pk)
        return found

    def _visible(self, **conditions: Any) -> Any:
        alive = self.record_type.queryset().filter(trashed_at__isnull=True, **conditions)
        return self.record_type.policy.visible_to(self.actor, alive).order_by()

    def _anywhere(self, **conditions: Any) -> Any:
        return self.record_type.queryset().filter(**conditions).order_by()

    def _load(self, found: dict[int, tuple[Draft, tuple[str, ...]]]) -> None:
        if not found:
            return
        ids = {draft.existing for draft, _key in found.values()}
        visible = self._anywhere(pk__in=ids)
        policy = self.record_type.policy
        records = {record.pk: record for record in self._locked(policy.visible_to(self.actor, visible))}
        for draft, key in found.values():
            record = records.get(draft.existing)
            draft.existing = record
            value = shortened(_shown(self.values_of(key, draft)))
            if record is None:
                draft.refuse(key[0], "", _("“%(value)s” is taken by another record.") % {"value": value})
            elif record.trashed_at is not None:
                draft.refuse(key[0], "", _("“%(value)s” lies in the trash; restore it first.") % {"value": value})

    def _locked(self, queryset: Any) -> Any:
        return queryset.order_by("pk").select_for_update(of=("self",)) if self.locks else queryset

    def allowed(self, action: str, drafts: Iterable[Draft]) -> set[int]:
        """Which of the drafts' existing records the actor may do `action` with."""
        ids = {draft.existing.pk for draft in drafts if draft.existing is not None}
        condition = self.record_type.policy.condition(self.actor, action, self.record_type.model)
        if condition is None or not ids:
            return ids
        return set(self._anywhere(pk__in=ids).filter(condition).values_list("pk", flat=True))


def _shown(found: list[Any]) -> str:
    first = found[0] if found else ""
    return " + ".join(map(str, first)) if isinstance(first, tuple) else str(first)


def owners_allowed(record_type: RecordType, actor: Actor) -> set[int] | None:
    """To whom the actor may give new records of the type; None stands for everybody."""
    reach = record_type.policy.reach(actor, policies.CREATE)
    if reach.is_unlimited:
        return None
    return set(members_within(actor, reach.scopes).values_list("pk", flat=True)) if reach.scopes else set()
