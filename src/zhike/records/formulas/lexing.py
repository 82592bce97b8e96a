"""A formula as a row of tokens. Signs as Chinese keyboards give them mean the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhike.base.sentences import shortened

LONGEST = 2_000
"""Characters of a formula."""
_WIDE = str.maketrans("（），＋－−×＊÷／＝＜＞＆｛｝。", "(),+--**//=<>&{}.")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<text>"[^"]*"|'[^']*'|“[^”]*”|‘[^’]*’)
      | (?P<field>\{[^{}"']*\}|｛[^｛｝]*｝)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign><=|>=|<>|!=|==|≤|≥|≠|[-+*/&=<>(),])""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d]\w*")
_SAME = {"!=": "<>", "==": "=", "≤": "<=", "≥": ">=", "≠": "<>"}
_OPENING = {'"': "“", "'": "“", "“": "“", "‘": "“", "{": "{"}


class FormulaError(Exception):
    """A formula cannot be understood. `position` counts its characters from 1; 0 means the formula as a whole."""

    def __init__(self, message: str, position: int = 0) -> None:
        told = _("At character %(at)d: %(why)s") % {"at": position, "why": message} if position else message
        super().__init__(told)
        self.message, self.position = message, position


@dataclass(frozen=True)
class Token:
    kind: str
    """number, text, field, name, sign or end."""
    text: str
    """As it means: without quotes or braces, a sign in its plain form."""
    at: int
    end: int


def tokens(formula: str) -> list[Token]:
    """The last one has the kind `end`. Raises `FormulaError`."""
    if len(formula) > LONGEST:
        raise FormulaError(_("At most %(limit)d characters.") % {"limit": LONGEST})
    found: list[Token] = []
    place = 0
    while place < len(formula):
        match = _TOKEN.match(formula, place) or _TOKEN.match(formula.translate(_WIDE), place)
        if match is None:
            raise FormulaError(_unreadable(formula[place:]), place + 1)
        kind, text = str(match.lastgroup), formula[match.start() : match.end()]
        if kind != "space":
            found.append(Token(kind, _meaning(kind, text), place + 1, match.end()))
        place = match.end()
    return [*found, Token("end", "", len(formula) + 1, len(formula))]


def _meaning(kind: str, text: str) -> str:
    if kind in ("text", "field"):
        return text[1:-1].strip() if kind == "field" else text[1:-1]
    plain = text.translate(_WIDE)
    return _SAME.get(plain, plain)


def _unreadable(rest: str) -> str:
    if rest[0] in _OPENING:
        return _("this is opened and never closed.")
    if word := _WORD.match(rest):
        told = _("“%(word)s” means nothing by itself. A field stands in braces: {%(word)s}; a text in quotes.")
        return told % {"word": shortened(word[0])}
    return _("“%(sign)s” means nothing here. Fields stand in braces: {amount}; texts in quotes.") % {"sign": rest[0]}
