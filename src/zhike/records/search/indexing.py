"""Feeds the search index from the change log: always from the record as it is now, so that reading a change
twice, late, or together with a later one comes to the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from zhike.base import chinese
from zhike.base.changelog import reading
from zhike.base.changelog.models import ReaderPosition
from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.fields import pointing
from zhike.records.fields.base import Field
from zhike.records.fields.references import Reference
from zhike.records.search import kept_words, marks
from zhike.records.search.models import SearchEntry

READER = "search"
CHUNK = 2000
MANY = 500
"""Changes of so many records at once (a bulk edit, an import of activities) say nothing about what is worked
on just now: unless they touch words, they leave the order by recency alone."""
LONGEST_TEXT = 2000
BETWEEN = "\x1f"
PHONE = re.compile(r"^\+?[\d\s()./-]{5,}$")

UPSERT = """
INSERT INTO records_searchentry AS entry (record_type, record_id, title, reading, initials, tokens, updated_at)
SELECT %(type)s, record_id, title, reading, initials, array_to_tsvector(string_to_array(tokens, %(between)s)), at
FROM unnest(%(ids)s::bigint[], %(titles)s::text[], %(readings)s::text[], %(initials)s::text[], %(tokens)s::text[],
            %(moments)s::timestamptz[]) AS made (record_id, title, reading, initials, tokens, at)
ON CONFLICT (record_type, record_id) DO UPDATE SET title = excluded.title, reading = excluded.reading,
  initials = excluded.initials, tokens = excluded.tokens, updated_at = excluded.updated_at
WHERE (entry.title, entry.tokens, entry.updated_at) IS DISTINCT FROM
      (excluded.title, excluded.tokens, excluded.updated_at)
"""


@reading.reads_log(READER)
def index_changes(rows: list[reading.Row]) -> None:
    """Brings the entries of every record the rows belong to up to date."""
    touched: dict[str, list[reading.Row]] = defaultdict(list)
    for row in rows:
        touched[row.owner_table].append(row)
    for table, changes in touched.items():
        record_type = registry.of_table(table)
        if record_type is not None:
            ids = _worth_indexing(record_type, changes)
            if ids:
                index(record_type, ids)


def _worth_indexing(record_type: RecordType, changes: list[reading.Row]) -> list[int]:
    ids = {row.owner_id for row in changes}
    if len(ids) >= MANY:
        words = columns_with_words(record_type)
        ids = {row.owner_id for row in changes if row.operation != "U" or row.fields & words}
    return sorted(ids)


def columns_with_words(record_type: RecordType) -> frozenset[str]:
    """The columns of the record's own table that an entry is made of."""
    columns = {"external_id", "trashed_at"}
    for name in (record_type.title, *record_type.search.fields):
        model_field: Any = record_type.model._meta.get_field(name)
        columns.add(model_field.column)
    if _custom_words(record_type) or any(map(pointing.points, record_type.custom_fields().values())):
        columns.add("custom")
    return frozenset(columns)


def index(record_type: RecordType, ids: list[int]) -> None:
    """Makes the entries of these records anew; takes away those of records that are gone or in the trash."""
    made = list(_entries(record_type, ids))
    gone = set(ids) - {entry[0] for entry in made}
    if gone:
        SearchEntry.objects.filter(record_type=record_type.name, record_id__in=gone).delete()
    if made:
        _write(record_type, made)


def rebuild(record_type: RecordType | None = None) -> int:
    """Makes the index anew, of one type or of all; returns how many records it holds then. Readers wait."""
    count = 0
    for each in [record_type] if record_type else registry.all_types():
        last = 0
        while ids := list(each.queryset().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            with transaction.atomic():
                ReaderPosition.objects.get_or_create(name=READER)
                ReaderPosition.objects.select_for_update().get(name=READER)
                index(each, ids)
            last, count = ids[-1], count + len(ids)
        _drop_orphans(each)
    return count


def _drop_orphans(record_type: RecordType) -> None:
    alive = record_type.queryset().filter(trashed_at__isnull=True).values("pk")
    SearchEntry.objects.filter(record_type=record_type.name).exclude(record_id__in=alive).delete()


# Entries

Entry = tuple[int, str, str, str, str, datetime]


def _entries(record_type: RecordType, ids: list[int], names: set[str] | None = None) -> Iterable[Entry]:
    """With `names`: of the words of these fields only."""
    names = kept_words.names_with_words(record_type) if names is None else names
    own = [field for field in _custom_words(record_type) if field.name in names]
    named = _names_pointed_at(record_type, ids, names)
    makers = [(_path(field), _maker(field)) for field in _fields(record_type) if field.name in names]
    title = record_type.title
    paths = ["pk", "updated_at", title, "title_key", "external_id", *(path for path, _ in makers), "custom"]
    rows = record_type.queryset().filter(pk__in=ids, trashed_at__isnull=True).order_by().values_list(*paths)
    mark = marks.mark_of(record_type.name)
    for record_id, updated_at, name, title_key, external_id, *values, custom_values in rows:
        name = str(name or f"#{record_id}")
        letters = (title_key or chinese.pinyin_key(name)).replace(" ", "")[: SearchEntry.LONGEST["reading"]]
        tokens = set(chinese.search_tokens(name)) if title in names else set()
        if external_id and "external_id" in names:
            tokens.update(_tokens_of_text(external_id))
        for value, (_, maker) in zip(values, makers, strict=True):
            if value:
                tokens.update(maker(value))
        for field in own:
            if words := field.text(field.restored(custom_values.get(field.name))):
                tokens.update(_tokens_of_text(words))
        for words in named.get(record_id, ()):
            tokens.update(_tokens_of_text(words))
        marked = mark + (BETWEEN + mark).join(tokens) if tokens else ""
        yield record_id, marks.title_of(name), letters, marks.initials_of(name), marked, updated_at


def _fields(record_type: RecordType) -> list[Field]:
    names = [name for name in record_type.search.fields if name not in (record_type.title, "external_id")]
    return [record_type.built_in_fields[name] for name in names]


def tokens_as_seen(record_type: RecordType, ids: list[int]) -> dict[int, str]:
    """The marked tokens of these records, of fields the reader in force may read in full."""
    return {entry[0]: entry[4] for entry in _entries(record_type, ids, kept_words.readable(record_type))}


def _custom_words(record_type: RecordType) -> list[Field]:
    """The company's own fields that hold words."""
    return [field for field in record_type.custom_fields().values() if field.kind in kept_words.WORDY]


def _names_pointed_at(record_type: RecordType, ids: list[int], names: set[str]) -> dict[int, list[str]]:
    """The names of what records point at in the company's own fields."""
    pointed = (each for each in record_type.custom_fields().values() if isinstance(each, pointing.Pointing))
    own = [each for each in pointed if each.name in names]
    if not own:
        return {}
    records = list(record_type.queryset().filter(pk__in=ids).only("pk", "custom"))
    pointing.bring(own, records)
    return {record.pk: [field.text(field.value_of(record)) for field in own] for record in records}


def _path(field: Field) -> str:
    if isinstance(field, Reference):
        return f"{field.name}__{registry.get(field.record_type_name).title}"
    return field.name


def _maker(field: Field) -> Callable[[Any], Iterable[str]]:
    if field.kind == "phones":
        return _tokens_of_phones
    if field.kind == "emails":
        return _tokens_of_emails
    if isinstance(field, Reference) or field.kind in ("text", "long_text", "email"):
        return lambda value: _tokens_of_text(str(value))
    return lambda value: _tokens_of_text(field.text(value))


def _tokens_of_text(text: str) -> list[str]:
    tokens = chinese.search_tokens(text[:LONGEST_TEXT])
    if PHONE.match(text):
        tokens += chinese.phone_tokens(text)
    return tokens


def _tokens_of_phones(entries: list[dict[str, str]]) -> Iterable[str]:
    for entry in entries:
        yield from chinese.phone_tokens(entry["number"])
        if entry.get("extension"):
            yield entry["extension"]


def _tokens_of_emails(entries: list[dict[str, str]]) -> Iterable[str]:
    for entry in entries:
        yield from chinese.search_tokens(entry["address"])


def _write(record_type: RecordType, made: list[Entry]) -> None:
    ids, titles, readings, initials, tokens, moments = (list(column) for column in zip(*made, strict=True))
    values = {"ids": ids, "titles": titles, "readings": readings, "initials": initials, "tokens": tokens}
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, {"type": record_type.name, "between": BETWEEN, "moments": moments, **values})
