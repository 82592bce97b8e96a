"""Which currencies are in use, and their rates: by hand, from lines, and how wrong ones are told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.base import clock
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, registry
from zhike.records.currencies import changing, keeping
from zhike.records.customising import meanwhile
from zhike.records.models import ExchangeRate, UsedCurrency

URL = "/settings/currencies/"
HTMX = {"HX-Request": "true"}
DAY = date(2026, 11, 20)


def raw(**more: Any) -> dict[str, Any]:
    return {"currency": "USD", "day": "2026-11-20", "rate": "7.12"} | more


def rates() -> list[str]:
    return [f"{row.day} {row}" for row in ExchangeRate.objects.order_by("currency", "day")]


def refused(call: Any) -> dict[str, list[str]]:
    with pytest.raises(gate.Refused) as found:
        call()
    return {name: [str(each) for each in texts] for name, texts in found.value.errors.items()}


def test_only_administrators_see_and_change_them(client_of: Any) -> None:
    for who in ("陈强", "王芳"):
        assert client_of(who).get(URL).status_code == 403
        assert client_of(who).post(f"{URL}rates/new/", raw(), headers=HTMX).status_code == 403
        assert client_of(who).post(f"{URL}new/", {"code": "THB"}, headers=HTMX).status_code == 403
        assert client_of(who).post(f"{URL}rates/import/", {"lines": "2026-11-20,USD,7.12"}).status_code == 403
    assert not ExchangeRate.objects.exists() and not UsedCurrency.objects.exists()
    for language in ("zh-hans", "en"):
        for path in ("", "new/", "rates/new/", "rates/import/", "USD/"):
            assert client_of("林晓", language=language).get(f"{URL}{path}").status_code == 200


# Which are in use


def test_a_currency_is_taken_into_use_and_records_may_be_in_it(administrator: Any, client_of: Any) -> None:
    deals, said = registry.get("opportunities"), {"name": "曼谷会奖", "amount": "1000", "currency": "THB"}
    with pytest.raises(gate.Refused):
        gate.create(administrator, deals, said)
    assert client_of("林晓").post(f"{URL}new/", {"code": "THB"}, headers=HTMX).status_code == 200
    deal = gate.create(administrator, deals, said)
    assert (deal.currency, deals.field("currency").text("THB")) == ("THB", "Thai baht")

    changing.retire_currency(administrator, "THB")
    assert "currency" in refused(lambda: gate.create(administrator, deals, said))
    gate.edit(administrator, deal, {"name": "曼谷", "currency": "THB"})
    page = client_of("林晓").get(f"/opportunities/{deal.pk}/edit/").content.decode()
    assert "Thai baht" in page and "Thai baht" not in client_of("林晓").get("/opportunities/new/").content.decode()
    changing.bring_back_currency(administrator, "THB")
    assert gate.create(administrator, deals, said | {"name": "清迈会奖"}).currency == "THB"


def test_what_cannot_be_taken_into_use(administrator: Any) -> None:
    assert "ISO 4217" in refused(lambda: changing.add_currency(administrator, "XXX"))["code"][0]
    assert refused(lambda: changing.add_currency(administrator, ""))["code"] == ["Choose a currency."]
    assert "already" in refused(lambda: changing.add_currency(administrator, "usd"))["code"][0]
    assert "stays in use" in refused(lambda: changing.retire_currency(administrator, "CNY"))[""][0]
    with pytest.raises(gate.NotVisible):
        changing.retire_currency(administrator, "THB")
    assert not UsedCurrency.objects.exists()


def test_a_new_record_is_in_the_companys_own_currency(administrator: Any) -> None:
    assert gate.create(administrator, registry.get("opportunities"), {"name": "年会"}).currency == "CNY"


# Rates


def test_a_rate_holds_until_the_next(administrator: Any) -> None:
    changing.add_rate(administrator, raw())
    changing.add_rate(administrator, raw(day="2026-11-23", rate="7.2"))
    told = {day: keeping.rate_on("USD", DAY + timedelta(days=day)) for day in (-1, 0, 2, 3, 300)}
    assert {day: row and row.rate for day, row in told.items()} == {
        -1: None, 0: Decimal("7.12"), 2: Decimal("7.12"), 3: Decimal("7.2"), 300: Decimal("7.2")
    }  # fmt: skip
    assert str(told[0]) == "1 USD = 7.12 CNY"
    assert keeping.rate_on("EUR", DAY) is None


@pytest.mark.parametrize(
    ("more", "name", "words"),
    [
        ({"rate": "0"}, "rate", "more than 0"),
        ({"rate": "-7"}, "rate", "more than 0"),
        ({"rate": "(7)"}, "rate", "more than 0"),
        ({"rate": ""}, "rate", "Say the rate"),
        ({"rate": "seven"}, "rate", "not a number"),
        ({"rate": "1e-20"}, "rate", "too small"),
        ({"rate": "9" * 20}, "rate", "too large"),
        ({"rate": "Infinity"}, "rate", "not a number"),
        ({"currency": "XXX"}, "currency", "in use"),
        ({"currency": "THB"}, "currency", "in use"),
        ({"currency": ""}, "currency", "in use"),
        ({"currency": "CNY"}, "currency", "always 1 CNY"),
        ({"day": ""}, "day", "which day"),
        ({"day": "2026-02-30"}, "day", "does not exist"),
        ({"day": "1066-01-01"}, "day", "year"),
        ({"day": "2199-01-01"}, "day", "year from now"),
    ],
)
def test_a_rate_that_cannot_be(client_of: Any, administrator: Any, more: dict[str, Any], name: str, words: str) -> None:
    errors = refused(lambda: changing.add_rate(administrator, raw(**more)))
    assert list(errors) == [name] and words in errors[name][0]
    answer = client_of("林晓").post(f"{URL}rates/new/", raw(**more), headers=HTMX)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not ExchangeRate.objects.exists()


def test_two_rates_of_one_day_are_refused(administrator: Any) -> None:
    row = changing.add_rate(administrator, raw())
    assert "1 USD = 7.12 CNY" in refused(lambda: changing.add_rate(administrator, raw(rate="7.2")))["day"][0]
    later = changing.add_rate(administrator, raw(day="2026-11-21", rate="7.2"))
    assert "day" in refused(lambda: changing.revise_rate(administrator, later, raw(rate="7.2")))
    assert changing.revise_rate(administrator, row, raw(rate="7.13")).rate == Decimal("7.13")


@pytest.mark.parametrize("rate", ["7120", "0.00712", "0.14"])
def test_a_rate_far_from_the_one_before_is_asked_about(client_of: Any, administrator: Any, rate: str) -> None:
    changing.add_rate(administrator, raw())
    wrong = raw(day="2026-11-21", rate=rate)
    answer = client_of("林晓").post(f"{URL}rates/new/", wrong, headers=HTMX)
    assert (
        answer.status_code == 422 and "is far from the rate of 2026-11-20: 1 USD = 7.12 CNY" in answer.content.decode()
    )
    assert ExchangeRate.objects.count() == 1
    assert client_of("林晓").post(f"{URL}rates/new/", wrong | {"confirmed": "1"}, headers=HTMX).status_code == 200
    assert ExchangeRate.objects.count() == 2


def test_a_rate_is_changed_removed_and_each_is_undone(client_of: Any, administrator: Any) -> None:
    client, row = client_of("林晓"), changing.add_rate(administrator, raw())
    url = f"{URL}rates/{row.pk}/"
    assert client.post(url, raw(rate="7.2"), headers=HTMX).status_code == 200
    undoing.undo(administrator, ChangeSet.objects.latest("pk"))
    assert rates() == ["2026-11-20 1 USD = 7.12 CNY"]
    assert client.delete(url, headers=HTMX).status_code == 200
    assert rates() == [] and client.get(url).status_code == 404
    undoing.undo(administrator, ChangeSet.objects.latest("pk"))
    assert rates() == ["2026-11-20 1 USD = 7.12 CNY"]
    told = client.get("/change-sets/?only=configuration").content.decode()
    assert "removed the exchange rate" in told and "1 USD = 7.12 CNY" in told


def test_of_two_administrators_the_second_sees_what_changed(client_of: Any, administrator: Any) -> None:
    row = changing.add_rate(administrator, raw())
    seen = meanwhile.written(changing.seen_of(row))
    changing.revise_rate(administrator, row, raw(rate="7.13"))
    answer = client_of("林晓").post(f"{URL}rates/{row.pk}/", raw(rate="7.2", seen=seen), headers=HTMX)
    assert answer.status_code == 409 and "7.13" in answer.content.decode()
    assert rates() == ["2026-11-20 1 USD = 7.13 CNY"]


# Lines


def test_rates_are_pasted_however_they_stand(administrator: Any) -> None:
    text = """日期\t币种\t汇率
2026-11-18\tUSD\t7.11
2026/11/19,美元,7.115
欧元, 2026年11月20日, 8.21

20261120;jpy;0.0478
"""
    count, change_set = changing.import_rates(administrator, text)
    assert count == 4
    assert rates() == [
        "2026-11-20 1 EUR = 8.21 CNY",
        "2026-11-20 1 JPY = 0.0478 CNY",
        "2026-11-18 1 USD = 7.11 CNY",
        "2026-11-19 1 USD = 7.115 CNY",
    ]
    assert changing.import_rates(administrator, text)[0] == 0
    undoing.undo(administrator, change_set)
    assert rates() == []


@pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030", "utf-16"])
def test_rates_come_from_a_file(client_of: Any, codec: str) -> None:
    file = SimpleUploadedFile("rates.csv", "日期,币种,汇率\n2026-11-20,美元,7.12\n".encode(codec))
    assert client_of("林晓").post(f"{URL}rates/import/", {"file": file}, headers=HTMX).status_code == 200
    assert rates() == ["2026-11-20 1 USD = 7.12 CNY"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2026-11-20,XXX,7.12", "“XXX” is no currency"),
        ("2026-11-20,THB,0.2", "THB is not in use"),
        ("2026-11-20,CNY,1", "always 1 CNY"),
        ("2026-11-20,USD,0", "more than 0"),
        ("2026-11-20,USD,-1", "more than 0"),
        ("2026-11-20,USD,much", "not a number"),
        ("2026-02-30,USD,7.12", "does not exist"),
        ("sometime,USD,7.12", "not a date"),
        ("2026-11-20,USD", "Three things"),
        ("2026-11-20,USD,7.12,x", "Three things"),
        ("2026-11-19,USD,7.2", "on line 2 already"),
    ],
)
def test_a_line_that_cannot_be_is_named_and_nothing_is_stored(administrator: Any, line: str, words: str) -> None:
    errors = refused(lambda: changing.import_rates(administrator, f"day,code,rate\n2026-11-19,USD,7.1\n{line}\n"))
    assert list(errors) == ["lines"] and errors["lines"][0].startswith("Line 3: ") and words in errors["lines"][0]
    assert rates() == []


def test_lines_that_differ_from_what_stands_there(administrator: Any) -> None:
    changing.add_rate(administrator, raw())
    text = "2026-11-20,USD,7.2\n2026-11-21,USD,7.3"
    assert (
        "Line 1: There is a rate of 2026-11-20"
        in refused(lambda: changing.import_rates(administrator, text))["lines"][0]
    )
    assert rates() == ["2026-11-20 1 USD = 7.12 CNY"]
    assert changing.import_rates(administrator, text, replace=True)[0] == 2
    assert rates() == ["2026-11-20 1 USD = 7.2 CNY", "2026-11-21 1 USD = 7.3 CNY"]


def test_lines_far_from_the_one_before_are_asked_about(client_of: Any, administrator: Any) -> None:
    text = "2026-11-19,USD,7.1\n2026-11-20,USD,7120\n"
    answer = client_of("林晓").post(f"{URL}rates/import/", {"lines": text}, headers=HTMX)
    assert answer.status_code == 422 and "Line 2: 1 USD = 7,120 CNY is far" in answer.content.decode()
    assert rates() == []
    assert changing.import_rates(administrator, text, confirmed=True)[0] == 2


@pytest.mark.parametrize("content", [b"PK\x03\x04....", b"\xff\xfe\x00\xd8", b"x" * (1 << 20) + b"y"])
def test_a_file_that_is_no_text_is_refused(client_of: Any, content: bytes) -> None:
    file = SimpleUploadedFile("rates.csv", content)
    answer = client_of("林晓").post(f"{URL}rates/import/", {"file": file}, headers=HTMX)
    assert answer.status_code == 422 and 'class="errors"' in answer.content.decode()


def test_too_many_lines_and_none(administrator: Any) -> None:
    assert "At most" in refused(lambda: changing.import_rates(administrator, "2026-11-20,USD,7\n" * 5001))["lines"][0]
    assert "no line" in refused(lambda: changing.import_rates(administrator, " \n,,\n"))["lines"][0]
    many = refused(lambda: changing.import_rates(administrator, "1,2\n" * 60))["lines"]
    assert len(many) == 21


def test_what_an_undo_brings_back_is_offered_again(administrator: Any) -> None:
    changing.retire_currency(administrator, "KRW")
    assert "KRW" in keeping.retired()
    undoing.undo(administrator, ChangeSet.objects.latest("pk"))
    assert "KRW" in keeping.in_use() and clock.today()
