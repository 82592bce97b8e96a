"""What the engine is told about computed fields."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.base.changelog import undoing
from zhike.records import contributions, custom, registry
from zhike.records.formulas import recomputing, runs  # noqa: F401


def install() -> None:
    contributions.name_act(runs.ACTION, _("computed"))
    contributions.make_final(runs.ACTION)


@undoing.computed_keys
def computed_keys() -> dict[str, list[str]]:
    """The keys of `custom` that nobody writes, by table; of removed fields too."""
    types = filter(None, map(registry.find, custom.every_definition()))
    return {each.table: names for each in types if (names := custom.computed_names_of(each.name))}
