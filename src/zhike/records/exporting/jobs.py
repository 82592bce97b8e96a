"""Large exports behind the scenes."""

from __future__ import annotations

from zhike.base import jobs
from zhike.records.exporting import running


@jobs.job(retries=3)
def make_export(log_id: int) -> None:
    """Begun again after a fault, it writes the file anew."""
    running.make(log_id)
