"""Lists of the settings: added to, renamed, ordered, retired, merged; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer, Industry
from zhike.records import bulk, gate, registry
from zhike.records.customising import meanwhile
from zhike.records.lists import changing, tables
from zhike.records.models import BulkRun
from zhike.testing import samples

NAME = "customers-industry"
PAGE = f"/settings/lists/{NAME}/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def industries(workspace: Any) -> tables.Table:
    return tables.get_table(NAME)


def customer(actor: Any, industry: Any, name: str = "青松置业") -> Any:
    return samples.record_of(actor, registry.get("customers"), name=name, industry=str(industry.pk))


def last_act() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


@pytest.mark.parametrize("who", ["陈强", "王芳"])
def test_only_administrators_see_and_change_them(client_of: Any, who: str) -> None:
    before = list(Industry.objects.values())
    for path in ("/settings/lists/", PAGE, f"{PAGE}new/"):
        assert client_of(who).get(path).status_code == 403
    row = Industry.objects.first()
    for path in (f"{PAGE}new/", f"{PAGE}order/", f"{PAGE}{row.pk}/", f"{PAGE}{row.pk}/retirement/"):
        assert client_of(who).post(path, {"name": "新"}, headers=HTMX).status_code == 403
    assert list(Industry.objects.values()) == before
    assert client_of("林晓").get("/settings/lists/nothing/").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_list_opens_and_pipelines_are_not_among_them(client_of: Any, language: str) -> None:
    client = client_of("林晓", language=language)
    assert client.get("/settings/lists/").status_code == 200
    names = {table.name for table in tables.all_tables()}
    assert {"customers-industry", "customers-source", "catalogue-category", "opportunities-lostreason"} <= names
    assert not {name for name in names if "stage" in name or "pipeline" in name}
    for table in tables.all_tables():
        assert client.get(table.url).status_code == 200


def test_a_value_is_added_and_offered_at_once(client_of: Any) -> None:
    client = client_of("林晓")

    assert client.post(f"{PAGE}new/", {"name": " 航 天 ", "colour": "a"}, headers=HTMX).status_code == 200

    row = Industry.objects.get(name="航 天")
    assert row.colour == "a" and row.position >= max(Industry.objects.values_list("position", flat=True))
    assert f'value="{row.pk}">航 天<' in client.get("/customers/new/", headers=HTMX).content.decode()
    assert "航 天" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"name": "\x00 "}, "name"),
        ({"name": "x", "colour": "q"}, "colour"),
    ],
)
def test_what_cannot_be_taken_is_refused(industries: Any, administrator: Any, raw: Any, field: str) -> None:
    count = Industry.objects.count()
    with pytest.raises(gate.Refused) as refused:
        changing.add_option(administrator, industries, raw)
    assert list(refused.value.errors) == [field] and Industry.objects.count() == count


def test_a_name_stands_once(industries: Any, administrator: Any, client_of: Any) -> None:
    row = changing.add_option(administrator, industries, {"name": "Aerospace"})
    answer = client_of("林晓").post(f"{PAGE}new/", {"name": "aerospace"}, headers=HTMX)
    assert answer.status_code == 422 and "is there already." in answer.content.decode()
    changing.retire_option(administrator, industries, row)
    with pytest.raises(gate.Refused, match="retired"):
        changing.add_option(administrator, industries, {"name": "AEROSPACE"})


def test_a_retired_value_stays_and_is_given_to_no_other(industries: Any, administrator: Any, client_of: Any) -> None:
    row = Industry.objects.first()
    record = customer(administrator, row)

    assert client_of("林晓").post(f"{PAGE}{row.pk}/retirement/", headers=HTMX).status_code == 200

    record = Customer.objects.get(pk=record.pk)
    assert record.industry == row
    gate.edit(administrator, record, {"name": "青松", "industry": str(row.pk)})
    with pytest.raises(gate.Refused, match="not in use any more"):
        customer(administrator, row, "白杨置业")
    assert f">{row.name}</option>" not in client_of("林晓").get("/customers/new/", headers=HTMX).content.decode()
    assert client_of("林晓").delete(f"{PAGE}{row.pk}/retirement/", headers=HTMX).status_code == 200
    assert customer(administrator, row, "白杨置业").industry == row


def test_values_are_put_in_order(client_of: Any) -> None:
    ids = list(Industry.objects.values_list("pk", flat=True))
    wanted = [ids[-1], *ids[:-1]]

    answer = client_of("林晓").post(f"{PAGE}order/", {"ids": [*wanted, "x", "999999"]}, headers=HTMX)

    assert answer.status_code == 200
    assert list(Industry.objects.values_list("pk", flat=True)) == wanted


def test_a_value_in_use_is_not_removed(client_of: Any, administrator: Any, industries: Any) -> None:
    row, other = Industry.objects.all()[:2]
    customer(administrator, row)
    client = client_of("林晓")

    assert client.delete(f"{PAGE}{row.pk}/", headers=HTMX).status_code == 422
    assert client.delete(f"{PAGE}{other.pk}/", headers=HTMX).status_code == 200
    assert Industry.objects.filter(pk=row.pk).exists() and not Industry.objects.filter(pk=other.pk).exists()


def test_merging_moves_records_in_one_act_that_is_undone(client_of: Any, administrator: Any, industries: Any) -> None:
    row, into = Industry.objects.all()[:2]
    records = [customer(administrator, row, f"公司{number}") for number in range(3)]
    gate.trash(administrator, records[2])

    answer = client_of("林晓").post(f"{PAGE}{row.pk}/merging/", {"into": into.pk}, headers=HTMX)

    assert answer.status_code == 200 and "3 records have" in answer["HX-Trigger"]
    assert Customer.objects.filter(industry=into, pk__in=[each.pk for each in records]).count() == 3
    assert not Industry.objects.get(pk=row.pk).is_active
    act = last_act()
    assert act.action == "merge_options" and act.door == "bulk"
    undoing.undo(administrator, act)
    assert Customer.objects.filter(industry=row).count() == 3 and Industry.objects.get(pk=row.pk).is_active


def test_merging_very_many_is_carried_on_by_a_job_in_one_act(
    client_of: Any, administrator: Any, industries: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(changing, "LARGE", 2)
    row, into = Industry.objects.all()[:2]
    for number in range(3):
        customer(administrator, row, f"公司{number}")

    answer = client_of("林晓").post(f"{PAGE}{row.pk}/merging/", {"into": into.pk}, headers=HTMX)

    assert answer["HX-Redirect"] == "/change-sets/bulk/"
    run = BulkRun.objects.get()
    assert not Industry.objects.get(pk=row.pk).is_active and Customer.objects.filter(industry=row).count() == 3
    bulk.carry_on(run.pk)
    assert Customer.objects.filter(industry=into).count() == 3
    assert client_of("林晓").get("/change-sets/bulk/").status_code == 200
    undoing.undo(administrator, run.change_set)
    assert Customer.objects.filter(industry=row).count() == 3 and Industry.objects.get(pk=row.pk).is_active


def test_merging_into_itself_or_a_retired_one_is_refused(client_of: Any, administrator: Any, industries: Any) -> None:
    row, into = Industry.objects.all()[:2]
    changing.retire_option(administrator, industries, into)
    client = client_of("林晓")
    for wrong in (row.pk, into.pk, "", "x"):
        assert client.post(f"{PAGE}{row.pk}/merging/", {"into": wrong}, headers=HTMX).status_code == 422
    assert client.post(f"{PAGE}{row.pk}/merging/", {"into": 999999}, headers=HTMX).status_code == 404
    assert Industry.objects.get(pk=row.pk).is_active


def test_of_two_administrators_the_second_sees_what_changed(
    client_of: Any, administrator: Any, industries: Any
) -> None:
    row = Industry.objects.first()
    was = row.name
    client = client_of("林晓")
    seen = meanwhile.written(changing.seen_of(row))
    changing.revise_option(administrator, industries, row, {"name": "先到", "colour": "g"}, seen=seen)

    answer = client.post(f"{PAGE}{row.pk}/", {"name": "后到", "seen": seen}, headers=HTMX)

    shown = answer.content.decode()
    assert (
        answer.status_code == 409 and was in shown and "先到" in shown and "林晓" in shown and 'value="后到"' in shown
    )
    assert Industry.objects.get(pk=row.pk).name == "先到"
    again = meanwhile.written(changing.seen_of(Industry.objects.get(pk=row.pk)))
    assert client.post(f"{PAGE}{row.pk}/", {"name": "后到", "seen": again}, headers=HTMX).status_code == 200
    assert Industry.objects.get(pk=row.pk).name == "后到"


def test_changes_of_lists_stand_among_those_of_the_configuration(
    client_of: Any, administrator: Any, industries: Any
) -> None:
    changing.add_option(administrator, industries, {"name": "航天"})

    shown = client_of("林晓").get("/change-sets/?only=configuration").content.decode()

    assert "added to a list" in shown and "航天" in shown
