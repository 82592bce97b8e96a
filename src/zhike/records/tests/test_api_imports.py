"""Files imported and records searched through the API."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.base.changelog import reading
from zhike.domains.customers.models import Customer
from zhike.records import gate, registry
from zhike.records.importing import jobs
from zhike.records.models import ImportRun
from zhike.records.search.models import SearchEntry
from zhike.testing.api import Program

ROWS = "客户名称,电话\n云杉医疗,13800138000\n金岭物流,13900139000\n"


@pytest.fixture
def program(member: Any) -> Program:
    return Program(member("林晓"))


def send(program: Program, **parts: Any) -> Any:
    return program.client.post("/api/v1/imports/", parts, headers=program.headers)


def file_of(text: str = ROWS) -> SimpleUploadedFile:
    return SimpleUploadedFile("客户.csv", text.encode())


def test_a_file_is_imported_and_its_run_tells(program: Program) -> None:
    begun = send(program, type="customers", file=file_of())
    assert begun.status_code == 202
    assert begun.json()["state"] == "waiting"
    jobs.perform_import(run_id=begun.json()["id"])

    run = program.get(begun["Location"].removeprefix("/api/v1/")).json()

    assert (run["state"], run["created"], run["rejected"]) == ("done", 2, 0)
    assert Customer.objects.count() == 2
    undone = program.post(f"change-sets/{run['change_set']}/undo/")
    assert undone.json()["restored"] == 2
    assert not Customer.objects.alive().exists()


def test_a_mapping_and_a_dry_run(program: Program) -> None:
    plan = {"columns": {"客户名称": "name"}, "mode": "create"}

    begun = send(program, type="customers", file=file_of(), map=json.dumps(plan), dry_run="true")
    jobs.check_import(run_id=begun.json()["id"])

    run = program.get(f"imports/{begun.json()['id']}/").json()
    assert (run["state"], run["report"]["rows"], run["map"]["columns"]) == ("checked", 2, {"客户名称": "name"})
    assert not Customer.objects.exists()


def test_a_waiting_import_is_cancelled(program: Program) -> None:
    begun = send(program, type="customers", file=file_of()).json()

    assert program.post(f"imports/{begun['id']}/cancel/").json()["state"] == "cancelled"
    jobs.perform_import(run_id=begun["id"])
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"type": "nothing", "file": ROWS}, "type"), ({"file": ROWS}, "type"), ({"type": "customers"}, "file"),
        ({"type": "customers", "file": ROWS, "map": "{"}, "map"),
        ({"type": "customers", "file": ROWS, "map": "[]"}, "map"),
        ({"type": "customers", "file": ROWS, "map": '{"columns": {"x": "nothing"}}'}, "map"),
        ({"type": "customers", "file": ROWS, "map": '{"columns": 5}'}, "map"),
        ({"type": "customers", "file": ROWS, "dry_run": "perhaps"}, "dry_run"),
        ({"type": "customers", "file": ROWS, "other": "x"}, "other"), ({"type": "customers", "file": ""}, "file"),
    ],
)  # fmt: skip
def test_an_import_that_cannot_be_begun(program: Program, parts: dict[str, str], field: str) -> None:
    if "file" in parts:
        parts = {**parts, "file": file_of(parts["file"])}  # type: ignore[dict-item]

    answer = send(program, **parts)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not ImportRun.objects.exists()


def test_an_import_is_sent_as_a_form(program: Program) -> None:
    assert program.post("imports/", {"type": "customers"}).status_code == 415
    broken = program.post("imports/", raw=b"--", content_type="multipart/form-data; boundary=" + "x" * 300)
    assert broken.status_code == 400


def test_nobody_sees_the_import_of_another(program: Program, member: Any) -> None:
    begun = send(program, type="customers", file=file_of()).json()

    assert Program(member("刘洋")).get(f"imports/{begun['id']}/").status_code == 404
    assert Program(member("刘洋")).post(f"imports/{begun['id']}/cancel/").status_code == 404


def test_a_token_that_only_reads_imports_nothing(member: Any) -> None:
    answer = send(Program(member("林晓"), read_only=True), type="customers", file=file_of())

    assert answer.status_code == 403
    assert not ImportRun.objects.exists()


def test_records_are_found_by_words(committed_workspace: Any) -> None:
    from zhike.base import actors
    from zhike.domains.people.models import Member

    system = actors.system("tests")
    owner = Member.objects.get(name="王芳")
    made = gate.create(system, registry.get("customers"), {"name": "上海云杉医疗", "owner": owner.pk})
    read_the_log_up_to(made.pk)

    hits = Program(owner).get("search?q=云杉").json()["items"]
    listed = Program(owner).get("customers/?q=yunshan").json()["items"]
    hidden = Program(Member.objects.get(name="刘洋")).get("search?q=云杉").json()["items"]

    assert [(hit["record_type"], hit["id"], hit["name"]) for hit in hits] == [("customers", made.pk, "上海云杉医疗")]
    assert [item["id"] for item in listed] == [made.pk]
    assert hidden == []
    assert Program(owner).get("search?types=nothing").status_code == 400


def read_the_log_up_to(customer_id: int) -> None:
    """Transactions of other tests on the same server may hold the readers up for a moment."""
    for _attempt in range(100):
        reading.catch_up()
        if SearchEntry.objects.filter(record_type="customers", record_id=customer_id).exists():
            return
        time.sleep(0.1)
