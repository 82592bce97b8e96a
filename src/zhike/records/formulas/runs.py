"""Computing that is too much for an act, done by jobs: batch after batch, each a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction

from zhike.base import actors, clock
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.records.currencies import keeping
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.formulas import definitions, writing
from zhike.records.formulas.definitions import Computed
from zhike.records.formulas.inputs import leading_to, path_of
from zhike.records.models import ComputingRun, JobState

AT_ONCE = 2_000
"""Records of a type for which a new definition is computed in the act itself."""
BATCH = 2_000
LAG = timedelta(seconds=3)
"""By then every process knows a new definition: what was written without it before is computed now."""
ACTION = "compute"


def begin(computed: Computed) -> bool:
    """Computes a field for all records: here where they are few, and by a job. Says whether it was done here."""
    ids = list(computed.record_type.queryset().order_by().values_list("pk", flat=True)[: AT_ONCE + 1])
    is_small = len(ids) <= AT_ONCE
    if is_small:
        writing.compute(computed.record_type, [computed], ids)
    schedule(computed, is_shown=not is_small)
    return is_small


def schedule(computed: Computed, *, is_shown: bool) -> None:
    """A run over all records; earlier ones of the field are over."""
    from zhike.records.formulas import jobs

    open_runs = ComputingRun.objects.filter(field_id=computed.number, state__in=(JobState.WAITING, JobState.RUNNING))
    open_runs.update(state=JobState.CANCELLED, ended_at=clock.now())
    total = computed.record_type.queryset().count() if is_shown else 0
    run = ComputingRun.objects.create(
        record_type=computed.record_type.name, field_id=computed.number, is_shown=is_shown, total=total
    )
    jobs.compute_field.later(run_id=run.pk, at=clock.now() + LAG, once=f"compute:{run.pk}")


def follow_rates() -> None:
    """Rates are others: roll-ups of amounts are computed anew, where there are amounts in other currencies."""
    for computed in definitions.now().by_key.values():
        roll_up = computed.roll_up
        if roll_up is not None and roll_up.money is not None and not computed.error:
            elsewhere = {roll_up.money.currency_field: keeping.own()}
            if roll_up.child.queryset().exclude(**elsewhere).exists():
                schedule(computed, is_shown=False)


def carry_on(run_id: int) -> None:
    """Works until the run is over; begun again after a crash, it goes on after the last record done."""
    while _step(run_id):
        pass


def _step(run_id: int) -> bool:
    with transaction.atomic():
        run = ComputingRun.objects.select_for_update(of=("self",)).select_related("change_set").get(pk=run_id)
        computed = _computed(run)
        if run.is_over or computed is None:
            _end(run, JobState.DONE if run.is_over else JobState.CANCELLED)
            return False
        rows = computed.record_type.queryset().filter(pk__gt=run.position).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        if not ids:
            _end(run, JobState.DONE)
            return False
        run.change_set = run.change_set or begin_act(computed.record_type, computed.label)
        with acts.resume(run.change_set):
            writing.compute(computed.record_type, [computed], ids, waits=True)
        run.position, run.state, run.done = ids[-1], JobState.RUNNING, run.done + len(ids)
        run.save()
        return True


def _computed(run: ComputingRun) -> Computed | None:
    found = definitions.now().by_key.values()
    return next((each for each in found if each.number == run.field_id), None)


def _end(run: ComputingRun, state: JobState) -> None:
    if not run.is_over:
        run.state, run.ended_at = state, clock.now()
        run.save(update_fields=["state", "ended_at"])


def begin_act(record_type: RecordType, subject: str) -> ChangeSet:
    return acts.begin(actors.system("zhike"), ACTION, record_type=record_type.name, subject=subject)


# What an act left over


def compute_later(record_type: RecordType, fields: Sequence[Computed], ids: Iterable[int]) -> None:
    """These records by a job, as soon as the act is committed."""
    from zhike.records.formulas import jobs

    numbers, names = sorted(set(ids)), [each.name for each in fields]
    for start in range(0, len(numbers), writing.BATCH):
        part = numbers[start : start + writing.BATCH]
        jobs.compute_records.later(type_name=record_type.name, names=names, ids=part)


def reach_later(
    record_type: RecordType, fields: Sequence[Computed], path: Sequence[Field], numbers: Iterable[int]
) -> None:
    """All records from which the path leads there, by a job."""
    from zhike.records.formulas import jobs

    row, names, way = sorted(set(numbers)), [each.name for each in fields], [step.name for step in path]
    for start in range(0, len(row), writing.BATCH):
        part = row[start : start + writing.BATCH]
        jobs.compute_reached.later(type_name=record_type.name, names=names, way=way, numbers=part)


def compute_records(record_type: RecordType, names: Sequence[str], ids: Sequence[int]) -> None:
    fields = _known(record_type, names)
    if not fields:
        return
    opened = begin_act(record_type, ", ".join(each.label for each in fields))
    for start in range(0, len(ids), BATCH):
        with acts.resume(opened):
            writing.compute(record_type, fields, ids[start : start + BATCH], waits=True)


def compute_reached(record_type: RecordType, names: Sequence[str], way: Sequence[str], numbers: Sequence[int]) -> None:
    fields, path = _known(record_type, names), path_of(record_type, way)
    if not fields or not path:
        return
    opened, position = begin_act(record_type, ", ".join(each.label for each in fields)), 0
    while True:
        with acts.resume(opened):
            rows = record_type.queryset().filter(leading_to(path, numbers), pk__gt=position).order_by("pk")
            ids = list(rows.values_list("pk", flat=True)[:BATCH])
            if not ids:
                return
            writing.compute(record_type, fields, ids, waits=True)
            position = ids[-1]


def _known(record_type: RecordType, names: Sequence[str]) -> list[Computed]:
    """Those of the fields that are still there, lowest first."""
    by_key = definitions.now().by_key
    found = [by_key[record_type.name, name] for name in names if (record_type.name, name) in by_key]
    return sorted(found, key=lambda each: each.level)


# Asked by pages


def under_way(field_id: int) -> ComputingRun | None:
    """The run during which the field says that it is being computed."""
    runs = ComputingRun.objects.filter(field_id=field_id, is_shown=True)
    open_runs = runs.filter(state__in=(JobState.WAITING, JobState.RUNNING))
    found: ComputingRun | None = open_runs.order_by("-pk").first()
    return found
