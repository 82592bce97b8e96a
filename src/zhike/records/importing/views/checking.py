"""The dry run: begun here or as a job, what it found about values, and its result."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.base.sentences import Sentence
from zhike.records.declaration import RecordType
from zhike.records.importing import jobs, plans, running
from zhike.records.importing.refusals import UnableToUsePlan
from zhike.records.importing.views import access, steps
from zhike.records.models import ImportRun, JobState

DIRECT_ROWS = 10_000
"""Up to here the dry run is made while one waits, two seconds at most."""


def begin(request: Any, run: ImportRun) -> HttpResponse:
    run.position, run.report = 0, {}
    if run.total <= DIRECT_ROWS and run.file is not None and run.file.size < 10_000_000:
        running.check(run)
        return after_check(request, run)
    run.state = JobState.CHECKING
    with transaction.atomic():
        run.save(update_fields=["state", "position", "report"])
        jobs.check_import.later(run_id=run.pk, once=f"import-check:{run.pk}")
    return access.to(request, f"/imports/{run.pk}/check/")


def after_check(request: Any, run: ImportRun) -> HttpResponse:
    """To the values if any wants a meaning, else to the result."""
    has_unknown = run.state == JobState.CHECKED and run.report.get("unknown")
    return access.to(request, f"/imports/{run.pk}/{'values' if has_unknown else 'check'}/")


# Values


@require_http_methods(["GET", "POST"])
@access.for_run(JobState.CHECKED)
def values(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """What unknown values mean: each mapped, created, left empty or rejected, once for all its rows."""
    if request.method == "GET":
        return _values_page(request, run, record_type)
    try:
        plan = _with_meanings(request.POST, run, plans.plan_of(run.plan, record_type))
        run.plan = plans.plan_of(plan.to_json(), record_type).to_json()
    except Sentence as error:
        return _values_page(request, run, record_type, str(error))
    run.save(update_fields=["plan"])
    return begin(request, run)


def _with_meanings(posted: Any, run: ImportRun, plan: plans.Plan) -> plans.Plan:
    for column in run.report.get("unknown", []):
        name = column["field"]
        orders = dict(plan.values.get(name, {}))
        for place, found in enumerate(column["values"]):
            what = posted.get(f"do-{name}-{place}", "")
            if what:
                orders[found["value"]] = _meaning(what, posted.get(f"to-{name}-{place}", ""), column, found["value"])
        plan.values[name] = orders
        rest = posted.get(f"rest-{name}", "")
        if rest in plans.UNKNOWN:
            plan.unknown[name] = rest
    return plan


def _meaning(what: str, to: str, column: dict[str, Any], value: str) -> Any:
    if what == "keep":
        return value
    if what == "create" and column["may_create"]:
        return {"create": to.strip() or True}
    if what == "empty":
        return None
    if what == "map":
        if not to.strip():
            raise UnableToUsePlan(
                _("Say what “%(value)s” means, or choose something else to do with it."), value=value[:60]
            )
        return to.strip()
    return {"reject": True}


def _values_page(request: Any, run: ImportRun, record_type: RecordType, refusal: str = "") -> HttpResponse:
    unknown = run.report.get("unknown", [])
    for column in unknown:
        for found in column["values"]:
            is_meant = found["suggestion"] and not found.get("is_new")
            found["chosen"] = "map" if is_meant else "create" if column["may_create"] else "reject"
        column["left"] = column["count"] - len(column["values"])
    shown = steps.context(record_type, steps.VALUES, run, unknown=unknown, refusal=refusal)
    return render(request, "records/importing/values.html", shown, status=422 if refusal else 200)


# The result


@require_GET
@access.for_run(JobState.CHECKING, JobState.CHECKED, JobState.FAILED)
def check(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    if run.state == JobState.FAILED and run.change_set_id is not None:
        return access.to(request, f"/imports/{run.pk}/")
    shown = steps.context(record_type, steps.CHECK, run, report=run.report)
    return render(request, "records/importing/check.html", shown)


@require_GET
@access.for_run()
def checked(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    return after_check(request, run)


@require_POST
@access.for_run(JobState.CHECKED)
def start(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """Enqueues the import itself."""
    with transaction.atomic():
        taken = ImportRun.objects.filter(pk=run.pk, state=JobState.CHECKED, change_set=None)
        if taken.update(state=JobState.WAITING, position=0):
            jobs.perform_import.later(run_id=run.pk, once=f"import:{run.pk}")
    return access.to(request, f"/imports/{run.pk}/")


@require_GET
@access.for_run()
def state(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """How far it has come, as `<job-progress>` asks."""
    words = {
        JobState.CHECKING: "running",
        JobState.CHECKED: "done",
        JobState.DRAFT: "done",
        JobState.UNDOING: "running",
    }
    base = f"/imports/{run.pk}/"
    is_check = run.state in (JobState.CHECKING, JobState.CHECKED) or (run.is_over and run.change_set_id is None)
    ended = run.is_over or run.state in (JobState.CHECKED, JobState.DRAFT)
    return JsonResponse(
        {
            "state": words.get(JobState(run.state), run.state),
            "done": run.position, "total": max(run.total, run.position), "message": run.get_state_display(),
            "cancel_url": f"{base}cancel/" if run.state in (JobState.WAITING, JobState.RUNNING) else None,
            "done_url": (f"{base}checked/" if is_check else base) if ended else None,
        }
    )  # fmt: skip
