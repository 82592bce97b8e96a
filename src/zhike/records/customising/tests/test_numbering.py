"""Automatic numbers: every road gives one, none comes twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from zhike.base import actors, clock, jobs
from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, gate, history, listing, registry
from zhike.records.customising import changing
from zhike.records.customising import jobs as customising_jobs
from zhike.records.exporting import writing
from zhike.records.exporting.taking import Export
from zhike.records.fields.base import Invalid
from zhike.records.fields.serial import Pattern, read_pattern
from zhike.records.models import CustomField
from zhike.records.search import finding, indexing
from zhike.records.tests.importing import counts, imported, reasons, table
from zhike.testing import custom as own
from zhike.testing import samples
from zhike.testing.api import Program

NOVEMBER, DECEMBER = (datetime(2026, month, 21, 4, tzinfo=UTC) for month in (11, 12))
HTMX = {"HX-Request": "true"}


def customers() -> Any:
    return registry.get("customers")


@pytest.fixture
def serial(administrator: Any) -> CustomField:
    return own.add(administrator, "customers", "serial", label="编号", label_en="Number")


def made(actor: Any, name: str = "客户", at: datetime = NOVEMBER) -> Any:
    with clock.telling(at):
        return gate.create(actor, customers(), {"name": name})


def numbers(serial: CustomField) -> list[str]:
    return [record.custom.get(serial.name, "") for record in customers().queryset().order_by("pk")]


def test_numbers_follow_each_other_and_begin_anew_with_the_month(serial: CustomField, administrator: Any) -> None:
    for at in (NOVEMBER, NOVEMBER, DECEMBER, NOVEMBER):
        made(administrator, at=at)

    assert numbers(serial) == ["HT-202611-0001", "HT-202611-0002", "HT-202612-0001", "HT-202611-0003"]


def test_every_road_gives_one(serial: CustomField, administrator: Any, client_of: Any, member: Any) -> None:
    posted = {"name": "表单", "kind": "organisation", "_fields": "name,kind"}
    assert client_of("林晓").post("/customers/new/", posted, headers=HTMX).status_code == 204
    answer = Program(member("林晓")).post("customers/", {"name": "程序"}).json()
    run = imported(administrator, "customers", table(("客户名称", "编号"), ("甲", "HT-1"), ("乙", ""), ("丙", "")))
    assert counts(run)[0] == 3, reasons(run)
    opportunity = table(("商机名称", "客户", "金额"), ("大单", "新来的", "100"))
    plan = {"columns": {"商机名称": "name", "客户": "customer", "金额": "amount"}, "unknown": {"customer": "create"}}
    assert counts(imported(administrator, "opportunities", opportunity, plan))[0] == 1

    found = [number[-4:] for number in numbers(serial)]

    assert found == ["0001", "0002", "0003", "0004", "0005", "0006"]
    assert answer[serial.name].endswith("0002")


def test_nobody_writes_it(serial: CustomField, administrator: Any, client_of: Any, member: Any) -> None:
    record = made(administrator)

    with pytest.raises(gate.Refused):
        gate.edit(administrator, record, {serial.name: "HT-1"})
    assert Program(member("林晓")).patch(f"customers/{record.pk}/", {serial.name: "x"}).status_code == 422
    assert client_of("林晓").get(f"/customers/{record.pk}/cells/{serial.name}/", headers=HTMX).status_code == 403
    document = Program(member("林晓")).get("openapi.json").json()["components"]["schemas"]
    assert document["Customer"]["properties"][serial.name]["readOnly"] is True
    assert serial.name not in document["NewCustomer"]["properties"]


def test_it_is_filtered_sorted_searched_and_exported(serial: CustomField, administrator: Any, tmp_path: Any) -> None:
    first, second = made(administrator, "甲"), made(administrator, "乙")
    found = listing.base_query(
        administrator, customers(), condition={"field": serial.name, "op": "contains", "value": "-0002"}
    )
    assert [row.pk for row in found] == [second.pk]
    page = listing.page(customers().queryset(), listing.order_of(customers(), f"-{serial.name}"))
    assert [row.pk for row in page.records] == [second.pk, first.pk]
    indexing.index(customers(), [first.pk, second.pk])
    assert {"record_id": first.pk} in finding.ids_matching(customers(), "HT-202611-0001")
    writing.write(Export(customers(), administrator, columns=["name", serial.name]), "csv", tmp_path / "out.csv")
    assert "甲,HT-202611-0001" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_a_row_the_database_refuses_takes_no_number_along(serial: CustomField, administrator: Any) -> None:
    own.add(administrator, "customers", "text", label="合同号", unique="1")
    rows = (("甲", "A"), ("乙", "A"), ("丙", "B"))
    first = imported(administrator, "customers", table(("客户名称", "合同号"), ("零", "B")))
    assert counts(first)[0] == 1

    run = imported(administrator, "customers", table(("客户名称", "合同号"), *rows))

    assert counts(run)[0] == 1 and counts(run)[3] == 2
    assert [number[-4:] for number in numbers(serial)] == ["0001", "0002"]


def test_records_that_are_there_are_numbered_when_asked(administrator: Any) -> None:
    made(administrator, "旧", DECEMBER)
    made(administrator, "更旧", NOVEMBER)

    row = own.add(administrator, "customers", "serial", label="编号", number_existing="1")

    assert numbers(row) == ["HT-202612-0001", "HT-202611-0001"]
    record = customers().queryset().first()
    told = history.described(history.changes_of(record)[0])[0].fields
    assert [(each.before, each.after) for each in told] == [("", "HT-202612-0001")]
    undoing.undo(administrator, ChangeSet.objects.filter(action="add_field").latest("pk"))
    assert all(not each.custom for each in customers().queryset())


def test_many_are_numbered_by_a_job(administrator: Any, monkeypatch: Any) -> None:
    from zhike.records import numbering

    monkeypatch.setattr(numbering, "BATCH", 2)
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs.Job, "later", lambda _job, **arguments: asked.append(arguments))
    for place in range(5):
        made(administrator, f"客户{place}")

    row = own.add(administrator, "customers", "serial", label="编号", number_existing="1")
    assert numbers(row) == [""] * 5
    asked[0].pop("once")
    customising_jobs.number_existing_records(**asked[0])
    customising_jobs.number_existing_records(**asked[0])

    assert [number[-4:] for number in numbers(row)] == ["0001", "0002", "0003", "0004", "0005"]


def test_a_job_stops_when_its_field_was_taken_back(administrator: Any, monkeypatch: Any) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr("zhike.records.numbering.BATCH", 1)
    monkeypatch.setattr(jobs.Job, "later", lambda _job, **arguments: asked.append(arguments))
    for place in range(3):
        made(administrator, f"客户{place}")
    row = own.add(administrator, "customers", "serial", label="编号", number_existing="1")
    undoing.undo(administrator, ChangeSet.objects.filter(action="add_field").latest("pk"))

    customising_jobs.number_existing_records(field_id=row.pk, change_set_id=asked[0]["change_set_id"])

    assert numbers(row) == [""] * 3


def test_another_pattern_never_repeats_a_number_that_is_there(serial: CustomField, administrator: Any) -> None:
    for pattern, expected in (("A{0}", "A1"), ("A{00}", "A01"), ("A{0}", "A2"), ("{yyyy}-{000}", "2026-001")):
        changing.revise_field(administrator, customers(), serial, {"label": "编号", "pattern": pattern})
        assert made(administrator).custom[serial.name] == expected
    with acts.act(administrator, "test"):
        record = made(administrator)
        record.custom = {serial.name: "B-2026-017"}
        record.save(update_fields=["custom"])
    changing.revise_field(administrator, customers(), serial, {"label": "编号", "pattern": "B-{yyyy}-{000}"})
    assert made(administrator).custom[serial.name] == "B-2026-018"


@pytest.mark.parametrize(
    "pattern",
    ["", "HT", "{0000}{000}", "{mm}-{0000}", "{yyyy}{dd}-{00}", "{000", "{}-{00}", "{week}{0}", "{0000000000000}"],
)
def test_a_pattern_that_would_repeat_or_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid):
        read_pattern(pattern)


def test_a_counter_grows_past_its_width() -> None:
    assert Pattern.number("HT-{00}", 7) == "HT-07" and Pattern.number("HT-{00}", 123) == "HT-123"


def test_the_page_of_the_field_tells_the_next_number(serial: CustomField, administrator: Any, client_of: Any) -> None:
    gate.create(administrator, customers(), {"name": "甲"})
    drawn = client_of("林晓").get(f"/settings/fields/customers/{serial.pk}/", headers=HTMX).content.decode()
    assert f"Next: HT-{clock.today():%Y%m}-0002" in drawn
    assert 'name="required"' not in drawn and 'name="default"' not in drawn


def test_two_at_once_never_get_the_same(committed_workspace: Any) -> None:
    actor = actors.system("tests")
    with acts.act(actor, "test"):
        row = CustomField.objects.create(
            record_type="customers", name="no", kind="serial", label="编号", options={"pattern": own.PATTERN}
        )
    custom.forget_kept()
    start, failures = threading.Barrier(4), []

    def create_some(who: int) -> None:
        try:
            connection.set_tenant(committed_workspace)  # type: ignore[attr-defined]
            start.wait()
            for place in range(15):
                if place % 5:
                    samples.record_of(actor, customers(), name="同时")
                else:
                    rows = [(f"{who} {place} {each}",) for each in "一二三"]
                    imported(actor, "customers", table(("客户名称",), *rows))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=create_some, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    found = sorted(number for number in numbers(row) if number)
    assert failures == []
    assert [int(number[-4:]) for number in found] == list(range(1, 4 * (12 + 9) + 1))
