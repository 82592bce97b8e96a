from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ActivityDone:
    activity_id: int
