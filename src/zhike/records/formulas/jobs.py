"""Computing after commit, and what reads the day of today each night."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.base import clock, jobs
from zhike.records import registry
from zhike.records.currencies import keeping


@jobs.job(retries=5, label=_("Compute a field of all records"))
def compute_field(run_id: int) -> None:
    """A field for all records; begun again, it goes on after the last one done."""
    from zhike.records.formulas import runs

    runs.carry_on(run_id)


@jobs.job(retries=5, label=_("Compute fields of records"))
def compute_records(type_name: str, names: list[str], ids: list[int]) -> None:
    """What an act could not compute because others held the records, or because it would have taken long."""
    from zhike.records.formulas import runs

    runs.compute_records(registry.get(type_name), names, ids)


@jobs.job(retries=5, label=_("Compute what reads a changed record"))
def compute_reached(type_name: str, names: list[str], way: list[str], numbers: list[int]) -> None:
    """The many records that read one that was changed."""
    from zhike.records.formulas import runs

    runs.compute_reached(registry.get(type_name), names, way, numbers)


@jobs.nightly(2, label=_("Compute what reads today’s date"))
def compute_what_reads_today() -> None:
    """A day has passed for formulas with TODAY and for roll-ups of the last so many days."""
    from zhike.records.formulas import definitions, runs

    for computed in definitions.now().by_key.values():
        if computed.reads_clock:
            runs.schedule(computed, is_shown=False)
    if keeping.begins_on(clock.today()):
        runs.follow_rates()
