"""On whose behalf a job works: kept with the job, with the rights of the moment it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from zhike.base.actors import ADMINISTRATOR, Actor, Door, Kind
from zhike.records.importing.refusals import UnableToImport


def kept(actor: Actor) -> dict[str, Any]:
    return {
        "kind": str(actor.kind),
        "label": actor.label,
        "member": actor.member_id,
        "everything": actor.everything,
        "really": actor.really,
        "read_only": actor.read_only,
        "types": sorted(actor.types),
        "only_reads": sorted(actor.only_reads),
    }


def actor_from(raw: dict[str, Any], door: Door) -> Actor:
    """The actor that was kept, with its member's role and department of now. Raises `UnableToImport`."""
    actor = Actor(
        kind=Kind(raw["kind"]),
        label=raw["label"],
        door=door,
        member_id=raw["member"],
        everything=raw["everything"],
        really=raw.get("really"),
        read_only=raw["read_only"],
        types=frozenset(raw["types"]),
        only_reads=frozenset(raw.get("only_reads", ())),
    )
    return with_rights(actor) if actor.member_id else actor


def with_rights(actor: Actor) -> Actor:
    members = get_user_model()._default_manager.select_related("department")
    member: Any = members.filter(pk=actor.member_id, is_active=True, trashed_at__isnull=True).first()
    if member is None:
        raise UnableToImport(_("%(name)s does not work here any more."), name=actor.label)
    return replace(
        actor,
        roles=tuple(role for role in member.roles if not (actor.really and role == ADMINISTRATOR)),
        department_id=member.department_id,
        department_path=member.department.path if member.department else "",
    )
