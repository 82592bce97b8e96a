"""Global search: names of two characters, pinyin initials, tails of phones; the palette as a whole and the search
alone against the bare SQL it could be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from django.db import connection

from zhike.base.actors import Door
from zhike.bench import serving, timing
from zhike.bench.budgets.bench import WHO, Bench
from zhike.bench.results import Result
from zhike.bench.timing import Times
from zhike.domains.customers.models import Contact, Customer
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records.search import finding, marks

PATIENCE_MS, RATIO = 150, 3
BEST = 5
RAW = """SELECT r.* FROM records_searchentry e JOIN {table} r ON r.id = e.record_id
  WHERE e.record_type = '{name}' AND e.tokens @@ %s::tsquery AND r.trashed_at IS NULL
  ORDER BY e.updated_at DESC LIMIT {best}"""
"""The best five of one type by a GIN index, with the rows themselves; no permission, no ranks, no other types."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "names": ("王芳", "李敏", "张伟", "陈静", "刘洋", "杨丽", "赵强", "周勇", "云杉", "启明", "海联", "嘉禾"),
    "initials": ("wf", "lm", "zw", "shys", "szqm", "hzhl", "cdjh", "wjd", "lxm", "yjh", "ccq", "zlj"),
    "phones": ("0073", "1460", "3577", "8803", "4672", "9019", "2701", "6643", "13504", "22193", "71029", "48845"),
}


def measure(bench: Bench) -> Iterator[Result]:
    for who, email in WHO.items():
        door = serving.Door(serving.product(), email=email)
        for kind, words in WORDS.items():
            pages = {word: door.getting(f"/search/palette/?q={quote(word)}") for word in words}
            times = _together(timing.interleaved(pages, max(3, bench.rounds // len(words))))
            told = f"the palette as a whole, median {timing.ms(times.median)}"
            yield Result(f"search, {kind}, {who}", told, times.p95 * 1000, PATIENCE_MS, " ms")
    yield from _against_sql(bench)


def _against_sql(bench: Bench) -> Iterator[Result]:
    member = Member.objects.select_related("department").get(email=WHO["administrator"])
    actor = actor_of(member, Door.FORM)
    for kind, words in WORDS.items():
        calls: dict[str, Callable[[], object]] = {}
        for word in words:
            calls[f"ours {word}"] = lambda word=word: finding.search(actor, word, limit=BEST)  # type: ignore[misc]
            calls[f"raw {word}"] = lambda word=word: raw(word)  # type: ignore[misc]
        times = timing.interleaved(calls, max(3, bench.rounds // len(words)))
        ours, bare = (_together({n: t for n, t in times.items() if n.startswith(side)}) for side in ("ours", "raw"))
        told = f"{timing.ms(ours.median)} against {timing.ms(bare.median)}"
        yield Result(f"search, {kind}, against SQL", told, ours.median / bare.median, RATIO, " ×")


def raw(word: str) -> int:
    """What plain SQL finds among customers and contacts, in one round trip for each."""
    found = 0
    with connection.cursor() as cursor:
        for name, model in (("customers", Customer), ("contacts", Contact)):
            query = RAW.format(table=model._meta.db_table, name=name, best=BEST)
            cursor.execute(query, [marks.query_of(name, word)])
            found += len(cursor.fetchall())
    return found


def _together(times: Mapping[str, Times]) -> Times:
    return Times(tuple(seconds for found in times.values() for seconds in found.seconds))
