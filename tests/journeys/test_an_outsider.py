"""A salesperson of another department: nothing of East's is there, by any door of the browser."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from zhike.base.actors import Door
from zhike.base.changelog.models import ChangeSet
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import attachments, gate, registry
from zhike.testing import log

TYPES = ("customers", "contacts", "opportunities", "activities")


@pytest.fixture(scope="module", autouse=True)
def secrets(company: Any, installation: Any) -> dict[str, int]:
    """王芳's records, one of each type, with a file."""
    actor = actor_of(Member.objects.select_related("department").get(name="王芳"), Door.FORM)
    customer = gate.create(actor, registry.get("customers"), {"name": "云杉机密"})
    made = {"customers": customer.pk}
    for name, raw in (
        ("contacts", {"name": "沈机密", "customer": customer.pk}),
        ("opportunities", {"name": "机密商机", "customer": customer.pk, "amount": "100"}),
        ("activities", {"kind": "note", "subject": "机密备注"}),
    ):
        made[name] = gate.create(actor, registry.get(name), raw).pk
    content = SimpleUploadedFile("secret.txt", b"secret")
    made["files"] = attachments.attach_file(actor, customer, name="secret.txt", chunks=content.chunks()).pk
    made["act"] = ChangeSet.objects.filter(action="create", record_type="customers").latest("pk").pk
    log.wait_for_readers()
    return made


def status_of(page: Any, method: str, path: str) -> int:
    """What the server answers to a request made by the page itself, with its token."""
    return int(
        page.evaluate(
            """async ([method, path]) => {
                 const token = (document.cookie.match(/csrftoken=([^;]+)/) || [])[1] || '';
                 const answer = await fetch(path, {method, headers: {'X-CSRFToken': token}, redirect: 'manual'});
                 return answer.status;
               }""",
            [method, path],
        )
    )


def test_every_address_of_a_hidden_record_is_nowhere(visiting: Any, secrets: dict[str, int]) -> None:
    with visiting("刘洋", expected=("answered 404",)) as visitor:
        visitor.go("/")
        for name in TYPES:
            base = f"/{name}/{secrets[name]}/"
            for tail in ("", "edit/", "history/", "timeline/", "files/", "parts/", "shares/"):
                assert status_of(visitor.page, "GET", base + tail) == 404, base + tail
            assert status_of(visitor.page, "POST", base + "trash/") == 404
        assert status_of(visitor.page, "GET", f"/files/{secrets['files']}/") == 404
        assert status_of(visitor.page, "GET", f"/change-sets/{secrets['act']}/") == 404
        assert status_of(visitor.page, "POST", f"/change-sets/{secrets['act']}/undo/") == 404
        page = visitor.go(f"/customers/{secrets['customers']}/")
        assert "云杉机密" not in page.content()
        expect(page.locator("h1")).to_be_visible()
    for name in TYPES:
        assert registry.get(name).queryset().get(pk=secrets[name]).trashed_at is None


def test_lists_boards_search_and_home_show_nothing(visiting: Any) -> None:
    everything = quote(json.dumps({}))
    with visiting("刘洋") as visitor:
        for path in (
            *(f"/{name}/?view=all&filter={everything}" for name in TYPES), "/opportunities/board/?view=all",
            f"/search/?q={quote('机密')}", "/", "/reports/?report=funnel&range=all", "/change-sets/",
            "/customers/export/?format=csv",
        ):  # fmt: skip
            text = text_of(visitor, path)
            assert "云杉机密" not in text, path
            assert "沈机密" not in text, path
            assert "机密商机" not in text, path
            assert "机密备注" not in text, path


def text_of(visitor: Any, path: str) -> str:
    if "/export/" in path:
        return str(visitor.context.request.get(visitor.url + path).text())
    page = visitor.go(path)
    visitor.settle()
    return str(page.locator("main").inner_text())
