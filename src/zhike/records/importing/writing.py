"""Writing a batch: one COPY for what is new, one UPDATE for what changed; a bad row does not take others along."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.records import copying, gate, policies
from zhike.records.declaration import RecordType
from zhike.records.importing.drafts import Draft
from zhike.records.importing.refusals import UnableToImport
from zhike.records.rules import keeping


def insert(drafts: list[Draft], record_type: RecordType, actor: Actor) -> None:
    def write(part: list[Draft]) -> None:
        copying.insert([draft.record for draft in part])

    _obeying(drafts, write, record_type, actor)
    _check_right([draft.record.pk for draft in drafts if not draft.outcome], record_type, actor)


def update(drafts: list[Draft], record_type: RecordType, actor: Actor) -> None:
    def write(part: list[Draft]) -> None:
        names: set[str] = set()
        for draft in part:
            names |= changed_columns(draft)
        copying.update([draft.record for draft in part], names)

    _obeying(drafts, write, record_type, actor)


def changed_columns(draft: Draft) -> set[str]:
    fields = draft.record._meta.concrete_fields
    return {
        field.attname
        for field, value in zip(fields, draft.before, strict=True)
        if getattr(draft.record, field.attname) != value
    }


class _Broken(Exception):
    """Takes back what was written, because some of it breaks rules of the company."""


def _obeying(drafts: list[Draft], write: Callable[[list[Draft]], None], record_type: RecordType, actor: Actor) -> None:
    """Writes what may be written; rows that would break a rule are refused with its sentence, the others stay."""
    if not keeping.rules_of(record_type):
        _by_halves(drafts, write)
        return
    while drafts:
        try:
            with transaction.atomic():
                _by_halves(drafts, write)
                if _refuse_broken([draft for draft in drafts if not draft.outcome], record_type, actor):
                    raise _Broken
            return
        except _Broken:
            drafts = [draft for draft in drafts if not draft.outcome]


class _TakenBack(Exception):
    """A trial is over."""


def try_out(new: list[Draft], changed: list[Draft], record_type: RecordType, actor: Actor) -> None:
    """For a dry run: writes what stands on its own already, asks the rules of the company, and takes it back. A row
    that waits for a record still to be made is not asked."""
    if not keeping.rules_of(record_type):
        return
    with contextlib.suppress(_TakenBack), acts.act(actor, "import", record_type=record_type.name):
        insert([draft for draft in new if _stands_alone(draft)], record_type, actor)
        update([draft for draft in changed if _stands_alone(draft)], record_type, actor)
        raise _TakenBack
    for draft in new:
        draft.record.pk, draft.record._state.adding = None, True


def _stands_alone(draft: Draft) -> bool:
    return all(each is None or each.pk is not None for each in draft.record._state.fields_cache.values())


def _refuse_broken(drafts: list[Draft], record_type: RecordType, actor: Actor) -> bool:
    by_id = {draft.record.pk: draft for draft in drafts}
    column = f"{record_type.path}_id"
    entered = [draft.record.pk for draft in drafts if draft.existing is None or column in changed_columns(draft)]
    told = keeping.broken(actor, record_type, list(by_id), entered=entered if record_type.path else ())
    for number, sentences in told.items():
        for name, found in sentences.items():
            field = record_type.field(name) if name else None
            by_id[number].refuse(name, str(field.label) if field else "", " ".join(found))
    return bool(told)


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
