"""kill -9 of the worker in the middle of an import, twice: every row is there once and the job ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from zhike.base.actors import Actor
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer
from zhike.records import registry
from zhike.records.importing import jobs, starting
from zhike.records.models import ImportRun, JobState
from zhike.testing import servers

from . import bookkeeping

ROWS = int(os.environ.get("ZHIKE_FAULT_ROWS") or 20_000)
EVERY_BAD = 1000
"""One row in so many has a number of employees that is none."""


def lines() -> Iterator[bytes]:
    yield b"External ID,Name,Phone,Employees\n"
    for number in range(ROWS):
        employees = "many" if number % EVERY_BAD == 0 else str(number % 500 + 1)
        yield f"K{number},客户{number},138{number:08d},{employees}\n".encode()


def begin_import(actor: Actor) -> ImportRun:
    run = starting.begin(actor, registry.get("customers"), lines(), "customers.csv")
    ImportRun.objects.filter(pk=run.pk).update(state=JobState.WAITING)
    jobs.perform_import.later(run_id=run.pk, once=f"import:{run.pk}")
    return run


def position(run: ImportRun) -> int:
    return ImportRun.objects.values_list("position", flat=True).get(pk=run.pk)


def state(run: ImportRun) -> str:
    return ImportRun.objects.values_list("state", flat=True).get(pk=run.pk)


def kill_after(running: servers.Installation, run: ImportRun, rows: int) -> None:
    running.start("worker")
    bookkeeping.wait_for(lambda: position(run) >= rows, f"row {rows}", seconds=90)
    running.kill("worker")
    assert position(run) < ROWS
    assert state(run) == JobState.RUNNING
    bookkeeping.let_time_pass_for_dead_workers()


def test_import_survives_its_worker(company: Any, acting: Callable[[str], Actor]) -> None:
    administrator = acting("林晓")
    with servers.installation() as running:
        run = begin_import(administrator)
        kill_after(running, run, 1)
        kill_after(running, run, ROWS // 2)

        running.start("worker")
        bookkeeping.wait_for(lambda: state(run) == JobState.DONE, "the end of the import", seconds=180)

    ended = ImportRun.objects.get(pk=run.pk)
    bad = -(-ROWS // EVERY_BAD)
    assert (ended.created, ended.rejected, ended.updated) == (ROWS - bad, bad, 0)
    assert Customer.objects.count() == ROWS - bad
    assert Customer.objects.values("external_id").distinct().count() == ROWS - bad
    assert bookkeeping.inserts(Customer) == ROWS - bad
    bookkeeping.check(Customer)
    change_set = ChangeSet.objects.get(action="import")
    assert change_set.changes.filter(table_name=Customer._meta.db_table).count() == ROWS - bad

    undone = undoing.undo(administrator, change_set)

    assert undone.conflict_count == 0
    assert not Customer.objects.exists()
    bookkeeping.check(Customer)
