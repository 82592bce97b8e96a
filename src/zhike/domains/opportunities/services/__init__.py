from zhike.domains.opportunities.services.closing import lose_opportunity, reopen_opportunity, win_opportunity
from zhike.domains.opportunities.services.keeping import (
    add_stage,
    complete_opportunity,
    follow_stage,
    missing_for,
    open_opportunity,
    replace_lines,
    revise_opportunity,
)

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
