"""The settings of rules in the browser, and what is refused there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.records import gate, registry
from zhike.records.customising import meanwhile
from zhike.records.models import ValidationRule
from zhike.records.rules import changing

BASE = "/settings/rules/"
HTMX = {"HX-Request": "true"}
CONDITION = {"field": "amount", "op": "gt", "value": "1000"}


def posted(**more: Any) -> dict[str, Any]:
    told = {"type": "opportunities", "name": "大单", "sentence": "太大", "moment": "save", "is_active": "1"}
    return told | {"condition": json.dumps(CONDITION)} | more


@pytest.fixture
def rule(administrator: Any) -> ValidationRule:
    raw = {"name": "大单", "sentence": "太大", "condition": CONDITION}
    return changing.add_rule(administrator, registry.get("opportunities"), raw)


def test_only_administrators_see_and_make_them(client_of: Any, rule: ValidationRule) -> None:
    for path in (BASE, f"{BASE}new/", f"{BASE}{rule.pk}/", f"{BASE}{rule.pk}/count/"):
        assert client_of("陈强").get(path).status_code == 403
        assert client_of("林晓").get(path).status_code == 200
    assert client_of("王芳").post(f"{BASE}new/", posted(name="x"), headers=HTMX).status_code == 403
    assert client_of("王芳").delete(f"{BASE}{rule.pk}/", headers=HTMX).status_code == 403
    assert ValidationRule.objects.count() == 1
    assert client_of("林晓").get(f"{BASE}999/").status_code == 404
    assert client_of("林晓").get(f"{BASE}new/?type=nothing").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_drawer_of_every_type_opens(client_of: Any, language: str) -> None:
    client = client_of("林晓", language=language)
    for record_type in registry.all_types():
        shown = client.get(f"{BASE}new/?type={record_type.name}", headers=HTMX)
        assert shown.status_code == 200
        assert ('name="stages"' in shown.content.decode()) == bool(record_type.path)


def test_a_rule_is_made_told_and_counted(client_of: Any, owner: Any) -> None:
    gate.create(owner, registry.get("opportunities"), {"name": "年会", "amount": "5000"})
    client = client_of("林晓")

    answer = client.post(f"{BASE}new/", posted(), headers=HTMX)

    assert answer.status_code == 200 and "1 record breaks it now" in answer["HX-Trigger"]
    rule = ValidationRule.objects.get()
    shown = client.get(BASE).content.decode()
    assert "大单" in shown and "太大" in shown
    counted = client.get(f"{BASE}{rule.pk}/count/").content.decode()
    link = counted.split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert "1 break it now" in counted and "年会" in client.get(link).content.decode()
    assert "made the rule" in client.get("/change-sets/?only=configuration").content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"name": "大单"}, "name"),
        ({"sentence": ""}, "sentence"),
        ({"sentence": "长" * 201}, "sentence"),
        ({"condition": ""}, "condition"),
        ({"condition": "{"}, "condition"),
        ({"condition": '{"any": []}'}, "condition"),
        ({"condition": '{"field": "gone", "op": "empty"}'}, "condition"),
        ({"condition": '{"field": "amount", "op": "gt", "value": "x"}'}, "condition"),
        ({"condition": "[" * 2000}, "condition"),
        ({"field": "gone"}, "field"),
        ({"moment": "never"}, "moment"),
        ({"moment": "stage"}, "stages"),
        ({"moment": "stage", "stages": ["999"]}, "stages"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(
    client_of: Any, administrator: Any, rule: ValidationRule, more: dict[str, Any], field: str
) -> None:
    answer = client_of("林晓").post(f"{BASE}new/", posted(name="另一条") | more, headers=HTMX)
    assert answer.status_code == 422 and 'class="errors"' in answer.content.decode()
    raw = {**posted(name="另一条"), **more}
    with pytest.raises(gate.Refused) as refused:
        changing.add_rule(administrator, registry.get("opportunities"), raw)
    assert list(refused.value.errors) == [field] and ValidationRule.objects.count() == 1


def test_a_type_without_stages_has_no_rule_of_a_stage(administrator: Any) -> None:
    raw = {"name": "x", "sentence": "x", "condition": {"field": "name", "op": "empty"}, "moment": "stage"}
    with pytest.raises(gate.Refused):
        changing.add_rule(administrator, registry.get("customers"), raw)


def test_a_rule_is_changed_and_removed_and_both_undone(client_of: Any, rule: ValidationRule) -> None:
    client, url = client_of("林晓"), f"{BASE}{rule.pk}/"
    changed = client.post(url, posted(sentence="太大了"), headers=HTMX)
    assert changed.status_code == 200 and ValidationRule.objects.get().sentence == "太大了"
    client.post(json.loads(changed["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)
    assert ValidationRule.objects.get().sentence == "太大"
    removed = client.delete(url, headers=HTMX)
    assert not ValidationRule.objects.exists()
    client.post(json.loads(removed["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)
    assert ValidationRule.objects.get().name == "大单"


def test_of_two_administrators_the_second_sees_what_changed(
    client_of: Any, administrator: Any, rule: ValidationRule
) -> None:
    seen = meanwhile.written(changing.seen_of(rule))
    raw = {"name": "大单", "sentence": "先到", "condition": CONDITION}
    changing.revise_rule(administrator, rule, raw, seen=seen)
    answer = client_of("林晓").post(f"{BASE}{rule.pk}/", posted(sentence="后到", seen=seen), headers=HTMX)
    assert answer.status_code == 409 and "先到" in answer.content.decode()
    assert ValidationRule.objects.get().sentence == "先到"


def test_fields_layout_and_rules_of_a_type_stand_side_by_side(client_of: Any, rule: ValidationRule) -> None:
    client = client_of("林晓")
    for path in ("/settings/fields/opportunities/", "/settings/layouts/opportunities/", f"{BASE}?type=opportunities"):
        page = client.get(path).content.decode()
        for other in ("/settings/fields/opportunities/", "/settings/layouts/opportunities/", "/opportunities/"):
            assert f'href="{other}"' in page, path
    assert "大单" in client.get(f"{BASE}?type=opportunities").content.decode()
    of_customers = client.get(f"{BASE}?type=customers").content.decode()
    assert "大单" not in of_customers and f"{BASE}new/?type=customers" in of_customers
    assert client.get(f"{BASE}?type=nothing").status_code == 404
