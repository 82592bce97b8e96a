"""The spine: every change leaves its trace, and every act can be taken back."""

import pytest
from django.db import connection, transaction

from zhike.base import actors
from zhike.base.changelog import acts, installing, reading, undoing
from zhike.base.changelog.models import Change, ChangeSet, ReaderPosition
from zhike.domains.activities import services as activities
from zhike.domains.customers.models import Customer
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.records import gate, registry

CUSTOMERS = registry.get("customers")


@pytest.fixture
def customer(owner):
    return gate.create(owner, CUSTOMERS, {"name": "云杉医疗", "tags": ["会奖"], "address": "人民路 1 号"})


def last_act(action):
    return ChangeSet.objects.filter(action=action).latest("pk")


def test_every_tracked_table_has_its_triggers(workspace):
    assert installing.untracked_tables() == []


def test_table_without_triggers_is_found(workspace):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER zhike_update ON customers_customer")

    assert installing.untracked_tables() == ["customers_customer"]


def test_change_holds_only_what_differs(owner, customer):
    gate.edit(owner, customer, {"address": "人民路 2 号"})

    change = last_act("edit").changes.get()
    assert change.before == {"address": "人民路 1 号"}
    assert change.after == {"address": "人民路 2 号"}
    assert last_act("edit").actor_label == "王芳"


def test_saving_what_was_there_leaves_no_trace(owner, customer):
    gate.edit(owner, customer, {"address": "人民路 1 号"})

    assert not last_act("edit").changes.exists()


def test_secrets_stay_out_of_the_log(act, member):
    with act() as change_set:
        found = member("王芳")
        found.set_password("shanshui-2026")
        found.phone = "021"
        found.save()

    assert change_set.changes.get().after == {"phone": "021"}


def test_act_inside_an_act_joins_it(owner, act):
    with act() as outer:
        gate.create(owner, CUSTOMERS, {"name": "甲"})
        gate.create(owner, CUSTOMERS, {"name": "乙"})

    assert Change.objects.filter(change_set=outer, table_name="customers_customer").count() == 2


def test_failed_act_leaves_nothing(owner, system):
    with pytest.raises(ZeroDivisionError), acts.act(system, "test"):
        gate.create(owner, CUSTOMERS, {"name": "甲"})
        raise ZeroDivisionError

    assert not Customer.objects.filter(name="甲").exists()
    assert not ChangeSet.objects.filter(action="test").exists()


# Undo


def test_undo_turns_an_edit_back(owner, customer):
    gate.edit(owner, customer, {"address": "人民路 2 号", "tags": ["月结"]})

    result = undoing.undo(owner, last_act("edit"))

    customer.refresh_from_db()
    assert (customer.address, customer.tags, result.conflict_count) == ("人民路 1 号", ["会奖"], 0)


def test_undo_leaves_alone_what_was_changed_since(owner, teammate, act, customer):
    gate.edit(owner, customer, {"address": "人民路 2 号", "wechat": "yunshan"})
    mine = last_act("edit")
    with act():
        Customer.objects.filter(pk=customer.pk).update(address="人民路 3 号")

    result = undoing.undo(owner, mine)

    customer.refresh_from_db()
    assert (customer.address, customer.wechat) == ("人民路 3 号", "")
    assert [(conflict.record_id, conflict.field) for conflict in result.conflicts] == [(customer.pk, "address")]


def test_undo_removes_what_was_created(owner, customer):
    result = undoing.undo(owner, last_act("create"))

    assert not Customer.objects.filter(pk=customer.pk).exists()
    assert (result.restored, result.conflict_count) == (1, 0)


def test_created_record_others_built_upon_goes_to_the_trash(owner, customer):
    created = last_act("create")
    gate.create(owner, registry.get("opportunities"), {"name": "年会", "customer": customer.pk})

    result = undoing.undo(owner, created)

    customer.refresh_from_db()
    assert customer.is_trashed
    assert [conflict.record_id for conflict in result.conflicts] == [customer.pk]
    assert Opportunity.objects.get(name="年会").customer == customer


def test_created_record_with_an_activity_goes_to_the_trash(owner, act, customer):
    created = last_act("create")
    with act(owner):
        activities.log_activity(actor=owner, on=[customer], kind="call", body="打过电话")

    undoing.undo(owner, created)

    customer.refresh_from_db()
    assert customer.is_trashed


def test_undo_of_an_undo_brings_it_back(owner, customer):
    gate.edit(owner, customer, {"address": "人民路 2 号"})
    edit = last_act("edit")
    undone = undoing.undo(owner, edit)

    undoing.undo(owner, undone.change_set)

    customer.refresh_from_db()
    assert customer.address == "人民路 2 号"
    undoing.undo(owner, edit)
    customer.refresh_from_db()
    assert customer.address == "人民路 1 号"


def test_removed_record_comes_back_whole(owner, customer):
    created = last_act("create")
    undone = undoing.undo(owner, created)

    undoing.undo(owner, undone.change_set)

    again = Customer.objects.get(pk=customer.pk)
    assert (again.name, again.tags, again.owner_id, again.title_key) == (
        customer.name,
        customer.tags,
        customer.owner_id,
        customer.title_key,
    )


def test_nothing_is_undone_twice(owner, customer):
    gate.edit(owner, customer, {"address": "人民路 2 号"})
    edit = last_act("edit")
    undoing.undo(owner, edit)

    with pytest.raises(undoing.UnableToUndo):
        undoing.undo(owner, edit)


def test_several_changes_of_one_act_turn_back_to_the_beginning(owner, act, customer):
    with act(owner) as change_set:
        Customer.objects.filter(pk=customer.pk).update(address="二")
        Customer.objects.filter(pk=customer.pk).update(address="三", wechat="w")

    undoing.undo(owner, change_set)

    customer.refresh_from_db()
    assert (customer.address, customer.wechat) == ("人民路 1 号", "")


def test_custom_fields_turn_back_one_by_one(owner, act, customer):
    with act(owner) as mine:
        Customer.objects.filter(pk=customer.pk).update(custom={"level": "gold"})
    with act():
        Customer.objects.filter(pk=customer.pk).update(custom={"level": "gold", "code": "7"})

    undoing.undo(owner, mine)

    customer.refresh_from_db()
    assert customer.custom == {"code": "7"}


def test_new_records_that_point_at_each_other_go_together(owner, act):
    with act(owner) as change_set:
        parent = gate.create(owner, CUSTOMERS, {"name": "集团"})
        gate.create(owner, CUSTOMERS, {"name": "子公司", "parent": parent.pk})

    result = undoing.undo(owner, change_set)

    assert not Customer.objects.filter(name__in=("集团", "子公司")).exists()
    assert result.conflict_count == 0


# Readers


@pytest.fixture
def seen():
    rows = []
    reading._readers["test"] = rows.extend
    yield rows
    del reading._readers["test"]


def test_reader_does_not_see_what_is_not_committed(seen, owner):
    """The test's own transaction is open, so what it wrote is not there for good."""
    gate.create(owner, CUSTOMERS, {"name": "甲"})

    reading.catch_up("test")

    assert "customers_industry" in {row.table for row in seen}
    assert "customers_customer" not in {row.table for row in seen}


def test_reader_takes_transactions_by_number_and_not_by_letter(owner):
    """As text "10" comes before "9": a reader that sorted so read rows twice, and skipped some behind a full batch."""
    records = [gate.create(owner, CUSTOMERS, {"name": name}) for name in "甲乙丙"]
    with reading.renumbering() as cursor:
        cursor.execute("UPDATE base_change SET transaction = '1'")
        for record, number in zip(records, ("9", "10", "100"), strict=True):
            cursor.execute(
                "UPDATE base_change SET transaction = %s WHERE table_name = %s AND record_id = %s",
                [number, Customer._meta.db_table, record.pk],
            )

    rows, last = reading.rows_after(ReaderPosition(transaction="8"))

    assert [row.record_id for row in rows] == [record.pk for record in records]
    assert last == "100"
    assert reading.rows_after(ReaderPosition(transaction=last, change_id=rows[-1].id))[0] == []


def test_partitions_are_made_ahead_once(workspace):
    from zhike.base import clock

    assert installing.make_partitions(clock.today()) == []
    later = clock.today().replace(year=clock.today().year + 2)
    assert len(installing.make_partitions(later)) == 4


def test_writing_outside_an_act_is_refused_by_the_database(workspace):
    for model, name in ((Customer, "x"), (Member, "y")):
        with pytest.raises(Exception, match="no change set is open"), transaction.atomic():
            model.objects.create(name=name)


def test_actor_of_an_undo_is_whoever_undid(owner, administrator, customer):
    gate.edit(owner, customer, {"address": "人民路 2 号"})

    result = undoing.undo(administrator, last_act("edit"))

    assert result.change_set.actor_label == "林晓"
    assert result.change_set.door == actors.Door.UNDO
