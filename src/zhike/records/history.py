"""The change log in words: which field became what, with names instead of ids.

A change of the log holds columns and JSON. Here each becomes lines a person reads: the label of the field, the
value before, the value after. References and options are looked up in one query per table for a whole page of
changes. Columns that are nobody's business (sort keys, versions, counters kept by others) are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from zhike.base.changelog.models import Change, ChangeSet, Tracked, tracked_models
from zhike.records import contributions, custom, registry, shared_rows
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field, Invalid
from zhike.records.fields.making import field_of_model_field
from zhike.records.fields.masking import STARS, Masked
from zhike.records.fields.pointing import Pointing, ids_in
from zhike.records.fields.text import as_list
from zhike.records.roles import sight

HIDDEN_COLUMNS = (
    "id", "version", "updated_at", "title_key", "created_by_id", "created_at", "last_activity_at", "next_activity_at",
    "stage_entered_at", "path", "password", "last_login", "position", "remind_at",
)  # fmt: skip
"""Columns that follow from others or concern nobody; a change of these alone is no entry of a history."""
LONGEST = 160

ACT_WORDS: dict[str, Any] = {
    "create": gettext_lazy("created"), "edit": gettext_lazy("edited"), "trash": gettext_lazy("moved to the trash"),
    "restore": gettext_lazy("restored"), "bulk_edit": gettext_lazy("edited many"),
    "bulk_transfer": gettext_lazy("changed the owner of many"), "bulk_trash": gettext_lazy("moved many to the trash"),
    "bulk_restore": gettext_lazy("restored many"), "import": gettext_lazy("imported"), "undo": gettext_lazy("undid"),
    "share": gettext_lazy("shared"), "unshare": gettext_lazy("ended sharing of"),
    "attach": gettext_lazy("attached a file to"),
    "detach": gettext_lazy("removed a file from"), "transfer": gettext_lazy("changed the owner of"),
    "create_view": gettext_lazy("saved the view"), "edit_view": gettext_lazy("changed the view"),
    "delete_view": gettext_lazy("deleted the view"), "reorder_views": gettext_lazy("put the views in order"),
    "save_mapping": gettext_lazy("saved the mapping"), "begin_workspace": gettext_lazy("set up"),
    "setup": gettext_lazy("set up"), "demo": gettext_lazy("set up"),
}  # fmt: skip
DOOR_WORDS: dict[str, Any] = {
    "form": gettext_lazy("form"), "inline": gettext_lazy("in place"), "bulk": gettext_lazy("bulk act"),
    "import": gettext_lazy("import"), "api": gettext_lazy("API"), "flow": gettext_lazy("flow"),
    "job": gettext_lazy("job"), "cli": gettext_lazy("command"), "undo": gettext_lazy("undo"),
}  # fmt: skip


@dataclass(frozen=True)
class FieldChange:
    """One field of one row: texts, "" where there was or is nothing."""

    name: str
    label: Any
    before: str
    after: str


@dataclass
class RowChange:
    """What happened to one row: `I` made, `U` changed, `D` removed."""

    change: Change
    table_label: Any
    is_part: bool
    """A row that belongs to the record (a product line), not the record itself."""
    fields: list[FieldChange] = field(default_factory=list)
    shared_with: str = ""
    """With whom, for a row that shares the record."""

    @property
    def operation(self) -> str:
        return str(self.change.operation)

    @property
    def is_trashed(self) -> bool:
        return self._trash_turn(None)

    @property
    def is_restored(self) -> bool:
        return self._trash_turn(True)

    def _trash_turn(self, back: bool | None) -> bool:
        after = self.change.after or {}
        if self.operation != "U" or "trashed_at" not in after:
            return False
        return (after["trashed_at"] is None) is bool(back)

    @property
    def link_key(self) -> str:
        return f"{self.change.owner_table}:{self.change.owner_id}"

    @property
    def summary(self) -> str:
        """The row in one line: 会奖方案 · 320 · 1,200."""
        shown = [each.after or each.before for each in self.fields]
        return " · ".join(text for text in shown if text)

    @property
    def may_edit(self) -> bool:
        return bool((self.change.after or {}).get("writable"))

    @property
    def sharing(self) -> str:
        """What became of a share: shared with 王芳, to read."""
        words = {
            ("I", True): gettext("shared with %(member)s, to edit as well"),
            ("I", False): gettext("shared with %(member)s, to read"),
            ("U", True): gettext("%(member)s may edit this now"),
            ("U", False): gettext("%(member)s may only read this now"),
            ("D", False): gettext("no longer shared with %(member)s"),
        }
        return words[self.operation, self.may_edit] % {"member": self.shared_with} if self.shared_with else ""


# Words for acts


def act_words(change_set: ChangeSet) -> str:
    """What was done, as a verb: created, edited, won."""
    record_type = registry.find(change_set.record_type)
    action = record_type.action(change_set.action) if record_type else None
    if action is not None:
        return str(action.label)
    named = contributions.named_acts().get(change_set.action) or ACT_WORDS.get(change_set.action)
    return str(named) if named else change_set.action.replace("_", " ")


def door_words(change_set: ChangeSet) -> str:
    return str(DOOR_WORDS.get(change_set.door, change_set.door))


def subject_of(change_set: ChangeSet) -> str:
    """What it was about: a title as the reader in force may see it."""
    return sight.title_text(registry.find(change_set.record_type), change_set.subject)


# Words for changes


def described(changes: Iterable[Change]) -> list[RowChange]:
    """Every change in words, in the order given; changes of hidden columns alone stay without fields."""
    rows = list(changes)
    pairs = [(change, list(_values(change)) if _is_told(change) else []) for change in rows]
    names = _names_of(found for _change, values in pairs for found in values)
    titles = _titles_of(rows)
    members = shared_rows.members_of(rows)
    described_rows = []
    for change, values in pairs:
        row = RowChange(change, table_label(change.table_name), change.table_name != change.owner_table)
        row.shared_with = members.get(change.record_id, "") if change.table_name == shared_rows.TABLE else ""
        row.fields += _record_pointed_at(change, titles)
        for found in values:
            made = _field_change(found, names)
            if made is not None:
                row.fields.append(made)
        described_rows.append(row)
    return described_rows


def _is_told(change: Change) -> bool:
    """Whether the reader in force is told of the row: of the parts of a record not always."""
    owner = registry.of_table(change.owner_table) if change.table_name != change.owner_table else None
    return owner is None or parts_are_told(owner)


def parts_are_told(record_type: RecordType) -> bool:
    return sight.all_readable(record_type, record_type.parts_need)


def _pointer(change: Change) -> tuple[str, int] | None:
    """(type, id) of the record a share, file or link hangs on."""
    soft = getattr(_model_of(change.table_name), "soft_reference", None)
    values = change.after or change.before or {}
    if not soft or soft[0] not in values or not isinstance(values.get(soft[1]), int):
        return None
    return str(values[soft[0]]), values[soft[1]]


def _titles_of(changes: list[Change]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for name, record_id in filter(None, map(_pointer, changes)):
        wanted[name].add(record_id)
    titles: dict[tuple[str, int], str] = {}
    for name, ids in wanted.items():
        record_type = registry.find(name)
        if record_type is not None:
            found = record_type.queryset().filter(pk__in=ids)
            titles |= {(name, row.pk): f"{record_type.singular}: {record_type.title_of(row)}" for row in found}
    return titles


def _record_pointed_at(change: Change, titles: dict[tuple[str, int], str]) -> list[FieldChange]:
    pointer = _pointer(change) if change.operation != "U" else None
    if pointer is None:
        return []
    title = titles.get(pointer, f"#{pointer[1]}")
    before, after = (title, "") if change.operation == "D" else ("", title)
    return [FieldChange("record", gettext_lazy("Record"), before, after)]


@dataclass(frozen=True)
class _Value:
    field: Field
    before: Any
    after: Any

    @property
    def target(self) -> type[models.Model] | None:
        if isinstance(self.field, Pointing):
            return self.field.model
        model_field = self.field.model_field
        if isinstance(self.field, Masked):
            return None
        return model_field.related_model if isinstance(model_field, models.ForeignKey) else None


def _values(change: Change) -> Iterable[_Value]:
    before, after = change.before or {}, change.after or {}
    by_column = fields_by_column(change.table_name)
    for column in dict.fromkeys((*by_column, *before, *after)):
        if column not in before and column not in after:
            continue
        if column == "custom":
            yield from _custom_values(change.table_name, before.get("custom") or {}, after.get("custom") or {})
        elif inside := contributions.fields_inside(change.table_name, column):
            if "" in inside:
                yield _Value(inside[""], before.get(column), after.get(column))
                continue
            yield from _values_inside(inside, before.get(column) or {}, after.get(column) or {})
        elif (found := seen_field(change.table_name, column)) and not _points_at_its_owner(change, column):
            yield _Value(found, before.get(column), after.get(column))


def _points_at_its_owner(change: Change, column: str) -> bool:
    """The line of a deal names the deal; on the deal's own page that says nothing."""
    model = _model_of(change.table_name)
    owner = getattr(model, "log_owner", "")
    if not owner or model is None:
        return False
    pointing: Any = model._meta.get_field(owner)
    return bool(pointing.column == column)


def _custom_values(table: str, before: dict[str, Any], after: dict[str, Any]) -> Iterable[_Value]:
    record_type = registry.of_table(table)
    if record_type is None:
        return
    for name, found in custom.every_field_of(record_type.name).items():
        seen = sight.as_seen(record_type, found) if before.get(name) != after.get(name) else None
        if seen is not None:
            yield _Value(seen, before.get(name), after.get(name))


def _as_seen(table: str, found: Field) -> Field | None:
    """The field as the reader in force may see it; rows of parts have no fields a role speaks of."""
    record_type = registry.of_table(table)
    return sight.as_seen(record_type, found) if record_type is not None else found


def _values_inside(fields: Mapping[str, Field], before: dict[str, Any], after: dict[str, Any]) -> Iterable[_Value]:
    """What a column of JSON holds, key by key."""
    for name, found in fields.items():
        if before.get(name) != after.get(name):
            yield _Value(found, before.get(name), after.get(name))


def _names_of(values: Iterable[_Value]) -> dict[tuple[Any, int], str]:
    """Names of every row pointed at, one query per table."""
    wanted: dict[Any, set[int]] = defaultdict(set)
    for found in values:
        if found.target is not None:
            wanted[found.target] |= {*ids_in(found.before), *ids_in(found.after)}
    names: dict[tuple[Any, int], str] = {}
    for model, ids in wanted.items():
        if ids:
            manager: Any = model._base_manager
            names |= {(model, row.pk): str(row) for row in manager.filter(pk__in=ids)}
    return names


def _field_change(found: _Value, names: dict[tuple[Any, int], str]) -> FieldChange | None:
    before, after = (_text(found, stored, names) for stored in (found.before, found.after))
    if before == after and not (isinstance(found.field, Masked) and found.before != found.after):
        return None
    return FieldChange(found.field.name, found.field.label, before, after)


def _text(found: _Value, stored: Any, names: dict[tuple[Any, int], str]) -> str:
    if stored is None:
        return ""
    if found.target is not None:
        numbers = ids_in(stored) or as_list(stored)
        return _shortened(", ".join(names.get((found.target, each), f"#{each}") for each in numbers))
    try:
        text = found.field.text(found.field.from_stored(stored))
    except (Invalid, TypeError, ValueError, KeyError, ArithmeticError):
        text = STARS if isinstance(found.field, Masked) else str(stored)
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


# Tables and columns


_models: dict[str, type[Tracked]] = {}


def _model_of(table: str) -> type[Tracked] | None:
    """Only what is there is remembered: tables are made while the product runs."""
    found = _models.get(table) or next((each for each in tracked_models() if each._meta.db_table == table), None)
    if found is not None:
        _models[table] = found
    return found


def fields_by_column(table: str) -> dict[str, Field]:
    """The fields worth telling about, by the column they lie in."""
    record_type = registry.of_table(table)
    return _fields_of_type(record_type) if record_type is not None else _fields_of_part(table)


@lru_cache(maxsize=256)
def _fields_of_type(record_type: RecordType) -> dict[str, Field]:
    found = ((_column_of(each), each) for each in record_type.built_in_fields.values())
    return {column: each for column, each in found if column and column not in HIDDEN_COLUMNS}


def seen_field(table: str, column: str) -> Field | None:
    """The field in a column, as the reader in force may see it; None where it is hidden or no field at all."""
    found = fields_by_column(table).get(column)
    return _as_seen(table, found) if found is not None else None


def _column_of(found: Field) -> str:
    return (found.model_field.column or "") if found.model_field is not None else ""


@lru_cache(maxsize=256)
def _fields_of_part(table: str) -> dict[str, Field]:
    model = _model_of(table)
    if model is None:
        return {}
    hidden = {*HIDDEN_COLUMNS, *(model.soft_reference or ()), "is_direct"}
    fields = {str(column.column): field_of_model_field(column) for column in model._meta.concrete_fields}
    return {name: found for name, found in fields.items() if found is not None and name not in hidden}


def table_label(table: str) -> Any:
    """What rows of a table are called: customer, line."""
    record_type = registry.of_table(table)
    if record_type is not None:
        return record_type.singular
    if table in contributions.named_parts():
        return contributions.named_parts()[table]
    model: Any = _model_of(table) or next((found for found in apps.get_models() if found._meta.db_table == table), None)
    return capfirst(str(model._meta.verbose_name)) if model else table


# The history of one record


def about(record: Any, shares: list[int]) -> Q:
    """The rows of the log that tell of a record: its own, those of its parts, and those of its shares."""
    own = Q(owner_table=registry.of(record).table, owner_id=record.pk)
    return own | Q(owner_table=shared_rows.TABLE, owner_id__in=shares) if shares else own


def changes_of(
    record: Any, *, only: Q | None = None, before_id: int | None = None, limit: int = 100
) -> tuple[list[Change], int | None]:
    """The latest changes of a record and of what belongs to it, with their acts; and where to go on."""
    found = Change.objects.filter(about(record, shared_rows.ids_of(record)), only or Q()).order_by("-id")
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    rows = list(found.select_related("change_set")[: limit + 1])
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def by_act(rows: list[RowChange]) -> list[tuple[ChangeSet, list[RowChange]]]:
    """Rows grouped by the act that made them, those without a word left out."""
    grouped: dict[int, tuple[ChangeSet, list[RowChange]]] = {}
    for row in rows:
        if row.fields or row.operation != "U" or row.is_trashed or row.is_restored:
            act = row.change.change_set
            grouped.setdefault(act.pk, (act, []))[1].append(row)
    return list(grouped.values())
