"""Opening a record to one member, and closing it again; files go with their record."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.records import gate, registry
from zhike.records.models import Attachment, Share

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Any) -> None:
    settings.FILES = tmp_path


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "上海云杉"})


def attach(client: Any, customer: Any, *files: tuple[str, bytes]) -> Any:
    uploaded = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(f"/customers/{customer.pk}/files/", {"file": uploaded}, headers=HTMX)


def test_who_may_read_may_not_write(client_of: Any, owner: Any, outsider: Any, customer: Any) -> None:
    client_of(owner).post(f"/customers/{customer.pk}/shares/", {"member": outsider.member_id}, headers=HTMX)

    guest = client_of(outsider)
    assert guest.get(f"/customers/{customer.pk}/").status_code == 200
    assert guest.post(f"/customers/{customer.pk}/cells/name/", {"value": "x"}, headers=HTMX).status_code == 403
    assert guest.get(f"/customers/{customer.pk}/shares/").status_code == 403
    assert attach(guest, customer, ("a.txt", b"a")).status_code == 403


def test_who_may_write_writes_until_sharing_ends(client_of: Any, owner: Any, outsider: Any, customer: Any) -> None:
    url, guest = f"/customers/{customer.pk}/shares/", client_of(outsider)
    client_of(owner).post(url, {"member": outsider.member_id, "writable": "1"}, headers=HTMX)

    assert guest.post(f"/customers/{customer.pk}/cells/name/", {"value": "云杉"}, headers=HTMX).status_code == 200
    share = Share.objects.get(record_id=customer.pk)
    assert client_of(owner).delete(f"{url}{share.pk}/", headers=HTMX).status_code == 200
    assert guest.get(f"/customers/{customer.pk}/").status_code == 404


def test_sharing_with_nobody_is_refused(client_of: Any, owner: Any, customer: Any) -> None:
    url = f"/customers/{customer.pk}/shares/"

    for who in ("", "999999", "x", str(owner.member_id)):
        assert client_of(owner).post(url, {"member": who}, headers=HTMX).status_code == 422
    assert Share.objects.count() == 0


def test_files_are_sent_to_whoever_sees_the_record(client_of: Any, owner: Any, outsider: Any, customer: Any) -> None:
    attach(client_of(owner), customer, ("../方案<b>.html", b"<script>"), ("图.png", b"\x89PNG"))
    page, picture = Attachment.objects.order_by("pk")

    sent = client_of(owner).get(f"/files/{page.pk}/?preview=1")
    shown = client_of(owner).get(f"/files/{picture.pk}/?preview=1")

    assert page.name == "方案_b_.html"
    assert sent["Content-Disposition"].startswith("attachment")
    assert sent["Content-Type"] == "application/octet-stream"
    assert b"".join(sent.streaming_content) == b"<script>"
    assert shown["Content-Disposition"].startswith("inline")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert client_of(outsider).get(f"/files/{page.pk}/").status_code == 404
    assert client_of(outsider).delete(f"/files/{page.pk}/").status_code == 404
    assert Attachment.objects.count() == 2


def test_a_file_too_large_is_refused_in_a_sentence(client_of: Any, owner: Any, customer: Any, settings: Any) -> None:
    settings.FILE_SIZE_LIMIT = 1024 * 1024

    response = attach(client_of(owner), customer, ("好.txt", b"a"), ("大.bin", b"0" * (1024 * 1024 + 1)))

    assert response.status_code == 422
    assert "“大.bin” is larger than 1 MB" in response.content.decode()
    assert Attachment.objects.count() == 0


def test_removing_a_file_can_be_undone(client_of: Any, owner: Any, customer: Any) -> None:
    client = client_of(owner)
    attach(client, customer, ("a.txt", b"a"))
    attachment = Attachment.objects.get()

    removed = client.delete(f"/files/{attachment.pk}/", headers=HTMX)
    assert client.get(f"/files/{attachment.pk}/").status_code == 404
    client.post(json.loads(removed["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)

    assert b"".join(client.get(f"/files/{attachment.pk}/").streaming_content) == b"a"


def timeline_of(client: Any, customer: Any) -> list[str]:
    page = client.get(f"/customers/{customer.pk}/timeline/", headers=HTMX).content.decode()
    texts = re.findall(r"<article.*?</article>", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", text).split()) for text in texts]


def test_sharing_is_told_on_the_record_itself(client_of: Any, owner: Any, outsider: Any, customer: Any) -> None:
    client, url = client_of(owner), f"/customers/{customer.pk}/shares/"
    other = gate.create(owner, registry.get("customers"), {"name": "听澜"})

    client.post(url, {"member": outsider.member_id}, headers=HTMX)
    client.post(url, {"member": outsider.member_id, "writable": "1"}, headers=HTMX)
    share = Share.objects.get()
    ended = client.delete(f"{url}{share.pk}/", headers=HTMX)

    told = timeline_of(client, customer)
    assert "王芳 no longer shares this with 刘洋" in told[0]
    assert "王芳 lets 刘洋 edit this" in told[1]
    assert "王芳 shared this with 刘洋, to read" in told[2]
    assert len(told) == 4, "and its creation"
    assert len(timeline_of(client, other)) == 1

    history = client.get(f"/customers/{customer.pk}/history/").content.decode()
    for words in ("no longer shared with 刘洋", "刘洋 may edit this now", "shared with 刘洋, to read"):
        assert words in history

    client.post(json.loads(ended["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)
    assert "王芳 shared this with 刘洋, to edit as well" in timeline_of(client, customer)[0]
