"""The wizard as somebody clicks through it; each step is a plain form and outlives the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.base.changelog import undoing
from zhike.records import gate, registry
from zhike.records.importing import jobs, running
from zhike.records.importing.views import checking
from zhike.records.models import ImportRun, JobState, MappingProfile
from zhike.records.tests.importing import table

CONTENT = table(
    ("商机编号", "商机名称", "产品", "金额", "阶段"),
    ("O1", "年会", "GTXPro", "1.2万", "赢单"),
    ("O2", "团建", "GTXPro", "abc", "赢单"),
    ("O3", "培训", "GTX Pro", "￥12,000.00", "新阶段"),
)


def upload(client: Any, content: bytes = CONTENT, name: str = "deals.csv") -> str:
    response = client.post("/imports/new/?type=opportunities", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 303, response.content
    return str(response["Location"]).removesuffix("preview/")


def mapping_of(client: Any, base: str) -> dict[str, str]:
    page = client.get(f"{base}columns/").content.decode()
    chosen = re.findall(r'name="(column-\d+)".*?</select>', page, re.S)
    assert len(chosen) == 5
    return dict(
        re.findall(r'name="(column-\d+)"[^>]*>(?:(?!</select>).)*?<option value="([^"]*)" selected', page, re.S)
    )


@pytest.fixture
def client(client_of: Any, administrator: Any) -> Any:
    gate.create(administrator, registry.get("products"), {"name": "GTX Pro"})
    return client_of(administrator)


def deals() -> Any:
    return registry.get("opportunities").queryset()


def test_from_upload_to_undo(client: Any, administrator: Any) -> None:
    base = upload(client)

    preview = client.get(f"{base}preview/")
    assert "GTXPro" in preview.content.decode()
    assert client.post(f"{base}preview/", {"act": "next"})["Location"] == f"{base}columns/"
    columns = mapping_of(client, base)
    assert list(columns.values()) == ["external_id", "name", "product", "amount", "stage"]
    checked = client.post(f"{base}columns/", {**columns, "match": ["external_id"], "mode": "upsert", "act": "next"})
    assert checked["Location"] == f"{base}values/"

    values = client.get(f"{base}values/").content.decode()
    assert 'value="GTX Pro" aria-label' in values
    fields = {"do-product-0": "map", "to-product-0": "GTX Pro", "do-stage-0": "create"}
    assert client.post(f"{base}values/", fields)["Location"] == f"{base}check/"
    result = client.get(f"{base}check/").content.decode()
    assert "abc" in result
    assert "line 3" in result
    assert deals().count() == 0

    client.post(f"{base}start/")
    run = ImportRun.objects.latest("id")
    assert run.state == JobState.WAITING
    jobs.perform_import(run_id=run.pk)

    outcome = client.get(base).content.decode()
    assert "年会" in outcome
    assert sorted(deals().values_list("external_id", "status", "amount")) == [
        ("O1", "won", 12000),
        ("O3", "open", 12000),
    ]
    rejected = client.get(f"{base}rejected.csv")
    text = b"".join(rejected.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0] == "商机编号,商机名称,产品,金额,阶段,Line in the file,Why it was rejected"
    assert "O2,团建,GTXPro,abc,赢单,3," in text

    mended = text.replace("abc", "500", 1)
    second = upload(client, mended.encode(), "mended.csv")
    assert set(ImportRun.objects.latest("id").plan["columns"].values()) == {
        "external_id", "name", "product", "amount", "stage",
    }  # fmt: skip
    assert client.post(f"/change-sets/{run.change_set_id or ImportRun.objects.get(pk=run.pk).change_set_id}/undo/")
    assert deals().count() == 0
    assert client.get("/imports/").status_code == 200
    assert client.post(f"{second}discard/")["Location"] == "/imports/"


def test_nobody_starts_before_the_dry_run(client: Any) -> None:
    base = upload(client)

    client.post(f"{base}start/")

    assert ImportRun.objects.latest("id").state == JobState.DRAFT


def test_starting_twice_enqueues_once(client: Any) -> None:
    base = upload(client)
    client.post(f"{base}columns/", {**mapping_of(client, base), "mode": "upsert", "act": "next"})
    client.post(f"{base}start/")
    client.post(f"{base}start/")

    from procrastinate.contrib.django.models import ProcrastinateJob

    assert ProcrastinateJob.objects.filter(task_name__endswith="perform_import").count() == 1


def test_large_files_are_checked_by_a_job(client: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(checking, "DIRECT_ROWS", 1)
    base = upload(client)

    response = client.post(f"{base}columns/", {**mapping_of(client, base), "mode": "upsert", "act": "next"})

    assert response["Location"] == f"{base}check/"
    assert "job-progress" in client.get(f"{base}check/").content.decode()
    assert client.get(f"{base}state/").json()["state"] == "running"
    jobs.check_import(run_id=ImportRun.objects.latest("id").pk)
    assert client.get(f"{base}state/").json()["done_url"] == f"{base}checked/"
    assert client.get(f"{base}checked/")["Location"] == f"{base}values/"


def test_a_mapping_is_saved_loaded_and_offered_again(client: Any) -> None:
    base = upload(client)
    columns = {f"column-{place}": "" for place in range(5)} | {"column-1": "name", "column-4": "stage"}
    client.post(f"{base}columns/", {**columns, "mode": "create", "act": "save", "name": "展会"})

    profile = MappingProfile.objects.get()
    assert profile.plan["columns"] == {"商机名称": "name", "阶段": "stage"}
    again = upload(client)
    assert mapping_of(client, again) == {"column-1": "name", "column-4": "stage"}
    assert "as saved in “展会”" in client.get(f"{again}columns/").content.decode()

    downloaded = json.loads(client.get(f"{again}mapping.json").content)
    assert downloaded["columns"] == {"商机编号": "", "商机名称": "name", "产品": "", "金额": "", "阶段": "stage"}
    downloaded["columns"]["金额"] = "amount"
    file = SimpleUploadedFile("m.json", json.dumps(downloaded).encode())
    client.post(f"{again}columns/", {"act": "file", "mapping": file})
    assert mapping_of(client, again) == {"column-1": "name", "column-3": "amount", "column-4": "stage"}
    assert "as saved in" not in client.get(f"{again}columns/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"column-0": "name"}, "both go to"),
        ({"mode": "merge"}, "mode"),
        ({"mode": "update", "match": []}, "existing records are found"),
        ({"match": ["name+customer"]}, "no column goes there"),
        ({"column-0": "password"}, "password"),
        ({"owner": "999999"}, "999999"),
        ({"relation-product": "secret"}, "secret"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_explained(client: Any, changes: dict[str, Any], words: str) -> None:
    base = upload(client)
    posted = {**mapping_of(client, base), "mode": "upsert", "match": ["external_id"], "act": "next", **changes}

    response = client.post(f"{base}columns/", posted, follow=True)

    assert words in response.content.decode()
    assert ImportRun.objects.latest("id").state in (JobState.DRAFT, JobState.FAILED)


def test_bad_files_are_refused_with_a_sentence(client: Any) -> None:
    for content, words in ((b"", "empty"), (b"%PDF-1.4 x", "PDF"), (b"PK\x03\x04nonsense", "damaged")):
        response = client.post("/imports/new/?type=customers", {"file": SimpleUploadedFile("f.csv", content)})
        assert response.status_code == 422
        assert words in response.content.decode()
    assert client.post("/imports/new/?type=customers", {}).status_code == 422
    assert client.get("/imports/new/?type=nothing").status_code == 404
    pasted = client.post("/imports/new/?type=customers", {"text": "客户名称\t手机\n甲\t13800138000\n"})
    assert pasted.status_code == 303


def test_the_encoding_can_be_changed(client: Any) -> None:
    base = upload(client, "客户,商机名称\n甲,乙\n".encode("gb18030"), "gb.csv")
    assert "商机名称" in client.get(f"{base}preview/").content.decode()

    client.post(f"{base}preview/", {"act": "show", "encoding": "cp1252"})
    assert "商机名称" not in ImportRun.objects.latest("id").headings
    client.post(f"{base}preview/", {"act": "show", "encoding": "gb18030", "heading_row": "1"})
    assert ImportRun.objects.latest("id").headings == ["客户", "商机名称"]
    assert client.post(f"{base}preview/", {"act": "show", "heading_row": "99"}).status_code == 422


def test_who_may_import_nothing_is_told_so(client_of: Any, owner: Any) -> None:
    assert client_of(owner).get("/imports/new/?type=members").status_code == 403
    assert client_of(owner).get("/imports/new/?type=customers").status_code == 200


def test_undo_of_a_finished_import_is_offered(client: Any, administrator: Any) -> None:
    base = upload(client)
    client.post(f"{base}columns/", {**mapping_of(client, base), "mode": "upsert", "act": "next"})
    client.post(f"{base}start/")
    run = running.perform(ImportRun.objects.latest("id").pk)

    assert f"/change-sets/{run.change_set_id}/undo/" in client.get(base).content.decode()
    undoing.undo(administrator, run.change_set)  # type: ignore[arg-type]
    assert "was undone" in client.get(base).content.decode()


TROUBLE = Path(__file__).parents[4].parent / "shared" / "data" / "dirty-csv"


@pytest.mark.skipif(not TROUBLE.is_dir(), reason="The public troublemakers are not in ../shared/data/dirty-csv.")
def test_public_troublemakers_are_read_or_refused_with_a_reason(client_of: Any, administrator: Any) -> None:
    client = client_of(administrator)
    files = sorted(path for path in TROUBLE.rglob("*") if path.is_file() and "json" not in path.parent.name)
    taken = 0
    for path in files:
        response = client.post(
            "/imports/new/?type=customers", {"file": SimpleUploadedFile(path.name, path.read_bytes())}
        )
        if response.status_code == 422:
            assert 'role="alert"' in response.content.decode(), path.name
            continue
        taken += 1
        base = response["Location"].removesuffix("preview/")
        assert client.get(f"{base}preview/").status_code == 200, path.name
        assert client.post(f"{base}columns/", {"column-0": "name", "mode": "upsert", "act": "next"}).status_code == 303
        run = ImportRun.objects.latest("id")
        assert run.state in (JobState.CHECKED, JobState.FAILED, JobState.CHECKING), path.name
        assert run.state != JobState.FAILED or run.failure
    assert len(files) > 30
    assert taken > len(files) / 2


def test_without_a_type_one_chooses_what_the_table_holds(client_of: Any) -> None:
    page = client_of("林晓").get("/imports/new/").content.decode()

    assert 'href="/imports/new/?type=customers"' in page and 'href="/imports/new/?type=members"' in page
    assert 'href="/imports/new/?type=members"' not in client_of("王芳").get("/imports/new/").content.decode()
