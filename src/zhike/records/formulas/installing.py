"""What the engine is told about computed fields."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from zhike.base.changelog import undoing
from zhike.records import contributions, custom, registry
from zhike.records.formulas import definitions, recomputing, runs  # noqa: F401


def install() -> None:
    contributions.name_act(runs.ACTION, _("computed"))
    contributions.make_final(runs.ACTION)


@undoing.computed_keys
def computed_keys() -> dict[str, list[str]]:
    """The keys of `custom` that nobody writes, by table; of removed fields too."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, rows in custom.every_definition().items():
        record_type = registry.find(name)
        if record_type is not None:
            found[record_type.table] += [row.name for row in rows if row.kind in definitions.KINDS]
    return dict(found)
