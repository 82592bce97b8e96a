"""Who sees an activity: its owner, who took part, and whoever sees a record it is on — of any type that has some."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base import recent
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.domains.activities import followed
from zhike.records import gate, listing, registry
from zhike.records.types import defining


def seen_by(actor: Any) -> tuple[int, str]:
    activities = registry.get("activities")
    with CaptureQueriesContext(connection) as caught:
        count = len(listing.base_query(actor, activities))
    return count, caught.captured_queries[-1]["sql"]


@pytest.fixture
def types(administrator: Any, monkeypatch: Any) -> list[Any]:
    monkeypatch.setattr(recent, "KEEP_SECONDS", 600)
    for number in range(10):
        defining.add_type(administrator, {"label": f"楼盘{number}", "key": f"estates_{number}", "icon": "building"})
    return [registry.get(f"estates_{number}") for number in range(10)]


def note_on(actor: Any, record: Any) -> Any:
    from zhike.base.changelog import acts
    from zhike.domains.activities import services

    with acts.act(actor, "log_activity", record_type="activities"):
        return services.log_activity(actor=actor, on=[record], kind="note", body="来过")


def test_types_without_activities_stand_in_no_list(types: list[Any], owner: Any, administrator: Any) -> None:
    _count, before = seen_by(owner)
    assert "records_custom_" not in before

    note_on(administrator, gate.create(owner, types[3], {"name": "云杉"}))

    count, after = seen_by(owner)
    tables = {word.strip('"') for word in after.replace(".", " ").split() if word.startswith('"records_custom_')}
    assert count == 1 and tables == {types[3].table}


def test_who_sees_the_record_sees_what_was_done_on_it_at_once(
    types: list[Any], owner: Any, outsider: Any, administrator: Any
) -> None:
    for number, each in enumerate(types[:3]):
        note_on(administrator, gate.create(owner, each, {"name": "云杉"}))
        assert (seen_by(owner)[0], seen_by(outsider)[0]) == (number + 1, 0)
    assert [each.name for each in followed.types()] == [each.name for each in types[:3]]


def test_an_undone_activity_and_its_return(types: list[Any], owner: Any, administrator: Any) -> None:
    customer = gate.create(owner, registry.get("customers"), {"name": "云杉"})
    note_on(administrator, customer)
    undone = undoing.undo(administrator, ChangeSet.objects.filter(action="log_activity").latest("pk"))
    assert seen_by(owner)[0] == 0

    undoing.undo(administrator, undone.change_set)

    assert seen_by(owner)[0] == 1
