"""Numbers as they stand in spreadsheets."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zhike.base import phones
from zhike.base.phones import Phone, UnableToReadPhone

SHANGHAI = "+862168880000"


@pytest.mark.parametrize(
    ("raw", "number", "extension", "kind"),
    [
        ("138 0013 8000", "+8613800138000", "", "mobile"),
        ("+86 138-0013-8000", "+8613800138000", "", "mobile"),
        ("(86)13800138000", "+8613800138000", "", "mobile"),
        ("0086 138 0013 8000", "+8613800138000", "", "mobile"),
        ("013800138000", "+8613800138000", "", "mobile"),
        ("１３８００１３８０００", "+8613800138000", "", "mobile"),
        ("手机：13800138000", "+8613800138000", "", "mobile"),
        ("13800138000.0", "+8613800138000", "", "mobile"),
        ("021-6888 0000转801", SHANGHAI, "801", "landline"),
        ("021-6888 0000 ext. 801", SHANGHAI, "801", "landline"),
        ("（021）68880000-801", SHANGHAI, "801", "landline"),
        ("021-6888-0000", SHANGHAI, "", "landline"),
        ("+86 21 6888 0000", SHANGHAI, "", "landline"),
        ("010-68880000 分机 12", "+861068880000", "12", "landline"),
        ("0512-6888 0000", "+8651268880000", "", "landline"),
        ("400-820-8888", "+864008208888", "", "other"),
        ("400-820-8888转2", "+864008208888", "2", "other"),
        ("95588", "+8695588", "", "other"),
        ("+852 2345 6789", "+85223456789", "", "landline"),
        ("00852 2345 6789", "+85223456789", "", "landline"),
        ("+886 2 2345 6789", "+886223456789", "", "landline"),
        ("+1 (202) 555-0123", "+12025550123", "", "other"),
    ],
)
def test_a_number_is_read(raw: str, number: str, extension: str, kind: phones.Kind) -> None:
    assert phones.parse_phone(raw) == Phone(number, extension, kind)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("6888 0000", "has no area code"),
        ("1380013800", "has 10 digits; a mobile number has 11"),
        ("138001380000", "has 12 digits"),
        ("1.38001E+10", "a spreadsheet has shortened"),
        ("call me", "is not a phone number"),
        ("", "is not a phone number"),
        ("12", "is not a phone number"),
        ("+999 1234567", "country code"),
        ("1" * 500, "is not a phone number"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(raw: str, reason: str) -> None:
    with pytest.raises(UnableToReadPhone) as refusal:
        phones.parse_phone(raw)

    with translation.override("en"):
        assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        ("13800138000/13900139000", ["+8613800138000", "+8613900139000"]),
        (
            "13800138000; 021-68880000、400-820-8888，13800138000",
            ["+8613800138000", SHANGHAI, "+864008208888"],
        ),
        ("021-68880000/68880001", [SHANGHAI, "+862168880001"]),
        ("13800138000 13900139000", ["+8613800138000", "+8613900139000"]),
        ("13800138000 或 13900139000", ["+8613800138000", "+8613900139000"]),
        ("  ", []),
    ],
)
def test_a_cell_holds_several(raw: str, numbers: list[str]) -> None:
    assert [phone.number for phone in phones.parse_phones(raw)] == numbers


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        (Phone("+8613800138000", "", "mobile"), "138 0013 8000"),
        (Phone(SHANGHAI, "801", "landline"), "021-6888 0000 ext. 801"),
        (Phone("+8651268880000", "", "landline"), "0512-6888 0000"),
        (Phone("+864008208888", "", "other"), "400-820-8888"),
        (Phone("+12025550123", "", "other"), "+1 202-555-0123"),
        (Phone("+8695588", "", "other"), "95588"),
    ],
)
def test_a_number_is_shown_as_people_write_it_and_read_back(phone: Phone, shown: str) -> None:
    with translation.override("en"):
        assert phones.format_phone(phone) == shown

    assert phones.parse_phone(shown) == phone


@given(st.text(max_size=80) | st.from_regex(r"[+0-9()转x# /-]{1,30}", fullmatch=True))
def test_nothing_but_the_refusal_is_raised(raw: str) -> None:
    for parse in (phones.parse_phone, phones.parse_phones):
        try:
            parse(raw)
        except UnableToReadPhone as refusal:
            assert str(refusal)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_every_mobile_goes_round(digits: str, gap: str) -> None:
    written = gap.join((digits[:3], digits[3:7], digits[7:]))

    phone = phones.parse_phone(written)

    assert phone.number == "+86" + digits
    assert phones.parse_phone(phones.format_phone(phone)) == phone
