"""Finds records by what people type: characters, pinyin, initials, the tail of a phone, an address, a number.

A search goes from narrow to wide. First come titles that are, or begin with, what was typed: each type's best
few are read off an index in order. Only a type that gave too few is asked by tokens. Both look at a bounded
number of candidates; of these the actor's own policy lets through what may be seen. Where a bound was reached
and the actor saw too few, the bound is dropped for that type: nobody misses what they may see because others'
records stood before it. Who sees only their own has few enough records to be searched one by one, as soon as a
bound was reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import CharField, Q, Value

from zhike.base.actors import Actor
from zhike.records import policies, registry
from zhike.records.declaration import RecordType
from zhike.records.roles import sight
from zhike.records.search import indexing, kept_words, marks
from zhike.records.search.models import SearchEntry

EXACT, BEGINS, READS, READS_SO_FAR, HOLDS = range(5)
CANDIDATES, MANY_CANDIDATES = 300, 2000
"""How many are looked at; many where most of them may not be seen by the actor."""
AT_ONCE = 300
"""How many records are read anew at a time, where the index knows of fields the reader may not read."""
COUNTED_TO = 1000
LONGEST_WORDS = 200
Ranked = list[tuple[int, int]]
"""Ids with their rank, best first."""


@dataclass(frozen=True)
class Hit:
    record: Any
    rank: int


@dataclass
class Group:
    """The best hits of one type, best first. `count` is filled by `count_all`: None means beyond 1,000."""

    record_type: RecordType
    hits: list[Hit] = field(default_factory=list)
    count: int | None = None

    @property
    def rank(self) -> int:
        return self.hits[0].rank


@dataclass
class Candidates:
    """What one type has to offer: rank and time of the last change (seconds) by id; `is_cut` if there may be more."""

    found: dict[int, tuple[int, float]] = field(default_factory=dict)
    is_cut: bool = False

    def add(self, record_id: int, rank: int, updated_at: float) -> None:
        known = self.found.get(record_id)
        if known is None or rank < known[0]:
            self.found[record_id] = (rank, updated_at)

    def join(self, others: Candidates) -> None:
        self.is_cut |= others.is_cut
        for record_id, (rank, updated_at) in others.found.items():
            self.add(record_id, rank, updated_at)

    def in_order(self) -> list[int]:
        """Best rank first, then the most recent, then the newest."""
        return sorted(self.found, key=lambda each: (self.found[each][0], -self.found[each][1], -each))


def search(actor: Actor, words: str, types: Iterable[str] | None = None, *, limit: int = 5) -> list[Group]:
    """The best `limit` hits of each type the actor may see, in groups; the group with the best hit first."""
    words = words[:LONGEST_WORDS]
    asked = [record_type for record_type in _searchable(actor, types) if marks.query_of(record_type.name, words)]
    if not asked:
        return []
    visible = _best_visible(actor, asked, words, limit)
    groups = [Group(each, _hits(each, visible[each.name])) for each in asked]
    return sorted((group for group in groups if group.hits), key=lambda group: _place(group, words))


def _best_visible(actor: Actor, types: list[RecordType], words: str, limit: int) -> dict[str, Ranked]:
    kept = [each for each in types if kept_words.are_there(each)]
    found = {each.name: _best_of_kept(actor, each, words, limit) for each in kept}
    open_types = [each for each in types if each not in kept]
    return found | _best_of_open(actor, open_types, words, limit) if open_types else found


def _best_of_open(actor: Actor, types: list[RecordType], words: str, limit: int) -> dict[str, Ranked]:
    """Of types whose entries hold nothing that is kept from the reader."""
    titles = _by_title(types, words)
    visible = _seen_of(actor, titles, limit)
    hungry = [each for each in types if len(visible[each.name]) < limit]
    thorough = [each for each in hungry if titles[each.name].is_cut and _sees_own(actor, each)]
    bounds = {
        each: CANDIDATES if _sees_all(actor, each) else MANY_CANDIDATES for each in hungry if each not in thorough
    }
    tokens = _by_tokens(bounds, words)
    more = {name: each for name, each in tokens.items() if each.found.keys() - titles[name].found.keys()}
    for name, candidates in tokens.items():
        candidates.join(titles[name])
    visible |= _seen_of(actor, more, limit)
    for name, candidates in tokens.items():
        if len(visible[name]) < limit and candidates.is_cut and not _sees_all(actor, registry.get(name)):
            thorough.append(registry.get(name))
    for record_type in thorough:
        visible[record_type.name] = _among_all_visible(actor, record_type, words, limit)
    return visible


def ids_matching(record_type: RecordType, words: str, *, among: Any = None, enough: int | None = None) -> Any:
    """The ids (a subquery) of the type's records that hold all the words; permission is the caller's. `among` are the
    records they ask of, so that others' take no place where records must be read; of no more than `enough`."""
    entries = SearchEntry.objects.filter(record_type=record_type.name)
    query = marks.query_of(record_type.name, words[:LONGEST_WORDS])
    found = entries.filter(tokens__asked=query) if query else entries.none()
    if query and kept_words.are_there(record_type):
        found = _by_what_is_read(record_type, found, words, query, among, enough)
    return found.values("record_id")


def matching(queryset: Any, record_type: RecordType, words: str, *, enough: int | None = None) -> Any:
    """Those of a queryset's records that hold all the words; of no more than `enough`, if there are so many."""
    return queryset.filter(pk__in=ids_matching(record_type, words, among=queryset, enough=enough))


def _by_what_is_read(
    record_type: RecordType, entries: Any, words: str, query: str, among: Any, enough: int | None
) -> Any:
    """The entries that match by what the reader may read: those whose title holds the words, and of the others the
    latest within reach, which are read one by one."""
    told = Q(pk__in=[]) if sight.masked_title(record_type) else _in_title(words)
    if (
        enough
        and among is not None
        and among.filter(pk__in=entries.filter(told).values("record_id"))[:enough].count() >= enough
    ):
        return entries.filter(told)
    others = _within_reach(record_type, entries.exclude(told), among)
    ids = list(others.order_by("-updated_at", "-record_id").values_list("record_id", flat=True)[:MANY_CANDIDATES])
    held: list[int] = []
    for start in range(0, len(ids), AT_ONCE):
        held += _holding(record_type, ids[start : start + AT_ONCE], query)
        if enough and len(held) >= enough:
            break
    return entries.filter(told | Q(record_id__in=held)) if held else entries.filter(told)


def _in_title(words: str) -> Q:
    """A word of letters must begin one in the title; of characters it may stand anywhere."""
    found = Q()
    for term in marks.title_of(words).split():
        within = Q(title__startswith=term) | Q(title__contains=f" {term}")
        found &= within if term.isascii() else Q(title__contains=term)
    return found


def _within_reach(record_type: RecordType, entries: Any, among: Any) -> Any:
    reading = sight.current()
    if among is None or reading is None or _sees_all(reading.actor, record_type):
        return entries
    rows = among.order_by().values("pk")
    is_few = _sees_own(reading.actor, record_type)
    return entries.filter(policies.any_of("record_id", rows) if is_few else Q(record_id__in=rows))


def _holding(record_type: RecordType, ids: list[int], query: str) -> list[int]:
    """Which of the records hold the words in fields the reader in force may read: the index knows of all fields."""
    made = indexing.tokens_as_seen(record_type, ids)
    sql = """SELECT record_id FROM unnest(%s::bigint[], %s::text[]) AS made (record_id, tokens)
      WHERE array_to_tsvector(string_to_array(tokens, %s)) @@ %s::tsquery"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(made), list(made.values()), indexing.BETWEEN, query])
        return [record_id for (record_id,) in cursor.fetchall()]


def _best_of_kept(actor: Actor, record_type: RecordType, words: str, limit: int) -> Ranked:
    """Of a type whose entries hold more than the reader may read."""
    candidates, visible = Candidates(), []
    if sight.masked_title(record_type) is None:
        candidates = _by_title([record_type], words)[record_type.name]
        visible = _seen(actor, record_type, candidates, limit)
    if len(visible) >= limit:
        return visible
    found = matching(_visible(actor, record_type), record_type, words, enough=limit)
    for record_id, updated_at in found.values_list("pk", "updated_at")[:MANY_CANDIDATES]:
        candidates.add(record_id, HOLDS, updated_at.timestamp())
    return _seen(actor, record_type, candidates, limit)


def count_all(actor: Actor, group: Group, words: str) -> None:
    """Counts what the actor may see of a group, up to 1,000."""
    found = matching(_visible(actor, group.record_type), group.record_type, words, enough=COUNTED_TO + 1)
    count = found.order_by()[: COUNTED_TO + 1].count()
    group.count = count if count <= COUNTED_TO else None


def _searchable(actor: Actor, types: Iterable[str] | None) -> list[RecordType]:
    wanted = None if types is None else set(types)
    return [
        record_type
        for record_type in registry.all_types()
        if (wanted is None or record_type.name in wanted) and record_type.policy.may(actor, policies.SEE)
    ]


def _place(group: Group, words: str) -> tuple[int, bool, int]:
    """The best rank first; a number is somebody's phone before it is anything else; then as in the menu."""
    is_number = words.strip().replace(" ", "").lstrip("+").isdigit()
    order = [record_type.name for record_type in registry.all_types()].index(group.record_type.name)
    is_colleague = not group.record_type.has_owner()
    return group.rank, is_colleague or (is_number and group.record_type.avatar != "round"), order


# Candidates by title

BY_TITLE = """
SELECT asked.name, found.record_id, found.rank, found.updated, found.part
FROM unnest(%(types)s::text[]) AS asked (name) CROSS JOIN LATERAL (
  {parts}
) found
"""
PART = """(SELECT record_id, {rank} AS rank, date_part('epoch', updated_at) AS updated, {part} AS part
  FROM records_searchentry WHERE record_type = asked.name AND {condition} {order} LIMIT %(bound)s)"""
LATEST = "ORDER BY updated_at DESC"


def _by_title(types: list[RecordType], words: str) -> dict[str, Candidates]:
    title, letters = marks.title_of(words), marks.typed_letters(words)
    parts = [("title = %(title)s", EXACT, LATEST), ("title LIKE %(begins)s", BEGINS, "")]
    if letters:
        parts += [
            ("reading = %(letters)s", READS, LATEST),
            ("initials = %(letters)s", READS, LATEST),
            ("reading LIKE %(so_far)s", READS_SO_FAR, ""),
            ("initials LIKE %(so_far)s", READS_SO_FAR, ""),
        ]
    sql = "\n  UNION ALL ".join(
        PART.format(rank=rank, part=number, condition=condition, order=order)
        for number, (condition, rank, order) in enumerate(parts)
    )
    values = {
        "types": [each.name for each in types],
        "title": title,
        "begins": marks.prefix_pattern(title),
        "letters": letters[: SearchEntry.LONGEST["reading"]],
        "so_far": marks.prefix_pattern(letters[: SearchEntry.LONGEST["initials"]]),
        "bound": CANDIDATES,
    }
    return _gathered(dict.fromkeys(types, CANDIDATES), BY_TITLE.format(parts=sql), values)


def _gathered(bounds: dict[RecordType, int], sql: str, values: dict[str, Any]) -> dict[str, Candidates]:
    gathered = {each.name: Candidates() for each in bounds}
    counts: dict[tuple[str, int], int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for name, record_id, rank, updated_at, part in cursor.fetchall():
            gathered[name].add(record_id, rank, updated_at)
            counts[name, part] += 1
    for (name, _part), count in counts.items():
        gathered[name].is_cut |= count >= bounds[registry.get(name)]
    return gathered


# Candidates by tokens

BY_TOKENS = """(SELECT '{name}', record_id, {rank}, date_part('epoch', updated_at), 0 FROM records_searchentry
  WHERE record_type = '{name}' AND tokens @@ {query}::tsquery ORDER BY record_id DESC LIMIT {bound})"""


def _by_tokens(bounds: dict[RecordType, int], words: str) -> dict[str, Candidates]:
    if not bounds:
        return {}
    parts, values = [], {}
    for number, (record_type, bound) in enumerate(bounds.items()):
        values[f"query{number}"] = marks.query_of(record_type.name, words)
        query = f"%(query{number})s"
        parts.append(BY_TOKENS.format(name=record_type.name, rank=HOLDS, query=query, bound=bound))
    return _gathered(bounds, " UNION ALL ".join(parts), values)


# Permission


def _sees_all(actor: Actor, record_type: RecordType) -> bool:
    return record_type.policy.is_unlimited(actor, policies.SEE, record_type.model)


def _sees_own(actor: Actor, record_type: RecordType) -> bool:
    return record_type.policy.reach(actor, policies.SEE).is_own


def _visible(actor: Actor, record_type: RecordType) -> Any:
    queryset = record_type.queryset().filter(trashed_at__isnull=True)
    return record_type.policy.visible_to(actor, queryset).order_by()


def _seen(actor: Actor, record_type: RecordType, candidates: Candidates, limit: int) -> Ranked:
    """The best candidates the actor may see, as (id, rank)."""
    return _seen_of(actor, {record_type.name: candidates}, limit)[record_type.name]


def _seen_of(actor: Actor, candidates: Mapping[str, Candidates], limit: int) -> dict[str, Ranked]:
    """The same of several types, asked in one query."""
    asked: dict[str, list[int]] = {}
    queries = []
    for name, some in candidates.items():
        if not some.found:
            continue
        record_type, ids = registry.get(name), some.in_order()
        asked[name] = ids[: limit * 2] if _sees_all(actor, record_type) else ids
        known = record_type.queryset().filter(policies.one_of(asked[name]), trashed_at__isnull=True)
        visible = record_type.policy.visible_to(actor, known).order_by()
        queries.append(visible.values_list(Value(name, output_field=CharField()), "pk"))
    seen = set(queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]) if queries else set()
    return {
        name: [(each, some.found[each][0]) for each in asked.get(name, ()) if (name, each) in seen][:limit]
        for name, some in candidates.items()
    }


def _among_all_visible(actor: Actor, record_type: RecordType, words: str, limit: int) -> Ranked:
    """Without a bound: everything the actor may see that holds the words, ranked by the database. Whoever sees
    only their own has few enough records to look at each of them; for others the index goes first."""
    title, letters = marks.title_of(words), marks.typed_letters(words)
    visible, parameters = _visible(actor, record_type).values("pk").query.sql_with_params()
    mine = f"unnest(ARRAY({visible}))" if _sees_own(actor, record_type) else f"({visible})"
    values = [title, marks.prefix_pattern(title), letters, letters]
    sql = f"""SELECT record_id, CASE WHEN title = %s THEN {EXACT} WHEN title LIKE %s THEN {BEGINS}
        WHEN %s <> '' AND %s IN (reading, initials) THEN {READS}
        WHEN reading LIKE %s OR initials LIKE %s THEN {READS_SO_FAR} ELSE {HOLDS} END AS rank
      FROM {mine} AS mine (id) JOIN records_searchentry ON record_id = mine.id
      WHERE record_type = %s AND tokens @@ %s::tsquery
      ORDER BY rank, updated_at DESC, record_id DESC LIMIT %s"""
    so_far = marks.prefix_pattern(letters) if letters else None
    asked = [record_type.name, marks.query_of(record_type.name, words)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, so_far, so_far, *parameters, *asked, limit])
        return [(record_id, rank) for record_id, rank in cursor.fetchall()]


def _hits(record_type: RecordType, ranked: Ranked) -> list[Hit]:
    if not ranked:
        return []
    from zhike.records import listing

    along = listing.references_among(record_type, list(record_type.search.note))
    records = record_type.queryset().select_related(*along).in_bulk([record_id for record_id, _ in ranked])
    return [Hit(records[record_id], rank) for record_id, rank in ranked if record_id in records]
