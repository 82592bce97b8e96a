"""What people write in a spreadsheet cell, read into values; or a sentence that says what was wrong."""

from zhike.records.values.days import read_day, read_moment
from zhike.records.values.numbers import names_unit, read_decimal, read_integer, read_percent
from zhike.records.values.refusals import UnableToRead
from zhike.records.values.words import (
    Choices,
    as_text,
    index_choices,
    is_blank,
    read_choice,
    read_list,
    read_text,
    read_yes_no,
)

__all__ = [
    "Choices",
    "UnableToRead",
    "as_text",
    "index_choices",
    "is_blank",
    "names_unit",
    "read_choice",
    "read_day",
    "read_decimal",
    "read_integer",
    "read_list",
    "read_moment",
    "read_percent",
    "read_text",
    "read_yes_no",
]
