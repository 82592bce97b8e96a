"""What the tests of imports share: a file in a few words, and a run through both phases."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from zhike.base.actors import Actor
from zhike.records import registry
from zhike.records.importing import plans, rejects, running, starting
from zhike.records.models import ImportReject, ImportRun, JobState


def table(*rows: Sequence[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def begin(actor: Actor, type_name: str, content: bytes, plan: Any = None, name: str = "file.csv") -> ImportRun:
    record_type = registry.get(type_name)
    return starting.begin(actor, record_type, [content], name, plans.plan_of(plan, record_type) if plan else None)


def checked(actor: Actor, type_name: str, content: bytes, plan: Any = None) -> dict[str, Any]:
    """The report of a dry run."""
    run = running.check(begin(actor, type_name, content, plan))
    assert run.state == JobState.CHECKED, run.failure
    return dict(run.report)


def imported(actor: Actor, type_name: str, content: bytes, plan: Any = None, name: str = "file.csv") -> ImportRun:
    run = begin(actor, type_name, content, plan, name)
    ImportRun.objects.filter(pk=run.pk).update(state=JobState.WAITING)
    return running.perform(run.pk)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """Created, updated, skipped, rejected."""
    return run.created, run.updated, run.skipped, run.rejected


def reasons(run: ImportRun) -> dict[int, str]:
    """Why rows were rejected, by line."""
    return {each.line: rejects.sentence_of(each) for each in ImportReject.objects.filter(run=run)}
