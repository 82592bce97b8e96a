"""The list of acts: what is asked of it, as a query and in words, its counts, and its rows for a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zhike.base.actors import Actor, Kind
from zhike.base.changelog.models import Change, ChangeSet, tracked_models
from zhike.records import contributions, history, registry, undoing
from zhike.records.fields.references import as_id
from zhike.records.models import MappingProfile, Record, SavedView

COUNTED = 100_000
"""Acts that are counted at most, the latest; a file holds no more either."""
COUNTED_ROWS = 200_000
"""Rows of one act that are counted at most."""
SHOWN_PEOPLE = 8
LONGEST_WORDS = 100
CHUNK = 1000
NAME = "change_sets"
"""What the log of exports calls a file of acts."""
PARTS = ("type", "door", "action", "member", "kind", "since", "until", "q", "state", "only")

KIND_WORDS: dict[str, Any] = {
    Kind.MEMBER: gettext_lazy("members"), Kind.TOKEN: gettext_lazy("programs with a token"),
    Kind.JOB: gettext_lazy("jobs"), Kind.FLOW: gettext_lazy("flows"), Kind.SYSTEM: gettext_lazy("the system"),
}  # fmt: skip
STATE_WORDS: dict[str, Any] = {"undone": gettext_lazy("undone"), "kept": gettext_lazy("not undone")}
CONFIGURATION = "configuration"


class UnknownPart(ValueError):
    """A part of what was asked means nothing; the argument names it."""


@dataclass(frozen=True)
class Asked:
    """Which acts are looked for; empty parts ask for nothing."""

    type: str = ""
    door: str = ""
    action: str = ""
    member: int | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None
    q: str = ""
    state: str = ""
    only: str = ""

    def pairs(self) -> dict[str, str]:
        """As in an address, without what is empty."""
        return {name: str(value) for name in PARTS if (value := getattr(self, name)) not in ("", None)}


def read(sent: Mapping[str, str]) -> Asked:
    """From an address. Raises `UnknownPart`."""
    told = {name: sent.get(name, "") for name in PARTS}
    allowed = {
        "type": registry.find(told["type"]) is not None, "door": told["door"] in history.DOOR_WORDS,
        "action": told["action"].isidentifier() and len(told["action"]) <= 60, "kind": told["kind"] in KIND_WORDS,
        "member": as_id(told["member"]) is not None, "state": told["state"] in STATE_WORDS,
        "only": told["only"] == CONFIGURATION, "q": "\0" not in told["q"],
    }  # fmt: skip
    for name, is_known in allowed.items():
        if told[name] and not is_known:
            raise UnknownPart(name)
    return Asked(
        type=told["type"], door=told["door"], action=told["action"], member=as_id(told["member"]), kind=told["kind"],
        since=_day(told, "since"), until=_day(told, "until"), q=told["q"].strip()[:LONGEST_WORDS],
        state=told["state"], only=told["only"],
    )  # fmt: skip


def _day(told: Mapping[str, str], name: str) -> date | None:
    try:
        day = parse_date(told[name]) if told[name] else None
    except ValueError:
        day = None
    if (day is None and told[name]) or (day is not None and not 1900 < day.year < 9000):
        raise UnknownPart(name)
    return day


def found(actor: Actor, asked: Asked) -> Any:
    """The acts the actor may look at that are asked for, in no order."""
    acts = undoing.visible_acts(actor)
    exact = {
        "record_type": asked.type, "door": asked.door, "action": asked.action, "actor_id": asked.member,
        "actor_kind": asked.kind, "started_at__gte": asked.since and start_of(asked.since),
        "started_at__lt": asked.until and start_of(asked.until + timedelta(days=1)), "subject__icontains": asked.q,
    }  # fmt: skip
    acts = acts.filter(**{name: value for name, value in exact.items() if value not in ("", None)})
    if asked.state:
        acts = acts.filter(undone_by__isnull=asked.state == "kept")
    if asked.only == CONFIGURATION:
        acts = acts.filter(pk__in=_acts_on(configuration_tables()))
    return acts


def latest_first(acts: Any, before: int | None = None) -> Any:
    """In the order they happened, the last first; `before` is the number of an act to go on behind."""
    if before is not None:
        at = ChangeSet.objects.filter(pk=before).values_list("started_at", flat=True).first() or timezone.now()
        acts = acts.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=before), started_at__lte=at)
    return acts.order_by("-started_at", "-pk")


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _acts_on(tables: tuple[str, ...]) -> Any:
    """The log is indexed by the record a row belongs to; rows of these tables belong to themselves or each other."""
    return Change.objects.filter(owner_table__in=tables).order_by().values("change_set_id")


@cache
def configuration_tables() -> tuple[str, ...]:
    """What says how the company works rather than what it deals with: members and what stands beside them in the
    menu, and every table that is no record, belongs to none and points at none; but what each arranges for himself."""
    people = registry.of(get_user_model()).group
    tables = {each.table for each in registry.declared_types() if each.group == people}
    records = {each.table for each in registry.declared_types()}
    for model in tracked_models():
        if issubclass(model, Record):
            continue
        is_own = issubclass(model, SavedView | MappingProfile)
        owner: Any = model._meta.get_field(model.log_owner) if model.log_owner else None
        belongs = owner.related_model._meta.db_table if owner else model._meta.db_table
        if belongs not in records and not model.soft_reference and not is_own:
            tables.add(model._meta.db_table)
    return tuple(sorted(tables))


def in_words(asked: Asked) -> str:
    """What is asked for, as a line: Type: Customers; From: 2026-03-01."""
    record_type = registry.find(asked.type)
    told = [
        (_("Type"), record_type.plural if record_type else ""),
        (_("Door"), history.DOOR_WORDS.get(asked.door, "")),
        (_("Act"), action_words(asked.action) if asked.action else ""),
        (_("Member"), name_of(asked.member)),
        (_("By"), KIND_WORDS.get(asked.kind, "")),
        (pgettext("day", "From"), asked.since), (_("Until"), asked.until), (_("Subject"), asked.q),
        (_("State"), STATE_WORDS.get(asked.state, "")),
        (_("Only"), _("Configuration") if asked.only else ""),
    ]  # fmt: skip
    return "; ".join(f"{label}: {value}" for label, value in told if value)


def name_of(member_id: int | None) -> str:
    member = find_member(member_id)
    return str(member) if member else f"#{member_id}" if member_id else ""


def find_member(member_id: int | None) -> Any:
    return get_user_model()._default_manager.filter(pk=member_id).first() if member_id else None


def actions() -> list[tuple[str, str]]:
    """(name, words) of every act that has words, in the order of the words."""
    declared = {each.name: each.label for found in registry.all_types() for each in found.actions}
    known = {**history.ACT_WORDS, **contributions.named_acts(), **declared}
    return sorted(((name, str(words)) for name, words in known.items()), key=lambda each: each[1].lower())


def action_words(action: str) -> str:
    return dict(actions()).get(action, action.replace("_", " "))


# Counts


@dataclass(frozen=True)
class Counts:
    """Of the acts asked for: how many there are, by door and by who acted, most first. `is_whole` is false where only
    the latest were counted."""

    total: int
    is_whole: bool
    doors: list[tuple[str, int]]
    people: list[tuple[str, int | None, int]]


def counts(acts: Any) -> Counts:
    latest = acts.order_by("-pk").values("pk")[:COUNTED]
    groups = ChangeSet.objects.filter(pk__in=latest).order_by()
    doors: Counter[str] = Counter()
    people: Counter[tuple[str, int | None]] = Counter()
    for door, label, member_id, count in (
        groups.values("door", "actor_label", "actor_id").annotate(count=Count("pk"))
        .values_list("door", "actor_label", "actor_id", "count")
    ):  # fmt: skip
        doors[door] += count
        people[label, member_id] += count
    total = doors.total()
    most = [(label, member_id, count) for (label, member_id), count in people.most_common(SHOWN_PEOPLE)]
    return Counts(total, total < COUNTED, doors.most_common(), most)


def row_counts(acts: list[int]) -> dict[int, int]:
    """How many rows of the log each act wrote, counted to at most `COUNTED_ROWS`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.id, (SELECT count(*) FROM (SELECT 1 FROM base_change c WHERE c.change_set_id = s.id
                             LIMIT %s) counted) FROM unnest(%s::bigint[]) s(id)""",
            [COUNTED_ROWS, acts],
        )
        return dict(cursor.fetchall())


# A file


class File:
    """The acts as a table, latest first, for the writers of exports."""

    def __init__(self, acts: Any) -> None:
        self.acts = acts

    @property
    def title(self) -> str:
        return _("Changes")

    @property
    def headings(self) -> list[str]:
        return [
            _("Number"), _("When"), _("Who"), _("Done as"), _("Door"), _("Act"), _("Type"), _("Subject"), _("Why"),
            _("Rows"), _("Undone by"), _("Undoes"),
        ]  # fmt: skip

    def rows(self) -> Iterator[list[Any]]:
        before: int | None = None
        while True:
            acts = list(latest_first(self.acts, before)[:CHUNK])
            if not acts:
                return
            written = row_counts([act.pk for act in acts])
            yield from (_row(act, written[act.pk]) for act in acts)
            before = acts[-1].pk


def _row(act: ChangeSet, rows: int) -> list[Any]:
    record_type = registry.find(act.record_type)
    return [
        act.pk, timezone.localtime(act.started_at).replace(tzinfo=None, microsecond=0), act.actor_label,
        str(KIND_WORDS.get(act.actor_kind, act.actor_kind)),
        history.door_words(act), history.act_words(act), str(record_type.plural) if record_type else act.record_type,
        history.subject_of(act), act.reason, rows, act.undone_by_id, act.undoes_id,
    ]  # fmt: skip
