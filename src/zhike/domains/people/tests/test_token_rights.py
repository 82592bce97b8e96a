"""What a token may do: a right for each record type, never beyond its member's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhike.base import actors
from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Contact, Customer
from zhike.domains.people import services
from zhike.domains.people.models import Token
from zhike.records import gate, jobs, registry
from zhike.records.importing import acting
from zhike.testing.api import Program

RIGHTS = {"customers": "write", "contacts": "read"}


@pytest.fixture
def program(member: Any) -> Program:
    return Program(member("王芳"), rights=RIGHTS)


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "云杉医疗"})


@pytest.fixture
def contact(owner: Any, customer: Any) -> Any:
    return gate.create(owner, registry.get("contacts"), {"name": "周舟", "customer": customer.pk})


def test_what_it_may_write_it_writes(program: Program, customer: Any) -> None:
    assert program.patch(f"customers/{customer.pk}/", {"name": "云杉集团"}).status_code == 200
    assert program.post("customers/", {"name": "新禾"}).status_code == 201
    assert Customer.objects.filter(name__in=["云杉集团", "新禾"]).count() == 2


def test_what_it_may_read_it_does_not_write(program: Program, customer: Any, contact: Any) -> None:
    before = ChangeSet.objects.count()

    assert program.get(f"contacts/{contact.pk}/").json()["name"] == "周舟"
    for answer in (
        program.patch(f"contacts/{contact.pk}/", {"name": "周行"}),
        program.delete(f"contacts/{contact.pk}/"),
        program.post("contacts/", {"name": "新人", "customer": customer.pk}),
        program.post("contacts/bulk/", {"ids": [contact.pk], "action": "trash"}),
    ):
        assert answer.status_code in (200, 403)
        assert answer.status_code == 403 or answer.json()["items"][0]["status"] == 403
    contact.refresh_from_db()
    assert (contact.name, contact.trashed_at, Contact.objects.count()) == ("周舟", None, 1)
    assert ChangeSet.objects.count() == before


@pytest.mark.parametrize("path", ["opportunities/", "opportunities/1/", "opportunities/1/history/", "members/"])
def test_a_type_it_is_not_for_does_not_exist(program: Program, path: str) -> None:
    answer, unknown = program.get(path), program.get("planets/")

    assert answer.status_code == 404
    assert answer.json() == unknown.json()
    assert program.post("opportunities/", {"name": "年会"}).status_code == 404


def test_the_same_holds_on_pages(program: Program, customer: Any, contact: Any) -> None:
    browser = Client(headers=program.headers)

    assert browser.get("/opportunities/").status_code == 404
    assert browser.get(f"/contacts/{contact.pk}/").status_code == 200
    assert browser.post(f"/contacts/{contact.pk}/edit/", {"name": "周行"}).status_code == 403
    assert browser.post("/contacts/new/", {"name": "新人", "customer": customer.pk}).status_code in (403, 404)
    assert [each.name for each in Contact.objects.all()] == ["周舟"]


def test_me_and_the_document_say_what_it_may(program: Program) -> None:
    me = program.get("me").json()
    paths = program.get("openapi.json").json()["paths"]

    assert (me["token"], me["read_only"], me["rights"]) == ("test", False, RIGHTS)
    assert set(me["record_types"]) == set(RIGHTS)
    assert me["record_types"]["contacts"] == ["see", "export"]
    assert set(paths["/api/v1/contacts/"]) == {"get"}
    assert set(paths["/api/v1/customers/"]) == {"get", "post"}


def test_a_browser_asks_without_a_token(client_of: Any) -> None:
    me = client_of("王芳").get("/api/v1/me").json()

    assert me["token"] is None
    assert me["rights"]["customers"] == "write"


def test_rights_of_reading_alone_make_a_token_that_only_reads(member: Any) -> None:
    me = Program(member("王芳"), rights={"customers": "read"}).get("me").json()

    assert me["read_only"] is True


def test_a_right_is_no_more_than_its_members(member: Any, customer: Any) -> None:
    other = Program(member("刘洋"), rights={"customers": "write", "products": "write"})

    assert other.get(f"customers/{customer.pk}/").status_code == 404
    assert other.post("products/", {"name": "签证"}).status_code == 403


def test_it_undoes_only_what_it_may_write(program: Program, owner: Any, contact: Any) -> None:
    mine = program.post("customers/", {"name": "新禾"}).json()
    created = ChangeSet.objects.get(subject="新禾")
    of_contact = ChangeSet.objects.get(subject="周舟")

    assert program.post(f"change-sets/{of_contact.pk}/undo/").status_code == 403
    assert program.post(f"change-sets/{created.pk}/undo/").status_code == 200
    assert not Customer.objects.filter(pk=mine["id"]).exists()
    assert Contact.objects.filter(pk=contact.pk).exists()


def test_an_act_that_reached_another_type_is_not_its_to_undo(member: Any, owner: Any, customer: Any) -> None:
    with acts.act(owner, "mixed", record_type="customers", subject="both") as act:
        gate.edit(owner, customer, {"name": "云杉集团"})
        gate.create(owner, registry.get("contacts"), {"name": "周舟", "customer": customer.pk})

    assert Program(member("王芳"), rights=RIGHTS).post(f"change-sets/{act.pk}/undo/").status_code == 403
    wide = dict.fromkeys(("customers", "contacts", "opportunities"), "write")
    assert Program(member("王芳"), rights=wide).post(f"change-sets/{act.pk}/undo/").status_code == 200


def test_it_imports_only_what_it_may_write(program: Program) -> None:
    def send(record_type: str) -> int:
        file = SimpleUploadedFile("new.csv", "姓名\n新人\n".encode())
        told = {"type": record_type, "file": file}
        return int(Client().post("/api/v1/imports/", told, headers=program.headers).status_code)

    assert send("contacts") == 403
    assert send("opportunities") in (403, 404, 422)
    assert not Contact.objects.exists()


def test_its_acts_carry_its_name(program: Program, member: Any, act: Any) -> None:
    with act():
        Token.objects.update(name="报表程序")

    program.post("customers/", {"name": "新禾"})

    act = ChangeSet.objects.latest("id")
    assert (act.actor_kind, act.actor_label, act.actor_id) == ("token", "王芳 · 报表程序", member("王芳").pk)


def test_rights_go_along_with_jobs(member: Any, owner: Any) -> None:
    actor = actors.Actor(
        kind=actors.Kind.TOKEN, label="x", door=Door.API, member_id=owner.member_id,
        types=frozenset(RIGHTS), only_reads=frozenset({"contacts"}),
    )  # fmt: skip

    assert jobs.actor_from(jobs.packed(actor)).only_reads == {"contacts"}
    assert acting.actor_from(acting.kept(actor), Door.IMPORT).only_reads == {"contacts"}


@pytest.mark.parametrize("rights", [{"planets": "read"}, {"customers": "rule"}])
def test_what_is_no_right_is_refused(member: Any, rights: dict[str, str]) -> None:
    actor = actors.system("tests")
    with pytest.raises(ValidationError), acts.act(actor, "issue_token"):
        services.issue_token(actor=actor, member=member("王芳"), name="x", rights=rights)
    assert not Token.objects.exists()
