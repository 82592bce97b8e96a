"""What is left of a value when its middle is taken out."""

import pytest

from zhike.records.fields import masking


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613800135678", "138****5678"),
        ("+8651266550187", "0512****0187"),
        ("+862168880000转801", "0216****0000"),
        ("+14155550123", "141****0123"),
        ("95588", "****"),
        ("1234567", "****67"),
    ],
)
def test_phones(number: str, shown: str) -> None:
    assert masking.masked_number(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张丰", "张*"),
        ("张三丰", "张*丰"),
        ("北京云杉科技有限公司", "北京****公司"),
        ("110101199001011234", "110101****1234"),
        ("x" * 41, "****"),
        ("云", "****"),
    ],
)
def test_words(text: str, shown: str) -> None:
    assert masking.masked_words(text) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [("zhang@example.com", "z****@example.com"), ("li@example.com", "****@example.com")],
)
def test_addresses(address: str, shown: str) -> None:
    assert masking.masked_address(address) == shown
