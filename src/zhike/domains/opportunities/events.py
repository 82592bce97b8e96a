from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class OpportunityWon:
    opportunity_id: int
    won_on: date


@dataclass(frozen=True)
class OpportunityLost:
    opportunity_id: int
    lost_on: date


@dataclass(frozen=True)
class StageChanged:
    opportunity_id: int
    from_stage_id: int | None
    to_stage_id: int
