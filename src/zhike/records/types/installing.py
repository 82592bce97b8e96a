"""After a migration, the tables of a company's own types get what a newer version of the product asks of them."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate

from zhike.records.types import keeping, tables


def install() -> None:
    post_migrate.connect(_follow_migration, dispatch_uid="zhike.custom_types")


def _follow_migration(app_config: AppConfig, **kwargs: Any) -> None:
    if app_config.label != "records" or connection.schema_name == "public":  # type: ignore[attr-defined]
        return
    keeping.forget_kept()
    tables.bring_up_to_date(model.custom_number for model in keeping.tracked_tables())  # type: ignore[attr-defined]
