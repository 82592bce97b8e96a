"""How types read in the log of acts, and where they stand among the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import find_more_tables
from zhike.records import contributions, registry
from zhike.records.customising.words import Choices
from zhike.records.models import CustomType
from zhike.records.types import configuration, keeping, reports


def install() -> None:
    """Lets the registry, the change log and the settings know of a company's own types."""
    registry.consult(keeping.Source())
    find_more_tables(keeping.tracked_tables)
    reports.install()
    configuration.install()
    contributions.name_part(CustomType._meta.db_table, _("Record type"))
    for action, told in (
        ("add_type", _("made the record type")),
        ("revise_type", _("changed the record type")),
        ("remove_type", _("removed the record type")),
        ("restore_type", _("brought back the record type")),
        ("order_types", _("put the record types in order")),
        ("drop_types", _("deleted removed record types for good")),
    ):
        contributions.name_act(action, told)
    stages = Choices("stages", _("Stages"))
    contributions.describe_inside(CustomType._meta.db_table, "stages", {"": stages})
    contributions.make_final("drop_types")
    contributions.contribute_setting(
        contributions.Setting(
            _("Data"),
            _("Record types"),
            _("Kinds of records of your own, such as buildings or membership cards, with pages, import and API."),
            "/settings/types/",
            "database",
            4,
        )
    )
