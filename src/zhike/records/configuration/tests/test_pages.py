"""The configuration file in the browser: downloaded, shown as a difference, applied, undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhike.base.actors import Actor
from zhike.base.changelog.models import ChangeSet
from zhike.records import undoing
from zhike.records.configuration import applying
from zhike.records.models import CustomField

URL = "/settings/configuration/"
FILE = "zhike_configuration: 1\nfields:\n  customers:\n    hu_xing: {label: 户型, kind: text}\n"


@pytest.fixture
def client(client_of: Callable[..., Client]) -> Client:
    return client_of("林晓")


def upload(client: Client, text: str, **more: str) -> Any:
    file = SimpleUploadedFile("zhike.yaml", text.encode())
    return client.post(URL, {"file": file, **more})


def hidden(page: str) -> dict[str, str]:
    """What the form of the plan would send."""
    text = re.search(r'<textarea name="text" hidden>(.*?)</textarea>', page, re.DOTALL)
    stamp = re.search(r'name="stamp" value="(\w+)"', page)
    assert text and stamp
    return {"text": unescape(text[1]), "stamp": stamp[1], "name": "zhike.yaml"}


def test_what_is_downloaded_is_what_the_shell_writes(client: Client, administrator: Actor) -> None:
    response = client.get(f"{URL}file/")

    assert response.content.decode() == applying.exported(administrator)
    assert "zhike.yaml" in response["Content-Disposition"]


def test_the_difference_is_shown_and_nothing_changed(client: Client) -> None:
    response = upload(client, FILE)

    page = response.content.decode()
    assert response.status_code == 200
    assert "户型" in page and "customers › hu_xing" in page and "1 new" in page
    assert not CustomField.objects.exists()


def test_it_is_applied_and_undone(client: Client, administrator: Actor) -> None:
    shown = upload(client, FILE).content.decode()

    response = client.post(f"{URL}apply/", hidden(shown))

    change_set = ChangeSet.objects.get(action=applying.ACTION)
    assert (response.status_code, response["Location"], change_set.subject) == (302, URL, "zhike.yaml")
    assert f"/change-sets/{change_set.pk}/undo/" in client.get(URL).content.decode()
    undoing.undo(administrator, change_set)
    assert not CustomField.objects.exists()


def test_what_changed_meanwhile_is_shown_anew(client: Client, administrator: Actor) -> None:
    shown = upload(client, FILE).content.decode()
    other = upload(client, FILE.replace("hu_xing", "mian_ji").replace("户型", "面积")).content.decode()
    client.post(f"{URL}apply/", hidden(other))

    response = client.post(f"{URL}apply/", hidden(shown))

    assert response.status_code == 409
    assert "changed meanwhile" in response.content.decode()
    assert not CustomField.objects.filter(name="hu_xing").exists()


def test_faults_are_told_with_their_lines(client: Client) -> None:
    response = upload(client, FILE.replace("kind: text", "kind: txt"))

    page = response.content.decode()
    assert response.status_code == 422
    assert '<td class="right num">4</td>' in page and "fields.customers.hu_xing.kind" in page


def test_a_file_is_asked_for(client: Client) -> None:
    response = client.post(URL, {})

    assert response.status_code == 422
    assert "Choose a file." in response.content.decode()


def test_removing_is_carried_on(client: Client) -> None:
    client.post(f"{URL}apply/", hidden(upload(client, FILE).content.decode()))
    shown = upload(client, "zhike_configuration: 1\nfields: {}\n", remove_missing="1").content.decode()

    client.post(f"{URL}apply/", {**hidden(shown), "remove_missing": "1"})

    assert CustomField.objects.get(name="hu_xing").removed_at is not None


@pytest.mark.parametrize("path", [URL, f"{URL}file/"])
def test_only_administrators_see_it(client_of: Callable[..., Client], path: str) -> None:
    assert client_of("陈强").get(path).status_code == 403


def test_only_administrators_apply(client_of: Callable[..., Client]) -> None:
    client = client_of("陈强")

    assert upload(client, FILE).status_code == 403
    assert client.post(f"{URL}apply/", {"text": FILE}).status_code == 403
    assert not CustomField.objects.exists()
