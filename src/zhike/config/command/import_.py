import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.config import command

if TYPE_CHECKING:
    from zhike.base.actors import Actor
    from zhike.records.importing.plans import Plan
    from zhike.records.models import ImportRun

HELP = "import a table (CSV, TSV, XLSX): columns and values as a mapping file says, or as they can be guessed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", help="customers, contacts, opportunities, products, members, …")
    parser.add_argument("file", type=Path)
    parser.add_argument("--map", type=Path, metavar="FILE", help="a mapping file, as the wizard saves it")
    parser.add_argument("--match", action="append", metavar="FIELD", help="find existing records by this field, or a+b")
    parser.add_argument("--mode", choices=("create", "update", "upsert", "fill"))
    parser.add_argument("--values", type=Path, metavar="FILE", help="value mappings: {field: {value: value}}")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write rejected rows and reasons here (CSV)")
    parser.add_argument("--actor", metavar="EMAIL", help="on whose behalf (default: the system itself)")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when every row was taken, 3 when some were rejected."""
    with command.inside_workspace(), in_language_of_shell():
        summary = _dry_run(options) if options.dry_run else _import(options)
    print(json.dumps(summary, ensure_ascii=False))
    return 3 if summary["rejected"] else 0


def in_language_of_shell() -> Any:
    from django.utils import translation

    return translation.override("zh-hans" if os.environ.get("LANG", "").lower().startswith("zh") else "en")


def actor_named(email: str | None) -> "Actor":
    """Raises CommandFailed for somebody who does not work here."""
    from zhike.base import actors
    from zhike.domains.people import queries
    from zhike.domains.people.models import Member

    if email is None:
        return actors.system("shell", actors.Door.CLI)
    member = Member.objects.select_related("department").filter(email__iexact=email, is_active=True).first()
    if member is None:
        raise command.CommandFailed(f"There is no active member {email}; ./zhike member add makes one.")
    return queries.actor_of(member, actors.Door.CLI)


def record_type_named(name: str) -> Any:
    from zhike.records import registry

    try:
        return registry.get(name)
    except registry.UnknownRecordType:
        known = ", ".join(each.name for each in registry.all_types())
        raise command.CommandFailed(f"There is no record type “{name}”; there are: {known}.") from None


def _begin(options: argparse.Namespace) -> "ImportRun":
    from zhike.base.sentences import Sentence
    from zhike.records.importing import plans, starting

    record_type = record_type_named(options.type)
    try:
        plan = plans.plan_of(_json_of(options.map), record_type) if options.map else None
        run = starting.begin(actor_named(options.actor), record_type, _chunks(options.file), options.file.name, plan)
        changed = _with_options(plans.plan_of(run.plan, record_type), options)
        run.plan = plans.plan_of(changed.to_json(), record_type).to_json()
    except Sentence as error:
        raise command.CommandFailed(f"{options.file.name}: {error}") from error
    run.save(update_fields=["plan"])
    return run


def _with_options(plan: "Plan", options: argparse.Namespace) -> "Plan":
    plan.match = options.match or plan.match
    plan.mode = options.mode or plan.mode
    for name, orders in (_json_of(options.values) if options.values else {}).items():
        plan.values[name] = {**plan.values.get(name, {}), **orders}
    return plan


def _json_of(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise command.CommandFailed(f"{path} is not JSON: {error}.") from error


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def _dry_run(options: argparse.Namespace) -> dict[str, Any]:
    from zhike.records.importing import running
    from zhike.records.models import JobState

    run = running.check(_begin(options))
    report, failure = run.report, run.failure if run.state == JobState.FAILED else ""
    run.delete()
    if failure:
        raise command.CommandFailed(f"{options.file.name}: {failure}")
    _say_report(report)
    counts = {name: report[name] for name in ("rows", "created", "updated", "skipped", "rejected")}
    return counts | {"change_set": None, "dry_run": True}


def _say_report(report: dict[str, Any]) -> None:
    for column in report["unknown"]:
        print(f"{column['heading']} → {column['field']}: {column['count']} unknown values in {column['rows']} rows")
        for found in column["values"][:20]:
            meant = f" (perhaps “{found['suggestion']}”)" if found["suggestion"] else ""
            print(f"  “{found['value']}” in {found['rows']} rows{meant}")
    for name, made in report["to_create"].items():
        print(f"{name}: {made['count']} to be created: {', '.join(made['names'][:10])}")
    for problem in report["problems"]:
        print(f"line {problem['line']}, {problem['heading'] or problem['field'] or 'row'}: {problem['sentence']}")
    for warning in report["warnings"]:
        print(warning["sentence"])


def _import(options: argparse.Namespace) -> dict[str, Any]:
    from zhike.records.models import ImportRun, JobState

    run = _begin(options)
    ImportRun.objects.filter(pk=run.pk).update(state=JobState.WAITING)
    show = _show_progress if sys.stderr.isatty() else None
    run = _perform(run, show)
    if run.state == JobState.FAILED:
        raise command.CommandFailed(f"{options.file.name}: {run.failure}")
    _report(run, options.report)
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else 0.0
    return {
        "rows": run.position, "created": run.created, "updated": run.updated, "skipped": run.skipped,
        "rejected": run.rejected, "change_set": run.change_set_id, "seconds": round(seconds, 2),
    }  # fmt: skip


def _perform(run: "ImportRun", show: Any) -> "ImportRun":
    """Stopped by Ctrl-C, what is in stays and can be gone on with under past imports."""
    from zhike.records.importing import running

    try:
        return running.perform(run.pk, on_progress=show)
    except KeyboardInterrupt:
        running.stop(run.pk)
        raise


def _show_progress(run: "ImportRun") -> None:
    print(f"\r{run.position:,} of {max(run.total, run.position):,} rows", end="", file=sys.stderr, flush=True)


def _report(run: "ImportRun", path: Path | None) -> None:
    from zhike.records.importing import rejects
    from zhike.records.models import ImportReject

    for sentence, told in run.warnings.items():
        print(f"{sentence} ({told['count']} rows)")
    for reject in ImportReject.objects.filter(run=run)[:20]:
        print(f"line {reject.line}: {rejects.sentence_of(reject)}")
    if path is not None:
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            rejects.write_csv(run, out)
