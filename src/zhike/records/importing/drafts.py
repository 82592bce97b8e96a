"""One row on its way to becoming a record."""

from __future__ import annotations

from typing import Any

CREATED, UPDATED, SKIPPED, REJECTED = "created", "updated", "skipped", "rejected"


class Draft:
    """`values` by field, `keys` texts still to be looked up, `links` references to rows that come later.

    `errors` are (field name, heading, sentence); a draft with any is rejected.
    """

    __slots__ = (
        "before",
        "before_owner",
        "cells",
        "errors",
        "existing",
        "keys",
        "line",
        "links",
        "note",
        "outcome",
        "record",
        "values",
    )

    def __init__(self, line: int, cells: list[Any]) -> None:
        self.line = line
        self.cells = cells
        self.values: dict[str, Any] = {}
        self.keys: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.errors: list[tuple[str, str, str]] = []
        self.note: dict[str, Any] = {}
        self.existing: Any = None
        self.record: Any = None
        self.before: tuple[Any, ...] = ()
        self.before_owner: int | None = None
        self.outcome = ""

    def refuse(self, field: str, heading: str, sentence: Any) -> None:
        self.errors.append((field, heading, str(sentence)))
        self.outcome = REJECTED
