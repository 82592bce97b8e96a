"""The roles that come with the product; what each may do with a record type is said by the type's policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from zhike.base.actors import ADMINISTRATOR
from zhike.records.roles.rights import (
    ACTIONS,
    BULK,
    CREATE,
    EDIT,
    EXPORT,
    IMPORT,
    RESTORE,
    REVEAL,
    SEE,
    SHARE,
    TRANSFER,
    TRASH,
    Ability,
    Rights,
    Scope,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

DIRECTOR, MANAGER, SALESPERSON, ASSISTANT = "sales_director", "manager", "salesperson", "sales_assistant"
MARKETER, AGENT, LEAD = "marketer", "service_agent", "service_lead"
FINANCE, ANALYST, PARTNER = "finance", "analyst", "external_partner"


@dataclass(frozen=True)
class Ready:
    name: _StrOrPromise
    note: _StrOrPromise
    abilities: frozenset[str] = frozenset()


SHARES = frozenset({Ability.SHARE_VIEWS.value})
READY: dict[str, Ready] = {
    ADMINISTRATOR: Ready(_("Administrator"), _("Sees and does everything, and shapes the system."), SHARES),
    DIRECTOR: Ready(
        _("Sales director"), _("Sees everything; works on what belongs to the department and those below."), SHARES
    ),
    MANAGER: Ready(_("Manager"), _("Sees and works on what belongs to the department and those below."), SHARES),
    SALESPERSON: Ready(_("Salesperson"), _("Works on their own records and on what is shared with them.")),
    ASSISTANT: Ready(_("Sales assistant"), _("Keeps the records of the department: adds, completes, imports.")),
    MARKETER: Ready(_("Marketer"), _("Sees and exports all customers; works on their own."), SHARES),
    AGENT: Ready(_("Service agent"), _("Sees all customers to serve them; works on their own records.")),
    LEAD: Ready(_("Service lead"), _("Sees all customers; works on what belongs to the department."), SHARES),
    FINANCE: Ready(_("Finance"), _("Sees and exports everything; changes nothing.")),
    ANALYST: Ready(_("Analyst"), _("Sees and exports everything; changes nothing."), SHARES),
    PARTNER: Ready(_("External partner"), _("Sees and edits their own records and what is shared with them.")),
}


def same(scope: Scope, *actions: str) -> dict[str, Scope]:
    """One scope for each of `actions`, or for all."""
    return dict.fromkeys(actions or ACTIONS, scope)


_READS = same(Scope.EVERYTHING, SEE, EXPORT)
_OWN = same(Scope.OWN) | same(Scope.NOTHING, REVEAL)
OWNER_RIGHTS: Rights = {
    ADMINISTRATOR: same(Scope.EVERYTHING),
    DIRECTOR: same(Scope.DEPARTMENT_AND_BELOW) | _READS,
    MANAGER: same(Scope.DEPARTMENT_AND_BELOW),
    SALESPERSON: _OWN,
    ASSISTANT: same(Scope.DEPARTMENT, SEE, CREATE, EDIT, IMPORT),
    MARKETER: _OWN | _READS,
    AGENT: same(Scope.OWN, CREATE, EDIT, SHARE) | same(Scope.EVERYTHING, SEE),
    LEAD: same(Scope.DEPARTMENT_AND_BELOW, CREATE, EDIT, TRASH, RESTORE, EXPORT, BULK, SHARE, TRANSFER)
    | same(Scope.EVERYTHING, SEE),
    FINANCE: _READS,
    ANALYST: _READS,
    PARTNER: same(Scope.OWN, SEE, CREATE, EDIT),
}
"""For what belongs to somebody."""


def own_rights(**others: dict[str, Scope]) -> Rights:
    """`OWNER_RIGHTS` with those of some roles replaced."""
    return {**OWNER_RIGHTS, **others}


def common_rights(readers: Iterable[str] = READY) -> Rights:
    """For what belongs to everybody: administrators keep it, `readers` see it."""
    return {**dict.fromkeys(readers, _READS), ADMINISTRATOR: same(Scope.EVERYTHING)}


COMMON_RIGHTS: Rights = common_rights()
