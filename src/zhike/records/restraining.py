"""What keeps an undo from parts of an act: nobody does by undoing what they may not do today.

A field the actor may not write stays as it is; a record they may not change as the act changed it, and one that would
break a rule of the company, stays whole, with its parts. Who may act is asked of a record as it is and as it would be:
handing over a record takes it out of reach, and undoing that brings it back. See ADR 13.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog.models import ChangeSet, Tracked
from zhike.base.changelog.restraining import CUSTOM, Conflict, Restraint
from zhike.base.changelog.undoing import UnableToUndo
from zhike.records import custom, history, policies, registry, services
from zhike.records.declaration import RecordType
from zhike.records.models import SavedView, Share
from zhike.records.roles import holding, sight
from zhike.records.roles.rights import Ability, Access
from zhike.records.rules import keeping

CHUNK = 5_000
SHAPES = """
SELECT keys, is_trashed, array_agg(record_id) FROM (
  SELECT c.record_id, array_agg(DISTINCT k.key ORDER BY k.key) AS keys,
         bool_or(jsonb_typeof(c.after -> 'trashed_at') = 'string') AS is_trashed
  FROM base_change c JOIN zhike_net n USING (table_name, record_id)
  CROSS JOIN LATERAL (
    SELECT key FROM jsonb_object_keys(c.before) key WHERE key <> 'custom'
    UNION ALL
    SELECT %s || u.key FROM (SELECT jsonb_object_keys(COALESCE(c.before -> 'custom', '{}')) AS key
                             UNION SELECT jsonb_object_keys(COALESCE(c.after -> 'custom', '{}'))) u
    WHERE c.before -> 'custom' -> u.key IS DISTINCT FROM c.after -> 'custom' -> u.key) k
  WHERE c.change_set_id = %s AND c.table_name = %s AND c.operation = 'U' AND n.first = 'U' AND n.last = 'U'
  GROUP BY 1) shaped GROUP BY 1, 2
"""
"""Which columns (and keys of `custom`) of which rows the act changed, and whether it trashed them."""

Actions = tuple[str, ...]
"""Any of these rights will do."""


@dataclass(frozen=True)
class Needed:
    """What the actor must be able to do with records for their undo."""

    record_type: RecordType
    actions: Actions
    ids: frozenset[int]


class Rights(Restraint):
    """The rights of `actor` today, and the rules, for the undo of one act."""

    def __init__(self, actor: Actor, change_set: ChangeSet) -> None:
        self.actor, self.change_set = actor, change_set
        self._pending: list[Needed] = []
        self._written: dict[RecordType, dict[int, bool]] = {}
        self._partly: dict[RecordType, set[int]] = {}
        self._told: set[tuple[str, int]] = set()

    # Fields

    def kept_columns(self, model: type[Tracked]) -> frozenset[str]:
        record_type = registry.of_table(model._meta.db_table)
        if record_type is None:
            narrow = model is SavedView and not holding.can(self.actor, Ability.SHARE_VIEWS)
            return frozenset({"audience", "department_id"} if narrow else ())
        every = record_type.every_field()
        accesses = sight.accesses(self.actor, record_type)
        names = {name for name, access in accesses.items() if access is not Access.EDITABLE and name in every}
        kept = {column_of(every[name]) for name in names if every[name].editable}
        if record_type.path in names:
            kept |= _derived(record_type)
        return frozenset(kept)

    def left_out(self, model: type[Tracked], kept: list[tuple[int, str]]) -> list[Conflict]:
        record_type = registry.of_table(model._meta.db_table)
        if record_type is not None:
            self._partly[record_type] = {record_id for record_id, _column in kept}
            kept = [each for each in kept if each[1] not in _derived(record_type)]
        told = _("You may not change this field.")
        return [Conflict(model._meta.db_table, record_id, column, told) for record_id, column in kept]

    # Records, before anything is written

    def refused(self, tables: list[type[Tracked]]) -> list[Conflict]:
        found: list[Conflict] = []
        for model in tables:
            record_type = registry.of_table(model._meta.db_table)
            if record_type is not None:
                found += self._records(record_type)
            elif model.log_owner:
                self._parts(model)
            elif model.soft_reference:
                found += self._hanging(model)
            else:
                found += self._company(model)
        return found

    def _records(self, record_type: RecordType) -> Iterator[Conflict]:
        making = (policies.CREATE, policies.IMPORT, policies.TRASH)
        yield from self._refuse(record_type, making, self._net(record_type.model, "first = 'I' AND last <> 'D'"))
        kept = self.kept_columns(record_type.model) | _untold(record_type)
        for all_keys, is_trashed, ids in self._shapes(record_type.model):
            keys = set(all_keys) - kept
            for actions in self._needed(record_type, keys, is_trashed):
                self._ask_again(record_type, actions, self._lacking(record_type, actions, ids))
            if keys - {"trashed_at"}:
                is_entered = bool(record_type.path) and _column(record_type, record_type.path) in keys
                self._written.setdefault(record_type, {}).update(dict.fromkeys(ids, is_entered))

    def _ask_again(self, record_type: RecordType, actions: Actions, ids: Iterable[int]) -> None:
        """What is out of reach as it is may be within as it was."""
        if found := frozenset(ids):
            self._pending.append(Needed(record_type, actions, found))

    def _needed(self, record_type: RecordType, keys: set[str], is_trashed: bool) -> Iterator[Actions]:
        """The rights one needs to change these columns by hand."""
        writable = keys & _writable(record_type)
        if "trashed_at" in keys:
            yield (policies.RESTORE if is_trashed else policies.TRASH,)
        owner = _column(record_type, "owner")
        if owner in writable:
            yield (policies.TRANSFER,)
        is_of_act = record_type.name == self.change_set.record_type
        if writable - {owner} or (is_of_act and keys - {"trashed_at"} and not writable):
            yield self._editing(record_type)

    def _editing(self, record_type: RecordType) -> Actions:
        """The right to edit, or to do the declared act again that is undone."""
        action = self.change_set.action
        return (policies.EDIT, policies.doing(action)) if record_type.action(action) else (policies.EDIT,)

    def _parts(self, model: type[Tracked]) -> None:
        """Rows of a record: its lines, its links. They come and go with a record the act made."""
        owner: Any = model._meta.get_field(model.log_owner)
        record_type = registry.of(owner.related_model)
        made = "SELECT record_id FROM zhike_net WHERE table_name = %s AND (first = 'I' OR last = 'D')"
        ids = self._asked(
            f"SELECT DISTINCT owner_id FROM zhike_net WHERE table_name = %s AND NOT owner_id IN ({made})",
            [model._meta.db_table, record_type.table],
        )
        actions = self._editing(record_type)
        self._ask_again(record_type, actions, self._lacking(record_type, actions, ids))

    def _hanging(self, model: type[Tracked]) -> Iterator[Conflict]:
        """Shares and files of records."""
        type_column, id_column = model.soft_reference or ("", "")
        right = policies.SHARE if model is Share else policies.EDIT
        rows = self._pairs(
            """SELECT DISTINCT record_id, COALESCE(after, before) ->> %s, COALESCE(after, before) ->> %s
               FROM base_change WHERE change_set_id = %s AND table_name = %s AND operation <> 'U'""",
            [type_column, id_column, self.change_set.pk, model._meta.db_table],
        )
        changed = model._default_manager.filter(pk__in=self._net(model, "first = 'U' AND last = 'U'"))
        rows += changed.values_list("pk", type_column, id_column)
        for pk, name, number in rows:
            record_type = registry.find(name)
            if record_type is None or self._lacking(record_type, (right,), [int(number)]):
                yield Conflict(model._meta.db_table, pk, "", _("You may not change who works on this record."))

    def _company(self, model: type[Tracked]) -> Iterator[Conflict]:
        """What belongs to no record is a member's own (views, mappings) or the company's: for administrators."""
        if self.actor.is_administrator:
            return
        rows = set(self._net(model, "true"))
        for keys, _is_trashed, ids in self._shapes(model):
            if set(keys) <= set(history.HIDDEN_COLUMNS):
                rows -= set(ids)
        person = _person_of(model)
        if person and rows:
            rows -= set(self._own_rows(model, person))
        told = _("Only administrators change what holds for the company.")
        yield from (Conflict(model._meta.db_table, each, "", told) for each in rows)

    def _own_rows(self, model: type[Tracked], person: str) -> list[int]:
        table = model._meta.db_table
        return self._asked(
            f"""SELECT n.record_id FROM zhike_net n WHERE n.table_name = %s AND (
                  EXISTS (SELECT 1 FROM {table} t WHERE t.id = n.record_id AND t.{person} = %s)
                  OR NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = n.record_id) AND EXISTS (
                    SELECT 1 FROM base_change c WHERE c.change_set_id = %s AND c.table_name = n.table_name
                      AND c.record_id = n.record_id AND (c.before -> %s) = to_jsonb(%s::bigint)))""",
            [table, self.actor.member_id, self.change_set.pk, person, self.actor.member_id],
        )

    # Records, as they would be

    def refused_after(self, tables: list[type[Tracked]]) -> list[Conflict]:
        found: list[Conflict] = []
        for needed in self._pending:
            found += self._refuse(needed.record_type, needed.actions, needed.ids)
        for model in tables:
            record_type = registry.of_table(model._meta.db_table)
            if record_type is not None:
                self._require_making(record_type)
        for record_type, ids in self._partly.items():
            _complete(record_type, ids)
        known = {(each.table, each.record_id) for each in found}
        found += [each for each in self._breaking() if (each.table, each.record_id) not in known]
        return self._new(found)

    def _new(self, found: list[Conflict]) -> list[Conflict]:
        """Those that were not refused in an earlier round, each once."""
        fresh = {(each.table, each.record_id): each for each in found if (each.table, each.record_id) not in self._told}
        self._told.update(fresh)
        return list(fresh.values())

    def _require_making(self, record_type: RecordType) -> None:
        """What the act had removed came back: as if it were made now."""
        ids = self._net(record_type.model, "first <> 'I' AND last = 'D' AND NOT held")
        if not ids:
            return
        if self._lacking(record_type, (policies.CREATE, policies.IMPORT), ids):
            raise UnableToUndo(_("You may not add such a record."))
        kept = self.kept_columns(record_type.model)
        fields = [each for each in record_type.every_field().values() if column_of(each) in kept]
        for chunk in _chunks(ids) if fields else ():
            for record in record_type.model._default_manager.filter(pk__in=chunk):
                if any(field.value_of(record) for field in fields):
                    raise UnableToUndo(_("Fields are filled in that you may not write."))
        for chunk in () if self.actor.is_administrator else _chunks(ids):
            for told in keeping.broken(self.actor, record_type, chunk).values():
                raise UnableToUndo(_sentences(told))

    def _breaking(self) -> Iterator[Conflict]:
        """Records that break a rule of the company as they would be. What only comes out of the trash was not written,
        and administrators may bring back what was right once."""
        if self.actor.is_administrator:
            return
        for record_type, written in self._written.items():
            for ids in _chunks(written):
                entered = [each for each in ids if written[each]]
                for number, told in keeping.broken(self.actor, record_type, ids, entered=entered).items():
                    yield Conflict(record_type.table, number, "", _sentences(told))

    def trashable(self, model: type[Tracked], ids: list[int]) -> list[int]:
        record_type = registry.of_table(model._meta.db_table)
        if record_type is None:
            return ids
        return [*(set(ids) - self._lacking(record_type, (policies.TRASH,), ids))]

    # Asking

    def _refuse(self, record_type: RecordType, actions: Actions, ids: Collection[int]) -> Iterator[Conflict]:
        told = _("You may not change this record in this way.")
        for each in self._lacking(record_type, actions, ids):
            yield Conflict(record_type.table, each, "", told)

    def _lacking(self, record_type: RecordType, actions: Actions, ids: Collection[int]) -> set[int]:
        """Those of the records the actor may do none of `actions` with."""
        left = set(ids)
        policy, rows = record_type.policy, record_type.model._default_manager
        for action in actions:
            if left and policy.is_unlimited(self.actor, action, record_type.model):
                return set()
            if left and policy.may(self.actor, action):
                for chunk in _chunks(left):
                    within = policy.scoped(self.actor, action, rows.filter(pk__in=chunk))
                    left -= set(within.values_list("pk", flat=True))
        return set(rows.filter(pk__in=left).values_list("pk", flat=True)) if left else left

    def _net(self, model: type[Tracked], which: str) -> list[int]:
        return self._asked(f"SELECT record_id FROM zhike_net WHERE table_name = %s AND {which}", [model._meta.db_table])

    def _shapes(self, model: type[Tracked]) -> list[tuple[list[str], bool, list[int]]]:
        return self._pairs(SHAPES, [CUSTOM, self.change_set.pk, model._meta.db_table])

    def _asked(self, query: str, values: list[Any]) -> list[int]:
        return [row[0] for row in self._pairs(query, values)]

    def _pairs(self, query: str, values: list[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())


# What lies where


def column_of(field: Any) -> str:
    """Where the log has a field: its column, or its key in `custom`."""
    return str(field.model_field.column) if field.model_field is not None else f"{CUSTOM}{field.name}"


def _column(record_type: RecordType, name: str) -> str:
    field = record_type.every_field().get(name)
    return column_of(field) if field is not None else ""


def _writable(record_type: RecordType) -> set[str]:
    """The columns people write; all others follow from them."""
    return {column_of(field) for field in record_type.every_field().values() if field.editable}


def _derived(record_type: RecordType) -> set[str]:
    columns = {str(field.column) for field in record_type.model._meta.concrete_fields}
    return columns - _writable(record_type) - {"id", "custom", "trashed_at"}


def _untold(record_type: RecordType) -> set[str]:
    """Columns that concern nobody, and what is computed."""
    return {*history.HIDDEN_COLUMNS, *(f"{CUSTOM}{name}" for name in custom.computed_names_of(record_type.name))}


def _person_of(model: type[Tracked]) -> str:
    """The column that says whose a row is."""
    members: Any = apps.get_model(settings.AUTH_USER_MODEL)
    for name in ("owner", "member"):
        found: Any = next((each for each in model._meta.concrete_fields if each.name == name), None)
        if found is not None and found.related_model is members:
            return str(found.column)
    return ""


def _sentences(told: keeping.Sentences) -> str:
    return " ".join(sentence for sentences in told.values() for sentence in sentences)


def _complete(record_type: RecordType, ids: Collection[int]) -> None:
    """Works out what follows from the fields, where not all of them were turned back."""
    for chunk in _chunks(ids):
        for record in record_type.model._default_manager.filter(pk__in=chunk):
            try:
                services.save_changes(record, {})
            except ValidationError as error:
                raise UnableToUndo(" ".join(error.messages)) from error


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
