"""Types of a company's own point at others and are pointed at, with a list on both sides."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.base.changelog.undoing import UnableToUndo, undo
from zhike.records import conditions, gate, history, listing, registry
from zhike.records.declaration import RecordType
from zhike.records.models import CustomField, CustomType, ImportRun, JobState
from zhike.records.tests.importing import begin, counts, imported, table
from zhike.records.types import defining
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types

HTMX = {"HX-Request": "true"}


@pytest.fixture
def buildings(administrator: Any) -> RecordType:
    """Buildings belong to a customer and are visited by contacts; customers have a favourite building."""
    kind = own_types.buildings(administrator)
    own_fields.add(administrator, "buildings", "reference", label="开发商", label_en="Developer", target="customers")
    own_fields.add(administrator, "buildings", "references", label="看房人", label_en="Visitors", target="contacts")
    own_fields.add(administrator, "customers", "reference", label="意向楼盘", label_en="Favourite", target="buildings")
    return kind


def test_the_pages_of_both_sides_list_each_other(buildings: RecordType, owner: Any, client_of: Any) -> None:
    developer = gate.create(owner, registry.get("customers"), {"name": "青松置业"})
    visitor = gate.create(owner, registry.get("contacts"), {"name": "周舟"})
    raw = {"name": "梧桐里", "kai_fa_shang": developer.pk, "kan_fang_ren": [visitor.pk]}
    building = gate.create(owner, buildings, raw)
    buyer = gate.create(owner, registry.get("customers"), {"name": "陈小姐", "yi_xiang_lou_pan": building.pk})
    client = client_of(owner)

    assert "梧桐里" in client.get(f"/customers/{developer.pk}/").content.decode()
    assert "梧桐里" in client.get(f"/contacts/{visitor.pk}/").content.decode()
    page = client.get(f"/buildings/{building.pk}/").content.decode()
    assert "青松置业" in page and "周舟" in page and "陈小姐" in page
    lists = [relation.record_type for relation in buildings.related_lists()]
    assert lists == ["activities", "customers"]
    condition = {"field": "yi_xiang_lou_pan", "op": "in", "value": [building.pk]}
    found = listing.base_query(owner, registry.get("customers"), condition=condition)
    assert [row.pk for row in found] == [buyer.pk]
    assert "梧桐里" in conditions.explain(condition, registry.get("customers"), owner)


def test_nobody_points_at_a_building_they_may_not_see(buildings: RecordType, owner: Any, outsider: Any) -> None:
    building = gate.create(owner, buildings, {"name": "梧桐里"})

    with pytest.raises(gate.Refused):
        gate.create(outsider, registry.get("customers"), {"name": "x", "yi_xiang_lou_pan": building.pk})


def test_an_import_finds_what_it_points_at_and_comes_to_be_undone(buildings: RecordType, administrator: Any) -> None:
    gate.create(administrator, registry.get("customers"), {"name": "青松置业"})
    rows = [["楼盘名称", "开发商", "阶段"], *([f"楼盘{number}", "青松置业", "代理中"] for number in range(40))]

    run = imported(administrator, "buildings", table(*rows))

    assert counts(run) == (40, 0, 0, 0)
    made = buildings.queryset().order_by("pk").first()
    assert (made.stage, str(buildings.field("kai_fa_shang").value_of(made))) == ("dai_li_zhong", "青松置业")  # type: ignore[union-attr]
    undo(administrator, ChangeSet.objects.filter(action="import").latest("pk"))
    assert not buildings.queryset().exists()


def test_a_type_is_not_removed_under_an_import(buildings: RecordType, administrator: Any, client_of: Any) -> None:
    run = begin(administrator, "buildings", table(["楼盘名称"], ["梧桐里"]))
    row = CustomType.objects.get()
    ImportRun.objects.filter(pk=run.pk).update(state=JobState.RUNNING)

    answer = client_of("林晓").post(f"/settings/types/{row.pk}/removal/", {"typed": "楼盘"}, headers=HTMX)
    assert answer.status_code == 422 and "is running" in answer.content.decode()
    assert registry.find("buildings") is not None

    ImportRun.objects.filter(pk=run.pk).update(state=JobState.CANCELLED)
    defining.remove_type(administrator, row, "楼盘")
    assert client_of("林晓").get("/imports/").status_code == 200
    assert client_of("林晓").get(f"/imports/{run.pk}/").status_code == 404


def test_what_points_at_a_removed_type_stands_for_nothing_until_it_is_back(
    buildings: RecordType, administrator: Any, owner: Any, client_of: Any
) -> None:
    building = gate.create(owner, buildings, {"name": "梧桐里"})
    buyer = gate.create(owner, registry.get("customers"), {"name": "陈小姐", "yi_xiang_lou_pan": building.pk})
    edited = ChangeSet.objects.latest("pk")

    defining.remove_type(administrator, CustomType.objects.get(), "楼盘")
    client = client_of("林晓")
    for path in (f"/customers/{buyer.pk}/", f"/customers/{buyer.pk}/history/", "/customers/", "/change-sets/",
                 f"/change-sets/{edited.pk}/", "/settings/fields/customers/", "/customers/conditions/",
                 f"/settings/fields/customers/{CustomField.objects.get(name='yi_xiang_lou_pan').pk}/",
                 f"/change-sets/{ChangeSet.objects.filter(record_type='buildings').latest('pk').pk}/"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200 and "yi_xiang_lou_pan" not in registry.get("customers").fields(), path
    assert history.described(edited.changes.all())

    with pytest.raises(UnableToUndo, match="bring it back first"):
        undo(administrator, ChangeSet.objects.filter(action="add_field", record_type="buildings").latest("pk"))
    defining.restore_type(administrator, CustomType.objects.get())
    assert registry.get("customers").field("yi_xiang_lou_pan").value_of(buyer) == building  # type: ignore[union-attr]
