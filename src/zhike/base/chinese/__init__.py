"""Chinese as people type it: widths, pinyin to sort by, and tokens to search by."""

from zhike.base.chinese.readings import pinyin_initials, pinyin_key, syllables
from zhike.base.chinese.tokens import Term, phone_tokens, query_tokens, search_tokens, to_tsquery_string
from zhike.base.chinese.widths import fold_width

__all__ = [
    "Term",
    "fold_width",
    "phone_tokens",
    "pinyin_initials",
    "pinyin_key",
    "query_tokens",
    "search_tokens",
    "syllables",
    "to_tsquery_string",
]
