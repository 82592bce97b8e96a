"""Files hung on a record: what is kept, and what is refused with a word."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.records import gate, registry
from zhike.records.models import Attachment


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "上海云杉医疗科技有限公司"})


def hang(client: Any, customer: Any, name: str, content: bytes = b"bytes") -> Any:
    return client.post(f"/customers/{customer.pk}/files/", {"file": SimpleUploadedFile(name, content)})


def test_a_file_keeps_its_chinese_name(client_of: Any, owner: Any, customer: Any) -> None:
    response = hang(client_of(owner), customer, "年会承办协议（盖章）.pdf", b"%PDF-1.4")

    assert response.status_code == 200
    assert Attachment.objects.get().name == "年会承办协议（盖章）.pdf"


@pytest.mark.parametrize("name", ["报价.exe", "a.PS1", "setup.msi"])
def test_a_program_is_refused_by_name(client_of: Any, owner: Any, customer: Any, name: str) -> None:
    response = hang(client_of(owner), customer, name)

    assert response.status_code == 422
    assert name in response.content.decode()
    assert not Attachment.objects.exists()
