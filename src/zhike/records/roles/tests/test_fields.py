"""What a role may read and write of single fields: what is special beside the contract of all types and roads."""

from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.base.notices.models import Notice
from zhike.domains.people.models import Member
from zhike.records import gate, registry
from zhike.records.formulas.tests.test_following import add_formula
from zhike.records.models import Reveal
from zhike.records.roles.rights import Access
from zhike.records.tests.importing import imported, table
from zhike.shell import telling
from zhike.testing import access, log, samples
from zhike.testing import custom as own
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}
PHONE, SHOWN = "13876549876", "138****9876"


@pytest.fixture
def customer(owner: Any) -> Any:
    return samples.record_of(owner, customers(), name="云杉会展有限公司", phones=[{"number": PHONE}])


def customers() -> Any:
    return registry.get("customers")


def narrow(role: str = "salesperson", **fields: Access) -> None:
    access.restrict(role, customers(), fields, everything=False)


def test_a_masked_phone_shows_its_ends(customer: Any, client_of: Any, member: Any) -> None:
    narrow(phones=Access.MASKED)

    page = client_of("王芳").get(f"/customers/{customer.pk}/").content.decode()
    shown = Program(member("王芳")).get(f"customers/{customer.pk}/").json()

    assert SHOWN in page and PHONE not in page and "tel:" not in page
    assert shown["phones"] == SHOWN


@pytest.mark.parametrize(
    ("raw", "shown"), [("张三", "张*"), ("张三丰", "张*丰"), ("云杉会展有限公司", "云杉****公司"), ("张", "****")]
)
def test_a_masked_title_shows_its_ends_wherever_it_stands(
    raw: str, shown: str, owner: Any, client_of: Any, member: Any
) -> None:
    record = samples.record_of(owner, customers(), name=raw)
    narrow(name=Access.MASKED)

    deal = samples.record_of(owner, registry.get("opportunities"), customer=record.pk)
    answers = Program(member("王芳"))

    assert shown in client_of("王芳").get("/customers/").content.decode()
    assert answers.get(f"customers/{record.pk}/").json()["name"] == shown
    assert answers.get(f"opportunities/{deal.pk}/").json()["customer"]["name"] == shown


def test_a_hidden_title_leaves_the_number(customer: Any, client_of: Any) -> None:
    narrow(name=Access.HIDDEN)

    page = client_of("王芳").get("/customers/").content.decode()

    assert f"#{customer.pk}</a>" in page and "云杉" not in page


def test_the_widest_of_several_roles_holds(customer: Any, member: Any, act: Any) -> None:
    narrow(phones=Access.HIDDEN)
    with act():
        Member.objects.filter(name="王芳").update(roles=["salesperson", "analyst"])

    assert Program(member("王芳")).get(f"customers/{customer.pk}/").json()["phones"][0]["number"].endswith(PHONE)


def test_what_is_needed_and_hidden_stops_a_new_record(owner: Any) -> None:
    narrow(kind=Access.HIDDEN, name=Access.READ_ONLY)

    with pytest.raises(gate.Refused) as refused:
        gate.create(owner, customers(), {})

    assert refused.value.errors == {"": ["“Name” is needed, and your role may not fill it in."]}


def test_a_saved_view_on_a_hidden_field_shows_nothing(customer: Any, client_of: Any, actor: Any) -> None:
    from zhike.records import saved_views

    condition = {"field": "phones", "op": "not_empty"}
    view = saved_views.create_view(actor("王芳"), customers(), {"name": "有电话", "condition": condition})
    narrow(phones=Access.HIDDEN)

    page = client_of("王芳").get(f"/customers/?view={view.pk}").content.decode()

    assert "There is no field" in page and "云杉" not in page


def test_a_condition_of_a_role_reads_what_its_holder_may_not(customer: Any, outsider: Any, client_of: Any) -> None:
    condition = {"field": "phones", "op": "contains", "value": "9876"}
    access.restrict(
        "salesperson", customers(), {"phones": Access.HIDDEN}, everything=False, see=[{"condition": condition}]
    )

    assert customers().policy.allows(outsider, "see", customer)
    assert client_of("刘洋").get(f"/customers/{customer.pk}/").status_code == 200


def test_a_notice_names_nobody_its_reader_may_not_read(customer: Any, administrator: Any, outsider: Any) -> None:
    from zhike.records import sharing

    narrow(name=Access.MASKED)

    sharing.share_record(administrator, customer, member=outsider.member_id)
    telling.tell_of_changes(log.rows_after())

    assert "云杉****公司" in Notice.objects.get(member_id=outsider.member_id, kind="share").text


# Revealed


def test_a_masked_value_is_revealed_with_a_reason(customer: Any, client_of: Any) -> None:
    narrow("manager", phones=Access.MASKED)
    client, url = client_of("陈强"), f"/customers/{customer.pk}/reveals/phones/"
    assert url in client.get(f"/customers/{customer.pk}/").content.decode()

    refused = client.post(url, {"reason": " "}, headers=HTMX)
    shown = client.post(url, {"reason": "客户来电核对"}, headers=HTMX)

    assert refused.status_code == 422 and "6549876" not in access.plain(refused)
    assert PHONE in access.plain(shown)
    row = Reveal.objects.get()
    assert (row.record_type, row.record_id, row.field, row.reason) == (
        "customers",
        customer.pk,
        "phones",
        "客户来电核对",
    )
    assert row.actor_label == "陈强" and ChangeSet.objects.latest("pk").reason == "客户来电核对"


def test_reveals_are_listed_and_never_undone(customer: Any, client_of: Any, member: Any) -> None:
    narrow("manager", phones=Access.MASKED)
    program = Program(member("陈强"))
    told = program.post(f"customers/{customer.pk}/reveal/", {"field": "phones", "reason": "回访"})
    act = ChangeSet.objects.latest("pk")

    assert access.plain(told).count(PHONE) == 1 and told.status_code == 200
    assert "回访" in client_of("林晓").get("/change-sets/reveals/").content.decode()
    assert "回访" not in client_of("王芳").get("/change-sets/reveals/").content.decode()
    assert client_of("林晓").post(f"/change-sets/{act.pk}/undo/", headers=HTMX).status_code in (403, 404)
    assert Reveal.objects.count() == 1


def test_who_lacks_the_right_reveals_nothing(customer: Any, client_of: Any, member: Any) -> None:
    narrow(phones=Access.MASKED)
    url = f"/customers/{customer.pk}/reveals/phones/"

    assert url not in client_of("王芳").get(f"/customers/{customer.pk}/").content.decode()
    assert client_of("王芳").post(url, {"reason": "x"}).status_code == 403
    assert client_of("刘洋").post(url, {"reason": "x"}).status_code == 404
    answer = Program(member("王芳")).post(f"customers/{customer.pk}/reveal/", {"field": "phones", "reason": "x"})
    assert answer.status_code == 403 and not Reveal.objects.exists()


def test_what_is_hidden_or_open_is_not_revealed(customer: Any, client_of: Any) -> None:
    narrow("manager", phones=Access.HIDDEN)

    for name in ("phones", "emails", "nothing"):
        assert client_of("陈强").post(f"/customers/{customer.pk}/reveals/{name}/", {"reason": "x"}).status_code == 404


# Roles of members


def test_who_may_edit_members_makes_nobody_an_administrator(manager: Any, client_of: Any, member: Any) -> None:
    members, me = registry.get("members"), member("陈强")
    access.restrict("manager", members, {})
    before = list(me.roles)

    answers = [
        client_of("陈强").post(f"/members/{me.pk}/edit/", {"roles": "administrator", "_fields": "roles"}, headers=HTMX),
        Program(me).patch(f"members/{me.pk}/", {"roles": ["administrator"]}),
        Program(me).post("members/", {"name": "新人", "roles": ["administrator"]}),
        Program(me).post("members/bulk/", {"ids": [me.pk], "changes": {"roles": ["administrator"]}}),
        client_of("陈强").post(f"/members/{me.pk}/cells/roles/", {"value": "administrator"}),
    ]
    run = imported(manager, "members", table(["姓名", "角色"], ["陈强", "管理员"]), {
        "columns": {"姓名": "name", "角色": "roles"}, "match": ["name"]})  # fmt: skip

    assert [answer.status_code for answer in answers] == [422, 422, 422, 200, 403]
    assert "ok" not in answers[3].content.decode()
    assert run.failure and member("陈强").roles == before
    assert gate.edit(manager, me, {"job_title": "区域经理"}).job_title == "区域经理"


def test_the_last_administrator_stays_one(administrator: Any, member: Any) -> None:
    me = member("林晓")

    with pytest.raises(gate.Refused):
        gate.edit(administrator, me, {"roles": ["salesperson"]})
    gate.edit(administrator, member("陈强"), {"roles": ["manager", "administrator"]})
    gate.edit(administrator, me, {"roles": ["salesperson"]})

    assert member("林晓").roles == ["salesperson"]


def test_the_document_of_the_api_tells_of_masks_and_reveals(client_of: Any, member: Any) -> None:
    narrow("manager", phones=Access.MASKED, emails=Access.HIDDEN)

    document = Program(member("陈强")).get("openapi.json").json()

    properties = document["components"]["schemas"]["Customer"]["properties"]
    assert properties["phones"]["type"] == ["string", "null"] and "emails" not in properties
    reveal = document["paths"]["/api/v1/customers/{id}/reveal/"]["post"]
    assert reveal["requestBody"]["content"]["application/json"]["schema"]["properties"]["field"]["enum"] == ["phones"]


def test_a_hidden_pointer_ends_the_list_of_who_points_here(customer: Any, client_of: Any, member: Any) -> None:
    deals = registry.get("opportunities")
    samples.record_of(member_actor(member), deals, name="秋季年会", customer=customer.pk)
    program, condition = Program(member("王芳")), '{"related": "opportunities", "measure": "exists", "value": true}'
    assert len(program.get(f"customers/?filter={condition}").json()["items"]) == 1

    access.restrict("salesperson", deals, {"customer": Access.HIDDEN}, everything=False)

    assert program.get(f"customers/?filter={condition}").status_code == 400
    assert "秋季年会" not in client_of("王芳").get(f"/customers/{customer.pk}/").content.decode()


def member_actor(member: Any) -> Any:
    from zhike.base.actors import Door
    from zhike.records.roles.acting import actor_of

    return actor_of(member("王芳"), Door.FORM)


def test_fields_of_ones_own_are_kept_too(customer: Any, administrator: Any, client_of: Any, member: Any) -> None:
    row = own.add(administrator, "customers", "text", label="暗号", label_en="Secret")
    gate.edit(administrator, customer, {row.name: "芝麻开门一二三四"})
    narrow(**{row.name: Access.HIDDEN})
    program, client = Program(member("王芳")), client_of("王芳")

    answers = [
        program.get(f"customers/{customer.pk}/"), program.get(f"customers/{customer.pk}/history/"),
        client.get(f"/customers/{customer.pk}/"), client.get(f"/customers/{customer.pk}/history/"),
        client.get("/customers/export/?format=csv"),
    ]  # fmt: skip

    assert not [answer for answer in answers if "芝麻开门" in access.plain(answer) or row.name in access.plain(answer)]


def test_a_computed_field_is_seen_no_further_than_what_it_reads(owner: Any, administrator: Any, member: Any) -> None:
    row = add_formula(administrator, "customers", "规模", "{employee_count} * 7")
    record = samples.record_of(owner, customers(), employee_count=1234)
    assert Program(member("王芳")).get(f"customers/{record.pk}/").json()[row.name] in (8638, "8638", "8638.00")

    narrow(employee_count=Access.MASKED)

    assert Program(member("王芳")).get(f"customers/{record.pk}/").json()[row.name] == "****"
