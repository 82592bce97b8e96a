"""Imports through the API: a file and a mapping, then a run to poll."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.base.actors import Actor, Door
from zhike.base.sentences import Sentence
from zhike.records import gate, policies, registry
from zhike.records.api import bodies, resources
from zhike.records.api.answering import Answer, endpoint
from zhike.records.api.bodies import Parameters
from zhike.records.api.problems import Problem, invalid
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.importing import jobs, plans, rejects, starting
from zhike.records.importing.refusals import UnableToUsePlan
from zhike.records.importing.views import access
from zhike.records.models import ImportReject, ImportRun, JobState

PARTS = {"type", "map", "dry_run"}
SHOWN_REJECTS = 100


def begin_import(request: HttpRequest, actor: Actor) -> Answer:
    """`type`, `file`, and if wanted `map` (a mapping as JSON) and `dry_run`; answers 202 before anything is read in."""
    Parameters(request)
    given = _form(request)
    record_type = _type(actor, given.get("type", ""))
    file = request.FILES.get("file")
    if file is None:
        raise invalid({"file": [_("Send the file as the part “file”.")]})
    is_dry = given.get("dry_run", "false")
    if is_dry not in ("true", "false"):
        raise invalid({"dry_run": [_("“true” or “false” is expected.")]})
    plan = _plan(given.get("map", ""), record_type)
    try:
        run = starting.begin(actor.through(Door.IMPORT), record_type, file.chunks(), str(file.name), plan)
    except Sentence as error:
        raise invalid({"file": [str(error)]}) from error
    _enqueue(run, is_dry=is_dry == "true")
    return Answer(shown(run), 202, {"Location": f"/api/v1/imports/{run.pk}/"})


def _form(request: HttpRequest) -> Any:
    if request.content_type != "multipart/form-data":
        raise Problem(415, _("Send the file as multipart/form-data."))
    try:
        given = request.POST
    except MultiPartParserError as error:
        raise Problem(400, _("The parts of the form cannot be read: %(error)s.") % {"error": error}) from error
    for name in {*given, *request.FILES}:
        if name not in PARTS | {"file"}:
            raise invalid({name[:60]: [_("There is no such field.")]})
    return given


def _type(actor: Actor, name: str) -> RecordType:
    if registry.find(name) is None:
        raise invalid({"type": [_("There is no such record type.")]})
    record_type = resources.type_for(actor, name)
    gate.require_any(actor, policies.IMPORT, record_type)
    return record_type


def _plan(text: str, record_type: RecordType) -> plans.Plan | None:
    if not text:
        return None
    try:
        return plans.plan_of(bodies.parse(text), record_type)
    except Problem as problem:
        raise invalid({"map": [str(problem.detail)]}) from None
    except UnableToUsePlan as error:
        raise invalid({"map": [str(error)]}) from error


def _enqueue(run: ImportRun, *, is_dry: bool) -> None:
    run.state = JobState.CHECKING if is_dry else JobState.WAITING
    with transaction.atomic():
        run.save(update_fields=["state"])
        if is_dry:
            jobs.check_import.later(run_id=run.pk, once=f"import-check:{run.pk}")
        else:
            jobs.perform_import.later(run_id=run.pk, once=f"import:{run.pk}")


def read_import(request: HttpRequest, actor: Actor, run_id: str) -> Answer:
    Parameters(request)
    return Answer(shown(_run(actor, run_id)))


def cancel_import(request: HttpRequest, actor: Actor, run_id: str) -> Answer:
    """What is in stays in, as one act that can be undone."""
    Parameters(request)
    run = _run(actor, run_id)
    gate.require_any(actor, policies.IMPORT, registry.get(run.record_type))
    ImportRun.objects.filter(pk=run.pk).exclude(state__in=ENDED).update(is_cancelled=True)
    ImportRun.objects.filter(pk=run.pk, state=JobState.WAITING, change_set=None).update(state=JobState.CANCELLED)
    run.refresh_from_db()
    return Answer(shown(run))


ENDED = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


def _run(actor: Actor, run_id: str) -> ImportRun:
    run: ImportRun | None = access.visible_runs(actor).filter(pk=as_id(run_id) or 0).first()
    if run is None:
        raise gate.NotVisible
    return run


def shown(run: ImportRun) -> dict[str, Any]:
    rejected = ImportReject.objects.filter(run=run)[:SHOWN_REJECTS]
    return {
        "id": run.pk,
        "record_type": run.record_type,
        "file_name": run.file_name,
        "state": run.state,
        "failure": run.failure,
        "map": run.plan,
        "total": run.total,
        "done": run.position,
        **{name: getattr(run, name) for name in ("created", "updated", "skipped", "rejected")},
        "rejects": [{"line": each.line, "message": rejects.sentence_of(each)} for each in rejected],
        "report": run.report,
        "change_set": run.change_set_id,
        "started_at": _moment(run.started_at),
        "ended_at": _moment(run.ended_at),
    }


def _moment(moment: Any) -> str | None:
    return timezone.localtime(moment).isoformat() if moment else None


import_list = endpoint(POST=begin_import)
import_detail = endpoint(GET=read_import)
import_cancel = endpoint(POST=cancel_import)
