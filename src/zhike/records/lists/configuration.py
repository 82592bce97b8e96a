"""The values of option lists (industries, sources, reasons …), in the configuration file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import contributions, gate
from zhike.records.configuration import names
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import Each, Either, OneOf
from zhike.records.fields.base import TONES
from zhike.records.lists import changing, tables
from zhike.records.lists.tables import Table

VALUE = {"colour": OneOf(TONES), "retired": bool, "more": Each(Either((str, int, float, bool, list)))}
"""`more` are the columns a list has of its own: what a unit is counted in, the per cent of a tax rate."""


def _rows(table: Table) -> dict[Path, Any]:
    return names.named_apart(((table.name, row.name), row) for row in table.rows())


def _read() -> Items:
    every = sorted(tables.all_tables(), key=lambda table: table.name)
    rows = {path: row for table in every for path, row in _rows(table).items()}
    return {path: _told(row) for path, row in rows.items()}


def _told(row: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"colour": row.colour, "retired": not row.is_active}
    more = _more(row)
    return said | {"more": more} if more else said


def _more(row: Any) -> dict[str, Any]:
    """What it says in columns of its own, in names; what is empty is left out."""
    values = {name: getattr(row, name) for name in row.asked}
    empty = (None, False)
    return {
        name: _plain(value) for name, value in values.items()
        if value not in ("", []) and not any(value is each for each in empty)
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, bool | int | list) else str(value)


def _merged(path: Path, said: Any, now: Any, remove_missing: bool) -> Any:
    """Columns of its own of which the file says nothing at all stay as they are."""
    return said if "more" in said or "more" not in now else {**said, "more": now["more"]}


def _bare(said: Any) -> Any:
    """Without the other value of the list that it speaks of."""
    more = said.get("more") or {} if isinstance(said, dict) else {}
    if "base" not in more:
        return said
    return said | {"more": {name: value for name, value in more.items() if name not in ("base", "factor")}}


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    table = tables.get_table(path[0])
    row = _rows(table).get(path)
    kept = _more(row) if row is not None and "more" not in said else {}
    raw = _as_texts(kept | (said.get("more") or {})) | {"name": path[1], "colour": said.get("colour")}
    row = changing.add_option(actor, table, raw) if row is None else changing.revise_option(actor, table, row, raw)
    if said.get("retired") and row.is_active:
        changing.retire_option(actor, table, row)
    elif not said.get("retired") and not row.is_active:
        changing.bring_back_option(actor, table, row)


def _as_texts(more: Mapping[str, Any]) -> dict[str, Any]:
    """As a form would send them."""
    return {name: value if isinstance(value, bool | list) else str(value) for name, value in more.items()}


def _remove(actor: Actor, path: Path) -> None:
    """Retired where records have it."""
    table = tables.get_table(path[0])
    row = _called(table, path)
    if tables.count_using(table, row):
        changing.retire_option(actor, table, row)
    else:
        changing.remove_option(actor, table, row)


def _called(table: Table, path: Path) -> Any:
    row = _rows(table).get(path)
    if row is None:
        raise gate.NotVisible
    return row


def _order(actor: Actor, path: Path, said: Sequence[str]) -> None:
    table = tables.get_table(path[0])
    changing.order_options(actor, table, [_called(table, (path[0], name)).pk for name in said])


def install() -> None:
    contributions.contribute_configuration(Part(
        "lists", gettext_lazy("Lists"), 8, 2, VALUE, _read, _write, _remove, _order,
        bare=_bare, merged=_merged, tables=tuple(table.model for table in tables.all_tables()),
        gone=gettext_lazy("retired where records have it"),
    ))  # fmt: skip
