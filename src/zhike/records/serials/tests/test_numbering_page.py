"""The page of automatic numbers: pattern, next number, what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from zhike.base import clock
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, gate, registry
from zhike.records import undoing as permitted
from zhike.records.customising import changing as customising
from zhike.records.customising import meanwhile
from zhike.records.models import CustomField
from zhike.records.serials import changing, standing
from zhike.testing import custom as own

URL = "/settings/numbering/"
HTMX = {"HX-Request": "true"}
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.fixture
def serial(administrator: Any) -> CustomField:
    with clock.telling(NOW):
        yield own.add(administrator, "customers", "serial", label="编号")


def make(actor: Any, count: int = 1) -> list[Any]:
    return [gate.create(actor, registry.get("customers"), {"name": f"客户{number}"}) for number in range(count)]


def number(record: Any, serial: CustomField) -> str:
    return str(record.custom[serial.name])


def refused(call: Any) -> dict[str, list[str]]:
    with pytest.raises(gate.Refused) as found:
        call()
    return {name: [str(each) for each in texts] for name, texts in found.value.errors.items()}


def test_every_numbered_field_stands_there(client_of: Any, serial: CustomField, administrator: Any) -> None:
    make(administrator, 2)
    page = client_of("林晓").get(URL).content.decode()
    for told in ("编号", "HT-{yyyy}{mm}-{0000}", "HT-202611-0002", "HT-202611-0003", "every month"):
        assert told in page, told
    customising.remove_field(administrator, serial)
    assert "HT-{yyyy}" not in client_of("林晓").get(URL).content.decode()


def test_only_administrators_see_and_change_it(client_of: Any, serial: CustomField) -> None:
    for path in ("", f"{serial.pk}/", f"{serial.pk}/next/", f"{serial.pk}/gaps/"):
        assert client_of("陈强").get(f"{URL}{path}").status_code == 403
        assert client_of("林晓", language="zh-hans").get(f"{URL}{path}").status_code == 200
    assert client_of("陈强").post(f"{URL}{serial.pk}/next/", {"next": "9"}, headers=HTMX).status_code == 403
    assert client_of("陈强").post(f"{URL}{serial.pk}/", {"pattern": "{0}"}, headers=HTMX).status_code == 403
    assert standing.standing_of(CustomField.objects.get(pk=serial.pk)).next == "HT-202611-0001"


def test_the_next_number_is_set_forward(client_of: Any, serial: CustomField, administrator: Any) -> None:
    make(administrator)
    answer = client_of("林晓").post(f"{URL}{serial.pk}/next/", {"next": "500"}, headers=HTMX)
    assert answer.status_code == 200 and "HT-202611-0500" in answer.headers["HX-Trigger"]
    assert [number(each, serial) for each in make(administrator, 2)] == ["HT-202611-0500", "HT-202611-0501"]
    told = client_of("林晓").get("/change-sets/?only=configuration").content.decode()
    assert "set the next number of" in told
    act = ChangeSet.objects.filter(action="set_next_number").latest("pk")
    assert not permitted.may_undo(administrator, act)


def test_never_back_into_numbers_records_have(client_of: Any, serial: CustomField, administrator: Any) -> None:
    records = make(administrator, 3)
    gate.trash(administrator, records[2])
    errors = refused(lambda: changing.set_next(administrator, serial, "2"))
    assert errors == {"next": ["Given already: HT-202611-0002, HT-202611-0003. Choose a number behind them."]}
    answer = client_of("林晓").post(f"{URL}{serial.pk}/next/", {"next": "3"}, headers=HTMX)
    assert answer.status_code == 422 and "HT-202611-0003" in answer.content.decode()
    assert changing.set_next(administrator, serial, "4").next == "HT-202611-0004"


def test_back_over_numbers_nobody_has(serial: CustomField, administrator: Any) -> None:
    make(administrator)
    changing.set_next(administrator, serial, "500")
    assert changing.set_next(administrator, serial, "2").next == "HT-202611-0002"
    assert [number(each, serial) for each in make(administrator)] == ["HT-202611-0002"]


@pytest.mark.parametrize("raw", ["", "0", "-1", "1.5", "x", "９", "1" * 13, None])
def test_a_next_number_that_cannot_be(serial: CustomField, administrator: Any, raw: Any) -> None:
    assert "whole number" in refused(lambda: changing.set_next(administrator, serial, raw))["next"][0]


def test_the_pattern_is_changed_and_undone(client_of: Any, serial: CustomField, administrator: Any) -> None:
    before = make(administrator)
    answer = client_of("林晓").post(f"{URL}{serial.pk}/", {"pattern": "KH{yy}-{000}"}, headers=HTMX)
    assert answer.status_code == 200
    assert [number(each, serial) for each in make(administrator)] == ["KH26-001"]
    assert number(registry.get("customers").queryset().get(pk=before[0].pk), serial) == "HT-202611-0001"
    undoing.undo(administrator, ChangeSet.objects.filter(action="revise_numbering").latest("pk"))
    custom.forget_kept()
    assert [number(each, serial) for each in make(administrator)] == ["HT-202611-0002"]


@pytest.mark.parametrize("pattern", ["", "HT-", "{0}{00}", "{mm}-{000}", "{hh}{0}", "%{0}", "{0", "x" * 300])
def test_a_pattern_that_cannot_be(client_of: Any, serial: CustomField, pattern: str) -> None:
    answer = client_of("林晓").post(f"{URL}{serial.pk}/", {"pattern": pattern}, headers=HTMX)
    assert answer.status_code == 422 and 'id="in-pattern-error"' in answer.content.decode()
    assert CustomField.objects.get(pk=serial.pk).options["pattern"] == "HT-{yyyy}{mm}-{0000}"


def test_of_two_administrators_the_second_sees_what_changed(
    client_of: Any, serial: CustomField, administrator: Any
) -> None:
    seen = meanwhile.written(changing.seen_of(serial))
    changing.revise_pattern(administrator, serial, "A{000}")
    answer = client_of("林晓").post(f"{URL}{serial.pk}/", {"pattern": "B{000}", "seen": seen}, headers=HTMX)
    assert answer.status_code == 409 and "A{000}" in answer.content.decode()


def test_what_is_missing_is_told(client_of: Any, serial: CustomField, administrator: Any) -> None:
    make(administrator, 2)
    url = f"{URL}{serial.pk}/gaps/"
    assert "none" in client_of("林晓").get(url).content.decode()
    changing.set_next(administrator, serial, "5")
    make(administrator)
    page = client_of("林晓").get(url).content.decode()
    assert "2 numbers" in page and "HT-202611-0003, HT-202611-0004" in page
    assert standing.gaps_of(standing.standing_of(CustomField.objects.get(pk=serial.pk))) == standing.Gaps(
        2, ("HT-202611-0003", "HT-202611-0004")
    )
