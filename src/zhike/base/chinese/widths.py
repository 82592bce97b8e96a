"""Full-width and half-width forms of the same text."""

import re
import unicodedata

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_BLANKS = dict.fromkeys(map(ord, _SPACES), 0x20)
_FORMAT_MARKS = (0x7F, 0xAD, *range(0x200B, 0x2010), 0x2028, 0x2029, *range(0x202A, 0x202F), 0x2060, 0xFEFF)
_INVISIBLE = dict.fromkeys(
    (
        *(code for code in range(0x20) if code not in _BLANKS),
        *_FORMAT_MARKS,
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
    ),
    None,
)
# ，；：？！ are how a Chinese sentence is punctuated; beside Chinese characters they stay.
_SENTENCE_MARKS = "，；：？！"
_TABLE: dict[int, int | str | None] = {
    **_FULL_WIDTH,
    **_BLANKS,
    **_INVISIBLE,
    0xFFE5: "¥",
    0xFFE1: "£",
    0xFFE0: "¢",
}
for _mark in _SENTENCE_MARKS:
    del _TABLE[ord(_mark)]
_MARK_BETWEEN_ASCII = re.compile(rf"(?<=[\x21-\x7e])[{_SENTENCE_MARKS}](?=[\x20-\x7e]|$)")
_BLANK_RUN = re.compile(r" {2,}")


def fold_width(text: str) -> str:
    """Returns *text* in half width, trimmed, each run of blanks (of any kind) as one space.

    Letters, digits and brackets become ASCII (Ａ → A, （ → (), half-width kana are left to
    Unicode's NFC, invisible and control characters go. Chinese sentence marks (，。；：？！、)
    stay, except where they stand between ASCII characters (１２，０００ → 12,000).
    """
    if text.isascii() and text.isprintable():
        return _BLANK_RUN.sub(" ", text.strip()) if "  " in text else text.strip()
    folded = unicodedata.normalize("NFC", text).translate(_TABLE)
    if any(mark in folded for mark in _SENTENCE_MARKS):
        folded = _MARK_BETWEEN_ASCII.sub(lambda found: chr(ord(found.group()) - 0xFEE0), folded)
    return _BLANK_RUN.sub(" ", folded).strip()
