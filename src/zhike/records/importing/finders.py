"""The finders of each kind of field: choices, rows of short lists, records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection, models
from django.db.models import Max
from django.utils.translation import gettext as _

from zhike.base import identifiers, phones
from zhike.base.actors import Actor
from zhike.records import copying, policies, registry, services, values
from zhike.records.declaration import RecordType
from zhike.records.fields import pointing, references
from zhike.records.fields.base import Invalid
from zhike.records.fields.choices import Choice, Option
from zhike.records.importing import many
from zhike.records.importing.cells import folded
from zhike.records.importing.drafts import Draft
from zhike.records.importing.lookups import Finder, Maker, variants
from zhike.records.importing.refusals import UnableToImport

SMALL = 3000
USUAL_KEYS = ("external_id",)


@dataclass
class ChoiceFinder(Finder):
    """The values of a `TextChoices`, by value or label in either language."""

    @cached_property
    def index(self) -> values.Choices:
        choice: Any = self.field
        return choice.choice_index()

    def find(self, texts: Iterable[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for text in texts:
            try:
                value = values.read_choice(text, self.index)
            except values.UnableToRead:
                continue
            if value is not None:
                found[text] = [value]
        return found

    def known_names(self, most: int) -> list[str]:
        return [label for _value, label in self.field.choices()][:most]


@dataclass
class OptionFinder(Maker):
    """Rows of a short list; all of them are read at once."""

    record_type: RecordType
    reserved: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def table(self) -> Any:
        option: Any = self.field
        return option.table

    @cached_property
    def parent(self) -> str:
        """The field of the record that tells options of one name apart: the pipeline of a stage."""
        for column in self.table._meta.concrete_fields:
            if column.is_relation and getattr(column.related_model, "is_option_table", False):
                return str(column.name) if self.record_type.field(column.name) else ""
        return ""

    @cached_property
    def rows(self) -> list[Any]:
        related = [self.parent] if self.parent else []
        found = list(self.table.objects.select_related(*related))
        if self.parent:
            # Without a word about it the default pipeline is meant.
            found.sort(key=lambda row: not getattr(getattr(row, self.parent), "is_default", False))
        return found

    @cached_property
    def by_name(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for row in self.rows:
            words = (row, getattr(row, "full_name", row), *getattr(row, "synonyms", ()))
            for name in {folded(str(word)) for word in words}:
                found[name].append(row)
        return found

    def find(self, texts: Iterable[str]) -> dict[str, list[Any]]:
        return {text: self.by_name[folded(text)] for text in texts if folded(text) in self.by_name}

    def where(self, properties: Mapping[str, Any]) -> Any:
        fitting = (
            row for row in self.rows if all(str(getattr(row, name, None)) == str(v) for name, v in properties.items())
        )
        return next(fitting, None)

    def by_id(self, number: Any) -> Any:
        return next((row for row in self.rows if str(row.pk) == str(number)), None)

    def known_names(self, most: int) -> list[str]:
        return list(dict.fromkeys(str(row) for row in self.rows))[:most]

    def may_create(self, actor: Actor) -> bool:
        """Short lists are the administrator's to lengthen."""
        is_creatable = self.field.name in self.record_type.imports.creatable
        return is_creatable and (actor.everything or actor.is_administrator) and not actor.read_only

    def create(self, actor: Actor, names: Mapping[str, Draft]) -> dict[str, Any]:
        creators: Any = self.record_type.imports.creators or {}
        creator = creators.get(self.field.name)
        last = self.table.objects.aggregate(last=Max("position"))["last"] or 0
        made = {}
        for place, (name, draft) in enumerate(names.items(), start=1):
            name = name[:60]
            if creator is not None:
                made[name] = creator(actor, name, draft.values)
            else:
                made[name] = self.table.objects.create(name=name, position=min(last + place, 30_000))
        for name, row in made.items():
            self.rows.append(row)
            self.by_name[folded(name)].append(row)
        return {name: made[name[:60]] for name in names}

    def placeholder(self, name: str) -> Any:
        row = self.table(name=name[:60])
        if self.parent and self.rows:
            setattr(row, self.parent, getattr(self.rows[0], self.parent))
        self.by_name[folded(name)].append(row)
        return row


@dataclass
class RecordFinder(Maker):
    """Records of any type by their keys, as far as the actor may see them."""

    record_type: RecordType
    actor: Actor
    keys: tuple[str, ...] = ()
    default_owner: Any = None

    @property
    def model(self) -> Any:
        reference: Any = self.field
        return reference.model

    @property
    def target(self) -> RecordType:
        return registry.of(self.model)

    def visible(self) -> Any:
        alive = self.target.queryset().filter(trashed_at__isnull=True)
        return self.target.policy.visible_to(self.actor, alive).order_by()

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The columns that `str(record)` and the engine need; the rest is not fetched."""
        names = {column.name for column in self.model._meta.concrete_fields}
        wanted = {"id", self.target.title, *self.text_keys} & names
        return tuple(
            sorted(wanted | ({"is_active", "department_id"} & names if self.field.kind == "member" else set()))
        )

    @cached_property
    def text_keys(self) -> tuple[str, ...]:
        return tuple(key for key in self.keys if key not in ("phones", "emails", "id"))

    @cached_property
    def index(self) -> dict[str, dict[str, list[Any]]] | None:
        """All of a small table, by key and folded text; None for a large one."""
        rows = list(self.visible().only(*self.shown)[: SMALL + 1])
        if len(rows) > SMALL:
            return None
        found: dict[str, dict[str, list[Any]]] = {key: defaultdict(list) for key in self.text_keys}
        for row in rows:
            for key in self.text_keys:
                if text := getattr(row, key):
                    found[key][folded(str(text))].append(row)
        return found

    def find(self, texts: Iterable[str]) -> dict[str, list[Any]]:
        left, found = set(texts), {}
        for key in self.keys:
            if not left:
                break
            answers = {text: rows for text, rows in self._find_by(key, left).items() if rows}
            found.update(answers)
            left -= set(answers)
        return found

    def _find_by(self, key: str, texts: set[str]) -> dict[str, list[Any]]:
        if key == "id":
            numbers = {text: references.as_id(text) for text in texts}
            rows = {row.pk: row for row in self._rows(pk__in=[n for n in numbers.values() if n])}
            return {text: [rows[number]] for text, number in numbers.items() if number in rows}
        if key in ("phones", "emails"):
            return self._find_by_entries(key, texts)
        if self.index is not None:
            return {text: self.index[key].get(folded(text), []) for text in texts}
        wanted = {variant for text in texts for variant in variants(text)}
        by_text: dict[str, list[Any]] = defaultdict(list)
        for row in self._rows(**{f"{key}__in": wanted}):
            by_text[getattr(row, key)].append(row)
        return {
            text: _distinct(row for variant in variants(text) for row in by_text.get(variant, ())) for text in texts
        }

    def _rows(self, **condition: Any) -> list[Any]:
        return list(self.visible().filter(**condition).only(*self.shown))

    def _find_by_entries(self, key: str, texts: set[str]) -> dict[str, list[Any]]:
        read = {text: one_entry(key, text) for text in texts}
        ids = ids_by_entries(self.model, key, [entry for entry in read.values() if entry])
        rows = {row.pk: row for row in self._rows(pk__in={pk for found in ids.values() for pk in found})}
        return {text: [rows[pk] for pk in ids.get(entry, ()) if pk in rows] for text, entry in read.items() if entry}

    def by_id(self, number: Any) -> Any:
        found = references.as_id(number)
        return next(iter(self._rows(pk=found)), None) if found else None

    def known_names(self, most: int) -> list[str]:
        return [str(row) for row in self.visible().only(*self.shown).order_by("title_key")[:most]]

    # Making them

    def may_create(self, actor: Actor) -> bool:
        is_creatable = self.field.name in self.record_type.imports.creatable
        return is_creatable and self.target.policy.may(actor, policies.CREATE)

    def create(self, actor: Actor, names: Mapping[str, Draft]) -> dict[str, Any]:
        creators: Any = self.record_type.imports.creators or {}
        creator = creators.get(self.field.name)
        if creator is not None:
            made = {name: creator(actor, name, draft.values) for name, draft in names.items()}
        else:
            made = {name: self._built(actor, name, draft) for name, draft in names.items()}
            write_new(actor, self.target, list(made.values()))
        self._remember(made)
        return made

    def _built(self, actor: Actor, name: str, draft: Draft) -> Any:
        record = self.model()
        self._title(record, name)
        record.created_by_id = actor.member_id
        if self.target.has_owner():
            record.owner = draft.values.get("owner") or self.default_owner
        services.complete(record)
        return record

    def _title(self, record: Any, name: str) -> None:
        title: Any = self.target.field(self.target.title)
        try:
            setattr(record, self.target.title, title.clean(name))
        except Invalid as error:
            raise UnableToImport(_("“%(name)s” cannot be created: %(reason)s"), name=name[:60],
                                 reason=str(error.message)) from error  # fmt: skip

    def placeholder(self, name: str) -> Any:
        record = self.model()
        setattr(record, self.target.title, name)
        self._remember({name: record})
        return record

    def _remember(self, made: Mapping[str, Any]) -> None:
        if self.index is not None and self.target.title in self.index:
            for name, record in made.items():
                self.index[self.target.title][folded(name)].append(record)


def finder_of(
    record_type: RecordType, field: Any, actor: Actor, keys: Iterable[str], default_owner: Any
) -> Finder | None:
    """The finder of a field that refers to something; None for a field that is read as it stands."""
    if isinstance(field, Option):
        return OptionFinder(field, record_type)
    if pointing.points(field):
        target = registry.find(field.record_type_name)
        title = target.title if target else "name"
        chosen = tuple(keys) or (title, *USUAL_KEYS)
        one = RecordFinder(field, record_type, actor, chosen, default_owner)
        return many.ManyFinder(field, one) if isinstance(field, pointing.References) else one
    if type(field) is Choice:
        return ChoiceFinder(field)
    return None


def write_new(actor: Actor, record_type: RecordType, records: list[Any]) -> None:
    """Inserts completed records and lets the domain add what must follow."""
    copying.insert(records)
    after = type(record_type).after_import
    if after is not None and records:
        after(actor, records)


# Phones and e-mails


def one_entry(key: str, text: str) -> str:
    """A cell as the number or address that entries hold; "" when it is none."""
    try:
        return identifiers.read_email(text) or "" if key == "emails" else phones.parse_phone(text).number
    except (phones.UnableToReadPhone, identifiers.UnableToReadIdentifier):
        return ""


ENTRY_KEYS = {"phones": "number", "emails": "address"}


def ids_by_entries(model: type[models.Model], key: str, entries: Iterable[str]) -> dict[str, list[int]]:
    """Which records hold a phone number or an address, for many at once."""
    inner = ENTRY_KEYS[key]
    wanted = [json.dumps([{inner: entry}]) for entry in set(entries)]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT e ->> '{inner}', t.id FROM {model._meta.db_table} t
                CROSS JOIN LATERAL jsonb_array_elements(t.{key}) e WHERE t.{key} @> ANY (%s::text[]::jsonb[])
                ORDER BY 2""",
            [wanted],
        )
        found: dict[str, list[int]] = defaultdict(list)
        for entry, number in cursor.fetchall():
            found[entry].append(number)
        return found


def _distinct(rows: Iterable[Any]) -> list[Any]:
    return list({row.pk: row for row in rows}.values())
