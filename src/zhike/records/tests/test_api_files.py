"""Programs put files into fields of records and take them out, under the same rights as people."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from zhike.base.files.models import StoredFile
from zhike.domains.customers.models import Customer
from zhike.records import gate, registry
from zhike.records.roles.rights import Access
from zhike.testing import access
from zhike.testing import custom as own
from zhike.testing.api import Program

WHO = "王芳"


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Any) -> None:
    settings.FILES = tmp_path


@pytest.fixture
def papers(administrator: Any) -> str:
    return str(
        own.add(administrator, "customers", "file", label="合同", most="2", endings="pdf, txt", largest="1").name
    )


@pytest.fixture
def pictures(administrator: Any) -> str:
    return str(own.add(administrator, "customers", "image", label="照片").name)


@pytest.fixture
def program(member: Any) -> Program:
    return Program(member(WHO))


def upload(program: Program, field: str, name: str = "合同.pdf", content: bytes = b"%PDF-1", **more: Any) -> Any:
    parts = {"file": SimpleUploadedFile(name, content)} | more
    return program.client.post(f"/api/v1/customers/files/{field}/", parts, headers=program.headers)


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "#2f5bd7").save(out, "PNG")
    return out.getvalue()


def test_stored_first_sent_along_and_read_again(program: Program, papers: str) -> None:
    stored = upload(program, papers)
    assert stored.status_code == 201
    assert {**stored.json(), "ticket": ""} == {
        "ticket": "", "name": "合同.pdf", "size": 6, "media_type": "application/pdf"
    }  # fmt: skip

    made = program.post("customers/", {"name": "甲", papers: [{"ticket": stored.json()["ticket"]}]}).json()
    (kept,) = made[papers]
    read = program.get(f"customers/{made['id']}/files/{papers}/{kept['id']}/")
    second = upload(program, papers, "附.txt", b"two").json()["ticket"]
    changed = program.patch(f"customers/{made['id']}/", {papers: [{"id": kept["id"]}, {"ticket": second}]}).json()

    assert kept["name"] == "合同.pdf"
    assert b"".join(read.streaming_content) == b"%PDF-1" and read["Content-Disposition"].startswith("attachment")
    assert [each["name"] for each in changed[papers]] == ["合同.pdf", "附.txt"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("run.exe", b"x", "is a program"),
        ("合同.pdf", b"\x7fELF" + b"\0" * 60, "is a program"),
        ("合同.pdf", b"MZ" + b"\0" * 58 + b"\x40\0\0\0" + b"PE\0\0", "is a program"),
        ("表.xlsx", b"x", "is none of these: pdf, txt"),
        ("大.pdf", b"0" * (1024 * 1024 + 1), "larger than 1 MB"),
    ],
)
def test_what_the_field_does_not_take_is_told(
    program: Program, papers: str, name: str, content: bytes, sentence: str
) -> None:
    answer = upload(program, papers, name, content)

    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert answer.json()["errors"][0]["field"] == papers


def test_a_picture_is_one_by_its_bytes(program: Program, pictures: str) -> None:
    assert upload(program, pictures, "a.png", png()).json()["media_type"] == "image/png"
    assert upload(program, pictures, "a.png", b"<svg onload=alert(1)>").status_code == 422
    assert upload(program, pictures, "a.txt", png()).json()["media_type"] == "image/png"


def test_without_the_right_nothing_is_stored_nor_read(
    member: Any, outsider: Any, owner: Any, papers: str, program: Program
) -> None:
    ticket = upload(program, papers).json()["ticket"]
    made = program.post("customers/", {"name": "甲", papers: [{"ticket": ticket}]}).json()
    place, before = f"customers/{made['id']}/files/{papers}/{made[papers][0]['id']}/", StoredFile.objects.count()
    reader = Program(member(WHO), read_only=True)

    assert upload(reader, papers).status_code == 403 and reader.get(place).status_code == 200
    assert Program(member("刘洋")).get(place).status_code == 404
    assert upload(Program(secret="wrong"), papers).status_code == 401
    assert upload(Program(member(WHO), types=["contacts"]), papers).status_code in (403, 404)
    for narrow, status in ((Access.HIDDEN, 404), (Access.MASKED, 404), (Access.READ_ONLY, 403)):
        access.restrict("salesperson", registry.get("customers"), {papers: narrow})
        assert upload(program, papers).status_code == status, narrow
        assert program.get(place).status_code == (200 if narrow is Access.READ_ONLY else 404), narrow
        mine = program.patch(f"customers/{made['id']}/", {papers: []})
        assert mine.status_code == 422 and Customer.objects.get(pk=made["id"]).custom[papers]
    assert StoredFile.objects.count() == before


def test_a_ticket_is_for_its_field_alone(program: Program, papers: str, pictures: str, owner: Any) -> None:
    ticket = upload(program, papers).json()["ticket"]
    record = gate.create(owner, registry.get("customers"), {"name": "甲"})

    answer = program.patch(f"customers/{record.pk}/", {pictures: [{"ticket": ticket}]})

    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == pictures


def test_what_is_no_upload_is_refused(program: Program, papers: str) -> None:
    place = f"customers/files/{papers}/"
    broken = "multipart/form-data; boundary=x"

    assert program.post(place, {"file": "x"}).status_code == 415
    assert program.request("POST", place, raw=b"--y", content_type=broken).status_code in (400, 422)
    assert program.client.post(f"/api/v1/{place}", {}, headers=program.headers).status_code == 422
    assert upload(program, papers, other="1").status_code == 422
    for field in ("name", "nothing", "id"):
        assert upload(program, field).status_code == 404
    assert program.get(place).status_code == 405


def test_the_document_tells_of_it_where_there_is_something_to_tell(program: Program, papers: str, member: Any) -> None:
    paths = program.get("openapi.json").json()["paths"]
    operation = paths["/api/v1/customers/files/{field}/"]["post"]

    assert operation["parameters"][0]["schema"]["enum"] == [papers]
    assert "multipart/form-data" in operation["requestBody"]["content"]
    assert "/api/v1/customers/{id}/files/{field}/{file}/" in paths
    assert "/api/v1/contacts/files/{field}/" not in paths
    assert (
        "/api/v1/customers/files/{field}/"
        not in Program(member(WHO), read_only=True).get("openapi.json").json()["paths"]
    )
