from zhike.domains.opportunities.services.closing import lose_opportunity, reopen_opportunity, win_opportunity
from zhike.domains.opportunities.services.keeping import (
    complete_opportunity,
    follow_stage,
    missing_for,
    open_opportunity,
    replace_lines,
    revise_opportunity,
)
from zhike.domains.opportunities.services.staging import add_stage

__all__ = [
    "add_stage",
    "complete_opportunity",
    "follow_stage",
    "lose_opportunity",
    "missing_for",
    "open_opportunity",
    "reopen_opportunity",
    "replace_lines",
    "revise_opportunity",
    "win_opportunity",
]
