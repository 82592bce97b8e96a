"""Each month of the log is sealed once it is over; whatever is altered afterwards is found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog import acts, guarding, installing, sealing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.changelog.seals import LogSeal
from zhike.config import archive, environment, health
from zhike.config.command import restore
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.testing import database, log

MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)


def write(actor: Any, moment: datetime, *names: str) -> None:
    with clock.telling(moment):
        for name in names:
            gate.create(actor, registry.get("customers"), {"name": name})


@pytest.fixture(params=["in its own partition", "in the one for all others"])
def written(request: Any, owner: Any) -> None:
    if request.param == "in its own partition":
        installing.make_partitions(MARCH)
    write(owner, datetime(2024, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC), "甲", "乙")
    write(owner, datetime(2024, 4, 1, tzinfo=UTC), "丙")


@pytest.fixture
def sealed(written: None) -> list[LogSeal]:
    return sealing.seal_closed_months()


def sentences() -> list[str]:
    return [fault.sentence for fault in sealing.faults()]


def months_found() -> list[date]:
    return [fault.month for fault in sealing.faults()]


def last_change_of(month: date) -> Change:
    return Change.objects.filter(at__range=span_of(month)).latest("pk")


def the_act_of(month: date) -> ChangeSet:
    return ChangeSet.objects.get(started_at__range=span_of(month))


def span_of(month: date) -> tuple[datetime, datetime]:
    """Months are those of UTC."""
    first = datetime(month.year, month.month, 1, tzinfo=UTC)
    return first, datetime(month.year, month.month + 1, 1, tzinfo=UTC) - timedelta(microseconds=1)


def test_every_month_that_is_over_is_sealed_once(sealed: list[LogSeal]) -> None:
    assert [seal.month for seal in sealed[:2]] == [MARCH, APRIL]
    assert sealed[0].act_count == 2
    assert sealed[1].act_count == 1
    assert sealed[0].change_count == Change.objects.filter(at__lt=datetime(2024, 4, 1, tzinfo=UTC)).count() > 1
    this_month = clock.now().astimezone(UTC).date().replace(day=1)
    assert sealed[-1].month == (this_month - timedelta(days=1)).replace(day=1)
    assert [seal.previous for seal in sealed] == ["", *(seal.sha256 for seal in sealed[:-1])]
    assert len({seal.sha256 for seal in sealed}) == len(sealed)
    assert sealing.seal_closed_months() == []
    assert sentences() == []


def test_an_altered_change_is_found(sealed: list[LogSeal]) -> None:
    with log.tampering("base_change"), connection.cursor() as cursor:
        forged = "UPDATE base_change SET after = jsonb_set(after, '{name}', '\"丁\"') WHERE id = %s"
        cursor.execute(forged, [last_change_of(MARCH).pk])

    (sentence,) = sentences()
    assert "2024-03 was altered after it was sealed" in sentence


def test_a_missing_change_is_found_and_counted(sealed: list[LogSeal]) -> None:
    with log.tampering("base_change"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_change WHERE id = %s", [last_change_of(APRIL).pk])

    (sentence,) = sentences()
    assert "2024-04" in sentence
    assert f"{sealed[1].change_count - 1:,} changes where 1 and {sealed[1].change_count:,} were sealed" in sentence


@pytest.mark.parametrize("moment", ["2024-03-02", "1999-01-01"])
def test_an_added_change_is_found(sealed: list[LogSeal], moment: str) -> None:
    act = ChangeSet.objects.earliest("started_at").pk
    with log.tampering("base_change"), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO base_change (at, change_set_id, table_name, record_id, owner_table, owner_id, operation)
               VALUES (%s, %s, 'customers_customer', 1, 'customers_customer', 1, 'D')""",
            [moment, act],
        )

    assert months_found() == [MARCH]


def test_a_forged_author_and_a_missing_act_are_found(sealed: list[LogSeal]) -> None:
    act = the_act_of(APRIL)
    with log.tampering("base_changeset"):
        ChangeSet.objects.filter(pk=act.pk).update(actor_label="陈强")
        assert months_found() == [APRIL]
        ChangeSet.objects.filter(pk=act.pk).update(actor_label=act.actor_label)
        assert months_found() == []
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM base_changeset WHERE id = %s", [act.pk])

    assert "0 acts" in sentences()[0]


def test_what_is_filled_in_later_is_no_forgery(sealed: list[LogSeal], administrator: Any) -> None:
    from zhike.base.changelog import reading, undoing

    act = the_act_of(APRIL)
    undoing.undo(administrator, act)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_changeset SET ended_at = now() WHERE id = %s", [act.pk])
    reading.renumber_after_restore()

    assert sentences() == []


def test_an_altered_and_a_missing_seal_are_found(sealed: list[LogSeal]) -> None:
    with log.tampering("base_logseal"):
        LogSeal.objects.filter(month=APRIL).update(sha256="0" * 64)
        assert months_found() == [APRIL, date(2024, 5, 1)]
        LogSeal.objects.filter(month=APRIL).update(sha256=sealed[1].sha256)
        LogSeal.objects.filter(month=APRIL).delete()
        assert sentences() == ["The seal of 2024-04 was removed."]
        with clock.telling(clock.now() + timedelta(days=10)):
            LogSeal.objects.exclude(month=MARCH).delete()
            assert sentences()[0] == "The change log of 2024-04 is not sealed yet; is a worker running at night?"


def test_whoever_alters_a_month_and_seals_it_anew_breaks_the_chain(sealed: list[LogSeal]) -> None:
    with log.tampering("base_change", "base_logseal"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_change WHERE id = %s", [last_change_of(MARCH).pk])
        forged = sealing.fingerprint(MARCH, "")
        LogSeal.objects.filter(month=MARCH).update(sha256=forged.sha256, change_count=forged.changes)

    assert sentences() == ["The seal of 2024-04 does not follow from the one before it."]


def test_nothing_is_added_to_a_sealed_month(sealed: list[LogSeal], owner: Any, system: Any) -> None:
    before = Change.objects.count()

    for moment in (datetime(2024, 3, 5, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)):
        with pytest.raises(Exception, match="is sealed; nothing can be added"), transaction.atomic():
            write(owner, moment, "迟")
        with acts.act(system, "test") as act, connection.cursor() as cursor:
            for table in ("base_change", "base_change_other"):
                with pytest.raises(Exception, match=r"is sealed|violates partition constraint"), transaction.atomic():
                    cursor.execute(
                        f"""INSERT INTO {table} (at, change_set_id, table_name, record_id, owner_table, owner_id,
                            operation) VALUES (%s, %s, 'x', 1, 'x', 1, 'D')""",
                        [moment, act.pk],
                    )

    assert Change.objects.count() == before
    write(owner, clock.now(), "早")
    assert Change.objects.count() > before


def test_a_month_waits_for_acts_that_began_before_its_end(sealed: list[LogSeal]) -> None:
    """Another connection has a transaction open since this month; told next month, this one may still grow."""
    this_month = clock.now().astimezone(UTC).date().replace(day=1)
    settings = connection.get_connection_params()
    known = {key: settings[key] for key in ("host", "port", "user", "password", "dbname") if settings.get(key)}
    with psycopg.connect(**known) as other:
        other.execute("SELECT 1")
        with clock.telling(clock.now() + timedelta(days=32)):
            assert sealing.seal_closed_months() == []
        other.rollback()
        with clock.telling(clock.now() + timedelta(days=32)):
            assert this_month in [seal.month for seal in sealing.seal_closed_months()]


def test_the_doctor_names_the_month(sealed: list[LogSeal], workspace: Any) -> None:
    here = environment.current()
    (good,) = health.seals(here)
    connection.set_tenant(workspace)

    with log.tampering("base_change"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_change WHERE id = %s", [last_change_of(MARCH).pk])
    unguarded, _forged = health.seals(here)
    guarding.install()
    (bad,) = health.seals(here)

    assert good.ok and sealed[-1].sha256 in good.sentence
    assert not unguarded.ok and "could be altered" in unguarded.sentence
    assert not bad.ok and "2024-03" in bad.sentence and database.SCHEMA in bad.sentence


@pytest.mark.slow
def test_seals_outlive_backup_and_restore(committed_workspace: Any, tmp_path: Path) -> None:
    owner = actor_of(Member.objects.get(name="王芳"), Door.FORM)
    write(owner, datetime(2024, 3, 31, 12, tzinfo=UTC), "甲", "乙")
    sealed = sealing.seal_closed_months()
    here, name = _installation(tmp_path), str(connection.settings_dict["NAME"])
    archive.back_up(here, tmp_path / "backup.tar.gz")
    with log.tampering("base_change"), connection.cursor() as cursor:
        cursor.execute("UPDATE base_change SET after = '{}' WHERE id = %s", [last_change_of(MARCH).pk])
    assert months_found() == [MARCH]

    connection.close()
    archive.restore(here, tmp_path / "backup.tar.gz", replace=True, make_ready=restore._make_ready)
    database.point_at(name)
    connection.set_tenant(committed_workspace)

    assert [seal.sha256 for seal in LogSeal.objects.order_by("month")] == [seal.sha256 for seal in sealed]
    assert sentences() == []
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_change WHERE id = %s", [last_change_of(MARCH).pk])


def _installation(folder: Path) -> environment.Environment:
    settings = connection.get_connection_params()
    password = f":{settings['password']}" if settings.get("password") else ""
    port = f"&port={settings['port']}" if settings.get("port") else ""
    url = f"postgresql://{settings['user']}{password}@/{settings['dbname']}?host={settings['host']}{port}"
    data = folder / "var"
    data.mkdir()
    return environment.Environment(data=data, secret_key="secret", database_url=url)
