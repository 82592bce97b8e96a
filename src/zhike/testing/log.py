"""The change log inside a test: its transaction never ends, so the readers proper would wait for ever."""

from __future__ import annotations

from zhike.base.changelog import reading
from zhike.base.changelog.models import Change


def rows_after(change_id: int = 0) -> list[reading.Row]:
    """What a reader would be given once the test's transaction had been committed."""
    found = Change.objects.filter(pk__gt=change_id).order_by("pk")
    return [
        reading.Row(
            change.pk, change.change_set_id, change.table_name, change.record_id, change.owner_table, change.owner_id,
            change.operation, frozenset(change.after or ()) if change.operation == "U" else frozenset(),
        )
        for change in found
    ]  # fmt: skip
