"""What is typed, as the index wants to be asked: folded, in lower case, marked with the record type."""

from __future__ import annotations

import functools
import string
import zlib

from zhike.base import chinese
from zhike.records.search.models import SearchEntry

_DIGITS = string.digits + string.ascii_lowercase
NEVER = ""


@functools.cache
def mark_of(type_name: str) -> str:
    """Two letters before every lexeme of a type. Should two types share them, their entries are merely read
    together: the type is asked for beside the lexeme."""
    number = zlib.crc32(type_name.encode()) % len(_DIGITS) ** 2
    return _DIGITS[number // len(_DIGITS)] + _DIGITS[number % len(_DIGITS)]


def query_of(type_name: str, words: str) -> str:
    """The text of a tsquery; "" when the words ask for nothing."""
    return chinese.to_tsquery_string(words, mark_of(type_name))


def title_of(text: str) -> str:
    return chinese.fold_width(text).lower()[: SearchEntry.LONGEST["title"]]


def initials_of(text: str) -> str:
    return chinese.pinyin_initials(text)[: SearchEntry.LONGEST["initials"]]


def typed_letters(words: str) -> str:
    """What was typed as one word of letters, to compare with readings and initials; "" if it is not such."""
    joined = "".join(chinese.fold_width(words[:100]).lower().replace("'", "").split())
    return joined if joined.isascii() and joined.isalnum() else NEVER


def prefix_pattern(text: str) -> str:
    """For LIKE: begins with `text`."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped + "%"
