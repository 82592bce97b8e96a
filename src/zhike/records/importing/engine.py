"""A batch of rows from cells to records: read, look up, match, build, write.

The dry run goes the same way and stops before writing, so what it says is what will happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import gate, policies, services
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Invalid
from zhike.records.fields.choices import Choice, Option
from zhike.records.fields.files import Files
from zhike.records.fields.pointing import Pointing
from zhike.records.fields.text import as_list
from zhike.records.importing import matching, notes, plans, targets, words, writing
from zhike.records.importing.compiling import Compiler, Row
from zhike.records.importing.drafts import CREATED, SKIPPED, UPDATED, Draft
from zhike.records.importing.making import Blank, assigner_of
from zhike.records.importing.plans import Plan
from zhike.records.importing.tallies import Tally


class Engine:
    """One run over one file. `process` takes batches in order; in a dry run nothing is written."""

    def __init__(
        self, record_type: RecordType, plan: Plan, actor: Actor, headings: Sequence[str], *,
        is_dry: bool, now: datetime, zone: tzinfo,
    ) -> None:  # fmt: skip
        self.record_type = record_type
        self.plan = plan
        self.actor = actor
        self.is_dry = is_dry
        self.now = now
        self.tally = Tally()
        compiler = Compiler(record_type, plan, actor, headings, self.tally, zone, is_dry=is_dry)
        self.reader = compiler.reader()
        self.default_owner = compiler.default_owner
        self.assigners = {name: assigner_of(field) for name, field in self.reader.fields.items()}
        self.blank = Blank(record_type.model)
        self.labels = {name: str(target.label) for name, target in compiler.known.items()}
        self.allowed_owners = matching.owners_allowed(record_type, actor)
        self.may_create = record_type.policy.may(actor, policies.CREATE)
        mapped = plan.mapped
        self.matcher = matching.Matcher(record_type, actor, plan.match_keys, mapped, locks=not is_dry)
        fields = record_type.every_field().values()
        self.required = [each for each in fields if each.required and each.editable and not isinstance(each, Files)]
        custom_fields = record_type.custom_fields().values()
        self.defaults = [(field, field.default()) for field in custom_fields if field.default() is not None]
        self.columns = attrgetter(*(field.attname for field in record_type.model._meta.concrete_fields))
        self.options = OptionCache(record_type)

    @property
    def needs_look_through(self) -> bool:
        return self.reader.siblings is not None

    def look_through(self, rows: Iterable[Row]) -> None:
        if self.reader.siblings is not None:
            self.reader.siblings.look_through(rows)

    def remember(self, rows: Iterable[Row]) -> None:
        for line, cells in rows:
            self.reader.remember(line, cells)

    def process(self, rows: Iterable[Row]) -> list[Draft]:
        """Takes a batch; every draft comes back with its outcome."""
        self.blank = Blank(self.record_type.model)
        drafts = [self.reader.read(line, cells) for line, cells in rows]
        if self.is_dry:
            self._count_plain(drafts)
        self._look_up(drafts)
        self.matcher.match(drafts)
        self._decide(drafts)
        if self.is_dry:
            writing.try_out(*_new_and_changed(drafts), self.record_type, self.actor)
        else:
            self._write(drafts)
        for draft in drafts:
            if not draft.outcome:
                draft.outcome = UPDATED if draft.existing is not None else CREATED
            self.tally.add(draft, self.labels)
        return drafts

    def _count_plain(self, drafts: list[Draft]) -> None:
        """Counts the values of columns whose usual words are known, to find misspelt ones."""
        for name, field in self.reader.fields.items():
            if field.kind in words.BY_KIND:
                for draft in drafts:
                    if value := draft.values.get(name):
                        self.tally.plain(name, value)

    def _look_up(self, drafts: list[Draft]) -> None:
        for lookup in self.reader.lookups:
            # The dry run asks about every value at once; in earnest a rejected row has nothing created for it.
            open_drafts = drafts if self.is_dry else [draft for draft in drafts if not draft.outcome]
            lookup.load(open_drafts)
            for draft in open_drafts:
                lookup.settle(draft)

    # Deciding

    def _decide(self, drafts: list[Draft]) -> None:
        for draft in drafts:
            self._take_note(draft)
        open_drafts = [draft for draft in drafts if not draft.outcome]
        existing = [draft for draft in open_drafts if draft.existing is not None]
        for draft in open_drafts:
            if draft.existing is None:
                self._decide_new(draft)
        self._decide_existing(existing)

    def _take_note(self, draft: Draft) -> None:
        for name in targets.NOTES:
            if name in draft.values:
                draft.note[name] = draft.values.pop(name)

    def _decide_new(self, draft: Draft) -> None:
        if targets.NUMBER in draft.values:
            draft.refuse(targets.NUMBER, "", _("There is no record number %(number)s.") % {
                "number": draft.values[targets.NUMBER]})  # fmt: skip
        elif self.plan.mode in (plans.UPDATE, plans.FILL):
            draft.refuse("", "", _("No record fits this row, and the mode only changes records that are there."))
        elif not self.may_create:
            draft.refuse("", "", _("You may not create records of this type."))
        else:
            self._build(draft)

    def _build(self, draft: Draft) -> None:
        record = draft.record = self.blank.copy()
        for name, value in draft.values.items():
            if value is not None and value != "" and self._is_offered(draft, name, value, None):
                self.assigners[name](record, value)
        for field, value in self.defaults:
            if field.name not in draft.values:
                field.assign(record, value)
        record.created_by_id = self.actor.member_id
        if self.record_type.has_owner():
            self._give_owner(draft, record)
        self._complete(draft, record)

    @cached_property
    def retiring(self) -> dict[str, Any]:
        """The fields of the file that have choices which may be out of use."""
        found = self.reader.fields.items()
        return {name: each for name, each in found if isinstance(each, Option | Choice) and _retires(each)}

    def _is_offered(self, draft: Draft, name: str, value: Any, record: Any) -> bool:
        """Refuses what was retired, unless the record holds it already."""
        if name not in self.retiring:
            return True
        field = self.retiring[name]
        if record is not None:
            self.options.attach(record)
        try:
            gate.offered(field, value, None if record is None else field.value_of(record))
        except Invalid as error:
            draft.refuse(name, self.reader.headings.get(name, ""), error.message)
            return False
        return True

    def _give_owner(self, draft: Draft, record: Any) -> None:
        if record.owner_id is None and self.default_owner is not None:
            record.owner = self.default_owner
        if self.allowed_owners is not None and record.owner_id not in self.allowed_owners:
            draft.refuse("owner", self.reader.headings.get("owner", ""), _("You may not give records to %(name)s.") % {
                "name": record.owner or _("nobody")})  # fmt: skip

    def _complete(self, draft: Draft, record: Any) -> None:
        try:
            self.options.attach(record)
            services.complete(record)
            self.options.attach(record)
            services.validate(record)
        except ValidationError as error:
            self._refuse_invalid(draft, error)
            return
        for field in self.required:
            if field.is_custom and draft.existing is not None and field.name not in draft.values:
                continue
            if field.value_of(record) in (None, "", []) and field.name not in draft.links:
                draft.refuse(field.name, self.reader.headings.get(field.name, ""), _("This field is required."))

    def _refuse_invalid(self, draft: Draft, error: ValidationError) -> None:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, sentences in by_field.items():
            name = "" if name == "__all__" else name
            draft.refuse(name, self.reader.headings.get(name, ""), " ".join(sentences))

    def _decide_existing(self, drafts: list[Draft]) -> None:
        taken: dict[int, int] = {}
        for draft in drafts:
            earlier = taken.setdefault(draft.existing.pk, draft.line)
            if earlier != draft.line:
                draft.refuse("", "", _("This row is about the same record as line %(line)d.") % {"line": earlier})
            elif self.plan.mode == plans.CREATE or not self._change(draft):
                draft.outcome = draft.outcome or SKIPPED
        changed = [draft for draft in drafts if not draft.outcome]
        editable = self.matcher.allowed(policies.EDIT, changed)
        moving = [draft for draft in changed if draft.record.owner_id != draft.before_owner] if self._has_owner else []
        movable = self.matcher.allowed(policies.TRANSFER, moving)
        for draft in changed:
            if draft.existing.pk not in editable:
                draft.refuse("", "", _("You may not change this record."))
        for draft in moving:
            if draft.existing.pk not in movable and not draft.outcome:
                draft.refuse("owner", self.reader.headings.get("owner", ""), _("You may not give this record away."))

    @property
    def _has_owner(self) -> bool:
        return self.record_type.has_owner()

    def _change(self, draft: Draft) -> bool:
        """Puts the row's values into the existing record; says whether anything is different."""
        record = draft.record = draft.existing
        draft.before = self.columns(record)
        draft.before_owner = getattr(record, "owner_id", None)
        is_changed = False
        for name, value in draft.values.items():
            if name == targets.NUMBER or name in targets.FROM_FILE:
                continue
            field = self.reader.fields[name]
            current = self._current(field, record)
            wanted = self._wanted(field, value)
            same = current == wanted or (field.is_custom and field.says_same(current, wanted))
            if same or (self.plan.mode == plans.FILL and current not in (None, "", [], {})):
                continue
            if name == self.reader.sibling_field and value is not None:
                draft.links[name] = draft.keys[name]
                continue
            if not self._is_offered(draft, name, value, record):
                continue
            self.assigners[name](record, value)
            is_changed = True
        if self.plan.mode == plans.FILL:
            draft.links = {name: key for name, key in draft.links.items() if getattr(record, f"{name}_id") is None}
        if not is_changed:
            return bool(draft.links)
        self._follow(draft, record)
        return bool(draft.errors) or bool(draft.links) or bool(writing.changed_columns(draft))

    def _wanted(self, field: Any, value: Any) -> Any:
        if isinstance(field, Pointing):
            return [row.pk for row in as_list(value)]
        return getattr(value, "pk", value) if field.kind in REFERRING else value

    def _current(self, field: Any, record: Any) -> Any:
        if isinstance(field, Pointing):
            return field.ids_of(record)
        if field.kind in REFERRING:
            return getattr(record, field.model_field.attname)
        return field.value_of(record)

    def _follow(self, draft: Draft, record: Any) -> None:
        self.options.attach(record)
        follow = type(self.record_type).follow_change
        if follow is not None:
            names = (field.attname for field in record._meta.concrete_fields)
            follow(record, dict(zip(names, draft.before, strict=True)))
        self._complete(draft, record)

    # Writing

    def _write(self, drafts: list[Draft]) -> None:
        new, changed = _new_and_changed(drafts)
        writing.insert(new, self.record_type, self.actor)
        writing.update(changed, self.record_type, self.actor)
        written = [draft.record for draft in (*new, *changed) if not draft.outcome]
        after = type(self.record_type).after_import
        if after is not None and written:
            after(self.actor, written)
        self._write_notes(drafts)

    def _write_notes(self, drafts: list[Draft]) -> None:
        found = []
        for draft in drafts:
            if targets.NOTE in draft.note and draft.outcome in ("", SKIPPED):
                record = draft.record if draft.record is not None else draft.existing
                at = draft.note.get(targets.NOTE_AT) or (record.created_at if draft.existing is None else self.now)
                text = str(draft.note[targets.NOTE])
                found.append(notes.Note(record, text, at, draft.note.get(targets.NOTE_AUTHOR)))
        notes.write(self.actor, found)


def _new_and_changed(drafts: list[Draft]) -> tuple[list[Draft], list[Draft]]:
    """What is to be written: new records, and those of which some column is different."""
    wanted = [draft for draft in drafts if not draft.outcome]
    new = [draft for draft in wanted if draft.existing is None]
    return new, [draft for draft in wanted if draft.existing is not None and writing.changed_columns(draft)]


def _retires(field: Any) -> bool:
    return not isinstance(field, Choice) or bool(field.retired())


REFERRING = ("reference", "member", "option")


class OptionCache:
    """Gives records their options (stage, pipeline, industry) without asking the database for each."""

    def __init__(self, record_type: RecordType) -> None:
        self.fields: list[Any] = [
            field
            for field in record_type.model._meta.concrete_fields
            if field.is_relation and getattr(field.related_model, "is_option_table", False)
        ]
        self.rows: dict[str, dict[int, Any]] = {}

    def attach(self, record: Any) -> None:
        for field in self.fields:
            number = getattr(record, field.attname)
            if number is not None and not field.is_cached(record):
                rows = self.rows.get(field.name)
                if rows is None:
                    manager = field.related_model._default_manager
                    rows = self.rows[field.name] = {row.pk: row for row in manager.all()}
                if number in rows:
                    field.set_cached_value(record, rows[number])
