"""Every act on every type leaves a change set and undoes."""

import pytest

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate
from zhike.testing import samples

UNTOUCHED = ("version", "updated_at")


def facts(record):
    fresh = type(record)._default_manager.filter(pk=record.pk).values().first()
    return {name: value for name, value in (fresh or {}).items() if name not in UNTOUCHED}


def last_act():
    return ChangeSet.objects.latest("pk")


def test_creation_undoes(record_type, record, administrator):
    undoing.undo(administrator, ChangeSet.objects.filter(action="create", record_type=record_type.name).latest("pk"))

    assert facts(record) == {}


def test_edit_of_each_field_undoes(record_type, record, administrator):
    for name, field in record_type.editable_fields().items():
        value = samples.value_for(field)
        if value is None or name in ("kind", "stage", "pipeline", "roles"):
            continue
        before = facts(record)
        fresh = gate.get_record(administrator, record_type, record.pk)
        gate.edit(administrator, fresh, {name: value})
        if facts(record) == before:
            continue
        assert last_act().action == "edit"
        undoing.undo(administrator, last_act())
        assert facts(record) == before, name


def test_trash_and_restore_undo(record_type, record, administrator):
    before = facts(record)

    gate.trash(administrator, record)
    assert facts(record)["trashed_at"] is not None
    undoing.undo(administrator, last_act())

    assert facts(record) == before


def test_change_log_names_who_when_and_how(record_type, record, administrator):
    gate.trash(administrator, record)

    act = last_act()
    assert (act.actor_label, act.action, act.record_type) == ("林晓", "trash", record_type.name)
    assert act.door == "form"
    assert act.changes.filter(table_name=record_type.table, record_id=record.pk).exists()


@pytest.mark.parametrize("wrong", ["", None])
def test_title_may_not_be_empty(record_type, administrator, workspace, wrong):
    if not record_type.field(record_type.title).required:
        pytest.skip(f"{record_type.name} make their own title where none is given")
    with pytest.raises(gate.Refused) as refused:
        samples.record_of(administrator, record_type, **{record_type.title: wrong})

    assert record_type.title in refused.value.errors


def test_unknown_and_unwritable_fields_are_refused_by_name(record_type, record, administrator):
    before = facts(record)
    for name in ("no_such_field", "id", "version", "created_by", "title_key", "trashed_at"):
        with pytest.raises(gate.Refused) as refused:
            gate.edit(administrator, record, {name: 1})
        assert set(refused.value.errors) == {name}
    assert facts(record) == before


def test_values_of_the_wrong_kind_are_refused_by_name(record_type, record, administrator):
    before = facts(record)
    for name, field in record_type.editable_fields().items():
        for wrong in ({"a": 1}, 10**30, "\x00" * 3 + "x" * 30_000):
            try:
                gate.edit(administrator, record, {name: wrong})
            except gate.Refused as refused:
                assert set(refused.errors) == {name}, (name, wrong)
            else:
                assert field.kind in ("yes_no", "phones", "emails", "region"), (name, wrong)
    assert {k: v for k, v in facts(record).items() if k == "id"} == {k: v for k, v in before.items() if k == "id"}


def test_second_writer_sees_both_values(record_type, record, administrator):
    field = record_type.field(record_type.title)
    seen = {record_type.title: field.json(field.value_of(record))}
    first = gate.get_record(administrator, record_type, record.pk)
    gate.edit(administrator, first, {record_type.title: "别人改的"}, seen=seen)

    with pytest.raises(gate.Stale) as stale:
        gate.edit(administrator, record, {record_type.title: "我改的"}, seen=seen)

    assert stale.value.conflicts == {record_type.title: ("别人改的", "我改的")}
