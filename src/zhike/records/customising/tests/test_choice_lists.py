"""Choices that several fields share: changed once, changed everywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, gate, registry
from zhike.records.customising import changing, choice_lists, meanwhile
from zhike.records.models import ChoiceList, CustomField
from zhike.testing import custom as own
from zhike.testing import samples

NEW = "/settings/lists/shared/new/"
HTMX = {"HX-Request": "true"}
CHOICES = [{"label": "住宅", "label_en": "Housing"}, {"label": "商铺"}]


def raw(name: str = "物业类型", choices: Any = CHOICES) -> dict[str, Any]:
    return {"name": name, "name_en": "Property", "choices": json.dumps(choices)}


@pytest.fixture
def shared(administrator: Any) -> ChoiceList:
    return choice_lists.add_list(administrator, raw())


def field_of(actor: Any, shared: ChoiceList, type_name: str, kind: str = "choice", label: str = "类型") -> CustomField:
    told = {"kind": kind, "label": label, "list": str(shared.pk)}
    return changing.add_field(actor, registry.get(type_name), told)


def values_of(type_name: str, name: str) -> list[str]:
    return [value for value, _label in custom.fields_of(type_name)[name].choices()]


def test_only_administrators_make_and_change_them(client_of: Any, shared: ChoiceList) -> None:
    for path in (NEW, f"/settings/lists/shared/{shared.pk}/"):
        assert client_of("陈强").get(path).status_code == 403
        assert client_of("王芳").post(path, raw("新"), headers=HTMX).status_code == 403
        assert client_of("林晓").get(path).status_code == 200
    assert ChoiceList.objects.count() == 1
    assert client_of("林晓").get("/settings/lists/shared/999/").status_code == 404


def test_a_change_of_the_list_reaches_every_field(administrator: Any, shared: ChoiceList, client_of: Any) -> None:
    fields = [("customers", "choice"), ("opportunities", "many_choices")]
    rows = [field_of(administrator, shared, name, kind) for name, kind in fields]
    assert [values_of(row.record_type, row.name) for row in rows] == [["zhu_zhai", "shang_pu"]] * 2

    posted = raw(choices=[*shared.choices, {"label": "写字楼"}])
    answer = client_of("林晓").post(f"/settings/lists/shared/{shared.pk}/", posted, headers=HTMX)

    assert answer.status_code == 200
    assert [values_of(row.record_type, row.name)[-1] for row in rows] == ["xie_zi_lou"] * 2
    act = ChangeSet.objects.latest("pk")
    assert act.action == "revise_choice_list"
    undoing.undo(administrator, act)
    assert [values_of(row.record_type, row.name) for row in rows] == [["zhu_zhai", "shang_pu"]] * 2


def test_a_choice_that_records_of_any_field_hold_is_retired_not_removed(administrator: Any, shared: ChoiceList) -> None:
    row = field_of(administrator, shared, "contacts")
    field_of(administrator, shared, "customers")
    contacts = registry.get("contacts")
    record = samples.record_of(administrator, contacts, **{row.name: "shang_pu"})

    with pytest.raises(gate.Refused, match="retire it"):
        choice_lists.revise_list(administrator, shared, raw(choices=shared.choices[:1]))
    choice_lists.revise_list(
        administrator, shared, raw(choices=[shared.choices[0], shared.choices[1] | {"retired": True}])
    )

    assert contacts.fields()[row.name].value_of(record) == "shang_pu"
    gate.edit(administrator, record, {row.name: "shang_pu", "title": "经理"} if "title" in contacts.fields() else {})
    with pytest.raises(gate.Refused, match="not in use any more"):
        samples.record_of(administrator, contacts, **{row.name: "shang_pu"})


def test_a_field_shares_its_own_choices(administrator: Any, client_of: Any) -> None:
    row = own.add(administrator, "customers", "choice", label="户型")
    record = samples.record_of(administrator, registry.get("customers"), **{row.name: "zhu_zhai"})
    client = client_of("林晓")
    shown = client.get(f"{NEW}?field={row.pk}", headers=HTMX).content.decode()
    assert "zhu_zhai" in shown and "户型" in shown

    posted = raw("户型", row.options["choices"]) | {"field": row.pk}
    assert client.post(NEW, posted, headers=HTMX).status_code == 200

    row.refresh_from_db()
    shared = ChoiceList.objects.get(name="户型")
    assert row.options["list"] == shared.pk and shared.choices == row.options["choices"]
    assert registry.get("customers").fields()[row.name].text("zhu_zhai") and record.custom[row.name] == "zhu_zhai"
    assert client.get(f"{NEW}?field={row.pk}").status_code == 404


def test_a_field_takes_no_list_that_lacks_what_records_hold(administrator: Any, shared: ChoiceList) -> None:
    row = own.add(administrator, "customers", "choice", label="户型")
    samples.record_of(administrator, registry.get("customers"), **{row.name: "xie_zi_lou"})
    told = {"kind": "choice", "label": "户型", "list": str(shared.pk)}
    with pytest.raises(gate.Refused, match="retire it"):
        changing.revise_field(administrator, registry.get("customers"), row, told)
    assert "list" not in CustomField.objects.get(pk=row.pk).options


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"choices": "[]"}, "choices"),
        ({"choices": "{"}, "choices"),
        ({"choices": '[{"label": "甲"}, {"label": "甲"}]'}, "choices"),
        ({"choices": json.dumps([{"label": str(number)} for number in range(201)])}, "choices"),
    ],
)
def test_what_cannot_be_taken_is_refused(client_of: Any, told: dict[str, str], field: str) -> None:
    answer = client_of("林晓").post(NEW, raw() | told, headers=HTMX)
    assert answer.status_code == 422 and 'class="errors"' in answer.content.decode()
    assert not ChoiceList.objects.exists()


def test_a_list_that_is_not_there_is_refused(administrator: Any, shared: ChoiceList) -> None:
    for wrong in ("999", "x", "-1"):
        with pytest.raises(gate.Refused):
            changing.add_field(
                administrator, registry.get("customers"), {"kind": "choice", "label": "类型", "list": wrong}
            )
    with pytest.raises(gate.Refused):
        choice_lists.add_list(administrator, raw("物业类型"))


def test_a_list_in_use_stays(administrator: Any, shared: ChoiceList, client_of: Any) -> None:
    row = field_of(administrator, shared, "customers")
    changing.remove_field(administrator, row)
    url = f"/settings/lists/shared/{shared.pk}/"
    assert client_of("林晓").delete(url, headers=HTMX).status_code == 422
    changing.restore_field(administrator, registry.get("customers"), CustomField.objects.get(pk=row.pk))
    told = {"kind": "choice", "label": "类型", "list": "", "choices": json.dumps(shared.choices)}
    changing.revise_field(administrator, registry.get("customers"), CustomField.objects.get(pk=row.pk), told)
    assert client_of("林晓").delete(url, headers=HTMX).status_code == 200
    assert not ChoiceList.objects.exists() and values_of("customers", row.name) == ["zhu_zhai", "shang_pu"]


def test_of_two_administrators_the_second_sees_what_changed(
    client_of: Any, administrator: Any, shared: ChoiceList
) -> None:
    seen = meanwhile.written(choice_lists.seen_of(shared))
    choice_lists.revise_list(administrator, shared, raw("先到"), seen=seen)
    answer = client_of("林晓").post(f"/settings/lists/shared/{shared.pk}/", raw("后到") | {"seen": seen}, headers=HTMX)
    assert answer.status_code == 409 and "先到" in answer.content.decode() and "后到" in answer.content.decode()
    assert ChoiceList.objects.get(pk=shared.pk).name == "先到"


def test_the_field_form_offers_the_lists(client_of: Any, administrator: Any, shared: ChoiceList) -> None:
    row = field_of(administrator, shared, "customers")
    shown = client_of("林晓").get(f"/settings/fields/customers/{row.pk}/", headers=HTMX).content.decode()
    assert f'<option value="{shared.pk}" selected>物业类型</option>' in shown and "entry-list" not in shown
    posted = {"kind": "choice", "label": "类型", "list": "", "_redraw": "1"}
    redrawn = client_of("林晓").post(f"/settings/fields/customers/{row.pk}/", posted, headers=HTMX).content.decode()
    assert "entry-list" in redrawn
    assert "物业类型" in client_of("林晓").get("/settings/lists/").content.decode()
