"""What the night takes away: imports nobody ran, and bytes nobody needs; and what it leaves alone."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from procrastinate.contrib.django import app

from zhike.base import clock, housekeeping
from zhike.base import jobs as base_jobs
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.base.files import storing
from zhike.base.files.models import StoredFile
from zhike.records import attachments, gate, registry
from zhike.records.exporting import jobs as export_jobs
from zhike.records.importing import jobs as import_jobs
from zhike.records.models import Attachment, ExportLog, ImportRun, JobState
from zhike.records.tests.importing import begin, imported, table

MONTHS_AGO = timedelta(days=31)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.FILES = tmp_path


def night() -> None:
    """The jobs of one night, in their order."""
    import_jobs.forget_old_drafts()
    export_jobs.forget_old_export_files()
    housekeeping.sweep_files()


def age(*stored: StoredFile) -> None:
    """As if stored a month ago."""
    moment = clock.now() - MONTHS_AGO
    StoredFile.objects.filter(pk__in=[each.pk for each in stored]).update(stored_at=moment)
    for each in stored:
        os.utime(storing.path_of(each), (moment.timestamp(), moment.timestamp()))


def prepared(actor: Any, name: str, *, days_ago: int, **state: Any) -> Any:
    run: Any = begin(actor, "customers", table(("客户名称",), (name,)))
    ImportRun.objects.filter(pk=run.pk).update(created_at=clock.now() - timedelta(days=days_ago), **state)
    age(run.file)
    return run


def held() -> set[str]:
    return {path.name for path in storing.folder().rglob("*") if path.is_file()}


def test_imports_prepared_long_ago_and_never_run_go_with_their_files(administrator: Any) -> None:
    old = prepared(administrator, "old", days_ago=31)
    checked = prepared(administrator, "checked", days_ago=31, state=JobState.CHECKED)
    recent = prepared(administrator, "recent", days_ago=29)
    waiting = prepared(administrator, "waiting", days_ago=31, state=JobState.WAITING)

    night()

    assert set(ImportRun.objects.values_list("pk", flat=True)) == {recent.pk, waiting.pk}
    assert not storing.path_of(old.file).exists()
    assert not storing.path_of(checked.file).exists()
    assert held() == set(StoredFile.objects.values_list("sha256", flat=True)) == {
        recent.file.sha256, waiting.file.sha256,
    }  # fmt: skip


def test_what_was_imported_keeps_its_file(administrator: Any) -> None:
    run: Any = imported(administrator, "customers", table(("客户名称",), ("云杉",)))
    ImportRun.objects.filter(pk=run.pk).update(created_at=clock.now() - MONTHS_AGO)
    age(run.file)

    night()

    assert ImportRun.objects.filter(pk=run.pk).exists()
    assert storing.path_of(run.file).exists()


def test_a_draft_whose_file_hangs_on_a_record_leaves_it_there(administrator: Any) -> None:
    run = prepared(administrator, "云杉", days_ago=31)
    customer = gate.create(administrator, registry.get("customers"), {"name": "云杉"})
    content = storing.path_of(run.file).read_bytes()
    attached = attachments.attach_file(administrator, customer, name="table.csv", chunks=[content])
    age(attached.file)

    night()

    assert not ImportRun.objects.exists()
    assert storing.path_of(attached.file).read_bytes() == content


def test_a_file_taken_off_can_be_brought_back_after_the_night(administrator: Any) -> None:
    customer = gate.create(administrator, registry.get("customers"), {"name": "云杉"})
    attached = attachments.attach_file(administrator, customer, name="合同.txt", chunks=[b"signed"])
    attachments.detach_file(administrator, Attachment.objects.get(pk=attached.pk))
    age(attached.file)

    night()
    undoing.undo(administrator, ChangeSet.objects.get(action="detach"))

    assert storing.path_of(Attachment.objects.get().file).read_bytes() == b"signed"


def test_files_alone_in_the_folder_go_after_a_day(administrator: Any) -> None:
    moment = (clock.now() - timedelta(days=2)).timestamp()
    alone = storing.folder() / "ab" / ("ab" + "0" * 62)
    fresh = storing.folder() / "cd" / ("cd" + "0" * 62)
    half = storing.folder() / f"{storing.HALF}x1"
    for path in (alone, fresh, half):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"left over")
    for path in (alone, half):
        os.utime(path, (moment, moment))

    night()

    assert held() == {fresh.name}
    assert not StoredFile.objects.exists()


def test_bytes_stored_again_today_are_as_new(administrator: Any) -> None:
    first = storing.store([b"twice"], media_type="text/plain", limit=100)
    age(first)
    again = storing.store([b"twice"], media_type="text/plain", limit=100)

    night()

    assert again.pk == first.pk
    assert storing.path_of(again).read_bytes() == b"twice"


def test_the_file_of_a_large_export_goes_and_its_entry_stays(administrator: Any) -> None:
    stored = storing.store([b"rows"], media_type="text/csv", limit=100)
    log = ExportLog.objects.create(
        record_type="customers", actor_label="林晓", door="form", format="csv", row_count=9, file=stored
    )
    ExportLog.objects.filter(pk=log.pk).update(exported_at=clock.now() - MONTHS_AGO)
    age(stored)

    night()

    log.refresh_from_db()
    assert log.file is None
    assert log.row_count == 9
    assert held() == set()


@pytest.mark.parametrize(("hour", "runs"), [(3, True), (2, False), (11, False), (19, False)])
def test_the_night_is_where_the_members_are(
    settings: Any, workspace: Any, monkeypatch: pytest.MonkeyPatch, hour: int, runs: bool
) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    monkeypatch.setattr(base_jobs, "close_old_connections", lambda: None)
    stored = storing.store([b"nobody's"], media_type="text/plain", limit=100)
    age(stored)
    task: Any = app.tasks["zhike.base.housekeeping.sweep_files"]
    moment = datetime(2026, 3, 5, hour, 57, tzinfo=ZoneInfo("Asia/Shanghai"))

    task.func(SimpleNamespace(job=SimpleNamespace(id=1, attempts=0)), timestamp=int(moment.timestamp()))

    assert storing.path_of(stored).exists() is not runs


def test_workers_know_the_jobs_of_the_night(workspace: Any) -> None:
    worker: Any = app
    assert "zhike.base.housekeeping" in worker.import_paths

    worker.perform_import_paths()

    known = {name for name, _id in worker.periodic_registry.periodic_tasks}
    assert known >= {
        "zhike.base.housekeeping.make_partitions_ahead",
        "zhike.base.housekeeping.sweep_files",
        "zhike.records.importing.jobs.forget_old_drafts",
        "zhike.records.exporting.jobs.forget_old_export_files",
    }
