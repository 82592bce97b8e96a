"""The tables of a company's own types, and the Django model of each.

All have the same columns, so a model depends on nothing but its number: it is made once in a process, is shared by
all workspaces and never made anew. The models live in a registry of their own: neither migrations nor the relations
of other models know of them, for another workspace may have no such table.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog import installing
from zhike.records.models import CustomRecord, list_index, unique_external_id

TABLE = "records_custom_"


class _Beside(Apps):
    """A registry that finds the product's models and is not found by them."""

    def get_registered_model(self, app_label: str, model_name: str) -> type[Any]:
        try:
            return super().get_registered_model(app_label, model_name)
        except LookupError:
            return apps.get_registered_model(app_label, model_name)


class _NameHere:
    """What the type of a model is called: another thing in each workspace."""

    def __init__(self, find: Callable[[int], str], number: int) -> None:
        self.find, self.number = find, number

    def __get__(self, record: Any, model: Any = None) -> str:
        return self.find(self.number)


_beside = _Beside(installed_apps=())
_models: dict[int, type[CustomRecord]] = {}
_making = threading.Lock()


def model_of(number: int) -> type[Any]:
    """The model of the type of that number, a `CustomRecord`; whether there is a table is not asked."""
    found = _models.get(number)
    if found is None:
        with _making:
            found = _models.get(number) or _models.setdefault(number, _made(number))
    return found


def number_of(model: type[Any]) -> int | None:
    """The number of a model made here, None for any other."""
    return getattr(model, "custom_number", None)


def _made(number: int) -> type[CustomRecord]:
    from zhike.records.types import keeping

    table = f"{TABLE}{number}"
    alive = models.Q(trashed_at__isnull=True)

    class Meta:
        app_label = "records"
        db_table = table
        apps = _beside
        verbose_name = _("record")
        constraints: ClassVar = [unique_external_id(table)]
        indexes: ClassVar = [
            list_index(table, "created_at"),
            list_index(table, "updated_at"),
            list_index(table, "title_key"),
            models.Index(fields=["owner", "created_at", "id"], name=f"{table}_owned", condition=alive),
            models.Index(fields=["stage", "created_at", "id"], name=f"{table}_board", condition=alive),
        ]

    body = {
        "__module__": __name__, "Meta": Meta, "custom_number": number, "__reduce__": _reduced,
        "record_type_name": _NameHere(keeping.name_of, number),
    }  # fmt: skip
    return type(f"Custom{number}", (CustomRecord,), body)


def _reduced(record: Any) -> Any:
    """For copies and pickles: the model is found by its number, for no app knows it by name."""
    return _blank, (record.custom_number,), models.Model.__reduce__(record)[2]


def _blank(number: int) -> Any:
    model: Any = model_of(number)
    return model.__new__(model)


# In the database


def make_table(number: int) -> None:
    """The table with its indexes and with the triggers of the change log, in the workspace of the connection."""
    model = model_of(number)
    _settle_references()
    with connection.schema_editor() as editor:
        editor.create_model(model)
    with connection.cursor() as cursor:
        cursor.execute(installing.triggers_of(model))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def drop_table(number: int) -> None:
    _settle_references()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}{number}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _settle_references() -> None:
    """Rows written in this very transaction may still wait for the check of their references."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def is_empty(number: int) -> bool:
    return not model_of(number)._default_manager.exists()


def count(number: int) -> int:
    """The records of the table, those in the trash as well."""
    return int(model_of(number)._default_manager.count())


def numbers_there() -> set[int]:
    """The numbers of the tables that the workspace of the connection has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(relname, %s) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
            " AND relkind = 'r' AND relname ~ %s",
            [len(TABLE) + 1, f"^{TABLE}[0-9]+$"],
        )
        return {int(number) for (number,) in cursor.fetchall()}


def bring_up_to_date(numbers: Iterable[int]) -> None:
    """Gives older tables the columns and indexes that a newer version of the product has."""
    for number in sorted(set(numbers) & numbers_there()):
        model = model_of(number)
        columns, indexes = _columns_of(number), _indexes_of(number)
        with connection.schema_editor() as editor:
            for field in model._meta.local_concrete_fields:
                if field.column not in columns:
                    editor.add_field(model, field)
            for index in model._meta.indexes:
                if index.name not in indexes:
                    editor.add_index(model, index)


def _columns_of(number: int) -> set[str]:
    return _names(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
        number,
    )


def _indexes_of(number: int) -> set[str]:
    return _names("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = to_regclass(%s)", number)


def _names(query: str, number: int) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, [f"{TABLE}{number}"])
        return {name for (name,) in cursor.fetchall()}
