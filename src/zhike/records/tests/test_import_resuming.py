"""An import that is interrupted, stopped, or worked on twice: every row once, one act, undoable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from zhike.base.changelog import undoing
from zhike.base.notices.models import Notice
from zhike.records import registry
from zhike.records.importing import engine, jobs, running, telling
from zhike.records.models import ImportRun, JobState
from zhike.records.tests.importing import begin, counts, reasons, table

ROWS = 250


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: Any) -> None:
    monkeypatch.setattr(running, "BATCH", 50)


def customers() -> Any:
    return registry.get("customers").queryset()


def content() -> bytes:
    rows = [(f"C{number}", f"客户{number}") for number in range(ROWS - 1)]
    return table(("客户编号", "客户名称"), *rows, ("C0", "重复"))


def waiting(actor: Any) -> ImportRun:
    run = begin(actor, "customers", content())
    ImportRun.objects.filter(pk=run.pk).update(state=JobState.WAITING)
    return run


def break_after(monkeypatch: Any, batches: int, error: type[Exception]) -> None:
    done = iter(range(batches))
    write = engine.Engine._write

    def failing(self: Any, drafts: Any) -> None:
        write(self, drafts)
        if next(done, None) is None:
            raise error

    monkeypatch.setattr(engine.Engine, "_write", failing)


def test_it_goes_on_after_the_last_row_that_is_in(administrator: Any, monkeypatch: Any) -> None:
    run = waiting(administrator)
    with monkeypatch.context() as broken:
        break_after(broken, 2, OperationalError)
        with pytest.raises(OperationalError):
            running.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.position, customers().count()) == (JobState.RUNNING, 100, 100)

    ended = running.perform(run.pk)

    assert (ended.state, counts(ended)) == (JobState.DONE, (ROWS - 1, 0, 0, 1))
    assert "line 2" in reasons(ended)[ROWS + 1], "keys of the rows done before are remembered"
    assert customers().values("external_id").distinct().count() == ROWS - 1
    assert undoing.undo(administrator, ended.change_set).conflict_count == 0  # type: ignore[arg-type]
    assert not customers().exists()


def test_who_began_a_long_import_is_told_of_its_end(administrator: Any, monkeypatch: Any) -> None:
    told = Notice.objects.filter(member_id=administrator.member_id)
    run = waiting(administrator)
    jobs.perform_import(run_id=run.pk)
    assert not told.exists(), "a short one is watched"
    monkeypatch.setattr(telling, "LONG", timedelta(0))

    run = waiting(administrator)
    jobs.perform_import(run_id=run.pk)
    jobs.perform_import(run_id=run.pk)

    (notice,) = told
    assert notice.url == f"/imports/{run.pk}/"
    assert "is imported" in notice.text or "导入完成" in notice.text


def test_a_defect_ends_it_with_a_sentence_and_it_can_be_taken_up(
    administrator: Any, client_of: Any, monkeypatch: Any
) -> None:
    run = waiting(administrator)
    with monkeypatch.context() as broken:
        break_after(broken, 1, RuntimeError)
        ended = running.perform(run.pk)
    assert ended.state == JobState.FAILED
    assert ended.failure
    assert "RuntimeError" not in ended.failure

    client_of(administrator).post(f"/imports/{run.pk}/resume/")

    run.refresh_from_db()
    assert run.state == JobState.WAITING
    assert counts(running.perform(run.pk)) == (ROWS - 1, 0, 0, 1)


def test_cancelling_keeps_what_is_in_as_one_act(administrator: Any, client_of: Any) -> None:
    run = waiting(administrator)

    def cancel(going: ImportRun) -> None:
        if going.position == 100:
            client_of(administrator).post(f"/imports/{run.pk}/cancel/")

    ended = running.perform(run.pk, on_progress=cancel)

    assert (ended.state, ended.position, customers().count()) == (JobState.CANCELLED, 100, 100)
    assert undoing.undo(administrator, ended.change_set).restored >= 100  # type: ignore[arg-type]
    assert not customers().exists()


def test_a_second_worker_on_the_same_import_writes_nothing(administrator: Any) -> None:
    run = waiting(administrator)

    def overtake(going: ImportRun) -> None:
        if going.position == 50:
            running.perform(run.pk)

    running.perform(run.pk, on_progress=overtake)

    assert customers().count() == ROWS - 1
    run.refresh_from_db()
    assert (run.state, run.created) == (JobState.DONE, ROWS - 1)


def test_an_import_that_is_over_is_not_run_again(administrator: Any) -> None:
    run = waiting(administrator)
    running.perform(run.pk)

    assert counts(running.perform(run.pk)) == (ROWS - 1, 0, 0, 1)
    assert customers().count() == ROWS - 1


def test_what_still_runs_is_not_undone(administrator: Any) -> None:
    from zhike.records import undoing as permitted

    run = waiting(administrator)
    told = []

    def look(going: ImportRun) -> None:
        told.append(permitted.may_undo(administrator, going.change_set))  # type: ignore[arg-type]

    ended = running.perform(run.pk, on_progress=look)

    assert set(told) == {False}
    assert permitted.may_undo(administrator, ended.change_set)  # type: ignore[arg-type]


def test_an_import_left_by_a_dead_shell_can_be_gone_on_with(
    administrator: Any, client_of: Any, monkeypatch: Any
) -> None:
    from datetime import timedelta

    from zhike.records.importing.views import outcome

    run = waiting(administrator)
    with monkeypatch.context() as broken:
        break_after(broken, 1, OperationalError)
        with pytest.raises(OperationalError):
            running.perform(run.pk)
    client = client_of(administrator)
    assert "resume/" not in client.get(f"/imports/{run.pk}/").content.decode(), "it may be at work this minute"
    monkeypatch.setattr(outcome, "QUIET", timedelta(minutes=-1))

    assert "resume/" in client.get(f"/imports/{run.pk}/").content.decode()
    client.post(f"/imports/{run.pk}/resume/")

    run.refresh_from_db()
    assert run.state == JobState.WAITING
    assert counts(running.perform(run.pk)) == (ROWS - 1, 0, 0, 1)
