"""An undo does nothing its actor may not do today, and leaves a trace of what it left alone."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from zhike.base import actors
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.base.changelog.undoing import UnableToUndo
from zhike.domains.customers.models import Customer
from zhike.domains.opportunities.models import Line, Opportunity, Stage
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import attachments, gate, jobs, registry, sharing, undoing
from zhike.records.customising import changing as fields
from zhike.records.models import Share
from zhike.records.roles import changing as roles
from zhike.records.roles.models import Role
from zhike.records.roles.rights import Access
from zhike.records.rules import changing as rules
from zhike.testing import access
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customers(workspace: Any) -> Any:
    return registry.get("customers")


@pytest.fixture
def customer(owner: Any, customers: Any) -> Any:
    return gate.create(owner, customers, {"name": "上海云杉", "short_name": "云杉", "size": "1-19"})


def latest(action: str = "") -> ChangeSet:
    acts = ChangeSet.objects.filter(action=action) if action else ChangeSet.objects.exclude(action="test")
    return acts.latest("pk")


def stored(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def undo_in_browser(client: Any, act: ChangeSet) -> tuple[Any, str]:
    """The answer, and what the drawer lists."""
    answer = client.post(f"/change-sets/{act.pk}/undo/", headers=HTMX)
    opened = json.loads(answer.get("HX-Trigger") or "{}").get("zhike:open-drawer")
    return answer, client.get(opened["url"], headers=HTMX).content.decode() if opened else ""


# Fields


def test_a_field_one_may_not_write_any_more_stays_and_is_listed(
    client_of: Any, owner: Any, customer: Any, customers: Any
) -> None:
    gate.edit(owner, customer, {"short_name": "杉", "size": "100-499"})
    access.restrict("salesperson", customers, {"short_name": Access.READ_ONLY})

    answer, drawer = undo_in_browser(client_of(owner), latest("edit"))

    assert answer.status_code == 200 and "1 was left alone" in answer["HX-Trigger"]
    assert "Short name · You may not change this field." in drawer
    assert (stored(customer).short_name, stored(customer).size) == ("杉", "1-19")


def test_programs_are_told_the_same_and_of_hidden_fields_not_the_name(
    owner: Any, member: Any, customer: Any, customers: Any
) -> None:
    gate.edit(owner, customer, {"short_name": "杉", "description": "甲", "size": "100-499"})
    access.restrict("salesperson", customers, {"short_name": Access.READ_ONLY, "description": Access.HIDDEN})

    told = Program(member("王芳")).post(f"change-sets/{latest('edit').pk}/undo/").json()

    assert told["restored"] == 1 and told["conflict_count"] == 2
    assert sorted(each["field"] for each in told["conflicts"]) == ["", "short_name"]
    assert {each["reason"] for each in told["conflicts"]} == {"You may not change this field."}
    assert (stored(customer).description, stored(customer).size) == ("甲", "1-19")


def test_the_key_of_a_title_stays_with_its_title(owner: Any, customer: Any, customers: Any) -> None:
    gate.edit(owner, customer, {"name": "重庆云杉", "size": "100-499"})
    before = stored(customer).title_key
    access.restrict("salesperson", customers, {"name": Access.READ_ONLY})

    undoing.undo(owner, latest("edit"))

    assert (stored(customer).name, stored(customer).title_key, stored(customer).size) == ("重庆云杉", before, "1-19")


def test_a_custom_field_stays_beside_another_that_goes_back(
    administrator: Any, owner: Any, customer: Any, customers: Any
) -> None:
    for name in ("grade", "code"):
        fields.add_field(administrator, customers, {"name": name, "kind": "text", "label": name})
    gate.edit(owner, stored(customer), {"grade": "甲", "code": "1"})
    gate.edit(owner, stored(customer), {"grade": "乙", "code": "2"})
    access.restrict("salesperson", customers, {"grade": Access.READ_ONLY})

    undone = undoing.undo(owner, latest("edit"))

    assert stored(customer).custom == {"grade": "乙", "code": "1"}
    assert [each.field for each in undone.conflicts] == ["custom.grade"]


def test_a_custom_field_somebody_changed_since_is_listed(
    administrator: Any, owner: Any, customer: Any, customers: Any
) -> None:
    fields.add_field(administrator, customers, {"name": "grade", "kind": "text", "label": "grade"})
    gate.edit(owner, stored(customer), {"grade": "甲", "size": "100-499"})
    act = latest("edit")
    gate.edit(administrator, stored(customer), {"grade": "乙"})

    undone = undoing.undo(owner, act)

    assert stored(customer).custom == {"grade": "乙"}
    assert [(each.field, each.reason) for each in undone.conflicts] == [("custom.grade", "")]


def test_a_stage_that_stays_keeps_what_follows_from_it(owner: Any, workspace: Any) -> None:
    deals = registry.get("opportunities")
    deal = gate.create(owner, deals, {"name": "年会", "amount": "500"})
    gate.perform(owner, deal, deals.action("win"), {"amount": "800", "closed_on": "2026-03-05"})
    won = stored(deal)
    access.restrict("salesperson", deals, {"stage": Access.READ_ONLY})

    undoing.undo(owner, latest("win"))

    now = stored(deal)
    assert (now.stage_id, now.status, now.stage_entered_at) == (won.stage_id, won.status, won.stage_entered_at)
    assert now.amount == 500


def test_where_nothing_is_left_to_undo_it_says_so_and_stays_undoable(
    client_of: Any, owner: Any, administrator: Any, customer: Any, customers: Any
) -> None:
    gate.edit(owner, customer, {"short_name": "杉"})
    act = latest("edit")
    access.restrict("salesperson", customers, {"short_name": Access.READ_ONLY})

    answer = client_of(owner).post(f"/change-sets/{act.pk}/undo/", headers=HTMX)

    assert answer.status_code == 409 and "You may not change this field." in str(answer.headers)
    assert not ChangeSet.objects.filter(undoes=act).exists()
    undoing.undo(administrator, act)
    assert stored(customer).short_name == "云杉"


# Records


def test_a_record_out_of_reach_stays(owner: Any, member: Any, customer: Any, customers: Any) -> None:
    gate.edit(owner, customer, {"short_name": "杉"})
    access.restrict("salesperson", customers, {}, everything=False, edit="deny")

    answer = Program(member("王芳")).post(f"change-sets/{latest('edit').pk}/undo/")

    assert answer.status_code == 409 and "may not change this record" in answer.json()["detail"]
    assert stored(customer).short_name == "杉"


def test_of_many_records_only_those_within_reach_go_back(owner: Any, administrator: Any, customers: Any) -> None:
    found = [gate.create(owner, customers, {"name": name}) for name in ("甲", "乙")]
    with acts.act(owner, "bulk_edit", record_type="customers"):
        for each in found:
            gate.edit(owner, each, {"short_name": "短"})
    gate.edit(administrator, stored(found[1]), {"owner": Member.objects.get(name="李娜").pk})

    undone = undoing.undo(owner, latest("bulk_edit"))

    assert [stored(each).short_name for each in found] == ["", "短"]
    assert [(each.record_id, each.field) for each in undone.conflicts] == [(found[1].pk, "")]


def test_handing_over_is_undone_by_who_handed_over(owner: Any, customer: Any) -> None:
    gate.edit(owner, customer, {"owner": Member.objects.get(name="刘洋").pk})

    undoing.undo(owner, latest("edit"))

    assert stored(customer).owner_id == owner.member_id


def test_but_not_without_the_right_to_hand_over(owner: Any, customer: Any, customers: Any) -> None:
    gate.edit(owner, customer, {"owner": Member.objects.get(name="刘洋").pk})
    access.restrict("salesperson", customers, {}, everything=False, transfer="deny")

    with pytest.raises(UnableToUndo):
        undoing.undo(owner, latest("edit"))

    assert stored(customer).owner_id != owner.member_id


def test_the_lines_of_a_deal_out_of_reach_stay(owner: Any, administrator: Any, workspace: Any) -> None:
    deals = registry.get("opportunities")
    product = gate.create(administrator, registry.get("products"), {"name": "方案"})
    deal = gate.create(owner, deals, {"name": "年会"})
    with acts.act(owner, "edit_lines", record_type="opportunities"):
        Line.objects.create(opportunity=deal, product=product, quantity=Decimal(2), unit_price=Decimal(10))
    access.restrict("salesperson", deals, {}, everything=False, edit="deny")

    with pytest.raises(UnableToUndo):
        undoing.undo(owner, latest("edit_lines"))

    assert stored(deal).lines.count() == 1


def test_who_may_not_trash_still_undoes_what_they_made(owner: Any, customer: Any, customers: Any) -> None:
    access.restrict("salesperson", customers, {}, everything=False, trash="deny")

    undoing.undo(owner, latest("create"))

    assert not Customer.objects.filter(pk=customer.pk).exists()


def test_but_what_others_built_upon_goes_to_the_trash_only_with_that_right(
    owner: Any, manager: Any, customer: Any, customers: Any
) -> None:
    gate.edit(manager, customer, {"short_name": "杉"})
    access.restrict("salesperson", customers, {}, everything=False, trash="deny")

    undone = undoing.undo(owner, latest("create"))

    assert stored(customer).trashed_at is None and undone.conflict_count == 1


def test_undoing_a_trash_needs_the_right_to_restore(owner: Any, customer: Any, customers: Any) -> None:
    gate.trash(owner, customer)
    access.restrict("salesperson", customers, {}, everything=False, restore="deny")

    with pytest.raises(UnableToUndo):
        undoing.undo(owner, latest("trash"))

    assert stored(customer).trashed_at is not None


def test_doing_a_creation_again_needs_the_right_to_create(
    owner: Any, member: Any, customer: Any, customers: Any
) -> None:
    undoing.undo(owner, latest("create"))
    access.restrict("salesperson", customers, {}, everything=False, create="deny", **{"import": "deny"})

    answer = Program(member("王芳")).post(f"change-sets/{latest('undo').pk}/undo/")

    assert answer.status_code == 409 and answer.json()["detail"] == "You may not add such a record."
    assert not Customer.objects.filter(pk=customer.pk).exists()


def test_nor_fills_it_in_fields_one_may_not_write(owner: Any, customer: Any, customers: Any) -> None:
    undoing.undo(owner, latest("create"))
    access.restrict("salesperson", customers, {"short_name": Access.READ_ONLY})

    with pytest.raises(UnableToUndo, match="may not write"):
        undoing.undo(owner, latest("undo"))

    assert not Customer.objects.filter(pk=customer.pk).exists()


def test_a_share_is_given_back_only_by_who_may_share(owner: Any, customer: Any, customers: Any) -> None:
    share = sharing.share_record(owner, customer, member=Member.objects.get(name="刘洋"), writable=True)
    sharing.unshare_record(owner, customer, share_id=share.pk)
    access.restrict("salesperson", customers, {}, everything=False, share="deny")

    with pytest.raises(UnableToUndo):
        undoing.undo(owner, latest("unshare"))

    assert not Share.objects.exists()


def test_a_file_comes_back_only_to_who_may_edit(owner: Any, customer: Any, customers: Any) -> None:
    kept = attachments.attach_file(owner, customer, name="报价.txt", chunks=[b"1"])
    attachments.detach_file(owner, kept)
    act = latest("detach")
    access.restrict("salesperson", customers, {}, everything=False, edit="deny")

    with pytest.raises(UnableToUndo):
        undoing.undo(owner, act)

    assert not attachments.attachments_of(customer).exists()


def test_who_is_no_administrator_any_more_undoes_nothing_of_the_company(administrator: Any, workspace: Any) -> None:
    other = gate.create(
        administrator, registry.get("members"), {"name": "副手", "email": "two@example.com", "roles": ["administrator"]}
    )
    second = actor_of(other, actors.Door.FORM)
    held = roles.make_role(second, {"name": "门店", "like": "salesperson"})
    act = latest()
    gate.edit(administrator, stored(other), {"roles": ["salesperson"]})

    with pytest.raises(UnableToUndo, match="Only administrators"):
        undoing.undo(actor_of(stored(other), actors.Door.FORM), act)

    assert Role.objects.filter(key=held.key).exists()


# Rules


SMALL = {"all": [{"field": "amount", "op": "lt", "value": "100"}]}


@pytest.fixture
def deal(owner: Any, administrator: Any) -> Any:
    """Once too small, then raised; and now a rule forbids what it was."""
    deals = registry.get("opportunities")
    deal = gate.create(owner, deals, {"name": "年会", "amount": "5"})
    gate.edit(owner, deal, {"amount": "500"})
    rules.add_rule(administrator, deals, {
        "name": "最低", "condition": SMALL, "sentence": "低于一百不立项", "sentence_en": "Too small", "field": "amount",
    })  # fmt: skip
    return deal


def test_a_value_a_rule_forbids_now_does_not_come_back(client_of: Any, owner: Any, deal: Any) -> None:
    answer = client_of(owner).post(f"/change-sets/{latest('edit').pk}/undo/", headers=HTMX)

    assert answer.status_code == 409 and "Too small" in str(answer.headers)
    assert stored(deal).amount == 500


def test_an_administrator_brings_back_what_was_right_then(administrator: Any, deal: Any) -> None:
    undoing.undo(administrator, latest("edit"))

    assert stored(deal).amount == 5


def test_of_many_only_those_a_rule_forbids_stay_and_tell_its_sentence(
    owner: Any, administrator: Any, deal: Any
) -> None:
    deals = registry.get("opportunities")
    other = gate.create(owner, deals, {"name": "季会", "amount": "200"})
    with acts.act(owner, "bulk_edit", record_type="opportunities"):
        gate.edit(owner, stored(deal), {"amount": "600"})
        gate.edit(owner, other, {"amount": "600"})
    rules.add_rule(administrator, deals, {
        "name": "再低", "condition": {"all": [{"field": "amount", "op": "lt", "value": "300"}]},
        "sentence": "低于三百不立项", "sentence_en": "Smaller", "field": "amount",
    })  # fmt: skip

    undone = undoing.undo(owner, latest("bulk_edit"))

    assert [(each.record_id, each.reason) for each in undone.conflicts] == [(other.pk, "Smaller")]
    assert (stored(deal).amount, stored(other).amount) == (500, 600)


def test_back_into_a_stage_goes_only_what_may_enter_it(owner: Any, administrator: Any, workspace: Any) -> None:
    deals = registry.get("opportunities")
    deal = gate.create(owner, deals, {"name": "年会", "amount": "5"})
    first, second = Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[:2]
    gate.edit(owner, deal, {"stage": second.pk})
    rules.add_rule(administrator, deals, {
        "name": "门", "condition": SMALL, "sentence": "先写金额",
        "sentence_en": "Amount first", "moment": "stage", "stages": [first.pk],
    })  # fmt: skip

    with pytest.raises(UnableToUndo, match="Amount first"):
        undoing.undo(owner, latest("edit"))

    assert Opportunity.objects.get(pk=deal.pk).stage_id == second.pk


def test_out_of_the_trash_a_record_comes_as_it_was(owner: Any, administrator: Any, workspace: Any) -> None:
    """Restoring writes no value, so no rule is asked: the record stands like one that never was in the trash."""
    deals = registry.get("opportunities")
    deal, other = (gate.create(owner, deals, {"name": name, "amount": "5"}) for name in ("年会", "季会"))
    gate.trash(owner, deal)
    act = latest("trash")
    gate.trash(owner, other)
    rules.add_rule(administrator, deals, {
        "name": "最低", "condition": SMALL, "sentence": "低于一百不立项", "field": "amount"
    })  # fmt: skip

    undoing.undo(owner, act)
    gate.restore(owner, stored(other))

    assert stored(deal).trashed_at is None and stored(other).trashed_at is None


# Large ones


def test_a_large_undo_tells_why_it_did_nothing(
    client_of: Any, owner: Any, customer: Any, customers: Any, monkeypatch: Any
) -> None:
    gate.edit(owner, customer, {"short_name": "杉"})
    act = latest("edit")
    monkeypatch.setattr(undoing, "LARGE", 0)
    client = client_of(owner)
    client.post(f"/change-sets/{act.pk}/undo/", headers=HTMX)
    access.restrict("salesperson", customers, {"short_name": Access.READ_ONLY})

    jobs.undo_large_act(change_set_id=act.pk, actor=jobs.packed(owner), language="en")

    assert stored(customer).short_name == "杉"
    assert "You may not change this field." in client.get("/notices/").content.decode()
