"""Which currencies are in use, in the configuration file. What they are worth is no matter of shape, and comes in by
files of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import contributions
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.currencies import changing, keeping
from zhike.records.models import UsedCurrency

CURRENCY = {"retired": bool}


def _read() -> Items:
    late = keeping.retired()
    return {(code,): {"retired": code in late} for code in sorted(keeping.known())}


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    code = path[0]
    if code not in keeping.in_use():
        changing.add_currency(actor, code)
    if said.get("retired"):
        changing.retire_currency(actor, code)


def _remove(actor: Actor, path: Path) -> None:
    changing.retire_currency(actor, path[0])


def install() -> None:
    contributions.contribute_configuration(Part(
        "currencies", gettext_lazy("Currencies"), 3, 1, CURRENCY, _read, _write, _remove,
        tables=(UsedCurrency,), gone=gettext_lazy("retired"),
    ))  # fmt: skip
