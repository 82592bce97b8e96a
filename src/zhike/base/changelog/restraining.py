"""What an undo leaves alone, and what keeps it from parts of an act."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.base.changelog.models import Tracked

CUSTOM = "custom."
"""Before the key, where a column is meant that lies in `custom`."""


@dataclass(frozen=True)
class Conflict:
    """Left alone: `field` (a column, or `custom.<key>`) of a row was changed since, or (`field` empty) others have
    built upon the row; or for a `reason` of another kind, which is a sentence."""

    table: str
    record_id: int
    field: str = ""
    reason: str = ""


class Restraint:
    """What keeps an undo from parts of an act; by itself from nothing. While it is asked, `zhike_net` holds what became
    of each row of the act, and (`owner_table`, `owner_id`) the record each belongs to."""

    def kept_columns(self, model: type[Tracked]) -> frozenset[str]:
        """The columns of a table, and `custom.<key>`, that are not turned back."""
        return frozenset()

    def left_out(self, model: type[Tracked], kept: list[tuple[int, str]]) -> list[Conflict]:
        """Told which of them (row, column) would have been; answers with what to report."""
        return []

    def refused(self, tables: list[type[Tracked]]) -> list[Conflict]:
        """The records that stay as they are, with their parts; asked before anything is written."""
        return []

    def refused_after(self, tables: list[type[Tracked]]) -> list[Conflict]:
        """Those that may not be as they are now that all is written: it is taken back and done anew without them."""
        return []

    def trashable(self, model: type[Tracked], ids: list[int]) -> list[int]:
        """Which of the rows that others have built upon may be moved to the trash."""
        return ids
