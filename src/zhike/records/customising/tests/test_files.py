"""Files and pictures in fields: stored first, held by a record, served to whoever sees it."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from zhike.base import clock
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.base.files import storing, sweeping
from zhike.base.files.models import StoredFile
from zhike.records import gate, history, kept_files, listing, registry
from zhike.records.exporting import writing
from zhike.records.exporting.taking import Export
from zhike.records.fields.files import ticket_of
from zhike.records.roles.rights import Access
from zhike.records.tests.importing import counts, imported, reasons, table
from zhike.testing import access
from zhike.testing import custom as own
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.FILES = tmp_path / "files"


def customers() -> Any:
    return registry.get("customers")


@pytest.fixture
def papers(administrator: Any) -> str:
    row = own.add(administrator, "customers", "file", label="合同", label_en="Contract", most="2", endings="pdf, txt")
    return str(row.name)


@pytest.fixture
def pictures(administrator: Any) -> str:
    return str(own.add(administrator, "customers", "image", label="照片", label_en="Photo", largest="1").name)


def png(side: int = 400) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side // 2), "#2f5bd7").save(out, "PNG")
    return out.getvalue()


def ticket(actor: Any, field: str, name: str = "合同.pdf", content: bytes = b"one") -> dict[str, Any]:
    found = kept_files.field_of(customers(), field)
    kept = kept_files.keep(actor, customers(), found, name=name, chunks=[content])
    return {"ticket": ticket_of(kept, found.place), "name": name}


def upload(client: Any, field: str, name: str, content: bytes) -> Any:
    return client.post(f"/customers/kept/{field}/", {"file": SimpleUploadedFile(name, content)}, headers=HTMX)


def with_file(actor: Any, field: str, **more: Any) -> Any:
    return gate.create(actor, customers(), {"name": "甲", field: [ticket(actor, field)]} | more)


def test_a_form_stores_first_and_keeps_then(papers: str, client_of: Any, owner: Any) -> None:
    client = client_of(owner)
    stored = upload(client, papers, "合同.pdf", b"%PDF-1").json()
    posted = {"name": "表单", "kind": "organisation", papers: json.dumps([stored]), "_fields": f"name,kind,{papers}"}

    assert client.post("/customers/new/", posted, headers=HTMX).status_code == 204

    record = customers().queryset().get(name="表单")
    kept = record.custom[papers][0]
    served = client.get(f"/customers/{record.pk}/kept/{papers}/{kept['file']}/")
    assert b"".join(served.streaming_content) == b"%PDF-1"
    assert served["Content-Disposition"].startswith("attachment") and "sandbox" in served["Content-Security-Policy"]
    page = client.get(f"/customers/{record.pk}/").content.decode()
    assert "合同.pdf" in page and f"/customers/{record.pk}/kept/{papers}/{kept['file']}/" in page
    form = client.get(f"/customers/{record.pk}/edit/", headers=HTMX).content.decode()
    again = {papers: json.dumps([{"id": kept["file"]}]), "_fields": papers}
    assert "file-field" in form
    assert client.post(f"/customers/{record.pk}/edit/", again, headers=HTMX).status_code == 200
    record.refresh_from_db()
    assert record.custom[papers] == [kept]


def test_it_is_served_to_whoever_sees_the_record_and_nobody_else(
    papers: str, owner: Any, outsider: Any, client_of: Any, client: Any
) -> None:
    record, other = with_file(owner, papers), gate.create(outsider, customers(), {"name": "南方"})
    number = record.custom[papers][0]["file"]
    url = f"/customers/{record.pk}/kept/{papers}/{number}/"

    assert client_of(owner).get(url).status_code == 200
    assert client_of(outsider).get(url).status_code == 404
    assert client_of(outsider).get(f"/customers/{other.pk}/kept/{papers}/{number}/").status_code == 404
    assert client_of(owner).get(f"/customers/{record.pk}/kept/name/{number}/").status_code == 404
    assert client.get(url).status_code == 302


def test_nobody_takes_a_file_that_is_not_theirs_to_take(papers: str, pictures: str, owner: Any, outsider: Any) -> None:
    hidden = with_file(owner, papers).custom[papers][0]["file"]
    mine = gate.create(outsider, customers(), {"name": "南方"})
    foreign = ticket(owner, pictures, "a.png", png())

    for wrong in ([{"id": hidden}], [foreign], [{"ticket": "made-up"}], [{}], [7], "x", {"id": 1}):
        with pytest.raises(gate.Refused) as refused:
            gate.edit(outsider, mine, {papers: wrong})
        assert list(refused.value.errors) == [papers], wrong


def test_a_ticket_grows_old_before_its_file_is_swept_away(papers: str, administrator: Any, monkeypatch: Any) -> None:
    old = ticket(administrator, papers)
    monkeypatch.setattr("zhike.records.fields.files.TICKET_SECONDS", -1)
    with pytest.raises(gate.Refused):
        gate.create(administrator, customers(), {"name": "甲", papers: [old]})


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("run.exe", b"x", "is a program"),
        ("table.xlsx", b"x", "is none of these: pdf, txt"),
    ],
)
def test_what_the_field_does_not_take_is_told(
    papers: str, client_of: Any, name: str, content: bytes, sentence: str
) -> None:
    answer = upload(client_of("林晓"), papers, name, content)
    assert answer.status_code == 422 and sentence in answer.json()["error"]


def test_more_than_the_field_holds_is_refused(papers: str, administrator: Any) -> None:
    three = [ticket(administrator, papers, f"{each}.pdf", each.encode()) for each in "abc"]
    with pytest.raises(gate.Refused) as refused:
        gate.create(administrator, customers(), {"name": "甲", papers: three})
    assert refused.value.errors == {papers: ["At most 2 files."]}


def test_a_picture_is_told_by_its_bytes_and_has_a_small_one(pictures: str, administrator: Any, client_of: Any) -> None:
    client = client_of("林晓")
    for name, content, sentence in (
        ("fake.png", b"<script>", "is no picture"), ("big.png", b"x" * 1024 * 1024 + b"y", "larger than 1 MB"),
    ):  # fmt: skip
        answer = upload(client, pictures, name, content)
        assert answer.status_code == 422 and sentence in answer.json()["error"]
    stored = upload(client, pictures, "门头.png", png()).json()
    record = gate.create(administrator, customers(), {"name": "甲", pictures: [stored]})
    kept = record.custom[pictures][0]
    url = f"/customers/{record.pk}/kept/{pictures}/{kept['file']}/"

    small = b"".join(client.get(f"{url}?thumb=1").streaming_content)
    assert Image.open(io.BytesIO(small)).size == (160, 80)
    assert client.get(f"{url}?preview=1")["Content-Type"] == "image/png"
    client.post("/customers/columns/", {"columns": ["name", pictures]})
    assert f'<img src="{url}?thumb=1"' in client.get("/customers/").content.decode()


def test_taking_it_off_is_undone_and_the_bytes_wait_for_that(papers: str, administrator: Any) -> None:
    record = with_file(administrator, papers)
    kept = record.custom[papers][0]
    gate.edit(administrator, record, {papers: []})
    told = history.described(history.changes_of(record)[0])[0].fields
    assert [(each.before, each.after) for each in told] == [("合同.pdf", "")]

    sweeping.sweep(before=clock.now() + timedelta(days=1))

    path = storing.path_of(StoredFile.objects.get(pk=kept["file"]))
    assert path.is_file()
    undoing.undo(administrator, ChangeSet.objects.filter(action="edit").latest("pk"))
    record.refresh_from_db()
    assert record.custom[papers] == [kept]


def test_bytes_no_record_took_are_swept_away(papers: str, administrator: Any) -> None:
    held = with_file(administrator, papers).custom[papers][0]["file"]
    ticket(administrator, papers, "nobody.pdf", b"two")

    sweeping.sweep(before=clock.now() + timedelta(days=1))

    assert list(StoredFile.objects.values_list("pk", flat=True)) == [held]


def test_lists_files_and_programs_know_it_by_name(papers: str, administrator: Any, tmp_path: Any, member: Any) -> None:
    record = with_file(administrator, papers)
    gate.create(administrator, customers(), {"name": "乙"})
    found = listing.base_query(administrator, customers(), condition={"field": papers, "op": "not_empty"})
    assert [row.pk for row in found] == [record.pk]
    writing.write(Export(customers(), administrator), "csv", tmp_path / "out.csv")
    assert "合同.pdf" in (tmp_path / "out.csv").read_text("utf-8-sig")
    again = imported(administrator, "customers", (tmp_path / "out.csv").read_bytes(), name="out.csv")
    assert counts(again)[1:] == (0, 2, 0), reasons(again)
    program = Program(member("林晓"))
    shown = program.get(f"customers/{record.pk}/").json()[papers]
    assert [(each["name"], each["size"], each["media_type"]) for each in shown] == [("合同.pdf", 3, "application/pdf")]
    kept = program.patch(f"customers/{record.pk}/", {papers: [{"id": shown[0]["id"]}], "name": "新名"})
    assert kept.status_code == 200 and kept.json()[papers] == shown
    assert program.patch(f"customers/{record.pk}/", {papers: "x"}).status_code == 422


def test_a_required_file_is_asked_for_by_forms_and_not_by_imports(administrator: Any) -> None:
    name = own.add(administrator, "customers", "file", label="执照", required="1").name
    with pytest.raises(gate.Refused) as refused:
        gate.create(administrator, customers(), {"name": "甲"})
    assert list(refused.value.errors) == [name]
    assert counts(imported(administrator, "customers", table(("客户名称",), ("乙",))))[0] == 1


def test_many_records_take_one_file_at_once(papers: str, administrator: Any, client_of: Any) -> None:
    records = [gate.create(administrator, customers(), {"name": name}) for name in "甲乙"]
    sent = {"ids": [each.pk for each in records], "fields": papers}
    answer = client_of("林晓").post(
        "/customers/bulk/edit/", sent | {f"set-{papers}": json.dumps([ticket(administrator, papers)])}, headers=HTMX
    )
    assert answer.status_code in (200, 204)
    assert {each.custom[papers][0]["name"] for each in customers().queryset()} == {"合同.pdf"}


@pytest.mark.parametrize("allowed", [Access.HIDDEN, Access.MASKED, Access.READ_ONLY])
def test_what_a_role_sees_of_the_field_it_sees_of_its_files(
    papers: str, owner: Any, client_of: Any, allowed: Access
) -> None:
    record = with_file(owner, papers)
    access.restrict("salesperson", customers(), {papers: allowed}, everything=False)
    url = f"/customers/{record.pk}/kept/{papers}/{record.custom[papers][0]['file']}/"

    assert client_of(owner).get(url).status_code == (200 if allowed is Access.READ_ONLY else 404)
    assert upload(client_of(owner), papers, "a.pdf", b"x").status_code == (403 if allowed is Access.READ_ONLY else 404)
