"""The one error of this package, and the words that mean nothing was written."""

from zhike.base import sentences


class UnableToRead(sentences.Sentence):
    """Raised with a sentence that quotes what was written and shows what is right."""


# Written by people and programs where a number or a day is not known.
NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "n/a",
        "#n/a",
        "na",
        "nan",
        "null",
        "none",
        "nil",
        "无",
        "暂无",
        "空",
    }
)
