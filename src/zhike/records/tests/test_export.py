"""What leaves: exactly what one may see, guarded, logged, and able to come back."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars
import pytest
import python_calamine

from zhike.base.changelog.models import Change
from zhike.base.notices.models import Notice
from zhike.records import gate, registry
from zhike.records.exporting import jobs, running, telling, writing
from zhike.records.exporting.taking import Export, UnableToExport
from zhike.records.importing import running as importing
from zhike.records.models import ExportLog, ImportRun, JobState
from zhike.records.tests.importing import begin, counts, imported, reasons


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def customers(owner: Any, outsider: Any) -> Any:
    record_type = registry.get("customers")
    formula = {
        "name": "=1+1",
        "phones": "021-6888 0000转801",
        "region": "江苏苏州昆山",
        "tags": ["重点", "VIP"],
        "annual_revenue": "-5",
        "birthday": "2001-02-03",
    }
    gate.create(owner, record_type, formula)
    gate.create(
        owner, record_type, {"name": "云杉", "emails": "a@example.com", "employee_count": 120, "short_name": "@sum"}
    )
    gate.create(outsider, record_type, {"name": "别人的"})
    return record_type


def test_csv_for_excel_with_what_the_member_sees(client_of: Any, owner: Any, customers: Any) -> None:
    response = client_of(owner).get("/customers/export/?format=csv&view=all")

    content = body_of(response)
    assert response.status_code == 200, content
    assert "attachment" in response["Content-Disposition"]
    assert content.startswith(b"\xef\xbb\xbf")
    rows = rows_of(content)
    assert {row["Name"] for row in rows} == {"'=1+1", "云杉"}
    first = next(row for row in rows if row["Name"] == "'=1+1")
    assert first["Region"] == "江苏省/苏州市/昆山市" or first["Region"] == "江苏苏州昆山"
    assert first["Annual revenue"] == "-5.00", "a number is no formula"
    log = ExportLog.objects.get()
    assert (log.member_id, log.record_type, log.format, log.row_count) == (owner.member_id, "customers", "csv", 2)


def test_the_condition_the_words_and_the_columns_count(client_of: Any, owner: Any, customers: Any) -> None:
    condition = json.dumps({"field": "employee_count", "op": "gte", "value": 100})
    response = client_of(owner).get(
        "/customers/export/", {"format": "csv", "filter": condition, "columns": "name,short_name"}
    )

    assert body_of(response).decode("utf-8-sig").splitlines() == ["Name,Short name", "云杉,'@sum"]
    assert ExportLog.objects.get().condition == json.loads(condition)


@pytest.mark.parametrize(
    "query", ["format=pdf", "columns=password", "filter={", "sort=nothing", 'filter={"field":"x"}']
)
def test_what_cannot_be_understood_is_refused(client_of: Any, owner: Any, customers: Any, query: str) -> None:
    assert client_of(owner).get(f"/customers/export/?{query}").status_code == 400
    assert not ExportLog.objects.exists()


def test_xlsx_keeps_kinds_and_runs_no_formula(owner: Any, customers: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"

    assert writing.write(Export(customers, owner, sort="name"), "xlsx", path) == 2

    book = python_calamine.CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Customers"]
    rows = book.get_sheet_by_index(0).to_python()
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    found = {row["Name"]: row for row in table}
    assert found["=1+1"]["Annual revenue"] == -5
    assert found["=1+1"]["Birthday"] == date(2001, 2, 3)
    assert found["云杉"]["Employees"] == 120


@pytest.mark.parametrize(
    ("title", "name"), [("客户", "客户"), ("A/B: [x]?", "A B   x"), ("长" * 40, "长" * 31), ("'*'", "1")]
)
def test_a_sheet_is_called_by_what_it_holds_as_far_as_it_can(title: str, name: str) -> None:
    assert writing._sheet_name(title) == name


def test_parquet_has_types(owner: Any, customers: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"

    writing.write(Export(customers, owner), "parquet", path)

    frame = polars.read_parquet(path)
    assert frame.height == 2
    assert frame.schema["employee_count"] == polars.Int64
    assert frame.schema["birthday"] == polars.Date
    assert sorted(frame["name"].to_list()) == ["=1+1", "云杉"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_export_comes_back_unchanged(owner: Any, customers: Any, tmp_path: Path, format: str, language: str) -> None:
    from django.utils import translation

    path = tmp_path / f"out.{format}"
    with translation.override(language):
        writing.write(Export(customers, owner), format, path)
        run = imported(owner, "customers", path.read_bytes(), name=path.name)

    assert counts(run) == (0, 0, 2, 0), reasons(run)
    assert not Change.objects.filter(change_set=run.change_set).exists()


def test_an_export_recreates_what_was_lost(administrator: Any, owner: Any, customers: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    names = [name for name in registry.get("customers").fields() if name not in ("external_id",)]
    writing.write(Export(customers, owner, columns=names), "csv", path)
    from zhike.base.changelog import acts

    with acts.act(administrator, "test"):
        customers.queryset().all().delete()

    run = imported(owner, "customers", path.read_bytes())

    assert counts(run)[0] == 2, reasons(run)
    found = customers.queryset().get(name="=1+1")
    assert found.phones == [{"kind": "landline", "number": "+862168880000", "extension": "801"}]
    assert found.tags == ["重点", "VIP"]


def test_large_ones_are_a_job_whose_file_only_its_maker_gets(
    client_of: Any, owner: Any, teammate: Any, customers: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(running, "DIRECT_ROWS", 1)
    client = client_of(owner)
    address = client.get("/customers/export/?format=csv&view=all")["Location"]
    log = ExportLog.objects.get()
    assert client.get(f"{address}state/").json()["state"] == "waiting"
    assert client.get(f"{address}file/").status_code == 404

    monkeypatch.setattr(telling, "LONG", timedelta(0))
    jobs.make_export(log_id=log.pk)

    assert client.get(f"{address}state/").json()["done_url"] == address
    assert Notice.objects.get(member_id=owner.member_id, kind="export").url == address
    assert f'href="{address}"' in client.get("/change-sets/exports/").content.decode()
    assert client.get(address).status_code == 200
    assert len(rows_of(body_of(client.get(f"{address}file/")))) == 2
    for part in ("", "state/", "file/"):
        assert client_of(teammate).get(f"{address}{part}").status_code == 404


def test_parquet_never_runs_in_the_web_process(client_of: Any, owner: Any, customers: Any) -> None:
    assert client_of(owner).get("/customers/export/?format=parquet").status_code == 303
    assert ExportLog.objects.get().state == JobState.WAITING


def test_a_cancelled_export_stops(client_of: Any, owner: Any, customers: Any, monkeypatch: Any) -> None:
    client = client_of(owner)
    address = client.get("/customers/export/?format=parquet")["Location"]
    client.post(f"{address}cancel/")
    log = ExportLog.objects.get()

    monkeypatch.setattr(writing, "_telling", _told_at_once)
    running.make(log.pk)

    log.refresh_from_db()
    assert (log.state, log.file) == (JobState.CANCELLED, None)


def _told_at_once(rows: Any, on_progress: Any) -> Any:
    for number, row in enumerate(rows, start=1):
        on_progress(number)
        yield row


def test_without_the_right_nothing_leaves(owner: Any, customers: Any) -> None:
    from dataclasses import replace

    with pytest.raises(UnableToExport):
        Export(customers, replace(owner, roles=("nobody",)))


def test_an_import_of_an_export_is_begun_with_the_record_number(owner: Any, customers: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    writing.write(Export(customers, owner), "csv", path)

    run = begin(owner, "customers", path.read_bytes())

    assert run.plan["match"] == ["id"]
    assert importing.check(run).report["skipped"] == 2
    assert ImportRun.objects.count() == 1
