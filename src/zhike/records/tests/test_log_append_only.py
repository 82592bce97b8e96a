"""What was written stays: the database refuses to alter, remove or empty the log, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from zhike.base import clock
from zhike.base.changelog import acts, guarding, installing, reading
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.changelog.seals import LogSeal
from zhike.records import gate, registry
from zhike.testing import log

REFUSED = "the change log is append-only"


@pytest.fixture
def change(owner: Any) -> Change:
    gate.create(owner, registry.get("customers"), {"name": "云杉医疗"})
    return Change.objects.filter(table_name="customers_customer").latest("pk")


def run(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def partition_of(change: Change) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM base_change WHERE id = %s", [change.pk])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {log} SET after = '{{}}' WHERE id = %s",
        "UPDATE {log} SET transaction = '1' WHERE id = %s",
        "DELETE FROM {log} WHERE id = %s",
    ],
)
def test_a_change_stays_as_it_was_written(change: Change, statement: str) -> None:
    for table in ("base_change", partition_of(change)):
        with pytest.raises(Exception, match=REFUSED):
            run(statement.format(log=table), change.pk)

    kept = Change.objects.get(pk=change.pk)
    assert (kept.after, kept.operation) == (change.after, "I")


def test_no_table_of_the_log_is_emptied(change: Change) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("base_change", partition_of(change), "base_change_other", "base_changeset CASCADE", "base_logseal"):
        with pytest.raises(Exception, match=REFUSED):
            run(f"TRUNCATE {table}")

    assert Change.objects.filter(pk=change.pk).exists()


def test_a_connection_that_plays_replica_is_refused_too(change: Change) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("Only a superuser may play replica.")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in ("DELETE FROM base_change WHERE id = %s", "UPDATE base_change SET at = now() WHERE id = %s"):
            with pytest.raises(Exception, match=REFUSED):
                run(statement, change.pk)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_act_gets_its_name_before_it_ends_and_never_after(owner: Any, change: Change) -> None:
    with acts.act(owner, "create") as act:
        act.subject = "云杉"
        act.save(update_fields=["subject"])
        with pytest.raises(Exception, match=REFUSED), transaction.atomic():
            ChangeSet.objects.filter(pk=act.pk).update(subject="另一个")
    with acts.act(owner, "create") as nameless:
        pass
    with acts.act(owner, "edit"), pytest.raises(Exception, match=REFUSED), transaction.atomic():
        ChangeSet.objects.filter(pk=nameless.pk).update(subject="后来的")

    assert ChangeSet.objects.get(pk=act.pk).subject == "云杉"


def test_an_act_may_only_be_ended_and_undone(change: Change) -> None:
    act = ChangeSet.objects.get(pk=change.change_set_id)
    for column, value in (("actor_label", "somebody else"), ("started_at", clock.now()), ("subject", "x")):
        with pytest.raises(Exception, match=REFUSED), transaction.atomic():
            ChangeSet.objects.filter(pk=act.pk).update(**{column: value})
    with pytest.raises(Exception, match=REFUSED), transaction.atomic():
        ChangeSet.objects.filter(pk=act.pk).delete()

    act.ended_at, act.undone_by = clock.now(), act
    act.save(update_fields=["ended_at", "undone_by"])

    act.refresh_from_db()
    assert act.actor_label == "王芳"
    assert act.ended_at is not None and act.undone_by_id == act.pk


def test_a_seal_stays_as_it_was_made(workspace: Any) -> None:
    seal = LogSeal.objects.create(
        month="2024-03-01", format=1, act_count=0, change_count=0, sha256="a" * 64, sealed_at=clock.now()
    )

    with pytest.raises(Exception, match=REFUSED), transaction.atomic():
        LogSeal.objects.filter(pk=seal.pk).update(sha256="b" * 64)
    with pytest.raises(Exception, match=REFUSED), transaction.atomic():
        seal.delete()

    assert LogSeal.objects.get().sha256 == "a" * 64


def test_a_restored_log_gets_new_transaction_numbers_and_nothing_else(change: Change) -> None:
    with reading.renumbering() as cursor:
        cursor.execute("UPDATE base_change SET transaction = '7' WHERE id = %s", [change.pk])
        for forged in ("after = NULL", "at = at + interval '1 s'", "transaction = '8', change_set_id = 1"):
            with pytest.raises(Exception, match=REFUSED):
                run(f"UPDATE base_change SET {forged} WHERE id = %s", change.pk)
        with pytest.raises(Exception, match=REFUSED):
            run("DELETE FROM base_change WHERE id = %s", change.pk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction::text FROM base_change WHERE id = %s", [change.pk])
        assert cursor.fetchone() == ("7",)
    with pytest.raises(Exception, match=REFUSED):
        run("UPDATE base_change SET transaction = '9' WHERE id = %s", change.pk)


def test_new_partitions_are_guarded_as_well(workspace: Any) -> None:
    later = clock.today().replace(day=1, year=clock.today().year + 3)

    (first, *_others) = installing.make_partitions(later)

    assert guarding.missing() == []
    with pytest.raises(Exception, match=REFUSED):
        run(f"TRUNCATE {first}")


def test_a_guard_that_was_taken_away_or_switched_off_is_found(workspace: Any) -> None:
    assert guarding.missing() == []

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER zhike_keep_rows ON base_changeset")
        with log.tampering("base_change_other"):
            assert guarding.missing() == ["base_change_other", "base_changeset"]

    guarding.install()
    assert guarding.missing() == []


def test_other_accounts_lose_the_right_to_alter_the_log(workspace: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE zhike_test_reader")
        cursor.execute("GRANT ALL ON base_change, base_changeset, base_logseal TO zhike_test_reader")

    guarding.install()

    with connection.cursor() as cursor:
        rights = {"SELECT": True, "INSERT": True, "UPDATE": False, "DELETE": False, "TRUNCATE": False}
        for right, wanted in rights.items():
            for table in ("base_change", "base_changeset", "base_logseal"):
                cursor.execute("SELECT has_table_privilege('zhike_test_reader', %s, %s)", [table, right])
                assert cursor.fetchone() == (wanted,), f"{right} on {table}"
        for column, wanted in (("ended_at", True), ("undone_by_id", True), ("actor_label", False)):
            cursor.execute("SELECT has_column_privilege('zhike_test_reader', 'base_changeset', %s, 'UPDATE')", [column])
            assert cursor.fetchone() == (wanted,), column
