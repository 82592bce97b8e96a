"""Reading one masked value in full, with a reason, and leaving a trace of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.sentences import one_line
from zhike.records import contributions, gate, policies, registry
from zhike.records.fields.base import Field
from zhike.records.fields.masking import Masked
from zhike.records.models import Reveal

ACT = "reveal"
LONGEST_REASON = 200


def find_field(actor: Actor, record: Any, name: str) -> Field:
    """The field itself. Raises `gate.NotVisible` where there is none that is masked to the actor, `gate.NotAllowed`
    without the right."""
    found = registry.of(record).fields_for(actor).get(name)
    if not isinstance(found, Masked) or found.is_title:
        raise gate.NotVisible
    gate.require(actor, policies.REVEAL, record)
    return found.inner


def reveal(actor: Actor, record: Any, name: str, reason: str) -> str:
    """The value in words. Raises as `find_field` does, and `gate.Refused` without a reason."""
    record_type, field = registry.of(record), find_field(actor, record, name)
    reason = one_line(reason)
    if not reason:
        raise gate.Refused({"reason": [_("Say why you need to read this.")]})
    if len(reason) > LONGEST_REASON:
        raise gate.Refused({"reason": [_("At most %(limit)d characters.") % {"limit": LONGEST_REASON}]})
    title = record_type.whole_title(record)
    with acts.act(actor, ACT, record_type=record_type.name, subject=title, reason=reason):
        Reveal.objects.create(
            record_type=record_type.name, record_id=record.pk, field=name, reason=reason,
            member_id=actor.member_id, actor_label=actor.label[:200],
        )  # fmt: skip
    return field.text(field.value_of(record))


def install() -> None:
    contributions.name_act(ACT, gettext_lazy("revealed a value of"))
    contributions.make_final(ACT)
