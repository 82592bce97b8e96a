"""What every step of the wizard shows: where one is, which file, where back and on lead."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.records.declaration import RecordType
from zhike.records.models import ImportRun

FILE, PREVIEW, COLUMNS, VALUES, CHECK, RUN = range(1, 7)


def context(record_type: RecordType, now: int, run: ImportRun | None = None, **more: Any) -> dict[str, Any]:
    names = [_("File"), _("Preview"), _("Columns"), _("Values"), _("Dry run"), _("Import")]
    return {
        "type": record_type, "run": run, "now": now, "steps": names,
        "base": f"/imports/{run.pk}/" if run is not None else "/imports/",
        "state_url": f"/imports/{run.pk}/state/" if run is not None else "",
        "title": _("Import %(types)s") % {"types": str(record_type.plural).lower()},
    } | more  # fmt: skip
