"""Tokens for a full-text index that finds Chinese by characters, pinyin, initials and phone tails.

The index holds plain lexemes (`simple` configuration, no dictionary). Whatever is typed becomes
exact or prefix look-ups of them, so one GIN index answers all of it.
"""

import functools
import itertools
import re
from typing import NamedTuple

from zhike.base.chinese.readings import HAN, pieces, syllables, without_accents
from zhike.base.chinese.widths import fold_width

# A token that starts inside a name is cut short: whoever types pinyin rarely types further, and
# short tokens are shared by many names (…youxiangongsi), which keeps the index small.
WHOLE_LETTERS, INNER_LETTERS = 40, 12
WHOLE_INITIALS, INNER_INITIALS = 20, 6
LONGEST_WORD = 64
LONGEST_READ = 80
TAIL_MARK = "~"

_OTHER_SYLLABIC = "\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af"
_SYLLABIC_RUN = re.compile(rf"[{HAN}{_OTHER_SYLLABIC}]+")
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")
_QUERY_PIECE = re.compile(rf"(?P<cjk>[{HAN}{_OTHER_SYLLABIC}]+)|(?P<word>[^\W_{HAN}{_OTHER_SYLLABIC}]+)")
_PHONE_LIKE = re.compile(r"^\+?[\d\s()./-]{3,}$")
_NOT_DIGITS = re.compile(r"\D+")
_INITIALS = re.compile(r"^[a-hj-tw-z0-9]+$")


class Term(NamedTuple):
    """One look-up: the lexeme itself, or every lexeme that begins with it."""

    lexeme: str
    is_prefix: bool = False


def _add_reading(run: str, found: set[str]) -> None:
    """Adds the pinyin and initials of a Chinese run, from its start and from each of its characters."""
    read = syllables(run[:LONGEST_READ])
    letters = "".join(read)
    initials = "".join([syllable[0] for syllable in read])
    found.add(letters[:WHOLE_LETTERS])
    found.add(initials[:WHOLE_INITIALS])
    at = 0
    for position, syllable in enumerate(read):
        found.add(letters[at : at + INNER_LETTERS])
        found.add(initials[position : position + INNER_INITIALS])
        at += len(syllable)


def _add_characters(run: str, found: set[str]) -> None:
    found.update(run)
    found.update(map("".join, itertools.pairwise(run)))


def search_tokens(text: str) -> list[str]:
    """Returns the distinct lexemes under which *text* is to be found, in no order that matters.

    Characters and bigrams of Chinese (kana and hangul too), words in lower case without accents,
    full pinyin and initials of the whole and from each character on, an e-mail as it is.
    """
    folded = fold_width(text).lower()
    found: set[str] = set()
    for run in _SYLLABIC_RUN.findall(folded):
        _add_characters(run, found)
    runs = pieces(folded)
    for run, is_han in runs:
        if is_han:
            _add_reading(run, found)
        else:
            found.add(without_accents(run)[:LONGEST_WORD])
    if len(runs) > 1:
        found.add("".join("".join(syllables(r)) if han else without_accents(r) for r, han in runs[:8])[:WHOLE_LETTERS])
    if "@" in folded:
        for address in _EMAIL.findall(folded):
            found.update((address[:LONGEST_WORD], address.rpartition("@")[2][:LONGEST_WORD]))
    return list(found)


def phone_tokens(number: str) -> list[str]:
    """Returns the lexemes of a phone number: as dialled with and without country code, and its tail.

    *number* is best in E.164 (`+8613800138000`). The last is the digits backwards behind a mark,
    so that a prefix of it is "ends with".
    """
    digits = _NOT_DIGITS.sub("", fold_width(number))
    if not digits:
        return []
    found = [digits]
    if digits.startswith("86") and len(digits) >= 11:
        national = digits[2:]
        found.append(national)
        if not (len(national) == 11 and national[0] == "1") and not national.startswith(("400", "800")):
            found.append("0" + national)
    return [*found, TAIL_MARK + digits[::-1]]


def _word_terms(word: str) -> list[Term]:
    word = without_accents(word)[:LONGEST_WORD]
    terms = [Term(word, is_prefix=True)]
    if len(word) > INNER_LETTERS and word.isascii():
        terms.append(Term(word[:INNER_LETTERS]))
    if len(word) > INNER_INITIALS and _INITIALS.match(word):
        terms.append(Term(word[:INNER_INITIALS]))
    if len(word) > WHOLE_LETTERS:
        terms.append(Term(word[:WHOLE_LETTERS]))
    if word.isdigit() and word.isascii() and len(word) >= 3:
        terms.append(Term(TAIL_MARK + word[::-1], is_prefix=True))
    return terms


def _phone_conditions(text: str) -> list[list[Term]]:
    """A phone beginning or ending so, or else all its groups as words: `2024-03` may be part of a name."""
    digits = _NOT_DIGITS.sub("", text)
    if digits.startswith("0086"):
        digits = digits[2:]
    as_phone = [Term(digits, is_prefix=True), Term(TAIL_MARK + digits[::-1], is_prefix=True)]
    groups = _QUERY_PIECE.findall(text)
    if len(groups) == 1:
        return [as_phone]
    return [[*as_phone, Term(word, is_prefix=True)] for _, word in groups]


def _is_phone(text: str) -> bool:
    return bool(_PHONE_LIKE.match(text)) and 3 <= len(_NOT_DIGITS.sub("", text)) <= 20


def query_tokens(query: str) -> list[list[Term]]:
    """Returns what *query* asks for: a list of conditions that must all hold, each a list of alternatives.

    Chinese asks for its bigrams (one character for itself); letters for a word, full pinyin or
    initials beginning so; three digits or more for a phone beginning or ending so; an e-mail for
    itself. No text, no conditions.
    """
    folded = fold_width(query[:400]).lower()
    if _is_phone(folded):
        return _phone_conditions(folded)
    conditions = [[Term(address[:LONGEST_WORD], is_prefix=True)] for address in _EMAIL.findall(folded)]
    for piece in _QUERY_PIECE.finditer(_EMAIL.sub(" ", folded)):
        run = piece["cjk"]
        if run is None:
            conditions.append(_word_terms(piece["word"]))
        elif len(run) == 1:
            conditions.append([Term(run)])
        else:
            conditions += [[Term(first + second)] for first, second in itertools.pairwise(run)]
    return conditions


def _quoted(term: Term, mark: str) -> str:
    lexeme = mark + term.lexeme.replace("\\", "\\\\").replace("'", "''").replace("\0", "")
    return f"'{lexeme}':*" if term.is_prefix else f"'{lexeme}'"


@functools.lru_cache(maxsize=1024)
def to_tsquery_string(query: str, mark: str = "") -> str:
    """Returns *query* as text for `to_tsquery('simple', …)` or `::tsquery`, "" when it asks for nothing.

    Every lexeme is quoted: nothing typed can be read as an operator. `mark` stands before each of them, for
    an index whose lexemes bear a mark as well.
    """
    conditions = [" | ".join(_quoted(term, mark) for term in alternatives) for alternatives in query_tokens(query)]
    distinct = list(dict.fromkeys(conditions))[:40]
    return " & ".join(f"({condition})" for condition in distinct)
