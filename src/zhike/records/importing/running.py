"""A whole import: the dry run, and the job that can be stopped, killed and taken up again.

Each batch is one transaction: the rows, their trace in the change log, the rejected rows and the position in the
file are there together or not at all.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.base.files import storing
from zhike.base.sentences import Sentence
from zhike.records import policies, registry
from zhike.records.importing import acting, linking, plans, reading
from zhike.records.importing.compiling import Row
from zhike.records.importing.drafts import REJECTED, Draft
from zhike.records.importing.engine import Engine
from zhike.records.importing.refusals import UnableToImport
from zhike.records.models import ImportLink, ImportReject, ImportRun, JobState
from zhike.records.roles import sight

BATCH = 2000
log = logging.getLogger("zhike.imports")


class _TakenOver(Exception):
    """Another worker goes on with this import."""


def table_of(run: ImportRun, plan: plans.Plan) -> reading.Table:
    """Raises `UnableToReadFile`."""
    if run.file is None:
        raise UnableToImport(gettext_lazy("The file of this import is no longer kept."))
    return reading.open_table(Path(storing.path_of(run.file)), name=run.file_name, **plan.reading)


def require_right(actor: Actor, record_type: Any) -> None:
    """Raises `UnableToImport` without the right to import records of the type."""
    if not record_type.policy.may(actor, policies.IMPORT) or actor.is_kept_from_changing(record_type.name):
        raise UnableToImport(gettext_lazy("You may not import %(type)s."), type=record_type.plural)


class Work:
    """What both phases need: the type, the plan, the actor with the rights of now, the opened file, the engine."""

    def __init__(self, run: ImportRun, *, is_dry: bool) -> None:
        self.run = run
        self.record_type = registry.get(run.record_type)
        self.actor = acting.actor_from(run.actor, Door.IMPORT)
        require_right(self.actor, self.record_type)
        self.plan = plans.plan_of(run.plan, self.record_type)
        self.table = table_of(run, self.plan)
        self.engine = Engine(
            self.record_type, self.plan, self.actor, self.table.headings, is_dry=is_dry, now=clock.now(),
            zone=timezone.get_current_timezone(),
        )  # fmt: skip

    def look_through(self) -> None:
        if self.engine.needs_look_through:
            self.engine.look_through(self.table.rows())


# The dry run


def check(run: ImportRun, *, on_progress: Callable[[int], None] | None = None) -> ImportRun:
    """Goes through the whole file without writing; the result is `run.report`.

    A file or plan that cannot be used makes the run `failed` with the reason in `failure`.
    """
    with override(run.language or None):
        try:
            with sight.seen_by(acting.actor_from(run.actor, Door.IMPORT)):
                work = Work(run, is_dry=True)
                work.look_through()
                _check_rows(work, on_progress)
                report = report_of(work)
        except Sentence as error:
            return _failed(run, str(error))
        run.report = report
        run.total = work.engine.tally.rows
        run.state, run.failure = JobState.CHECKED, ""
        run.save(update_fields=["report", "total", "state", "failure", "position"])
    return run


def _check_rows(work: Work, on_progress: Callable[[int], None] | None) -> None:
    done = 0
    for rows in batches(work.table.rows()):
        done += len(work.engine.process(rows))
        if on_progress is not None:
            on_progress(done)


def report_of(work: Work) -> dict[str, Any]:
    """What a dry run found, as JSON; see `reporting.values_report` for the unknown values."""
    from zhike.records.importing import reporting

    tally = work.engine.tally
    return {
        "rows": tally.rows,
        **tally.counts(),
        "unknown": reporting.values_report(work.engine),
        "to_create": {
            name: {"label": work.engine.labels.get(name, name), "names": list(names)[:50], "count": len(names)}
            for name, names in tally.to_create.items()
        },
        "problems": tally.problems,
        "warnings": reporting.warnings_report(tally, work.table),
    }


def _failed(run: ImportRun, sentence: str) -> ImportRun:
    run.state, run.failure, run.ended_at = JobState.FAILED, sentence, clock.now()
    run.save(update_fields=["state", "failure", "ended_at"])
    _end_act(run)
    return run


def _end_act(run: ImportRun) -> None:
    """An act that has not ended cannot be undone."""
    if run.change_set is not None:
        run.change_set.ended_at = run.ended_at
        run.change_set.save(update_fields=["ended_at"])


# The job


def perform(run_id: int, *, on_progress: Callable[[ImportRun], None] | None = None) -> ImportRun:
    """Takes an import up where it stands and brings it to its end.

    What the file or the plan forbids ends it as `failed`, keeping what is in; a lost database raises, to be
    tried again.
    """
    run = ImportRun.objects.select_related("file", "change_set").get(pk=run_id)
    if run.state not in (JobState.WAITING, JobState.RUNNING):
        return run
    with override(run.language or None):
        try:
            with sight.seen_by(acting.actor_from(run.actor, Door.IMPORT)):
                _perform(run, on_progress)
        except _TakenOver:
            log.warning("import %s: another worker goes on with it", run.pk)
        except Sentence as error:
            _failed(run, str(error))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("import %s failed", run.pk)
            _failed(run, _("Something went wrong inside Zhike; what is in can be undone or gone on with."))
    return run


def stop(run_id: int) -> None:
    """Marks an import whose process ends here as stopped; it can be taken up again."""
    _failed(ImportRun.objects.select_related("change_set").get(pk=run_id), _("The import was stopped."))


def _perform(run: ImportRun, on_progress: Callable[[ImportRun], None] | None) -> None:
    work = Work(run, is_dry=False)
    _start(run, work)
    work.look_through()
    rows = work.table.rows()
    if run.position:
        work.engine.remember(itertools.islice(rows, run.position))
    is_going_on = all(_one_batch(run, work, batch, on_progress) for batch in batches(rows))
    while is_going_on and _tie(run, work):
        pass
    _finish(run, cancelled=not is_going_on, warnings=work)


def _start(run: ImportRun, work: Work) -> None:
    with transaction.atomic():
        if run.change_set is None:
            run.change_set = acts.begin(
                work.actor, "import", record_type=work.record_type.name, subject=run.file_name[:300]
            )
        run.ended_at = None
        _end_act(run)
        run.state, run.started_at, run.failure = JobState.RUNNING, run.started_at or clock.now(), ""
        run.save(update_fields=["change_set", "state", "started_at", "ended_at", "failure"])


def _one_batch(run: ImportRun, work: Work, rows: list[Row], on_progress: Callable[[ImportRun], None] | None) -> bool:
    """Rows and position in one transaction; False when somebody cancelled."""
    assert run.change_set is not None
    with acts.resume(run.change_set):
        _hold(run)
        if run.is_cancelled:
            return False
        drafts = work.engine.process(rows)
        _keep_rejects(run, drafts)
        _keep_links(run, drafts)
        run.position += len(drafts)
        _count(run, drafts)
        run.warnings = _merged(run.warnings, work)
        run.total = max(run.total, run.position)
        run.save(update_fields=["position", "total", "created", "updated", "skipped", "rejected", "warnings"])
    if on_progress is not None:
        on_progress(run)
    return True


def _hold(run: ImportRun) -> None:
    """Locks the run for the length of the batch: two workers on one import cannot both write."""
    kept = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if kept.position != run.position or kept.state != JobState.RUNNING:
        raise _TakenOver
    run.is_cancelled = kept.is_cancelled


def _count(run: ImportRun, drafts: list[Draft]) -> None:
    for draft in drafts:
        setattr(run, draft.outcome, getattr(run, draft.outcome) + 1)


def _keep_rejects(run: ImportRun, drafts: list[Draft]) -> None:
    ImportReject.objects.bulk_create(
        ImportReject(
            run=run,
            line=draft.line,
            cells=[_kept_cell(cell) for cell in draft.cells],
            reasons=[
                {"field": name, "heading": heading, "sentence": sentence} for name, heading, sentence in draft.errors
            ],
        )
        for draft in drafts
        if draft.outcome == REJECTED
    )


def _kept_cell(cell: Any) -> Any:
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def _keep_links(run: ImportRun, drafts: list[Draft]) -> None:
    ImportLink.objects.bulk_create(
        ImportLink(
            run=run,
            line=draft.line,
            record_id=draft.record.pk,
            field=name,
            key=key,
            cells=[_kept_cell(cell) for cell in draft.cells],
        )
        for draft in drafts
        if draft.outcome not in (REJECTED, "skipped")
        for name, key in draft.links.items()
    )


def _merged(kept: dict[str, Any], work: Work) -> dict[str, Any]:
    tally = work.engine.tally
    merged = dict(kept)
    for sentence, count in tally.warning_counts.items():
        merged[sentence] = {"count": count, "lines": tally.warnings.get(sentence, [])}
    return merged


def _tie(run: ImportRun, work: Work) -> bool:
    assert run.change_set is not None
    with acts.resume(run.change_set):
        _hold(run)
        return not run.is_cancelled and linking.tie_some(run, work.engine)


def _finish(run: ImportRun, *, cancelled: bool, warnings: Work) -> None:
    with transaction.atomic():
        run.state = JobState.CANCELLED if cancelled or run.is_cancelled else JobState.DONE
        run.ended_at = clock.now()
        if run.state == JobState.DONE:
            run.total = run.position
        run.warnings = _merged(run.warnings, warnings)
        run.save(update_fields=["state", "ended_at", "total", "warnings"])
        ImportLink.objects.filter(run=run).delete()
        _end_act(run)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch
