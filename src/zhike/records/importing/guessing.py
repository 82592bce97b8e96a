"""Guesses which heading of a file is which field, and which known value a misspelt one means."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from zhike.base import identifiers, phones, sentences
from zhike.base.chinese.widths import fold_width
from zhike.records import values
from zhike.records.importing import synonyms, units

LEAST_SCORE = 0.55
_EXACT, _DECLARED, _USUAL, _SAME_WORDS = 1.0, 0.97, 0.92, 0.85
_MOST_SAMPLES = 30

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETED = re.compile(r"[(\[【<《][^)\]】>》]*[)\]】>》]")
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile("[\u3400-\u9fff]")


class GuessField(NamedTuple):
    """A field a column may go to: its name, its labels in every language, further names, and its kind."""

    name: str
    labels: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    kind: str = "text"


class _Known(NamedTuple):
    """What a field answers to, folded: by how sure a match is."""

    field: GuessField
    words: Mapping[str, float]


def _words(text: str) -> tuple[str, ...]:
    spaced = _CAMEL.sub(" ", fold_width(text))
    bare = _BRACKETED.sub(" ", spaced)
    return tuple(word.lower() for word in _WORD.findall(bare) or _WORD.findall(spaced))


def _folded(text: str) -> str:
    return "".join(_words(text))


def _known(field: GuessField, names: Collection[str]) -> _Known:
    found: dict[str, float] = {}
    usual = synonyms.of_field(field.name, names)
    for score, texts in ((_USUAL, usual), (_DECLARED, field.synonyms), (_EXACT, (field.name, *field.labels))):
        found.update({_folded(text): score for text in texts})
    found.pop("", None)
    return _Known(field, found)


def _name_score(heading: str, known: _Known) -> float:
    heading = units.without(heading)
    folded = _folded(heading)
    if not folded:
        return 0.0
    if folded in known.words:
        return known.words[folded]
    if _HAN.search(folded):
        return _contained(folded, known.words)
    together = frozenset(_words(heading))
    if len(together) > 1 and any(sorted(together) == sorted(_words(text)) for text in known.field.labels):
        return _SAME_WORDS
    close = max((_likeness(folded, word) for word in known.words), default=0.0)
    return 0.8 * close if close >= 0.85 else 0.0


def _contained(folded: str, words: Iterable[str]) -> float:
    """客户手机号码 holds 手机号码: the longer the part that is known, the surer."""
    best = 0.0
    for word in words:
        if len(word) >= 2 and word in folded:
            # In Chinese what a thing is stands last: 客户手机 is a phone, not a customer.
            at_end = 0.1 if folded.endswith(word) else -0.15
            best = max(best, 0.5 + 0.3 * len(word) / len(folded) + at_end)
        elif len(folded) >= 2 and folded in word:
            best = max(best, 0.3 + 0.4 * len(folded) / len(word))
    return best


def _likeness(first: str, second: str) -> float:
    longest = max(len(first), len(second))
    if longest < 5:
        return 0.0
    distance = _distance(first, second, 2)
    return 1 - distance / longest if distance is not None else 0.0


def _reads(read: Callable[[str], object], cell: object) -> bool:
    try:
        return read(values.as_text(cell)) is not None
    except sentences.Sentence:
        return False


_KINDS: Mapping[str, Callable[[str], object]] = {
    "phone": phones.parse_phone,
    "phones": phones.parse_phones,
    "email": identifiers.read_email,
    "emails": identifiers.read_emails,
    "day": values.read_day,
    "date": values.read_day,
    "moment": values.read_moment,
    "integer": values.read_integer,
    "decimal": values.read_decimal,
    "money": values.read_decimal,
    "percent": values.read_percent,
    "yes_no": values.read_yes_no,
}
_TELLING = ("emails", "email", "phones", "phone")


def _share_read(kind: str, samples: Sequence[object]) -> float | None:
    """The share of *samples* that can be read as *kind*; None where that says nothing."""
    filled = [cell for cell in samples if not values.is_blank(cell)][:_MOST_SAMPLES]
    read = _KINDS.get(kind)
    if read is None or not filled:
        return None
    return sum(_reads(read, cell) for cell in filled) / len(filled)


def _score(heading: str, known: _Known, samples: Sequence[object]) -> float:
    """How sure it is that the column is the field: by its name, then by what stands in it."""
    by_name = _name_score(heading, known)
    share = _share_read(known.field.kind, samples) if by_name or known.field.kind in _TELLING else None
    if not by_name:
        return LEAST_SCORE if known.field.kind in _TELLING and share is not None and share >= 0.8 else 0.0
    if share is None:
        return by_name
    return by_name + 0.04 * share if share >= 0.5 else by_name - 0.2 * (1 - share)


def guess_mapping(
    headings: Sequence[str], fields: Iterable[GuessField], samples: Sequence[Sequence[object]] = ()
) -> dict[int, str]:
    """Returns {index of heading: name of field} for what is sure enough; each field is given once.

    *samples* are some rows of the file; what stands in a column confirms or contradicts its
    heading, and tells phones and e-mails under a heading that says nothing. Surest first; of
    equals the earlier heading, then the earlier field.
    """
    offered = list(fields)
    names = {field.name for field in offered}
    known = [_known(field, names) for field in offered]
    columns = [[row[index] for row in samples if index < len(row)] for index in range(len(headings))]
    scored = [
        (-_score(heading, field, columns[index]), index, order)
        for index, heading in enumerate(headings)
        for order, field in enumerate(known)
    ]
    mapping: dict[int, str] = {}
    given: set[int] = set()
    for score, index, order in sorted(scored):
        if -score >= LEAST_SCORE and index not in mapping and order not in given:
            mapping[index] = offered[order].name
            given.add(order)
    return dict(sorted(mapping.items()))


def suggest_value(unknown: str, known: Iterable[str]) -> str | None:
    """Returns the one known value *unknown* most likely means (`GTXPro` → `GTX Pro`), None in doubt.

    Case, width, blanks and punctuation do not count; one slip in five letters, two in nine; for
    Chinese only a character too many or too few. Figures must agree, and no other may be as near.
    """
    folded = _bare(unknown)
    if not folded:
        return None
    nearest: list[tuple[int, str]] = []
    for value in known:
        distance = _slips(folded, _bare(value))
        if distance is not None:
            nearest.append((distance, value))
    nearest.sort(key=lambda found: found[0])
    if not nearest or (len(nearest) > 1 and nearest[0][0] == nearest[1][0]):
        return None
    return nearest[0][1]


def _bare(text: str) -> str:
    return "".join(_WORD.findall(fold_width(text).lower()))


def _slips(unknown: str, known: str) -> int | None:
    """How many slips lie between two folded texts, None if more than one would forgive."""
    if unknown == known:
        return 0
    if re.sub(r"\D", "", unknown) != re.sub(r"\D", "", known):
        return None
    shorter, longer = sorted((unknown, known), key=len)
    if _HAN.search(longer):
        is_one_more = len(longer) == len(shorter) + 1 and len(shorter) >= 3
        return _distance(unknown, known, 1) if is_one_more else None
    allowed = 2 if len(shorter) >= 9 else 1 if len(shorter) >= 5 else 0
    return _distance(unknown, known, allowed) if allowed else None


def _distance(first: str, second: str, most: int) -> int | None:
    """Returns the optimal string alignment distance (swapped neighbours count one), None above *most*.

    Source: Damerau 1964; the restricted form of Boytsov 2011, equation 4.
    """
    if abs(len(first) - len(second)) > most:
        return None
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and b == first[i - 2]:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return None
    return row[-1] if row[-1] <= most else None
