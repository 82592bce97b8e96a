"""The actor a member is."""

from __future__ import annotations

from typing import Any

from zhike.base.actors import Actor, Door, Kind


def actor_of(member: Any, door: Door, *, kind: Kind = Kind.MEMBER, label: str = "", read_only: bool = False) -> Actor:
    """With the roles and the department of now; `department` should have been fetched along."""
    return Actor(
        kind=kind, label=label or member.name, door=door, member_id=member.pk, roles=tuple(member.roles),
        department_id=member.department_id, department_path=member.department.path if member.department else "",
        name=member.name, read_only=read_only,
    )  # fmt: skip
