"""Which fields the one who asks may see and change: told once where a request or a job begins, asked everywhere.

`RecordType.fields()` answers as the reader in force may see them, so that a road that asks for a field gets the
masked one, or none, whether it thought of permission or not. What nobody in particular asks for (a service below the
gate, the search index, a condition inside a role) sees every field: `seeing_all()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from zhike.base.actors import Actor, Door, Kind
from zhike.records.fields.masking import Masked, narrowed_copy, unsortable
from zhike.records.roles import holding
from zhike.records.roles.rights import Access

if TYPE_CHECKING:
    from zhike.records.declaration import RecordType
    from zhike.records.fields.base import Field

Fields = dict[str, "Field"]
NOTHING: Mapping[str, Access] = {}


class Sight:
    """What one actor sees, remembered for as long as a request or a job takes."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._fields: dict[RecordType, tuple[Fields, Fields]] = {}
        self._accesses: dict[RecordType, Mapping[str, Access]] = {}

    def fields(self, record_type: RecordType, custom_fields: Fields) -> Fields:
        """The fields as the actor may see them; the very fields of the type where nothing is narrower."""
        found = self._fields.get(record_type)
        if found is None or found[0] is not custom_fields:
            found = self._fields[record_type] = custom_fields, self._narrowed(record_type)
        return found[1]

    def _narrowed(self, record_type: RecordType) -> Fields:
        every = record_type.every_field()
        narrow = self.accesses(record_type)
        unordered = [name for name, field in every.items() if self._would_be_told_by_order(field)]
        if not narrow and not unordered:
            return every
        found = {}
        for name, field in every.items():
            seen = _with_access(record_type, field, narrow.get(name, Access.EDITABLE))
            if seen is not None:
                found[name] = unsortable(seen) if name in unordered else seen
        return found

    def accesses(self, record_type: RecordType) -> Mapping[str, Access]:
        found = self._accesses.get(record_type)
        if found is None:
            found = self._accesses[record_type] = accesses(self.actor, record_type)
        return found

    def _would_be_told_by_order(self, field: Field) -> bool:
        """Whether a list sorted by a reference would tell titles the actor may not read."""
        from zhike.records import registry

        target = registry.find(name) if (name := getattr(field, "record_type_name", "")) else None
        return target is not None and self.accesses(target).get(target.title, Access.EDITABLE) < Access.READ_ONLY


def _with_access(record_type: RecordType, field: Field, access: Access) -> Field | None:
    is_title = field.name == record_type.title and access is Access.HIDDEN
    return narrowed_copy(field, access, is_title=is_title) if is_title or access is not Access.HIDDEN else None


def accesses(actor: Actor, record_type: RecordType) -> Mapping[str, Access]:
    """The fields of a type the actor may not simply edit: what their roles leave, under the ceiling of the policy. A
    computed field is seen no further than what it is computed from."""
    found = _said(actor, record_type)
    if not actor or actor.everything or actor.is_administrator:
        return found
    from zhike.records import registry
    from zhike.records.roles import computed

    return computed.narrowed(record_type.name, found, lambda name: _said(actor, registry.get(name)))


def _said(actor: Actor, record_type: RecordType) -> Mapping[str, Access]:
    if not actor or actor.everything:
        return NOTHING
    ceiling = record_type.policy.field_access(actor)
    found = NOTHING if actor.is_administrator else holding.accesses(actor, record_type.name)
    if not ceiling:
        return found
    widest = Access.EDITABLE
    return {name: min(found.get(name, widest), ceiling.get(name, widest)) for name in (*found, *ceiling)}


def may_read(actor: Actor, record_type: RecordType, name: str) -> bool:
    """Whether the actor may read the field in full, or it is none of the type."""
    return accesses(actor, record_type).get(name, Access.EDITABLE) >= Access.READ_ONLY


def may_write(actor: Actor, record_type: RecordType, name: str) -> bool:
    return accesses(actor, record_type).get(name, Access.EDITABLE) is Access.EDITABLE


_sight: ContextVar[Sight | None] = ContextVar("zhike_sight", default=None)


def current() -> Sight | None:
    return _sight.get()


@contextmanager
def seen_by(actor: Actor | None) -> Iterator[None]:
    """Inside, record types show their fields as `actor` may see them."""
    token = _sight.set(None if actor is None else Sight(actor))
    try:
        yield
    finally:
        _sight.reset(token)


def seen_by_member(member: Any) -> AbstractContextManager[None]:
    """The same for what is written to a member who is not asking just now: a notice."""
    return seen_by(
        Actor(Kind.MEMBER, str(member.name), Door.JOB, member_id=member.pk, roles=tuple(member.roles), name=member.name)
    )


@contextmanager
def seeing_all() -> Iterator[None]:
    """Inside, nobody in particular asks."""
    token = _sight.set(None)
    try:
        yield
    finally:
        _sight.reset(token)


def as_seen(record_type: RecordType, field: Field) -> Field | None:
    """A field of the type, perhaps one that was removed, as the reader in force may see it; None where hidden."""
    reading = _sight.get()
    if reading is None:
        return field
    return _with_access(record_type, field, reading.accesses(record_type).get(field.name, Access.EDITABLE))


def all_readable(record_type: RecordType, names: Iterable[str]) -> bool:
    """Whether the reader in force may read these fields of the type in full; what is no field counts as read."""
    reading = _sight.get()
    narrow = reading.accesses(record_type) if reading is not None else NOTHING
    return not narrow or all(narrow.get(name, Access.EDITABLE) >= Access.READ_ONLY for name in names)


def is_whole(record_type: RecordType) -> bool:
    """Whether the reader in force may read all of the type."""
    reading = _sight.get()
    return reading is None or all(each >= Access.READ_ONLY for each in reading.accesses(record_type).values())


def masked_title(record_type: RecordType) -> Masked | None:
    """How the title is shown to the reader in force, where they may not read it as it is."""
    reading = _sight.get()
    if reading is None or reading.accesses(record_type).get(record_type.title, Access.EDITABLE) >= Access.READ_ONLY:
        return None
    found = record_type.field(record_type.title)
    return found if isinstance(found, Masked) else None


def title_text(record_type: RecordType | None, text: str) -> str:
    """A title that was written down somewhere (the subject of an act), as the reader in force may see it."""
    masked = masked_title(record_type) if record_type is not None and text else None
    return masked.text(text) if masked else text
