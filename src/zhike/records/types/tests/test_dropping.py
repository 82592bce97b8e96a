"""What becomes of a removed type after thirty days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.base.changelog.undoing import UnableToUndo, undo
from zhike.records import contributions, gate, registry, sharing
from zhike.records.models import CustomType, SearchEntry, Share
from zhike.records.search import indexing
from zhike.records.types import defining, tables
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types


@pytest.fixture
def removed(administrator: Any, owner: Any, outsider: Any, member: Any, act: Any) -> CustomType:
    kind = own_types.buildings(administrator)
    own_fields.add(administrator, "buildings", "text", label="地址")
    record = gate.create(owner, kind, {"name": "梧桐里", "di_zhi": "衡山路"})
    sharing.share_record(owner, record, member=member("刘洋"))
    indexing.index(kind, [record.pk])
    row = CustomType.objects.get()
    defining.remove_type(administrator, row, "楼盘")
    return row


def days_ago(row: CustomType, days: int, act: Any) -> None:
    with act():
        CustomType.objects.filter(pk=row.pk).update(removed_at=row.removed_at - timedelta(days=days))


def test_for_thirty_days_nothing_is_lost(removed: CustomType, system: Any, act: Any, administrator: Any) -> None:
    days_ago(removed, 29, act)

    assert defining.drop_removed(system) == []

    defining.restore_type(administrator, CustomType.objects.get())
    assert registry.get("buildings").queryset().get().name == "梧桐里" and Share.objects.count() == 1


def test_then_it_goes_with_all_that_hangs_on_it(
    removed: CustomType, system: Any, act: Any, administrator: Any, client_of: Any
) -> None:
    days_ago(removed, 31, act)
    removal = ChangeSet.objects.filter(action="remove_type").latest("pk")

    assert defining.drop_removed(system) == ["楼盘"]

    assert tables.numbers_there() == set() and registry.find("buildings") is None
    assert not Share.objects.exists() and not SearchEntry.objects.filter(record_type="buildings").exists()
    assert contributions.is_final("drop_types")
    undo(administrator, removal)
    assert registry.find("buildings") is None and tables.numbers_there() == set()
    with pytest.raises(gate.NotVisible):
        defining.get_type(removed.pk)
    for path in ("/settings/types/", "/change-sets/", "/search/?q=梧桐里", "/settings/fields/"):
        answer = client_of("林晓").get(path)
        assert answer.status_code == 200, path
    assert defining.drop_removed(system) == []
    assert own_types.add(administrator).key == "buildings_2"


def test_acts_on_records_that_are_gone_can_still_be_read(
    removed: CustomType, system: Any, act: Any, client_of: Any, administrator: Any
) -> None:
    made = ChangeSet.objects.filter(action="create", record_type="buildings").latest("pk")
    days_ago(removed, 31, act)
    defining.drop_removed(system)

    assert client_of("林晓").get(f"/change-sets/{made.pk}/").status_code == 200
    assert undo(administrator, made).restored == 0


def test_two_of_one_name_do_not_come_from_an_undo(removed: CustomType, administrator: Any) -> None:
    removal = ChangeSet.objects.filter(action="remove_type").latest("pk")
    own_types.add(administrator)

    with pytest.raises(UnableToUndo, match="already"):
        undo(administrator, removal)
