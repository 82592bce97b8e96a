"""The third step: which column goes to which field, by what records are found again, and saved mappings."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zhike.base.changelog import acts
from zhike.base.sentences import Sentence
from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.fields.pointing import points
from zhike.records.fields.references import as_id
from zhike.records.importing import matching, plans, starting, targets, units
from zhike.records.importing.plans import Plan
from zhike.records.importing.refusals import UnableToUsePlan
from zhike.records.importing.views import access, checking, steps
from zhike.records.models import ImportRun, MappingProfile
from zhike.records.roles import sight

LARGEST_FILE = 1_000_000
SAMPLES = 3


@require_http_methods(["GET", "POST"])
@access.for_draft
def columns(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """POST keeps the mapping; `act` says whether to go on, to save it under a name, or to load another."""
    if request.method == "GET":
        return _page(request, run, record_type, plans.plan_of(run.plan, record_type))
    act = request.POST.get("act", "next")
    try:
        plan = _loaded(request, run, record_type) if act in ("load", "file") else _posted(request, run, record_type)
        _keep(run, plan)
        if act == "save":
            _save_profile(request, run, record_type, plan)
        if act in ("load", "file", "save"):
            return access.to(request, f"/imports/{run.pk}/columns/")
        _require_sense(plan, record_type)
    except Sentence as error:
        return _page(request, run, record_type, _as_far_as_possible(request, run, record_type), str(error))
    return checking.begin(request, run)


@require_GET
@access.for_run()
def download(request: Any, run: ImportRun, record_type: RecordType) -> HttpResponse:
    """The mapping file, as `./zhike import --map` takes it."""
    # The database does not keep the order of keys; the file shows its columns as they stand.
    columns = {heading: run.plan["columns"].get(heading, "") for heading in run.headings}
    response = JsonResponse({**run.plan, "columns": columns}, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{record_type.name}-mapping.json"'
    return response


# What was posted


def _posted(request: Any, run: ImportRun, record_type: RecordType) -> Plan:
    """The plan of the form; values that were mapped before stay. Raises `UnableToUsePlan`."""
    before = plans.plan_of(run.plan, record_type)
    posted = request.POST
    raw = before.to_json() | {
        "columns": {heading: posted.get(f"column-{place}", "") for place, heading in enumerate(run.headings)},
        "match": posted.getlist("match"),
        "mode": posted.get("mode", ""),
        "owner": posted.get("owner", ""),
        "options": {
            **before.options, "day_first": posted.get("day_first") == "1",
            "blanks": "clear" if posted.get("blanks") == "clear" else "keep",
        },
        "units": _units(posted, run, record_type),
        "relations": {
            name.removeprefix("relation-"): posted.getlist(name) for name in posted if name.startswith("relation-")
        },
    }  # fmt: skip
    raw["relations"] = {name: [key for key in keys if key] for name, keys in raw["relations"].items() if any(keys)}
    return plans.plan_of(raw, record_type)


def _units(posted: Any, run: ImportRun, record_type: RecordType) -> dict[str, int]:
    """What was chosen for columns of amounts, else what their headings say; the plain unit goes without saying."""
    known, found = targets.targets_of(record_type), {}
    for place, heading in enumerate(run.headings):
        name = posted.get(f"column-{place}", "")
        if name in known and units.counts(known[name].field):
            said = units.of_heading(heading) or units.PLAIN
            chosen = as_id(posted.get(f"unit-{place}", ""))
            factor = chosen if chosen in units.UNITS else said
            if {factor, said} != {units.PLAIN}:
                found[name] = factor
    return found


def _as_far_as_possible(request: Any, run: ImportRun, record_type: RecordType) -> Plan:
    """What was posted though it makes no sense yet, so that the form shows it again."""
    plan = plans.plan_of(run.plan, record_type)
    known = targets.targets_of(record_type)
    posted = {heading: request.POST.get(f"column-{place}", "") for place, heading in enumerate(run.headings)}
    if any(posted.values()):
        plan.columns = {heading: name for heading, name in posted.items() if name in known}
        plan.units = _units(request.POST, run, record_type)
        plan.mode = request.POST.get("mode") if request.POST.get("mode") in plans.MODES else plan.mode
        plan.match = [key for key in request.POST.getlist("match") if set(key.split("+")) <= set(known)]
    return plan


def _require_sense(plan: Plan, record_type: RecordType) -> None:
    if not plan.columns:
        raise UnableToUsePlan(_("No column of the file goes to a field yet."))
    if plan.mode in (plans.UPDATE, plans.FILL) and not plan.match:
        raise UnableToUsePlan(_("Say by which field existing records are found."))
    known = targets.targets_of(record_type)
    for name in dict.fromkeys(part for key in plan.match_keys for part in key):
        if name not in plan.mapped:
            raise UnableToUsePlan(
                _("Records are to be found by “%(field)s”, but no column goes there."), field=known[name].label
            )


def _keep(run: ImportRun, plan: Plan) -> None:
    run.plan = plan.to_json()
    run.save(update_fields=["plan"])


# Saved mappings


def _loaded(request: Any, run: ImportRun, record_type: RecordType) -> Plan:
    if request.POST.get("act") == "file":
        plan = plans.plan_of(_json_of(request.FILES.get("mapping")), record_type)
    else:
        profile = _profiles(run).filter(pk=as_id(request.POST.get("profile", "")) or 0).first()
        if profile is None:
            raise UnableToUsePlan(_("This saved mapping is gone."))
        plan = plans.plan_of(profile.plan, record_type)
    missing = set(plan.columns)
    plan.columns = {run.headings[place]: name for place, _h, name in plans.places_of(_present(plan, run), run.headings)}
    if missing - set(plan.columns):
        gone = ", ".join(sorted(missing - set(plan.columns))[:5])
        messages.warning(request, _("The file lacks these columns of the mapping: %(names)s.") % {"names": gone})
    plan.options = {**plan.options, **{name: value for name, value in run.plan.get("options", {}).items() if value}}
    return plan


def _present(plan: Plan, run: ImportRun) -> Plan:
    """The plan without columns that this file does not have."""
    there = {heading.casefold() for heading in run.headings}
    return Plan(columns={heading: name for heading, name in plan.columns.items() if heading.casefold() in there})


def _json_of(file: Any) -> Any:
    if file is None or file.size > LARGEST_FILE:
        raise UnableToUsePlan(_("Choose a mapping file (JSON) of at most 1 MB."))
    try:
        return json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnableToUsePlan(_("This file is not JSON.")) from error


def _save_profile(request: Any, run: ImportRun, record_type: RecordType, plan: Plan) -> None:
    name = request.POST.get("name", "").strip()[:60]
    if not name:
        raise UnableToUsePlan(_("Give the mapping a name."))
    kept = plan.to_json()
    kept.pop("options", None)
    with acts.act(request.actor, "save_mapping", record_type=record_type.name, subject=name):
        MappingProfile.objects.update_or_create(
            record_type=record_type.name, name=name, member=run.member,
            defaults={"headings": run.headings, "plan": kept},
        )  # fmt: skip
    saved = _("The mapping “%(name)s” is saved; files with the same columns get it by themselves.")
    messages.success(request, saved % {"name": name})


def _profiles(run: ImportRun) -> Any:
    return starting.profiles_of(run.record_type, run.member_id)


# The page


def _page(request: Any, run: ImportRun, record_type: RecordType, plan: Plan, refusal: str = "") -> HttpResponse:
    known = targets.targets_of(record_type)
    rows = [
        {
            "place": place,
            "heading": heading,
            "samples": _samples(run, place),
            "chosen": (chosen := plan.columns.get(heading, "")),
            "unit": plan.units.get(chosen) or units.of_heading(heading) or units.PLAIN,
        }
        for place, heading in enumerate(run.headings)
    ]
    profiles = list(_profiles(run))
    shown = steps.context(
        record_type, steps.COLUMNS, run, rows=rows, targets=list(known.values()), plan=plan, refusal=refusal,
        units=units.UNITS.items(), counted={name for name, target in known.items() if units.counts(target.field)},
        mapped=sum(1 for row in rows if row["chosen"]), modes=_modes(), keys=_keys(record_type, plan),
        profiles=profiles, in_use=_in_use(profiles, plan),
        references=_references(record_type, plan), required=_required(record_type, plan),
        may_choose_owner=_may_choose_owner(record_type, request.actor),
        owner=_owner(plan),
    )  # fmt: skip
    return render(request, "records/importing/columns.html", shown, status=422 if refusal else 200)


def _in_use(profiles: list[MappingProfile], plan: Plan) -> MappingProfile | None:
    """The saved mapping that says what the plan says; how the file is read aside."""
    now = {name: said for name, said in plan.to_json().items() if name != "options"}
    return next((profile for profile in profiles if profile.plan == now), None)


def _may_choose_owner(record_type: RecordType, actor: Any) -> bool:
    return record_type.has_owner() and matching.owners_allowed(record_type, actor) != {actor.member_id}


def _samples(run: ImportRun, place: int) -> str:
    texts = (row[place + 1] for row in run.sample if place + 1 < len(row))
    return " · ".join(list(dict.fromkeys(text for text in texts if text))[:SAMPLES])


def _modes() -> list[tuple[str, str]]:
    return [
        (plans.UPSERT, _("Create new ones and update those that are there")),
        (plans.CREATE, _("Create only; leave those that are there")),
        (plans.UPDATE, _("Update only; create nothing")),
        (plans.FILL, _("Fill in what is empty; create nothing")),
    ]


def _keys(record_type: RecordType, plan: Plan) -> list[dict[str, Any]]:
    known = targets.targets_of(record_type)
    names = list(dict.fromkeys([*plan.match, *record_type.imports.match_on, targets.NUMBER]))
    return [
        {
            "name": name,
            "label": " + ".join(str(known[part].label) for part in name.split("+")),
            "chosen": name in plan.match,
        }
        for name in names
        if set(name.split("+")) <= set(known)
    ]


def _references(record_type: RecordType, plan: Plan) -> list[dict[str, Any]]:
    """Mapped references with the keys they may be found by."""
    known = targets.targets_of(record_type)
    declared: Any = record_type.imports.relations or {}
    found = []
    for name in dict.fromkeys(plan.columns.values()):
        field = known[name].field
        if points(field):
            columns = {column.name for column in field.model._meta.concrete_fields}
            target = registry.find(field.record_type_name)
            offered = [
                key
                for key in ("name", "external_id", "email", "code", "phones", "emails", "id")
                if key in columns and (target is None or sight.all_readable(target, [key]))
            ]
            usual = [key for key in declared.get(name, ()) if key in columns]
            chosen = plan.relations.get(name, [])
            labels = {key: _key_label(field.model, key) for key in offered}
            found.append(
                {
                    "name": name,
                    "label": field.label,
                    "offered": labels.items(),
                    "chosen": chosen[0] if chosen else "",
                    "usual": ", ".join(labels[key] for key in usual if key in labels),
                }
            )
    return found


def _key_label(model: Any, key: str) -> str:
    return str(_("Number in Zhike")) if key == "id" else str(model._meta.get_field(key).verbose_name)


def _required(record_type: RecordType, plan: Plan) -> list[str]:
    """Required fields no column goes to and nothing fills."""
    if plan.mode in (plans.UPDATE, plans.FILL) or type(record_type).complete is not None:
        names = [name for name in ("name",) if record_type.title == name and type(record_type).complete is None]
    else:
        names = [field.name for field in record_type.fields().values() if field.required and field.editable]
    known = targets.targets_of(record_type)
    return [str(known[name].label) for name in names if name not in plan.mapped and name in known]


def _owner(plan: Plan) -> Any:
    from django.contrib.auth import get_user_model

    number = as_id(plan.owner)
    return get_user_model()._default_manager.filter(pk=number).first() if number else None
