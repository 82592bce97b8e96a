"""The spine: what changed, in which change set, and how far each reader of the log has come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeSet(models.Model):
    """One act of one actor: an edit, a bulk edit, an import of 100,000 rows, an undo."""

    started_at = models.DateTimeField(db_index=True, db_default=models.functions.Now())
    ended_at = models.DateTimeField(null=True)
    door = models.CharField(max_length=12)
    action = models.CharField(max_length=60)
    record_type = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    actor_label = models.CharField(max_length=200)
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undone_in")
    undone_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "base_changeset"
        verbose_name = _("change set")

    def __str__(self) -> str:
        return f"{self.pk} {self.action} {self.subject}"


class Change(models.Model):
    """One row of the log: what one statement did to one row of one table.

    `before` and `after` hold only the fields that differ (an insert: all of `after`; a delete: all of
    `before`). `owner_table`, `owner_id` name the record the row belongs to: itself, or its parent.
    The table is partitioned by month; see `triggers.sql`.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    change_set = models.ForeignKey(ChangeSet, on_delete=models.DO_NOTHING, related_name="changes")
    table_name = models.TextField()
    record_id = models.BigIntegerField()
    owner_table = models.TextField()
    owner_id = models.BigIntegerField()
    operation = models.CharField(max_length=1)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "base_change"

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.record_id}"


class ReaderPosition(models.Model):
    """How far a reader has read: everything up to (`transaction`, `change_id`)."""

    name = models.CharField(primary_key=True, max_length=60)
    transaction = models.TextField(default="0")
    change_id = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_readerposition"

    def __str__(self) -> str:
        return self.name


class Tracked(models.Model):
    """A table whose rows cannot change without a change set, and leave every change in the log.

    `log_owner` names the foreign key column of the record a row belongs to (a line of an opportunity);
    `log_ignores` the columns whose changes are nobody's business (a password, derived sort keys);
    `log_masks` columns whose value the log never holds, with what stands there after a deleted row was brought
    back (secrets; they belong into `log_ignores` as well); `never_undone` columns that are logged and that no undo
    turns back; `soft_reference` the (type, id) column pair by which rows point at any record.
    """

    log_owner: ClassVar[str] = ""
    log_ignores: ClassVar[tuple[str, ...]] = ()
    log_masks: ClassVar[Mapping[str, Any]] = {}
    never_undone: ClassVar[tuple[str, ...]] = ()
    soft_reference: ClassVar[tuple[str, str] | None] = None

    class Meta:
        abstract = True


_made_later: list[Callable[[], Iterable[type[Tracked]]]] = []


def tracked_models() -> list[type[Tracked]]:
    """The tables of the code, then those the workspace of the connection has beside them."""
    from django.apps import apps

    known = [model for model in apps.get_models() if issubclass(model, Tracked) and model._meta.managed]
    return [*known, *tables_made_later()]


def tables_made_later() -> list[type[Tracked]]:
    """Tables that were made while the product ran, in the workspace of the connection; no app knows them."""
    return [model for find in _made_later for model in find()]


def find_more_tables(find: Callable[[], Iterable[type[Tracked]]]) -> None:
    """`find` says which tables a workspace has that no migration made."""
    _made_later.append(find)


def log_arguments(model: type[Tracked]) -> tuple[str, str, str, str]:
    """What the triggers of a table are told: owner column, owner table, ignored columns, masks as JSON."""
    column, table = "", ""
    if model.log_owner:
        owner: Any = model._meta.get_field(model.log_owner)
        column, table = owner.column, owner.related_model._meta.db_table
    return column, table, ",".join(("version", "updated_at", *model.log_ignores)), json.dumps(dict(model.log_masks))
