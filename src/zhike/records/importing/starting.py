"""Beginning an import: the file is kept, opened and described, a plan is guessed or taken from a saved mapping."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from zhike.base.actors import Actor
from zhike.base.files import storing
from zhike.base.sentences import Sentence
from zhike.records import values
from zhike.records.declaration import RecordType
from zhike.records.importing import acting, plans, running
from zhike.records.importing.plans import Plan
from zhike.records.importing.reading import Table
from zhike.records.importing.refusals import UnableToImport
from zhike.records.models import ImportRun, MappingProfile

SAMPLE = 20
LONGEST_SHOWN = 80


def begin(
    actor: Actor, record_type: RecordType, chunks: Iterable[bytes], name: str, plan: Plan | None = None
) -> ImportRun:
    """Keeps the file and guesses a plan where none is given.

    Raises `UnableToImport` (no right, no room), `UnableToReadFile`, `UnableToUsePlan`.
    """
    running.require_right(actor, record_type)
    try:
        stored = storing.store(chunks, media_type="application/octet-stream", limit=settings.IMPORT_SIZE_LIMIT)
    except storing.UnableToStoreFile as error:
        raise UnableToImport(str(error)) from error
    run = ImportRun(
        record_type=record_type.name, member_id=actor.member_id, actor=acting.kept(actor),
        language=get_language() or "", file=stored, file_name=Path(name).name[:255] or "file",
    )  # fmt: skip
    describe(run, record_type, plan)
    run.save()
    return run


def describe(run: ImportRun, record_type: RecordType, plan: Plan | None) -> Table:
    """Opens the file as the plan says and notes headings and samples; without a plan one is guessed."""
    table = running.table_of(run, plan or Plan())
    rows = list(itertools.islice(table.rows(), SAMPLE))
    if plan is None:
        plan = fitting_profile(record_type, run.member_id, table.headings) or plans.guess(
            record_type, table, [cells for _line, cells in rows]
        )
    run.headings = table.headings
    run.sample = [[line, *(shown(cell) for cell in cells)] for line, cells in rows]
    run.total = table.total
    run.plan = plan.to_json()
    return table


def shown(cell: Any) -> str:
    text = values.as_text(cell)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def profiles_of(record_type_name: str, member_id: Any) -> Any:
    """The mappings somebody saved for a record type."""
    return MappingProfile.objects.filter(record_type=record_type_name, member_id=member_id)


def fitting_profile(record_type: RecordType, member_id: int | None, headings: list[str]) -> Plan | None:
    """The mapping the member last saved for a file with the same headings."""
    for profile in profiles_of(record_type.name, member_id).order_by("-id"):
        if profile.headings == headings:
            try:
                return plans.plan_of(profile.plan, record_type)
            except Sentence:
                continue
    return None
