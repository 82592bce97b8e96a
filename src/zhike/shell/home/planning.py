"""Planning the next step of a deal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.domains.activities import services, workdays
from zhike.records import gate, registry
from zhike.records.fields.base import Field, Invalid

FIELDS = ("subject", "due_at")


def begun(deal: Any, now: datetime) -> dict[str, str]:
    """What the form proposes: the morning of the next working day."""
    due = workdays.next_working_morning(now)
    return {"subject": _("Next step: %(deal)s") % {"deal": deal}, "due_at": f"{due:%Y-%m-%dT%H:%M}"}


def plan_task(actor: Actor, deal: Any, raw: Mapping[str, str]) -> Any:
    """A task of one's own on the deal. Raises `Refused`."""
    record_type, changes, errors = registry.get("activities"), {}, {}
    for name in FIELDS:
        field = record_type.field(name)
        try:
            changes[name] = _cleaned(field, raw.get(name, ""))
        except Invalid as error:
            errors[name] = [str(error.message)]
    if errors:
        raise gate.Refused(errors)
    return services.log_activity(actor=actor, on=[deal], kind="task", **changes)


def _cleaned(field: Field | None, raw: str) -> Any:
    value = field.clean(raw) if field is not None else None
    if not value:
        raise Invalid(_("This field is required."))
    return value
