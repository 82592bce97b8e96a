"""kill -9 of the web process in the middle of a bulk edit: all of it or nothing, and a log that says the same."""

from __future__ import annotations

import os
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.opportunities import services as opportunities
from zhike.domains.opportunities.models import Opportunity, Stage
from zhike.domains.people.models import Member
from zhike.records import bulk, registry, services
from zhike.records.models import BulkRun, JobState
from zhike.testing import servers
from zhike.testing.browser import BACKEND

from . import bookkeeping

DEALS = 300
MANY = int(os.environ.get("ZHIKE_FAULT_DEALS") or 2_100)
TOKEN = "x" * 32


def open_deals(owner: Actor, count: int) -> list[int]:
    """All in one statement: how they came is not what these tests are about."""
    deals = [
        services.build(Opportunity, name=f"商机 {number}", amount=Decimal(1000), owner_id=owner.member_id)
        for number in range(count)
    ]
    for deal in deals:
        opportunities.complete_opportunity(deal)
    with acts.act(owner, "create"):
        Opportunity.objects.bulk_create(deals)
    return [deal.pk for deal in deals]


class Sender:
    """王芳's browser, as far as sending a form goes."""

    def __init__(self, running: servers.Installation, member: Member) -> None:
        client = Client()
        client.force_login(member, backend=BACKEND)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.url = running.url
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}; language=en",
            "X-CSRFToken": TOKEN,
            "HX-Request": "true",
        }

    def post(self, path: str, fields: dict[str, Any]) -> int | None:
        """The status of the answer, or None where the server died before it answered."""
        body = urllib.parse.urlencode(fields, doseq=True).encode()
        request = urllib.request.Request(self.url + path, body, self.headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None


def somebody_is_writing() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL
               AND pid <> pg_backend_pid() AND clock_timestamp() - xact_start > interval '150 ms'"""
        )
        return bool(cursor.fetchone()[0])


def nobody_writes() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL
               AND pid <> pg_backend_pid()"""
        )
        return not cursor.fetchone()[0]


def test_bulk_edit_is_whole_or_not_at_all(company: Any, acting: Callable[[str], Actor]) -> None:
    deals = open_deals(acting("王芳"), DEALS)
    first, second = Stage.objects.order_by("position")[:2]
    fields = {"ids": deals, "fields": "stage", "set-stage": second.pk}
    logged = Change.objects.count()
    with servers.installation("web") as running:
        sender = Sender(running, Member.objects.get(name="王芳"))
        answers: list[int | None] = []
        sending = threading.Thread(target=lambda: answers.append(sender.post("/opportunities/bulk/edit/", fields)))
        sending.start()
        bookkeeping.wait_for(somebody_is_writing, "the bulk edit", seconds=20)
        running.kill("web")
        sending.join()
        bookkeeping.wait_for(nobody_writes, "the end of the orphaned transaction", seconds=20)

        assert answers == [None]
        assert Opportunity.objects.filter(stage=first).count() == DEALS
        assert not ChangeSet.objects.filter(action="bulk_edit").exists()
        assert Change.objects.count() == logged
        bookkeeping.check(Opportunity)

        running.start("web")
        assert sender.post("/opportunities/bulk/edit/", fields) == 204

    assert Opportunity.objects.filter(stage=second).count() == DEALS
    change_set = ChangeSet.objects.get(action="bulk_edit")
    rows = change_set.changes.filter(table_name=Opportunity._meta.db_table, operation="U")
    assert sorted(rows.values_list("record_id", flat=True)) == deals
    bookkeeping.check(Opportunity)


def test_a_long_bulk_edit_survives_its_worker(company: Any, acting: Callable[[str], Actor]) -> None:
    """More than a request may do goes on in a job; the job is killed and taken up where it was."""
    owner = acting("王芳")
    open_deals(owner, MANY)
    second = Stage.objects.order_by("position")[1]
    run = bulk.perform(owner, registry.get("opportunities"), bulk.EDIT, {"stage": second.pk}, bulk.Selection())
    assert isinstance(run, BulkRun)

    def kept() -> BulkRun:
        return BulkRun.objects.get(pk=run.pk)

    with servers.installation("worker") as running:
        bookkeeping.wait_for(lambda: kept().done > 0, "the first batch", seconds=60)
        running.kill("worker")
        assert not kept().is_over
        bookkeeping.let_time_pass_for_dead_workers()
        running.start("worker")
        bookkeeping.wait_for(lambda: kept().is_over, "the end of the bulk edit", seconds=120)

    assert (kept().state, kept().done, kept().handled) == (JobState.DONE, MANY, MANY)
    assert Opportunity.objects.filter(stage=second).count() == MANY
    rows = ChangeSet.objects.get(action="bulk_edit").changes.filter(table_name=Opportunity._meta.db_table)
    ids = list(rows.values_list("record_id", flat=True))
    assert len(ids) == len(set(ids)) == MANY
    bookkeeping.check(Opportunity)
