"""An export with its trace: who took what, by which condition, how many rows; large ones as a job."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, override

from zhike.base.actors import Actor, Door
from zhike.base.files import storing
from zhike.base.sentences import Sentence
from zhike.records import registry
from zhike.records.exporting import writing
from zhike.records.exporting.taking import Export
from zhike.records.importing import acting
from zhike.records.models import ExportLog, JobState

DIRECT_ROWS = 5000
"""Up to here an export is made while one waits; Parquet never is."""


class _Cancelled(Exception):
    pass


def noted(export: Export, format: str, *, state: str = JobState.DONE, rows: int = 0) -> ExportLog:
    return note(
        export.actor, export.record_type.name, format, rows=rows, state=state, condition=export.condition or {},
        words=export.words, sort=export.sort, columns=list(export.columns),
    )  # fmt: skip


def note(actor: Actor, record_type_name: str, format: str, *, rows: int, **what: Any) -> ExportLog:
    """The trace of anything taken out; `what` are further columns of the log, the condition above all."""
    return ExportLog.objects.create(
        record_type=record_type_name, member_id=actor.member_id, actor_label=actor.label, actor=acting.kept(actor),
        language=get_language() or "", door=str(actor.door), format=format, row_count=rows, total=rows, **what,
    )  # fmt: skip


def is_direct(format: str, rows: int) -> bool:
    return format in ("csv", "xlsx") and rows <= DIRECT_ROWS


def make_now(export: Export, format: str) -> IO[bytes]:
    """The file, open at its beginning; it is gone when closed."""
    with tempfile.TemporaryDirectory(prefix="zhike-export-") as folder:
        path = Path(folder) / f"export.{format}"
        rows = writing.write(export, format, path)
        noted(export, format, rows=rows)
        return path.open("rb")


def begin(export: Export, format: str, rows: int) -> ExportLog:
    """Enqueues a large export."""
    from zhike.records.exporting import jobs

    with transaction.atomic():
        log = noted(export, format, state=JobState.WAITING)
        ExportLog.objects.filter(pk=log.pk).update(total=rows)
        jobs.make_export.later(log_id=log.pk, once=f"export:{log.pk}")
    return log


def export_of(log: ExportLog, actor: Actor) -> Export:
    return Export(
        registry.get(log.record_type), actor, condition=log.condition or None, words=log.words, sort=log.sort,
        columns=log.columns,
    )  # fmt: skip


def make(log_id: int) -> None:
    """Writes the file of a large export with the rights its actor has now."""
    log = ExportLog.objects.get(pk=log_id)
    if log.state not in (JobState.WAITING, JobState.RUNNING):
        return
    ExportLog.objects.filter(pk=log_id).update(state=JobState.RUNNING)
    with override(log.language or None):
        try:
            _make(log)
        except _Cancelled:
            ExportLog.objects.filter(pk=log_id).update(state=JobState.CANCELLED)
        except (Sentence, storing.UnableToStoreFile) as error:
            ExportLog.objects.filter(pk=log_id).update(state=JobState.FAILED, failure=str(error))


def _make(log: ExportLog) -> None:
    export = export_of(log, acting.actor_from(log.actor, Door.JOB))

    def tell(done: int) -> None:
        ExportLog.objects.filter(pk=log.pk).update(row_count=done)
        if ExportLog.objects.filter(pk=log.pk, is_cancelled=True).exists():
            raise _Cancelled

    with tempfile.TemporaryDirectory(prefix="zhike-export-") as folder:
        path = Path(folder) / f"export.{log.format}"
        rows = writing.write(export, log.format, path, on_progress=tell)
        stored = storing.store(
            _chunks(path), media_type=writing.MEDIA_TYPES[log.format][:120], limit=settings.IMPORT_SIZE_LIMIT * 20
        )
    ExportLog.objects.filter(pk=log.pk).update(state=JobState.DONE, row_count=rows, total=rows, file=stored)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk
