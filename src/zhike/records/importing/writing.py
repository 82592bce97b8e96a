"""Writing a batch: one COPY for what is new, one UPDATE for what changed; a bad row does not take others along."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import copying, gate, policies
from zhike.records.declaration import RecordType
from zhike.records.importing.drafts import Draft
from zhike.records.importing.refusals import UnableToImport


def insert(drafts: list[Draft], record_type: RecordType, actor: Actor) -> None:
    _by_halves(drafts, lambda part: copying.insert([draft.record for draft in part]))
    _check_right([draft.record.pk for draft in drafts if not draft.outcome], record_type, actor)


def update(drafts: list[Draft]) -> None:
    def write(part: list[Draft]) -> None:
        names: set[str] = set()
        for draft in part:
            names |= changed_columns(draft)
        copying.update([draft.record for draft in part], names)

    _by_halves(drafts, write)


def changed_columns(draft: Draft) -> set[str]:
    fields = draft.record._meta.concrete_fields
    return {
        field.attname
        for field, value in zip(fields, draft.before, strict=True)
        if getattr(draft.record, field.attname) != value
    }


def _by_halves(drafts: list[Draft], write: Callable[[list[Draft]], None]) -> None:
    """Writes all at once; where the database refuses, halves the rows until the culprits stand alone."""
    if not drafts:
        return
    try:
        with transaction.atomic():
            write(drafts)
    except (IntegrityError, DataError) as error:
        if len(drafts) > 1:
            middle = len(drafts) // 2
            _by_halves(drafts[:middle], write)
            _by_halves(drafts[middle:], write)
        else:
            _refuse(drafts[0], error)


def _refuse(draft: Draft, error: Exception) -> None:
    if isinstance(error, IntegrityError):
        for name, sentences in gate.broken_constraint(error).items():
            draft.refuse(name, "", " ".join(sentences))
    else:
        reason = str(error).splitlines()[0]
        draft.refuse("", "", _("The database cannot hold a value of this row: %(reason)s") % {"reason": reason})


def _check_right(ids: list[int], record_type: RecordType, actor: Actor) -> None:
    """The filter of the list once more: what was written must be what the actor may create."""
    condition = record_type.policy.condition(actor, policies.CREATE, record_type.model)
    if condition is None or not ids:
        return
    if record_type.queryset().filter(condition, pk__in=ids).count() != len(ids):
        raise UnableToImport(_("These records are not yours to create."))
