"""When something planned without a word about it is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from zhike.base import clock
from zhike.domains.activities import workdays
from zhike.records import gate, registry

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 11, 23, 30), datetime(2026, 3, 12, 9)),
        (datetime(2026, 3, 13, 18, 0), datetime(2026, 3, 16, 9)),
        (datetime(2025, 9, 30, 8, 0), datetime(2025, 10, 9, 9)),
        (datetime(2025, 9, 26, 8, 0), datetime(2025, 9, 28, 9)),
    ],
    ids=["tomorrow", "after the weekend", "after the national holiday", "a Sunday made up for"],
)
def test_the_next_working_morning(now: datetime, due: datetime) -> None:
    assert workdays.next_working_morning(now.replace(tzinfo=SHANGHAI)) == due.replace(tzinfo=SHANGHAI)


def test_the_composer_proposes_it_for_a_task(client_of: Any, owner: Any) -> None:
    customer = gate.create(owner, registry.get("customers"), {"name": "上海云杉"})

    with clock.telling(datetime(2026, 3, 13, 18, 0, tzinfo=SHANGHAI)):
        page = client_of(owner).get(f"/customers/{customer.pk}/").content.decode()

    assert 'name="due_at" max="2999-12-31T23:59" value="2026-03-16T09:00"' in page
