"""Every table of the configuration stands in the configuration file, or is left out for a reason said here."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.base.actors import Actor
from zhike.base.changelog.models import tracked_models
from zhike.records import contributions, registry
from zhike.records.configuration import applying
from zhike.records.models import OptionTable

LEFT_OUT = {
    "records_attachment": "files on records are business data",
    "records_exchangerate": "what a currency is worth on a day is data; it comes in by files of its own",
    "records_mappingprofile": "a saved mapping belongs to the member who imports",
    "records_reveal": "the trace of a masked value that was read",
    "records_share": "one record opened to one member is business data",
    "records_webhook": "it leads to programs of one workspace, and its secret would not come along",
    "customers_affiliation": "a contact's place at a customer is business data",
    "opportunities_line": "a product of a deal is business data",
    "activities_link": "what an activity is about is business data",
    "activities_participant": "who takes part in an activity is business data",
    "people_deputy": "who acts for whom, and when, is about members",
    "people_token": "a token is a member's secret",
}
COLUMNS = {
    "records_choicelist": {"id", "name", "name_en", "choices"},
    "records_company": {
        "id", "fiscal_start", "rest_days", "follows_holidays", "own_days",
        "name", "currency", "language", "time_zone",  # what it is, not how it is shaped
    },
    "records_customfield": {
        "id", "record_type", "name", "kind", "label", "label_en", "required", "options", "position", "removed_at",
    },
    "records_customtype": {
        "id", "key", "label", "label_en", "plural_en", "icon", "group", "position", "title_label", "title_label_en",
        "stages", "removed_at", "dropped_at",
    },
    "records_layout": {"id", "record_type", "part", "role", "record_kind", "body"},
    "records_role": {
        "id", "key", "name", "name_en", "note", "template", "rights", "fields", "abilities", "position", "version",
        "updated_at",
    },
    "records_savedview": {
        "id", "record_type", "name", "condition", "columns", "sort", "display", "calendar_by", "audience", "role",
        "department_id", "position", "version", "updated_at", "owner",
    },
    "records_sharingrule": {
        "id", "name", "record_type", "condition", "writable", "roles", "departments", "members", "is_active",
        "version", "updated_at",
    },
    "records_usedcurrency": {"id", "code", "is_active"},
    "records_validationrule": {
        "id", "record_type", "name", "condition", "sentence", "sentence_en", "field", "moment", "stages", "is_active",
    },
    "opportunities_pipeline": {"id", "name", "position", "colour", "is_active", "is_default"},
    "opportunities_stage": {
        "id", "name", "position", "colour", "is_active", "pipeline", "probability", "outcome", "required_fields",
        "stuck_after_days",
    },
}  # fmt: skip
"""The columns each part has thought of: told, or of no matter elsewhere."""
PLAIN = {"id", "name", "position", "colour", "is_active"}
"""What the file says of the value of any list, besides the columns it asks for; a table with more needs a part."""


def configuration_tables() -> list[type[Any]]:
    """Whatever the change log follows and is no record."""
    return [model for model in tracked_models() if registry.of_table(model._meta.db_table) is None]


@pytest.mark.usefixtures("workspace")
def test_every_table_is_told_or_left_out() -> None:
    told = {model._meta.db_table for part in contributions.configuration_parts() for model in part.tables}
    tables = {model._meta.db_table for model in configuration_tables()}

    assert tables - told - set(LEFT_OUT) == set(), "contribute a Part, or say why not"
    assert set(LEFT_OUT) - tables == set(), "these are gone"
    assert set(LEFT_OUT) & told == set(), "these are told after all"


@pytest.mark.usefixtures("workspace")
def test_lists_hold_what_the_file_says() -> None:
    plain = next(part for part in contributions.configuration_parts() if part.name == "lists").tables
    told = {model.__name__: PLAIN | set(model.asked) for model in plain}
    columns = {model.__name__: {column.name for column in model._meta.concrete_fields} for model in plain}

    assert all(issubclass(model, OptionTable) for model in plain)
    assert {name: found - told[name] for name, found in columns.items() if found - told[name]} == {}


@pytest.mark.usefixtures("workspace")
def test_a_new_column_is_thought_of() -> None:
    tables = {model for part in contributions.configuration_parts() if part.name != "lists" for model in part.tables}
    columns = {model._meta.db_table: {column.name for column in model._meta.concrete_fields} for model in tables}

    assert {table: found - COLUMNS.get(table, set()) for table, found in columns.items()} == {
        table: set() for table in columns
    }


@pytest.mark.usefixtures("workspace")
def test_parts_are_apart() -> None:
    parts = contributions.configuration_parts()

    assert len({part.position for part in parts}) == len(parts) > 10
    assert all(str(part.label) for part in parts)


def test_no_number_of_a_row_stands_in_the_file(administrator: Actor) -> None:
    told = applying.exported(administrator)

    assert "zhike_configuration: 1" in told
    assert not any(f"{word}:" in told for word in ("id", "pk", "owner_id", "department_id", "version", "position"))
