"""Texts, choices, yes and no, lists."""

import datetime
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import NewType

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.base.chinese.widths import fold_width
from zhike.records.values.refusals import NOTHING, UnableToRead

LANGUAGES = ("en", "zh-hans")

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_YES = frozenset(["是", "有", "对", "真", "已", "y", "yes", "true", "t", "on", "1", "√", "✓", "✔", "☑", "v", "1.0"])
_NO = frozenset(
    [
        "否",
        "无",
        "没有",
        "错",
        "假",
        "未",
        "不",
        "不是",
        "n",
        "no",
        "false",
        "f",
        "off",
        "0",
        "×",
        "✗",
        "✘",
        "☐",
        "x",
        "0.0",
    ]
)
_LIST_SEPARATOR = re.compile(r"[,，、;；|\n\r\t]+")
_CHOICE_NOISE = re.compile(r"[\s_\-–—·./&()]+")

Choices = NewType("Choices", dict[str, str])


def as_text(raw: object) -> str:
    """Returns a cell as the person saw it: `13800138000` for the number 13800138000.0, ISO for days.

    Characters a database cannot hold are left out; blanks at the ends too. None is "".
    """
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 10**16:
        return str(int(raw))
    if isinstance(raw, datetime.datetime):
        return raw.date().isoformat() if raw.time() == datetime.time() else raw.isoformat(" ")
    if isinstance(raw, datetime.date):
        return raw.isoformat()
    return _UNPRINTABLE.sub("", str(raw)).strip(" \t\r\n\u3000\xa0")


def is_blank(raw: object) -> bool:
    """True for an empty cell, blanks, and what stands for nothing: `-`, `N/A`, `null`, `无`."""
    return raw is None or (isinstance(raw, str) and fold_width(raw).lower() in NOTHING)


def read_text(raw: object, *, longest: int | None = None) -> str:
    """Returns a cell as text (see `as_text`). Raises UnableToRead past *longest* characters."""
    text = as_text(raw)
    if longest is not None and len(text) > longest:
        raise UnableToRead(
            _("“%(raw)s” has %(count)s characters; at most %(longest)s fit."),
            raw=sentences.shortened(text, 20),
            count=len(text),
            longest=longest,
        )
    return text


def read_yes_no(raw: object) -> bool | None:
    """Returns True or False for 是/否, Y/N, true/false, 1/0, √/×; None for an empty cell. Raises UnableToRead."""
    if isinstance(raw, bool):
        return raw
    text = fold_width(as_text(raw)).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text in NOTHING:
        return None
    raise UnableToRead(_("“%(raw)s” is neither yes nor no. Write 是 or 否, yes or no."), raw=sentences.shortened(raw))


def _folded(text: str) -> str:
    return _CHOICE_NOISE.sub("", fold_width(text).lower())


def index_choices(choices: Iterable[tuple[Hashable, str | Promise]]) -> Choices:
    """Prepares (value, label) pairs for `read_choice`: every value and its label in each language.

    Build it once per column: labels are translated here. A value wins over another's label.
    """
    found: dict[str, str] = {}
    pairs = [(str(value), label) for value, label in choices]
    for language in LANGUAGES:
        with translation.override(language):
            for value, label in pairs:
                found.setdefault(_folded(str(label)), value)
    found.update({_folded(value): value for value, _label in pairs})
    found.pop("", None)
    return Choices(found)


def read_choice(raw: object, choices: Choices | Iterable[tuple[Hashable, str | Promise]]) -> str | None:
    """Returns the value of the choice named in *raw* by value or label, in whatever case and width.

    *choices* are (value, label) pairs or, quicker for many rows, their `index_choices`. None for
    an empty cell. Raises UnableToRead with the values there are.
    """
    index: Mapping[str, str] = choices if isinstance(choices, dict) else index_choices(choices)
    text = as_text(raw)
    folded = _folded(text)
    if folded in index:
        return index[folded]
    if fold_width(text).lower() in NOTHING:
        return None
    raise UnableToRead(
        _("“%(raw)s” is none of the values there are: %(values)s."),
        raw=sentences.shortened(text),
        values=sentences.shortened(", ".join(dict.fromkeys(index.values())), 200),
    )


def read_list(raw: object, *, longest: int = 64) -> list[str]:
    """Returns the distinct words of a cell, separated by `, 、 ; |` or a line break, in their order.

    Raises UnableToRead for a word of more than *longest* characters.
    """
    words = (fold_width(word) for word in _LIST_SEPARATOR.split(as_text(raw)))
    return [read_text(word, longest=longest) for word in dict.fromkeys(filter(None, words))]
