"""What else a company shapes (formulas, roll-ups, rules, layouts, roles, webhooks) holds for its own types."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.base.changelog.undoing import undo
from zhike.records import gate, registry
from zhike.records.columns import columns_of
from zhike.records.customising import changing as fields
from zhike.records.layouts import changing as layouts
from zhike.records.layouts import reading
from zhike.records.layouts.parts import Place
from zhike.records.models import CustomType
from zhike.records.rules import changing as rules
from zhike.records.types import defining
from zhike.records.webhooks import events
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types

HTMX = {"HX-Request": "true"}
TOO_CHEAP = {"field": "jun_jia", "op": "lt", "value": "1000"}


@pytest.fixture
def buildings(administrator: Any) -> Any:
    kind = own_types.buildings(administrator)
    own_fields.add(administrator, "buildings", "integer", label="套数")
    own_fields.add(administrator, "buildings", "money", label="均价")
    own_fields.add(administrator, "buildings", "reference", label="开发商", target="customers")
    return kind


def test_a_formula_reads_its_fields_and_what_it_points_at(buildings: Any, administrator: Any) -> None:
    raw = {"kind": "formula", "label": "货值", "formula": "{tao_shu} * {jun_jia}", "result": "money"}
    total = fields.add_field(administrator, buildings, raw).name
    beyond = {"kind": "formula", "label": "开发商全称", "formula": "{kai_fa_shang.name}", "result": "text"}
    named = fields.add_field(administrator, buildings, beyond).name
    developer = gate.create(administrator, registry.get("customers"), {"name": "青松置业"})

    record = gate.create(
        administrator, buildings, {"name": "梧桐里", "tao_shu": 2, "jun_jia": "100", "kai_fa_shang": developer.pk}
    )
    assert buildings.field(total).value_of(record) == Decimal("200.00")
    gate.edit(administrator, developer, {"name": "青松集团"})

    record.refresh_from_db()
    assert buildings.field(named).value_of(record) == "青松集团"


def test_a_customer_rolls_up_its_buildings(buildings: Any, administrator: Any, owner: Any) -> None:
    developer = gate.create(owner, registry.get("customers"), {"name": "青松置业"})
    raw = {"kind": "roll_up", "label": "总套数", "over": "buildings.kai_fa_shang", "function": "sum",
           "measure": "tao_shu"}  # fmt: skip
    row = fields.add_field(administrator, registry.get("customers"), raw)
    field = registry.get("customers").field(row.name)
    assert field is not None

    for units in (100, 60):
        gate.create(owner, buildings, {"name": f"楼盘{units}", "tao_shu": units, "kai_fa_shang": developer.pk})
    developer.refresh_from_db()
    assert field.value_of(developer) == 160

    defining.remove_type(administrator, CustomType.objects.get(), "楼盘")
    gate.edit(owner, developer, {"short_name": "青松"})
    defining.restore_type(administrator, CustomType.objects.get())
    developer.refresh_from_db()
    assert field.value_of(developer) == 160


def test_a_rule_is_kept_at_a_stage(buildings: Any, administrator: Any, owner: Any, client_of: Any) -> None:
    raw = {
        "name": "价格",
        "sentence": "均价不能低于一千",
        "condition": {"field": "jun_jia", "op": "lt", "value": "1000"},
    }
    rules.add_rule(administrator, buildings, raw)

    with pytest.raises(gate.Refused, match="均价不能低于一千"):
        gate.create(owner, buildings, {"name": "梧桐里", "jun_jia": "10"})
    drawer = client_of("林晓").get("/settings/rules/new/?type=buildings", headers=HTMX)
    assert drawer.status_code == 200 and 'name="stages"' in drawer.content.decode()


def test_its_columns_sections_and_place_in_the_menu_are_laid_out(
    buildings: Any, administrator: Any, client_of: Any
) -> None:
    record = gate.create(administrator, buildings, {"name": "梧桐里"})
    body = json.dumps({"sections": [{"names": ["name", "jun_jia"]}]})
    layouts.lay_out(administrator, Place(reading.COLUMNS, buildings), body)
    assert [column.name for column in columns_of(buildings)] == ["name", "jun_jia"]
    names = ["name", "stage", "tao_shu", "jun_jia", "kai_fa_shang", "owner", "external_id"]
    sections = {"sections": [{"label": "全部", "label_en": "All", "names": names}]}
    layouts.lay_out(administrator, Place(reading.SECTIONS, buildings), json.dumps(sections))

    client = client_of("林晓")
    assert ">All<" in client.get(f"/buildings/{record.pk}/").content.decode()
    for path in ("/settings/layouts/", "/settings/layouts/buildings/", "/settings/layouts/menu/"):
        answer = client.get(path)
        assert answer.status_code == 200 and "Buildings" in answer.content.decode(), path
    undo(administrator, ChangeSet.objects.filter(action="lay_out").latest("pk"))
    assert ">All<" not in client.get(f"/buildings/{record.pk}/").content.decode()


def test_roles_shares_tokens_and_webhooks_know_it(buildings: Any, client_of: Any) -> None:
    client = client_of("林晓")
    for path in ("/settings/roles/salesperson/", "/settings/tokens/", "/settings/webhooks/new/", "/settings/fields/",
                 "/imports/new/", "/change-sets/"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200 and "uilding" in answer.content.decode(), path
    assert events.words("buildings.created").startswith("Building")
