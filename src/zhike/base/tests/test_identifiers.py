"""Check digits catch what fingers get wrong."""

import datetime

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from zhike.base import identifiers
from zhike.base.identifiers import UnableToReadIdentifier

# Published by the organisations themselves: Alibaba (China), Tencent, Huawei.
PUBLIC_CODES = ["91330100799655058B", "9144030071526726XG", "914403001922038216"]


@pytest.mark.parametrize("code", PUBLIC_CODES)
def test_codes_in_use_are_read(code: str) -> None:
    assert identifiers.read_credit_code(f" {code[:6].lower()} {code[6:].lower()}") == code
    assert identifiers.organisation_code_check(code[8:16]) == code[16]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("91330100799655058C", "mistyped"),
        ("9133010079965505", "has 16 characters"),
        ("9133010079965505IO", "contains IO"),
        ("", "has 0 characters"),
    ],
)
def test_a_wrong_code_is_refused_with_the_reason(raw: str, reason: str) -> None:
    with pytest.raises(UnableToReadIdentifier) as refusal:
        identifiers.read_credit_code(raw)

    with translation.override("en"):
        assert reason in str(refusal.value)


@given(st.sampled_from(PUBLIC_CODES), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_every_single_slip_is_caught(code: str, position: int, character: str) -> None:
    assume(code[position] != character)

    with pytest.raises(UnableToReadIdentifier):
        identifiers.read_credit_code(code[:position] + character + code[position + 1 :])


def test_demo_codes_are_well_formed_and_distinct() -> None:
    codes = {identifiers.read_credit_code(identifiers.make_credit_code(ordinal)) for ordinal in range(5000)}

    assert len(codes) == 5000
    assert all(identifiers.organisation_code_check(code[8:16]) == code[16] for code in codes)


def test_an_identity_number_is_read() -> None:
    # The example of GB 11643-1999, and its form of fifteen digits.
    assert identifiers.read_id_card("11010519491231002x") == (
        "11010519491231002X",
        datetime.date(1949, 12, 31),
        "female",
    )
    assert identifiers.read_id_card("110105491231002").number == "11010519491231002X"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("110105194912310021", "check digit"),
        ("110105194902310021", "does not exist"),
        ("1101051949", "has 18 digits"),
    ],
)
def test_a_wrong_identity_number_is_refused_without_repeating_it(raw: str, reason: str) -> None:
    with pytest.raises(UnableToReadIdentifier) as refusal:
        identifiers.read_id_card(raw)

    with translation.override("en"):
        assert reason in str(refusal.value)
        assert raw not in str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (" San.Zhang＠Example．COM ", "San.Zhang@example.com"),
        ("mailto:a@b.cn", "a@b.cn"),
        ("张三 <a@b.cn>", "a@b.cn"),
        ("a@公司.cn", "a@公司.cn"),
    ],
)
def test_an_address_is_read(raw: str, address: str) -> None:
    assert identifiers.read_email(raw) == address


@pytest.mark.parametrize("raw", ["", "a", "a@", "@b.cn", "a b@c.cn", "a@b", "a@b..cn", "x" * 300 + "@b.cn"])
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(UnableToReadIdentifier):
        identifiers.read_email(raw)


def test_a_cell_holds_several_addresses() -> None:
    assert identifiers.read_emails("a@b.cn; c@d.cn、a@b.cn") == ["a@b.cn", "c@d.cn"]
    assert identifiers.read_emails("  ") == []


@given(st.text(max_size=60))
def test_nothing_but_the_refusal_is_raised(raw: str) -> None:
    readers = (
        identifiers.read_credit_code,
        identifiers.read_id_card,
        identifiers.read_email,
        identifiers.read_emails,
    )
    for read in readers:
        try:
            read(raw)
        except UnableToReadIdentifier as refusal:
            assert str(refusal)
