"""One act on many records: an edit, a change of owner, into the trash and out of it again.

Each record obeys the policy by itself: those the actor may not treat so are left out and counted. A field whose
change means nothing more than writing it is written to all records by one statement; any other goes through the
type's service, record by record. All of it is one change set. What is too much for a request becomes a `BulkRun`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Func, JSONField, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, listing, policies, registry
from zhike.records.declaration import RecordType
from zhike.records.models import BulkRun, JobState
from zhike.records.roles import sight
from zhike.records.rules import keeping

IN_REQUEST = 2_000
BATCH = 500
MOST_NAMED = 200
"""Refused records that are kept by name."""

EDIT, TRANSFER, TRASH, RESTORE = policies.EDIT, policies.TRANSFER, policies.TRASH, policies.RESTORE
ACTS = {EDIT: "bulk_edit", TRANSFER: "transfer", TRASH: "bulk_trash", RESTORE: "bulk_restore"}
"""What is asked for, and the verb of its change set."""
UNFIT = frozenset({"phones", "emails", "external_id"})
"""What makes no sense to be the same on many records."""


@dataclass(frozen=True)
class Selection:
    """The records `ids`, or (`ids` None) all that satisfy a condition and hold the words."""

    ids: tuple[int, ...] | None = None
    condition: Any = None
    words: str = ""

    def records(self, actor: Actor, record_type: RecordType, *, trashed: bool) -> Any:
        """The chosen records the actor sees, unordered. Raises `ConditionError`."""
        if self.ids is not None:
            queryset = listing.base_query(actor, record_type, trashed=trashed)
            return queryset.filter(pk__in=self.ids)
        queryset = listing.base_query(actor, record_type, condition=self.condition, trashed=trashed)
        return listing.matching_words(queryset, record_type, self.words)


@dataclass
class Outcome:
    """What became of the records: `left_out` the actor may not treat so, `refusals` counts by sentence, `rows` names
    the first that were refused (id, sentence)."""

    done: int = 0
    left_out: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    rows: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.done += other.done
        self.left_out += other.left_out
        self.refusals.update(other.refusals)
        self.rows += other.rows[: MOST_NAMED - len(self.rows)]

    def refuse(self, record_id: int, sentence: str) -> None:
        self.refusals[sentence] += 1
        if len(self.rows) < MOST_NAMED:
            self.rows.append((record_id, sentence))

    @property
    def refused(self) -> int:
        return self.refusals.total()


# Asked for


def perform(
    actor: Actor, record_type: RecordType, act: str, raw: Mapping[str, Any], selection: Selection
) -> tuple[Outcome, ChangeSet] | BulkRun:
    """Does it at once, or begins a run when there are more than 2,000. Raises `NotAllowed`, `Refused`."""
    actor = actor.through(Door.BULK)
    require(actor, record_type, act, raw)
    check(actor, record_type, act, raw)
    chosen = selection.records(actor, record_type, trashed=act == RESTORE)
    ids = sorted(chosen.values_list("pk", flat=True)[: IN_REQUEST + 1])
    if len(ids) > IN_REQUEST:
        return begin(actor, record_type, act, raw, selection, chosen.count())
    outcome = Outcome()
    with acts.act(actor, ACTS[act], record_type=record_type.name, subject=_subject(record_type, len(ids))) as opened:
        for start in range(0, len(ids), BATCH):
            outcome.add(apply(actor, record_type, act, raw, ids[start : start + BATCH]))
        _keep(actor, record_type, act, raw, ids, outcome, opened)
    return outcome, opened


def _keep(
    actor: Actor, record_type: RecordType, act: str, raw: Mapping[str, Any], ids: list[int], outcome: Outcome,
    opened: ChangeSet,
) -> None:  # fmt: skip
    """A short act stands among the past ones as a run that is done."""
    from zhike.records import jobs

    BulkRun.objects.create(
        record_type=record_type.name, act=act, raw=dict(raw), selection={"ids": ids}, actor=jobs.packed(actor),
        member_id=actor.member_id, change_set=opened, state=JobState.DONE, total=len(ids), done=outcome.done,
        left_out=outcome.left_out, refusals=dict(outcome.refusals), refused=outcome.rows, ended_at=clock.now(),
    )  # fmt: skip


def require(actor: Actor, record_type: RecordType, act: str, raw: Mapping[str, Any]) -> None:
    for action in _needs(act, raw):
        gate.require_any(actor, action, record_type)


def check(actor: Actor, record_type: RecordType, act: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values every record is to have. Raises `Refused`."""
    if act not in (EDIT, TRANSFER):
        return {}
    if not raw:
        raise gate.Refused({"": [_("Choose at least one field.")]})
    unfit = [name for name in raw if name not in {each.name for each in editable_fields(record_type)}]
    if unfit:
        raise gate.Refused({name: [_("This field cannot be the same on many records.")] for name in unfit})
    return gate.cleaned(actor, record_type, raw, partial=True)


def editable_fields(record_type: RecordType) -> list[Any]:
    """The fields that may be given to many records at once."""
    return [
        each
        for name, each in record_type.fields_as_laid_out().items()
        if each.editable
        and name not in UNFIT
        and each.kind not in UNFIT
        and name != record_type.title
        and not (each.is_custom and each.options.get("unique"))
    ]


def _needs(act: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The rights an act needs with each record."""
    if act == EDIT and "owner" in raw:
        return policies.BULK, EDIT, TRANSFER
    return policies.BULK, act


def _subject(record_type: RecordType, count: int) -> str:
    return f"{record_type.plural}: {count:,}"


# Done


def apply(actor: Actor, record_type: RecordType, act: str, raw: Mapping[str, Any], ids: Sequence[int]) -> Outcome:
    """Treats these records inside the open act."""
    changes = check(actor, record_type, act, raw)
    queryset = record_type.queryset().filter(pk__in=ids, trashed_at__isnull=act != RESTORE)
    for action in _needs(act, raw):
        queryset = record_type.policy.scoped(actor, action, queryset)
    allowed = sorted(queryset.values_list("pk", flat=True))
    outcome = Outcome(left_out=len(ids) - len(allowed))
    rows = record_type.queryset().filter(pk__in=allowed)
    if act in (TRASH, RESTORE):
        outcome.done = rows.update(trashed_at=clock.now() if act == TRASH else None)
    elif is_plain(record_type, changes):
        _write_obeying(actor, record_type, allowed, changes, outcome)
    else:
        _revise(actor, record_type, rows, changes, outcome)
    return outcome


def is_plain(record_type: RecordType, changes: Mapping[str, Any]) -> bool:
    """Whether the change is no more than writing the values."""
    reacts_to = record_type.reacts_to
    return reacts_to is not None and record_type.title not in changes and changes.keys().isdisjoint(reacts_to)


class _Broken(Exception):
    """Takes back what was written, because some of it breaks rules of the company."""

    def __init__(self, told: dict[int, keeping.Sentences]) -> None:
        super().__init__()
        self.told = told


def _write_obeying(
    actor: Actor, record_type: RecordType, ids: Sequence[int], changes: Mapping[str, Any], outcome: Outcome
) -> None:
    """Writes the records; those that would break a rule are left as they were and told."""
    while ids:
        try:
            with transaction.atomic():
                _write(record_type, record_type.queryset().filter(pk__in=ids), changes)
                if told := keeping.broken(actor, record_type, ids):
                    raise _Broken(told)
            break
        except _Broken as broken:
            for number, sentences in broken.told.items():
                outcome.refuse(number, _sentence(record_type, gate.Refused(sentences)))
            ids = [number for number in ids if number not in broken.told]
    outcome.done = len(ids)


def _write(record_type: RecordType, rows: Any, changes: Mapping[str, Any]) -> None:
    """One statement per field; rows that have the value already are left alone."""
    for name, value in changes.items():
        each: Any = record_type.field(name)
        with gate.refusals():
            if each.is_custom:
                rows.update(custom=_with(name, each.to_stored(value)))
            else:
                differing = (
                    rows.filter(**{f"{name}__isnull": False}) if value is None else rows.exclude(**{name: value})
                )
                differing.update(**{name: value})


def _with(name: str, stored: Any) -> Combinable:
    """The custom fields with one more value: `custom || {name: stored}`."""
    added = Value({name: stored}, output_field=JSONField())
    return Func(F("custom"), added, template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())


def _revise(actor: Actor, record_type: RecordType, rows: Any, changes: Mapping[str, Any], outcome: Outcome) -> None:
    """Through the type's service, one by one; what is refused is told, the others go on."""
    for record in rows.select_for_update(of=("self",)).order_by("pk"):
        try:
            gate.apply_checked(actor, record_type, record, changes)
            outcome.done += 1
        except gate.Refused as refused:
            outcome.refuse(record.pk, _sentence(record_type, refused))


def _sentence(record_type: RecordType, refused: gate.Refused) -> str:
    parts = []
    for name, messages in refused.errors.items():
        each = record_type.field(name) if name else None
        parts.append(f"{each.label}: {' '.join(messages)}" if each else " ".join(messages))
    return "; ".join(parts)[:300]


# On the way


def begin(
    actor: Actor, record_type: RecordType, act: str, raw: Mapping[str, Any], selection: Selection, total: int
) -> BulkRun:
    """A run that a job carries on; it goes on where it was when its process dies."""
    from zhike.records import jobs

    with transaction.atomic():
        opened = acts.begin(actor, ACTS[act], record_type=record_type.name, subject=_subject(record_type, total))
        run = BulkRun.objects.create(
            record_type=record_type.name, act=act, raw=dict(raw), total=total, change_set=opened,
            selection={"ids": selection.ids, "condition": selection.condition, "words": selection.words},
            actor=jobs.packed(actor), member_id=actor.member_id,
        )  # fmt: skip
        jobs.carry_on_bulk_run.later(run_id=run.pk, once=f"bulk:{run.pk}")
    return run


def carry_on(run_id: int) -> None:
    """Works until the run is over, batch by batch, each in a transaction of its own."""
    while _step(run_id):
        pass


def _step(run_id: int) -> bool:
    """The next batch. Its records and the run's position are written together or not at all."""
    from zhike.records import jobs

    with transaction.atomic():
        run = BulkRun.objects.select_for_update(of=("self",)).select_related("change_set").get(pk=run_id)
        if run.is_over:
            return False
        actor, record_type = jobs.actor_from(run.actor), registry.get(run.record_type)
        with sight.seen_by(actor):
            ids = _next_ids(run, actor, record_type)
        if ids:
            with acts.resume(run.change_set):
                _count(run, apply(actor, record_type, run.act, run.raw, ids))
            run.position, run.state = ids[-1], JobState.RUNNING
        else:
            run.state, run.ended_at = JobState.DONE, clock.now()
        run.save()
        return bool(ids)


def _next_ids(run: BulkRun, actor: Actor, record_type: RecordType) -> list[int]:
    chosen = run.selection
    ids = None if chosen["ids"] is None else tuple(chosen["ids"])
    selection = Selection(ids, chosen["condition"], chosen["words"])
    records = selection.records(actor, record_type, trashed=run.act == RESTORE)
    return list(records.filter(pk__gt=run.position).order_by("pk").values_list("pk", flat=True)[:BATCH])


def _count(run: BulkRun, outcome: Outcome) -> None:
    run.done += outcome.done
    run.left_out += outcome.left_out
    run.refusals = dict(Counter(run.refusals) + outcome.refusals)
    run.refused = [*run.refused, *outcome.rows][:MOST_NAMED]


def cancel(run: BulkRun) -> None:
    """Stops after the batch that is under way; what is done stays done, and can be undone."""
    with transaction.atomic():
        locked = BulkRun.objects.select_for_update().get(pk=run.pk)
        if not locked.is_over:
            locked.state, locked.ended_at = JobState.CANCELLED, clock.now()
            locked.save(update_fields=["state", "ended_at"])
