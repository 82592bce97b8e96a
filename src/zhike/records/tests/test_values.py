"""Cells as people write them, and what is said of those that cannot be read."""

import datetime
import decimal
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from zhike.records import values
from zhike.records.values import UnableToRead


def _reason(read: Callable[..., object], raw: object, **options: object) -> str:
    with pytest.raises(UnableToRead) as refusal:
        read(raw, **options)
    with translation.override("en"):
        return str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("￥12,000.00", "12000"),
        ("¥ 12,000", "12000"),
        ("12,000元", "12000"),
        ("人民币 5000 元整", "5000"),
        ("USD 1,200.50", "1200.5"),
        ("US$3", "3"),
        ("1.2万", "12000"),
        ("1.2 万元", "12000"),
        ("3亿", "300000000"),
        ("3亿2000万", "320000000"),
        ("1万2千", "12000"),
        ("12k", "12000"),
        ("1.5M", "1500000"),
        ("(1,200)", "-1200"),
        ("（１，２００）", "-1200"),
        ("-￥5", "-5"),
        ("¥-5", "-5"),
        ("1,200-", "-1200"),
        ("１２３．５", "123.5"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1 234,5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("12,34,567", "1234567"),
        ("12,0000", "120000"),
        ("12%", "0.12"),
        ("1e5", "100000"),
        ("0.1", "0.1"),
        (".5", "0.5"),
        (0.1, "0.1"),
        (12, "12"),
        (Decimal("7.30"), "7.3"),
    ],
)
def test_a_number_is_read(raw: object, number: str) -> None:
    assert values.read_decimal(raw) == Decimal(number)


@pytest.mark.parametrize("raw", [None, "", "  ", "-", "N/A", "null", "无", "　"])
def test_a_blank_cell_is_no_value(raw: object) -> None:
    for read in (
        values.read_decimal,
        values.read_integer,
        values.read_percent,
        values.read_day,
        values.read_moment,
    ):
        assert read(raw) is None
    assert values.read_yes_no(raw) is (False if raw == "无" else None)
    assert values.read_choice(raw, [("a", "A")]) is None
    assert values.is_blank(raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("12a", "“12a” is not a number. Write it like"),
        ("twelve", "is not a number"),
        ("12,5", "the comma stands for neither"),
        ("1,2345,6", "the comma"),
        ("1.2.3", "is not a number"),
        ("--5", "is not a number"),
        ("1e999", "is not a number"),
        ("9" * 40, "too large"),
        ("9" * 400, "is not a number"),
        (10**400, "too large"),
        (float("nan"), "is not a number"),
        (float("inf"), "is not a number"),
        (True, "is not a number"),
        ("=1+1", "is not a number"),
        ("٣", "is not a number"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(raw: object, reason: str) -> None:
    assert reason in _reason(values.read_decimal, raw)


@given(st.decimals(-(10**15), 10**15, places=2, allow_nan=False))
def test_amounts_go_round_as_they_are_shown(number: Decimal) -> None:
    assert values.read_decimal(f"{number:,.2f}") == number
    assert values.read_decimal(f"￥{number:,}") == number
    assert values.read_decimal(f"({abs(number)})") == -abs(number)


def test_whole_numbers() -> None:
    assert values.read_integer("1,200人") == 1200
    assert values.read_integer("1000+ 人") == 1000
    assert values.read_integer(12.0) == 12
    assert "is not a whole number" in _reason(values.read_integer, "1.5")


def test_per_cent() -> None:
    assert values.read_percent("12.5%") == Decimal("12.5")
    assert values.read_percent("12％") == 12
    assert values.read_percent("12") == 12
    assert values.read_percent(0.12) == 12
    assert values.read_percent(50) == 50


@pytest.mark.parametrize(
    "raw",
    [
        "2024年3月5日", "2024年03月05日 星期二", "2024/3/5", "2024.3.5", "2024-03-05", "20240305", "２０２４／３／５",
        "24年3月5日", "5 March 2024", "5-Mar-2024", "Mar 5, 2024", "Tuesday, March 5, 2024", "3/5/2024",
        "2024-03-05T10:00:00+08:00", "2024-03-05 00:00:00", "2024/3/5 14:30", "45356", 45356, 45356.0, 20240305,
        datetime.date(2024, 3, 5), datetime.datetime(2024, 3, 5, 12, 0),
    ],
)  # fmt: skip
def test_a_day_is_read(raw: object) -> None:
    assert values.read_day(raw) == datetime.date(2024, 3, 5)


def test_day_and_month_in_either_order() -> None:
    assert values.read_day("5/3/2024", day_first=True) == datetime.date(2024, 3, 5)
    assert values.read_day("25/3/2024") == datetime.date(2024, 3, 25)
    assert values.read_day("3/25/2024", day_first=True) == datetime.date(2024, 3, 25)
    assert values.read_day("05.03.2024", day_first=True) == datetime.date(2024, 3, 5)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("31/02/2024", "“31/02/2024”: that date does not exist"),
        ("2024-02-30", "does not exist"),
        ("2023年2月29日", "does not exist"),
        ("20241301", "does not exist"),
        ("0000-00-00", "does not exist"),
        ("2024-03", "is not a date"),
        ("3月5日", "is not a date"),
        ("tomorrow", "is not a date"),
        ("5 Foo 2024", "is not a date"),
        ("12", "is not a date"),
        (12, "is not a date"),
        (1e300, "is not a date"),
        ("9024-01-01", "the year is not between"),
        ("2024-03-05 99:99", "the time of day"),
        (True, "is not a date"),
        (float("nan"), "is not a date"),
        ("1" * 500, "is not a date"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(raw: object, reason: str) -> None:
    assert reason in _reason(values.read_moment, raw)


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(2199, 12, 31)))
def test_days_go_round_in_every_form(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    forms = [
        day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", f"{day:%d %b %Y}",
        f"{day:%B %d, %Y}",
        f"{day.month}/{day.day}/{day.year}", serial, int(f"{day:%Y%m%d}"),
    ]  # fmt: skip

    assert [values.read_day(form) for form in forms] == [day] * len(forms)


SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2024-03-05 14:30", (14, 30, 0)),
        ("2024年3月5日 下午2:30", (14, 30, 0)),
        ("2024年3月5日14时30分", (14, 30, 0)),
        ("2024年3月5日 14点", (14, 0, 0)),
        ("2024/3/5 2:30:05 PM", (14, 30, 5)),
        ("2024-03-05T14:30:05.000+08:00", (14, 30, 5)),
        ("2024-03-05T06:30:05Z", (14, 30, 5)),
        ("20240305143005", (14, 30, 5)),
        ("2024-03-05", (0, 0, 0)),
        (45356.604224537, (14, 30, 5)),
        (datetime.datetime(2024, 3, 5, 14, 30), (14, 30, 0)),
    ],
)
def test_a_moment_is_read(raw: object, moment: tuple[int, int, int]) -> None:
    assert values.read_moment(raw) == datetime.datetime(2024, 3, 5, *moment, tzinfo=SHANGHAI)


@given(st.datetimes(datetime.datetime(1900, 3, 1), datetime.datetime(2199, 12, 31), timezones=st.just(datetime.UTC)))
def test_moments_go_round(moment: datetime.datetime) -> None:
    assert values.read_moment(moment.isoformat()) == moment
    assert values.read_moment(moment.isoformat(" ")) == moment


def test_yes_and_no() -> None:
    assert [values.read_yes_no(raw) for raw in ("是", "Y", "TRUE", 1, "√", True, 1.0, "有")] == [True] * 8
    assert [values.read_yes_no(raw) for raw in ("否", "n", "False", 0, "×", False, "无效"[:1] + "")][:6] == [False] * 6
    assert "neither yes nor no" in _reason(values.read_yes_no, "maybe")


STAGES = [("prospecting", _("Prospecting")), ("in_talks", "In Talks"), ("won", "赢单")]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Prospecting", "prospecting"),
        ("ＷＯＮ", "won"),
        (" 赢单 ", "won"),
        ("in talks", "in_talks"),
        ("In-Talks", "in_talks"),
    ],
)
def test_a_choice_is_read_by_value_and_label(raw: str, value: str) -> None:
    assert values.read_choice(raw, STAGES) == value
    assert values.read_choice(raw, values.index_choices(STAGES)) == value


def test_an_unknown_choice_names_those_there_are() -> None:
    assert "“Lost” is none of the values there are: prospecting, in_talks, won." in _reason(
        values.read_choice, "Lost", choices=STAGES
    )


def test_lists_and_texts() -> None:
    assert values.read_list("重点, VIP；老客户|VIP\n ") == ["重点", "VIP", "老客户"]
    assert values.as_text(13800138000.0) == "13800138000"
    assert values.as_text(datetime.datetime(2024, 3, 5)) == "2024-03-05"
    assert values.as_text(" a\x00b ") == "ab"
    assert values.read_text("=cmd|' /C calc'!A0") == "=cmd|' /C calc'!A0"
    assert "has 1000000 characters; at most 200 fit" in _reason(values.read_text, "x" * 1_000_000, longest=200)


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=70)
    | st.datetimes()
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.from_regex(r"[-(¥]?[0-9.,'eE万亿%年月日/: ]{1,24}\)?", fullmatch=True)
)


@given(ANYTHING)
def test_nothing_but_the_refusal_is_raised(raw: object) -> None:
    readers: list[Callable[[object], object]] = [
        values.read_decimal, values.read_integer, values.read_percent, values.read_day, values.read_moment,
        values.read_yes_no, values.read_list, values.read_text, lambda cell: values.read_choice(cell, STAGES),
    ]  # fmt: skip
    for read in readers:
        try:
            found = read(raw)
        except UnableToRead as refusal:
            assert str(refusal)
        else:
            assert not isinstance(found, decimal.Decimal) or found.is_finite()
