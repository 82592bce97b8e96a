"""The search index of all that, by the product's own tokeniser, in as many processes as there are processors."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator

from django.db import connection
from django.db.models import Max

from zhike.base.changelog import reading
from zhike.base.changelog.models import ReaderPosition
from zhike.base.workspaces import queries
from zhike.bench.data import masses
from zhike.records import registry
from zhike.records.search import indexing
from zhike.records.search.models import SearchEntry

CHUNK = 20_000
Part = tuple[str, int, int]


def fill(schema: str) -> None:
    """Every reader of the log counts as having read what is there; the index is filled here."""
    for name in reading.readers():
        position = reading.here_and_now()
        ReaderPosition.objects.update_or_create(name=name, defaults={"transaction": position.transaction})
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        with masses.without_indexes(cursor, SearchEntry._meta.db_table):
            parts = list(_parts())
            context = multiprocessing.get_context("fork")
            with context.Pool(os.cpu_count(), _begin, (schema,)) as pool:
                for _ in pool.imap_unordered(_index, parts):
                    pass
        cursor.execute("RESET maintenance_work_mem")


def _parts() -> Iterator[Part]:
    for record_type in registry.all_types():
        last = record_type.queryset().aggregate(last=Max("pk"))["last"] or 0
        for begin in range(0, last, CHUNK):
            yield record_type.name, begin, begin + CHUNK


def _begin(schema: str) -> None:
    """Each process has a connection of its own; the inherited one is its parent's and is only forgotten."""
    connection.connection = None
    connection.set_tenant(queries.get_workspace(schema))  # type: ignore[attr-defined]


def _index(part: Part) -> None:
    name, begin, end = part
    record_type = registry.get(name)
    ids = list(record_type.queryset().filter(pk__gt=begin, pk__lte=end).values_list("pk", flat=True))
    for at in range(0, len(ids), indexing.CHUNK):
        indexing.index(record_type, ids[at : at + indexing.CHUNK])
