"""Readers of the log while many write at once and commit late: every row once, none skipped, in order."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

from django.db import connection, connections

from zhike.base import actors
from zhike.base.changelog import acts, reading
from zhike.base.changelog.models import Change, ReaderPosition
from zhike.domains.customers.models import Customer
from zhike.records import gate, registry
from zhike.testing import log

WRITERS, ACTS_EACH = 6, 15


def write(workspace: Any, number: int) -> None:
    """Acts that are begun in one order and committed in another; one in five is given up."""
    dice = random.Random(number)
    connection.set_tenant(workspace)  # type: ignore[attr-defined]
    actor = actors.system(f"writer {number}")
    try:
        for turn in range(ACTS_EACH):
            try:
                with acts.act(actor, "create"):
                    gate.create(actor, registry.get("customers"), {"name": f"客户 {number}-{turn}"})
                    time.sleep(dice.uniform(0, 0.06))
                    if dice.random() < 0.2:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
    finally:
        connections.close_all()


def read_on(position: ReaderPosition, seen: list[tuple[int, int]]) -> int:
    rows, transaction = reading.rows_after(position)
    if rows:
        position.transaction, position.change_id = transaction, rows[-1].id
        seen += [(row.id, row.record_id) for row in rows if row.table == Customer._meta.db_table]
    return len(rows)


def read_to_the_end(position: ReaderPosition, seen: list[tuple[int, int]]) -> None:
    """Everything that is committed; until then "nothing" may only mean that an older act still holds it up."""
    log.wait_until_read(lambda: read_on(position, seen), lambda: reading.rows_behind(position))


def test_a_reader_sees_every_change_once_and_skips_none(company: Any) -> None:
    position, seen = reading.here_and_now(), []
    threads = [threading.Thread(target=write, args=(company, number)) for number in range(WRITERS)]

    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        read_on(position, seen)
    for thread in threads:
        thread.join()
    read_to_the_end(position, seen)

    written = Change.objects.filter(table_name=Customer._meta.db_table, operation="I")
    assert len(seen) == len(set(seen))
    assert set(seen) == set(written.values_list("id", "record_id"))
    assert {record_id for _id, record_id in seen} == set(Customer.objects.values_list("pk", flat=True))
    assert len(seen) > WRITERS * ACTS_EACH // 2


def test_a_row_behind_an_open_act_is_not_read_before_that_act_ends(company: Any) -> None:
    """The older transaction commits last; a reader that went by ids alone would lose its row."""
    position, seen = reading.here_and_now(), []
    wrote, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        connection.set_tenant(company)  # type: ignore[attr-defined]
        actor = actors.system("slow")
        try:
            with acts.act(actor, "create"):
                gate.create(actor, registry.get("customers"), {"name": "早开始晚结束"})
                wrote.set()
                assert may_commit.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(20)
    quick = gate.create(actors.system("quick"), registry.get("customers"), {"name": "晚开始早结束"})

    read_on(position, seen)
    assert seen == []
    may_commit.set()
    thread.join()
    read_to_the_end(position, seen)

    late = Customer.objects.get(name="早开始晚结束")
    assert [record_id for _id, record_id in seen] == [late.pk, quick.pk]
