"""Two administrators at one thing: the second is shown what the first changed, and decides.

A form carries what its editor saw (`seen`). When that is not what stands there now, nothing is written: the form comes
back with the differences and with what stands there now as `seen`, so that saving again is a decision.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhike.base.changelog.models import Change, Tracked


@dataclass(frozen=True)
class Difference:
    """One thing somebody changed while another had the form open, in words."""

    label: Any
    was: str
    now: str


class ChangedMeanwhile(Exception):
    """What was seen is not what stands there now."""

    def __init__(self, differences: list[Difference], who: str, at: datetime | None) -> None:
        super().__init__(", ".join(str(each.label) for each in differences))
        self.differences, self.who, self.at = differences, who, at


Words = Callable[[str, Any], str]


def written(values: Mapping[str, Any]) -> str:
    """For the hidden input `seen`."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def refuse(row: Tracked, seen: str, now: Mapping[str, Any], labels: Mapping[str, Any], words: Words) -> None:
    """Raises `ChangedMeanwhile` when `seen` (as `written`; "" asks for nothing) differs from `now` in what `labels`
    names; `words(name, value)` says a value."""
    was = read(seen)
    if was is None:
        return
    changed = [name for name in labels if name in was and was[name] != now.get(name)]
    if changed:
        found = [Difference(labels[name], words(name, was[name]), words(name, now.get(name))) for name in changed]
        who, at = last_change(row)
        raise ChangedMeanwhile(found, who, at)


def read(seen: str) -> dict[str, Any] | None:
    """What was seen; None where the form said nothing that can be understood."""
    try:
        found = json.loads(seen) if seen else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def last_change(row: Tracked) -> tuple[str, datetime | None]:
    """Who changed the row last, and when."""
    found = (
        Change.objects.filter(table_name=row._meta.db_table, record_id=row.pk).order_by("-id")
        .values_list("change_set__actor_label", "at").first()
    )  # fmt: skip
    return found if found else ("", None)
