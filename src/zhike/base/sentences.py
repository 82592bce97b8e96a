"""Errors that speak: a sentence for the person who can mend it, translated when it is shown."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Sentence(ValueError):
    """An error whose text is a translatable sentence with its particulars kept apart.

    `message` is a (lazy) translatable text with `%(name)s` places, `particulars` fills them. The
    sentence is put together by `str()`, so it comes out in the language active then; a report
    that outlives the request can keep both parts.
    """

    def __init__(self, message: str | Promise, **particulars: object) -> None:
        super().__init__(message)
        self.message = message
        self.particulars: Mapping[str, object] = particulars

    def __str__(self) -> str:
        return str(self.message) % self.particulars if self.particulars else str(self.message)


def shortened(raw: object, longest: int = 40) -> str:
    """Returns *raw* as a quotable text: one line, at most *longest* characters."""
    text = " ".join(str(raw)[: longest * 4].split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(said: Any) -> str:
    """What somebody wrote, as one line that can be stored: single spaces, no control signs; "" for nothing."""
    return " ".join(_UNSTORABLE.sub("", re.sub(r"\s", " ", str(said or ""))).split())


@dataclasses.dataclass(frozen=True)
class Remark:
    """A translatable sentence that is no error: what was noticed, put into words by `str()`."""

    message: str | Promise
    particulars: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.message) % self.particulars if self.particulars else str(self.message)
