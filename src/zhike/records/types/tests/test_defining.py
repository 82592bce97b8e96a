"""Record types a company defines itself: made, used like any other, changed and undone."""

from __future__ import annotations

import copy
import json
import pickle
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from zhike.base.changelog import acts, installing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.changelog.undoing import UnableToUndo, undo
from zhike.records import checks, gate, history, registry
from zhike.records.declaration import RecordType
from zhike.records.models import CustomType
from zhike.records.types import defining, keeping, tables
from zhike.testing import custom as own_fields
from zhike.testing import database
from zhike.testing import types as own_types


def test_a_type_another_process_has_just_made_is_found(administrator: Any, monkeypatch: Any) -> None:
    known_before = keeping._kept.now()
    made = own_types.buildings(administrator)
    monkeypatch.setattr(connection, "zhike_own_copies", None, raising=False)
    keeping._kept.kept[connection.schema_name] = (time.monotonic(), known_before)  # type: ignore[attr-defined]

    assert registry.find(made.name) is None
    assert registry.get(made.name).name == made.name


@pytest.fixture
def buildings(administrator: Any) -> RecordType:
    return own_types.buildings(administrator)


def last_act() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


def test_a_type_has_a_table_with_triggers_and_is_found_everywhere(buildings: RecordType) -> None:
    assert registry.get("buildings") is buildings and buildings in registry.all_types()
    assert registry.of_table(buildings.table) is buildings and registry.of(buildings.model) is buildings
    assert buildings.model.record_type_name == "buildings"
    assert installing.untracked_tables() == []
    assert str(buildings.plural) == "Buildings" and str(buildings.field("name").label) == "Building name"


def test_records_are_made_changed_trashed_and_undone_like_any_other(buildings: RecordType, owner: Any) -> None:
    record = gate.create(owner, buildings, {"name": "梧桐里"})
    assert record.stage == "zai_tan" and record.owner_id == owner.member_id
    assert record.get_absolute_url() == f"/buildings/{record.pk}/"

    gate.edit(owner, record, {"name": "梧桐里二期", "stage": "dai_li_zhong"})
    edited = last_act()
    rows = history.described(Change.objects.filter(change_set=edited))
    told = {each.name: (str(each.label), each.before, each.after) for each in rows[0].fields}
    assert told["name"] == ("Building name", "梧桐里", "梧桐里二期")
    assert told["stage"] == ("Stage", "In talks", "Represented")

    undo(owner, edited)
    assert buildings.queryset().get().name == "梧桐里"
    gate.trash(owner, buildings.queryset().get())
    assert buildings.queryset().get().is_trashed


def test_nobody_else_sees_an_owned_record(buildings: RecordType, owner: Any, outsider: Any, manager: Any) -> None:
    record = gate.create(owner, buildings, {"name": "梧桐里"})

    with pytest.raises(gate.NotVisible):
        gate.get_record(outsider, buildings, record.pk)
    assert gate.get_record(manager, buildings, record.pk) == record


def test_fields_of_every_kind_stand_on_it(buildings: RecordType, administrator: Any) -> None:
    rows = own_fields.add_all(administrator, "buildings")
    editable = buildings.editable_fields()
    posted = {kind: row for kind, row in rows.items() if row.name in editable and kind not in ("file", "image")}
    wanted = {row.name: own_fields.values_of(administrator, kind)[0] for kind, row in posted.items()}

    record = gate.create(administrator, buildings, {"name": "梧桐里"} | wanted)

    for name, value in wanted.items():
        field = buildings.field(name)
        assert field is not None and field.json(field.value_of(record)) == value, name
    assert [section.fields[0] for section in buildings.sections()] == ["name", "owner"]


def test_records_can_be_copied_and_pickled(buildings: RecordType, owner: Any) -> None:
    record = gate.create(owner, buildings, {"name": "梧桐里"})

    for twin in (copy.copy(record), copy.deepcopy(record), pickle.loads(pickle.dumps(record))):
        assert twin == record and twin.name == "梧桐里" and type(twin) is buildings.model


def test_only_administrators_define_types(owner: Any, manager: Any, system: Any) -> None:
    for actor in (owner, manager, system):
        with pytest.raises(gate.NotAllowed):
            own_types.add(actor)
    assert not CustomType.objects.exists()


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"label": ""}, "label"), ({"label": "x" * 41}, "label"), ({"label": "Customer"}, "label"),
        ({"key": "customers"}, "key"), ({"key": "settings"}, "key"), ({"key": "change_sets"}, "key"),
        ({"key": "Ä"}, "key"), ({"key": "1a"}, "key"), ({"icon": "x"}, "icon"), ({"group": "x"}, "group"),
        ({"stages": "no"}, "stages"), ({"stages": json.dumps([{"label": "A", "retired": True}])}, "stages"),
        ({"stages": json.dumps([{"label": "A"}, {"label": "A"}])}, "stages"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_by_name(administrator: Any, more: dict[str, str], where: str) -> None:
    with pytest.raises(gate.Refused) as refused:
        own_types.add(administrator, **more)

    assert list(refused.value.errors) == [where]
    assert not CustomType.objects.exists() and tables.numbers_there() == set()


def test_a_key_is_made_from_the_names_and_never_used_twice(administrator: Any) -> None:
    first = own_types.add(administrator)
    defining.remove_type(administrator, first, "楼盘")

    again = own_types.add(administrator)
    card = own_types.add(administrator, label="会员卡", label_en="", plural_en="", stages="[]")

    assert (first.key, again.key, card.key) == ("buildings", "buildings_2", "hui_yuan_ka")


def test_a_change_of_the_definition_keeps_the_rest(buildings: RecordType, administrator: Any, owner: Any) -> None:
    record = gate.create(owner, buildings, {"name": "梧桐里"})
    row = CustomType.objects.get()
    stages = [*row.stages, {"label": "停工", "colour": "b"}]

    defining.revise_type(administrator, row, own_types.SAID | {"label": "项目", "label_en": "", "plural_en": "",
                                                              "stages": json.dumps(stages)})  # fmt: skip

    renamed = registry.get("buildings")
    assert renamed is not buildings and renamed.model is buildings.model and str(renamed.plural) == "项目"
    assert [value for value, _label in renamed.field("stage").choices()][-1] == "ting_gong"
    undo(administrator, last_act())
    assert str(registry.get("buildings").singular) == "Building"
    assert renamed.queryset().get() == record


def test_a_stage_in_use_is_retired_not_removed(buildings: RecordType, administrator: Any, owner: Any) -> None:
    record = gate.create(owner, buildings, {"name": "梧桐里"})
    row = CustomType.objects.get()
    later = json.dumps(row.stages[1:])

    with pytest.raises(gate.Refused) as refused:
        defining.revise_type(administrator, row, own_types.SAID | {"stages": later})
    assert "1 records stand in" in str(refused.value.errors["stages"])

    retired = json.dumps([row.stages[0] | {"retired": True}, *row.stages[1:]])
    defining.revise_type(administrator, row, own_types.SAID | {"stages": retired})
    assert gate.create(owner, registry.get("buildings"), {"name": "银杏苑"}).stage == "dai_li_zhong"
    gate.edit(owner, record, {"name": "梧桐里二期"})
    with pytest.raises(gate.Refused):
        gate.create(owner, registry.get("buildings"), {"name": "三", "stage": "zai_tan"})


def test_records_from_before_the_stages_stand_in_the_first(administrator: Any, owner: Any) -> None:
    row = own_types.add(administrator, stages="[]")
    kind = registry.get("buildings")
    record = gate.create(owner, kind, {"name": "梧桐里"})
    assert kind.board is None and "stage" not in kind.fields()

    defining.revise_type(administrator, row, own_types.SAID)

    record.refresh_from_db()
    assert record.stage == "zai_tan" and registry.get("buildings").board is not None
    undo(administrator, last_act())
    record.refresh_from_db()
    assert record.stage == ""


def test_two_administrators_do_not_overwrite_each_other(buildings: RecordType, administrator: Any) -> None:
    row = CustomType.objects.get()
    seen = defining.stamp(row)
    defining.revise_type(administrator, row, own_types.SAID | {"icon": "home"}, seen=seen)

    with pytest.raises(gate.Refused, match="in the meantime"):
        defining.revise_type(administrator, row, own_types.SAID | {"icon": "key"}, seen=seen)


def test_making_a_type_can_be_undone_and_done_again(administrator: Any, owner: Any) -> None:
    row = own_types.add(administrator)
    made = last_act()

    undone = undo(administrator, made).change_set
    assert registry.find("buildings") is None and tables.numbers_there() == set()

    undo(administrator, undone)
    assert tables.numbers_there() == {row.pk} and installing.untracked_tables() == []
    assert gate.create(owner, registry.get("buildings"), {"name": "梧桐里"}).pk


def test_making_a_type_is_not_undone_under_its_records(buildings: RecordType, administrator: Any, owner: Any) -> None:
    made = last_act()
    record = gate.create(owner, buildings, {"name": "梧桐里"})
    with pytest.raises(UnableToUndo, match="remove the type instead"):
        undo(administrator, made)

    assert registry.get("buildings").queryset().get() == record


def test_removing_asks_for_the_name_hides_all_and_can_be_undone(
    buildings: RecordType, administrator: Any, owner: Any
) -> None:
    record = gate.create(owner, buildings, {"name": "梧桐里"})
    row = CustomType.objects.get()
    with pytest.raises(gate.Refused):
        defining.remove_type(administrator, row, "楼")

    defining.remove_type(administrator, row, " 楼盘 ")
    removed = last_act()
    assert registry.find("buildings") is None and registry.of_table(buildings.table) is None
    undo(administrator, removed)
    assert registry.get("buildings").queryset().get() == record

    defining.remove_type(administrator, CustomType.objects.get(), "Building")
    defining.restore_type(administrator, CustomType.objects.get())
    assert registry.get("buildings").queryset().get() == record


def test_a_table_gets_what_a_newer_version_asks(buildings: RecordType, act: Any) -> None:
    number = CustomType.objects.get().pk
    with acts.act(defining_system(), "test"), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {buildings.table} DROP COLUMN next_activity_at")

    tables.bring_up_to_date([number])

    assert list(buildings.queryset().filter(next_activity_at__isnull=False)) == []


def defining_system() -> Any:
    from zhike.base import actors

    return actors.system("tests")


@pytest.fixture
def other_company(workspace: Any, act: Any) -> Iterator[str]:
    """A second workspace, with as much of a schema as its types need, where the first type is called otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA other")
        for table in ("records_customtype", "records_customfield"):
            cursor.execute(f"CREATE TABLE other.{table} (LIKE {database.SCHEMA}.{table} INCLUDING ALL)")
    yield "other"
    connection.set_tenant(workspace)  # type: ignore[attr-defined]


def test_each_workspace_has_its_own_types_under_one_number(buildings: RecordType, other_company: str) -> None:
    row = CustomType.objects.get()
    connection.set_schema(other_company)  # type: ignore[attr-defined]
    assert registry.find("buildings") is None and buildings not in registry.all_types()

    CustomType.objects.bulk_create([CustomType(pk=row.pk, key="cards", label="会员卡", icon="id")])
    keeping.forget_kept()

    cards = registry.get("cards")
    assert cards.model is buildings.model and registry.of(buildings.model) is cards
    assert buildings.model(pk=7).get_absolute_url() == "/cards/7/"
    assert "stage" not in cards.fields() and history.fields_by_column(cards.table).keys() >= {"name", "owner_id"}
    connection.set_schema(database.SCHEMA)  # type: ignore[attr-defined]
    assert registry.of(buildings.model) is buildings and buildings.model(pk=7).get_absolute_url() == "/buildings/7/"
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    assert registry.find("buildings") is None


def test_what_the_checks_ask_of_every_declaration_holds(buildings: RecordType, administrator: Any) -> None:
    own_fields.add_all(administrator, "buildings")

    assert checks.check_declarations(None) == []
