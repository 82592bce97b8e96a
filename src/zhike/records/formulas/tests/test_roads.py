"""Imports, jobs, many readers, several acts at once, and what stands still."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from zhike.base import actors, clock
from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, gate, registry
from zhike.records.customising import changing, indexing
from zhike.records.formulas import compiling, definitions, jobs, recomputing, runs
from zhike.records.formulas.tests.test_following import add_formula, customer, latest, opportunity, value
from zhike.records.importing.plans import UnableToUsePlan
from zhike.records.models import ComputingRun, CustomField, JobState
from zhike.records.roles import changing as roles
from zhike.records.roles import holding, sight
from zhike.records.tests.importing import counts, imported, table
from zhike.testing import custom as own
from zhike.testing import samples


def add_roll_up(actor: Any, type_name: str, label: str, over: str, function: str, **more: Any) -> CustomField:
    if "condition" in more:
        more["condition"] = json.dumps(more["condition"])
    raw = {"kind": "roll_up", "label": label, "over": over, "function": function} | more
    return changing.add_field(actor, registry.get(type_name), raw)


def values(row: CustomField) -> list[Any]:
    rows = registry.get(row.record_type).queryset().order_by("pk")
    return list(rows.values_list(f"custom__{row.name}", flat=True))


# Imports


def test_an_import_is_computed_and_its_undo_leaves_nothing(administrator: Any) -> None:
    owner = customer(administrator, "甲方")
    double = add_formula(administrator, "opportunities", "两倍", "{amount} * 2", "money")
    total = add_roll_up(administrator, "customers", "总额", "opportunities.customer", "sum", measure="amount")
    rows = [(f"商机{place}", "甲方", str(100 * place)) for place in range(1, 31)]

    run = imported(administrator, "opportunities", table(("商机名称", "客户", "金额"), *rows))

    assert counts(run)[0] == 30
    made = registry.get("opportunities").queryset().filter(customer=owner)
    assert {each.custom[double.name] for each in made} == {f"{200 * place}.00" for place in range(1, 31)}
    assert value(owner, total) == Decimal(46500)
    undoing.undo(administrator, ChangeSet.objects.get(pk=run.change_set_id))
    assert not made.all().exists() and value(owner, total) == 0


def test_a_file_brings_no_computed_values(administrator: Any) -> None:
    row = add_formula(administrator, "opportunities", "两倍", "{amount} * 2", "money")

    run = imported(administrator, "opportunities", table(("商机名称", "两倍"), ("甲", "5")))
    assert counts(run)[0] == 1
    assert registry.get("opportunities").queryset().get(name="甲").custom.get(row.name) is None
    with pytest.raises(UnableToUsePlan, match=row.name):
        plan = {"columns": {"商机名称": "name", "两倍": row.name}}
        imported(administrator, "opportunities", table(("商机名称", "两倍"), ("甲", "5")), plan)


def test_what_was_only_computed_since_does_not_keep_an_import(administrator: Any) -> None:
    add_roll_up(administrator, "customers", "商机数", "opportunities.customer", "count")
    run = imported(administrator, "customers", table(("客户名称",), ("甲方",)))
    owner = registry.get("customers").queryset().get(name="甲方")
    opportunity(administrator, "甲", customer=owner.pk)
    undoing.undo(administrator, latest("create"))

    undone = undoing.undo(administrator, ChangeSet.objects.get(pk=run.change_set_id))

    assert undone.conflict_count == 0
    assert not registry.get("customers").queryset().filter(name="甲方").exists()


# Jobs


def test_many_readers_are_computed_by_a_job(administrator: Any, monkeypatch: Any) -> None:
    row = add_formula(administrator, "opportunities", "客户名", '{customer.name} & "!"')
    owner = customer(administrator, "甲方")
    records = [opportunity(administrator, f"商机{place}", customer=owner.pk) for place in range(3)]
    asked: list[Any] = []
    monkeypatch.setattr(recomputing, "FANNED_OUT", 2)
    monkeypatch.setattr(runs, "reach_later", lambda *given: asked.append(given))

    gate.edit(administrator, owner, {"name": "乙方"})
    assert [value(each, row) for each in records] == ["甲方!"] * 3
    ((record_type, fields, path, numbers),) = asked
    jobs.compute_reached(
        type_name=record_type.name, names=[each.name for each in fields], way=[step.name for step in path],
        numbers=list(numbers),
    )  # fmt: skip

    assert [value(each, row) for each in records] == ["乙方!"] * 3
    assert ChangeSet.objects.filter(action="compute").exists()


def test_a_large_type_is_computed_by_a_job_that_says_how_far_it_is(
    administrator: Any, monkeypatch: Any, client_of: Any
) -> None:
    records = [opportunity(administrator, f"商机{place}", amount="100") for place in range(5)]
    monkeypatch.setattr(runs, "AT_ONCE", 2)
    monkeypatch.setattr(runs, "BATCH", 2)

    row = add_formula(administrator, "opportunities", "两倍", "{amount} * 2", "money")
    run = ComputingRun.objects.get(field_id=row.pk)
    assert [value(each, row) for each in records] == [None] * 5 and run.is_shown and run.total >= 5
    assert "Being computed" in client_of("林晓").get("/settings/fields/opportunities/").content.decode()
    runs._step(run.pk)
    jobs.compute_field(run_id=run.pk)

    assert [value(each, row) for each in records] == [Decimal(200)] * 5
    run.refresh_from_db()
    assert run.state == JobState.DONE and run.done == run.total
    assert "Being computed" not in client_of("林晓").get("/settings/fields/opportunities/").content.decode()


def test_a_new_day_is_followed_at_night(administrator: Any) -> None:
    row = add_formula(administrator, "opportunities", "今天", "TODAY()")
    record = opportunity(administrator, "甲")
    today = clock.today()
    assert value(record, row) == today
    runs_before = set(ComputingRun.objects.values_list("pk", flat=True))

    jobs.compute_what_reads_today()
    (run,) = ComputingRun.objects.exclude(pk__in=runs_before)
    with acts.act(administrator, "test"):
        type(record).objects.filter(pk=record.pk).update(name="乙")
    jobs.compute_field(run_id=run.pk)

    assert value(record, row) == today


def test_a_formula_without_today_rests_at_night(administrator: Any) -> None:
    add_formula(administrator, "opportunities", "两倍", "{amount} * 2", "money")
    before = ComputingRun.objects.count()

    jobs.compute_what_reads_today()

    assert ComputingRun.objects.count() == before


# At once


def test_two_children_at_once_give_the_right_sum(committed_workspace: Any) -> None:
    """An act that finds the parent held leaves it to a job, which waits."""
    actor = actors.system("tests")
    with acts.act(actor, "test"):
        owner = samples.record_of(actor, registry.get("customers"), name="甲方")
        row = CustomField.objects.create(
            record_type="customers", name="total", kind="roll_up", label="总额",
            options={"result": "money", "roll_up": {
                "type": "opportunities", "by": "customer", "function": "sum", "measure": "amount"}},
        )  # fmt: skip
    custom.forget_kept()
    start, failures = threading.Barrier(4), []

    def create_some() -> None:
        try:
            connection.set_tenant(committed_workspace)  # type: ignore[attr-defined]
            start.wait()
            for place in range(8):
                gate.create(
                    actor, registry.get("opportunities"), {"name": f"{place}", "customer": owner.pk, "amount": "10"}
                )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=create_some) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    left_over = _jobs_waiting("compute_records")
    for arguments in left_over:
        jobs.compute_records(**arguments)

    assert failures == []
    assert value(owner, row) == Decimal(4 * 8 * 10)


def _jobs_waiting(name: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name LIKE %s AND status = 'todo'", [f"%{name}"])
        found = [row if isinstance(row, dict) else json.loads(row) for (row,) in cursor.fetchall()]
    return [{name: given for name, given in each.items() if name != "workspace"} for each in found]


# Standing still


def test_what_reads_a_removed_field_stands_still_and_comes_back(administrator: Any, client_of: Any) -> None:
    base = own.add(administrator, "opportunities", "integer", label="人数")
    row = add_formula(administrator, "opportunities", "两倍", f"{{{base.name}}} * 2", "integer")
    condition = {"field": base.name, "op": "gt", "value": 1}
    count = add_roll_up(administrator, "customers", "团数", "opportunities.customer", "count", condition=condition)
    owner = customer(administrator, "甲方")
    record = opportunity(administrator, "甲", customer=owner.pk, **{base.name: 21})
    assert (value(record, row), value(owner, count)) == (42, 1)

    changing.remove_field(administrator, base)
    assert (value(record, row), value(owner, count)) == (None, None)
    page = client_of("林晓").get("/settings/fields/opportunities/").content.decode()
    assert "Stands still" in page and "人数" in definitions.now().by_key["customers", count.name].error
    undoing.undo(administrator, latest("remove_field"))

    assert (value(record, row), value(owner, count)) == (42, 1)


def test_a_circle_over_a_roll_up_is_refused(administrator: Any) -> None:
    total = add_roll_up(administrator, "customers", "总额", "opportunities.customer", "sum", measure="amount")
    share = add_formula(administrator, "opportunities", "占比", f"{{amount}} / {{customer.{total.name}}} * 100")

    with pytest.raises(gate.Refused, match="占比"):
        changing.revise_field(
            administrator, registry.get("customers"), total,
            {"kind": "roll_up", "label": "总额", "over": "opportunities.customer", "function": "sum",
             "measure": share.name},
        )  # fmt: skip


def test_it_tells_every_field_it_depends_on(administrator: Any) -> None:
    total = add_roll_up(administrator, "customers", "总额", "opportunities.customer", "sum", measure="amount")
    share = add_formula(administrator, "opportunities", "占比", f"{{amount}} / {{customer.{total.name}}} * 100")

    assert definitions.reads("opportunities", share.name) == {
        ("opportunities", "amount"), ("opportunities", "currency"), ("opportunities", "closed_on"),
        ("opportunities", "customer"), ("customers", total.name),
    }  # fmt: skip
    assert definitions.reads("opportunities", "amount") == frozenset()


# References of one's own


def test_it_reads_and_rolls_up_along_a_reference_of_ones_own(administrator: Any) -> None:
    link = own.add(administrator, "opportunities", "reference", label="介绍人", target="customers")
    other = customer(administrator, "介绍甲")
    row = add_formula(administrator, "opportunities", "介绍", f'{{{link.name}.name}} & "/" & {{{link.name}}}')
    count = add_roll_up(administrator, "customers", "介绍数", f"opportunities.{link.name}", "sum", measure="amount")
    record = opportunity(administrator, "甲", amount="70", **{link.name: other.pk})
    assert (value(record, row), value(other, count)) == ("介绍甲/介绍甲", Decimal(70))

    gate.edit(administrator, other, {"name": "介绍乙"})
    gate.edit(administrator, record, {link.name: None})

    assert (value(record, row), value(other, count)) == ("/", Decimal(0))


def test_the_latest_and_the_largest(administrator: Any) -> None:
    owner = customer(administrator, "甲方")
    last = add_roll_up(
        administrator, "customers", "最近状态", "opportunities.customer", "latest", measure="name",
        latest_by="expected_close_on",
    )  # fmt: skip
    most = add_roll_up(administrator, "customers", "最晚", "opportunities.customer", "max", measure="expected_close_on")
    opportunity(administrator, "早", customer=owner.pk, expected_close_on="2026-01-01")
    late = opportunity(administrator, "晚", customer=owner.pk, expected_close_on="2026-12-01")
    opportunity(administrator, "无", customer=owner.pk)
    assert (value(owner, last), str(value(owner, most))) == ("晚", "2026-12-01")

    gate.trash(administrator, late)

    assert (value(owner, last), str(value(owner, most))) == ("早", "2026-01-01")


def test_it_may_be_indexed(administrator: Any) -> None:
    row = changing.add_field(
        administrator, registry.get("opportunities"),
        {"kind": "formula", "label": "税额", "formula": "{amount} * 13 / 100", "result": "money", "indexed": "1"},
    )  # fmt: skip
    indexing.bring_up_to_date(row)

    assert row.options["indexed"] and indexing.is_ready(row)
    record = opportunity(administrator, "甲", amount="100")
    assert value(record, row) == Decimal(13)


# Hidden inputs


def test_who_may_not_see_an_input_sees_no_result_and_still_has_it_computed(administrator: Any, owner: Any) -> None:
    row = add_formula(administrator, "opportunities", "两倍", "{amount} * 2", "money")
    raw = {"fields": {"amount": "hidden"}}
    roles.allow(administrator, holding.find("salesperson"), registry.get("opportunities"), raw)
    record = opportunity(administrator, "甲", amount="100", owner=owner.member_id)

    with sight.seen_by(owner):
        assert registry.get("opportunities").field(row.name) is None
        gate.edit(owner, record, {"name": "乙"})
        add_up = opportunity(owner, "丙")
    with acts.act(administrator, "test"):
        type(record).objects.filter(pk=add_up.pk).update(amount=7)

    assert (value(record, row), value(add_up, row)) == (Decimal(200), Decimal(14))


# What the database cannot work out


def test_dates_that_run_away_are_empty_and_end_no_act(administrator: Any) -> None:
    formula = "{created_at}"
    for _each in range(12):
        formula = f"ADD_MONTHS(ADD_DAYS({formula}, -999999), -23000)"
    back = add_formula(administrator, "opportunities", "往回", formula)
    far = add_formula(administrator, "opportunities", "太大", "{amount} * 99999999 * 99999999 * 99999999")

    record = opportunity(administrator, "甲", amount="900000")

    assert (value(record, back), value(record, far)) == (None, None)


def test_a_fault_of_the_database_leaves_one_field_empty_and_the_others_right(
    administrator: Any, monkeypatch: Any
) -> None:
    monkeypatch.setitem(compiling.STORED, "integer", "to_jsonb({0}::bigint * 0 + (1 / ({0} - {0})::int))")
    broken = add_formula(administrator, "opportunities", "坏", "{amount} * 2", "integer")
    row = add_formula(administrator, "opportunities", "两倍", "{amount} * 2", "money")

    record = opportunity(administrator, "甲", amount="100")

    assert (value(record, broken), value(record, row)) == (None, Decimal(200))


def test_a_roll_up_over_very_many_is_left_to_a_job(administrator: Any, monkeypatch: Any) -> None:
    owner = customer(administrator, "甲方")
    count = add_roll_up(administrator, "customers", "商机数", "opportunities.customer", "count")
    left: list[Any] = []
    monkeypatch.setattr(recomputing, "ADDED_UP", 1)
    monkeypatch.setattr(runs, "compute_later", lambda *given: left.append(given))

    for name in "甲乙丙":
        opportunity(administrator, name, customer=owner.pk)
    assert value(owner, count) == 1
    record_type, fields, ids = left[-1]
    jobs.compute_records(type_name=record_type.name, names=[each.name for each in fields], ids=sorted(ids))

    assert value(owner, count) == 3
