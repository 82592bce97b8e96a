"""Standing in another member's place: a deputy acts for somebody on leave, an administrator looks and changes nothing.

The session says in whose place one stands; whether that still holds is asked at every request.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import ADMINISTRATOR, Actor, Door, Kind
from zhike.base.changelog import acts
from zhike.base.notices.services import notify
from zhike.base.workspaces import queries as workspaces
from zhike.domains.people.models import Deputy, Member
from zhike.records import gate
from zhike.records.fields.references import as_id
from zhike.records.roles.acting import actor_of
from zhike.records.services import refusal

PLACE = "standing_in"
LOOK, ACT = "look", "act"


# In a session


def actor_in(session: MutableMapping[str, Any], me: Member) -> Actor:
    """The actor of a signed-in member: their own, or the one in whose place they stand."""
    mine = actor_of(me, Door.FORM)
    place = session.get(PLACE)
    if not place:
        return mine
    other = Member.objects.select_related("department").filter(pk=place["member"], trashed_at__isnull=True).first()
    if other is not None and place["to"] == LOOK and mine.is_administrator:
        return looking(mine, other)
    if other is not None and place["to"] == ACT and deputyships(me.pk).filter(member=other).exists():
        return acting_for(mine, other)
    del session[PLACE]
    return mine


def looking(mine: Actor, other: Member) -> Actor:
    """What `other` sees, and nothing can be changed."""
    return replace(actor_of(other, Door.FORM), label=mine.label, read_only=True, really=mine.member_id)


def acting_for(mine: Actor, other: Member) -> Actor:
    """What `other` may do, less the administration; the log says who did it for whom."""
    theirs = actor_of(other, Door.FORM)
    with translation.override(workspaces.default_language()):
        label = _("%(deputy)s for %(member)s") % {"deputy": mine.label, "member": other.name}
    roles = tuple(role for role in theirs.roles if role != ADMINISTRATOR)
    return replace(theirs, label=label, roles=roles, really=mine.member_id)


def look_as(session: MutableMapping[str, Any], actor: Actor, other: Member) -> None:
    """From now on the session sees what `other` sees. That somebody looked is in the log. Raises `NotAllowed`."""
    if not actor.is_administrator or actor.kind != Kind.MEMBER or actor.read_only or actor.types or actor.really:
        raise gate.NotAllowed("look_as")
    with acts.act(actor, "look_as", record_type="members", subject=other.name):
        session[PLACE] = {"member": other.pk, "to": LOOK}


def act_for(session: MutableMapping[str, Any], me: Member, other: Member) -> None:
    """From now on the session acts for `other`. Raises `NotAllowed` unless one is their deputy today."""
    if not deputyships(me.pk).filter(member=other).exists():
        raise gate.NotAllowed("act_for")
    with acts.act(actor_of(me, Door.FORM), "act_for", record_type="members", subject=other.name):
        session[PLACE] = {"member": other.pk, "to": ACT}


def be_oneself(session: MutableMapping[str, Any]) -> None:
    session.pop(PLACE, None)


# Deputies


def deputyships(member_id: int) -> QuerySet[Deputy]:
    """For whom a member stands in today."""
    today = clock.today()
    found = Deputy.objects.select_related("member").filter(deputy_id=member_id, first_day__lte=today)
    return found.filter(last_day__gte=today, member__trashed_at__isnull=True)


def deputies_of(member_id: int) -> QuerySet[Deputy]:
    """Who stands in for a member, today or later."""
    found = Deputy.objects.select_related("deputy").filter(member_id=member_id, last_day__gte=clock.today())
    return found.order_by("first_day", "id")


def name_deputy(*, actor: Actor, member: Member, deputy: Any, first_day: date, last_day: date) -> Deputy:
    """`deputy` (an id or a member) may act for `member` from the first day to the last. Refuses who does not work
    here, oneself, and days that are over."""
    _require_own(actor, member)
    number = getattr(deputy, "pk", None) or as_id(deputy)
    found = Member.objects.filter(pk=number or 0, is_active=True, trashed_at__isnull=True).first()
    if found is None or found.pk == member.pk:
        raise refusal(_("Choose a colleague."), "deputy")
    if last_day < first_day or last_day < clock.today():
        raise refusal(_("The last day comes before the first, or is over already."), "last_day")
    with _act(actor, "name_deputy", found.name):
        made: Deputy = Deputy.objects.create(member=member, deputy=found, first_day=first_day, last_day=last_day)
        _tell(made)
    return made


def end_deputyship(*, actor: Actor, deputy: Deputy) -> None:
    _require_own(actor, deputy.member)
    with _act(actor, "end_deputyship", deputy.deputy.name):
        deputy.delete()


def _require_own(actor: Actor, member: Member) -> None:
    """A member names their own deputy, an administrator anybody's; a deputy names none."""
    if actor.really or actor.read_only or not (actor.member_id == member.pk or actor.is_administrator):
        raise gate.NotAllowed("name_deputy")


@contextmanager
def _act(actor: Actor, action: str, subject: str) -> Iterator[None]:
    with acts.act(actor, action, record_type="members", subject=subject):
        yield


def _tell(made: Deputy) -> None:
    with translation.override(made.deputy.language or workspaces.default_language()):
        text = _("You stand in for %(name)s from %(first)s to %(last)s.") % {
            "name": made.member.name, "first": f"{made.first_day:%Y-%m-%d}", "last": f"{made.last_day:%Y-%m-%d}",
        }  # fmt: skip
    notify(member_id=made.deputy_id, kind="deputy", text=text, url="/me/", key=f"deputy:{made.pk}")
