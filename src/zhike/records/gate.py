"""The one gate: whatever changes a record comes through here.

Permission first, then the values, then the domain's service, all inside one change set. The gate raises
`NotVisible` (to the outside: 404, not even existence is told), `NotAllowed` (403), `Refused` (422, by field).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.records import custom, policies, registry
from zhike.records.declaration import Action, RecordType
from zhike.records.fields.base import Invalid
from zhike.records.fields.choices import Choice, Option
from zhike.records.fields.files import Files
from zhike.records.fields.pointing import points
from zhike.records.fields.text import as_list
from zhike.records.roles import lacking, sight
from zhike.records.rules import keeping


class NotVisible(Exception):
    """For this actor the record does not exist."""


class NotAllowed(Exception):
    """The actor sees the record but may not do this with it."""


class Refused(Exception):
    """The values cannot be taken: messages by field name; "" for the record as a whole."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(messages)}" for name, messages in errors.items()))
        self.errors = dict(errors)


class Stale(Exception):
    """Somebody changed the record in between. `conflicts`: field → (their value, ours)."""

    def __init__(self, record: Any, conflicts: Mapping[str, tuple[Any, Any]]) -> None:
        super().__init__(", ".join(conflicts))
        self.record = record
        self.conflicts = dict(conflicts)


# Reading


def get_record(
    actor: Actor, record_type: RecordType, record_id: int, *, action: str = policies.SEE, related: tuple[str, ...] = ()
) -> Any:
    """The record with `record_id`, and the `related` ones it points at along with it.

    Raises `NotVisible`, or `NotAllowed` when it is visible and no more.
    """
    queryset = record_type.queryset().filter(pk=record_id)
    queryset = queryset.select_related(*related) if related else queryset
    record = queryset.first()
    if record is None or not record_type.policy.allows(actor, policies.SEE, record):
        raise NotVisible
    if action != policies.SEE:
        require(actor, action, record)
    return record


def require(actor: Actor, action: str, record: Any) -> None:
    """Raises `NotVisible` or `NotAllowed` unless the actor may do `action` with the record."""
    record_type = registry.of(record)
    if record_type.policy.allows(actor, action, record):
        return
    if record_type.policy.allows(actor, policies.SEE, record):
        raise NotAllowed(action)
    raise NotVisible


def require_any(actor: Actor, action: str, record_type: RecordType) -> None:
    """Raises `NotAllowed` when the actor may never do this with a record of the type."""
    if not record_type.policy.may(actor, action):
        raise NotAllowed(action)


# Writing


@sight.seeing_all()
def create(actor: Actor, record_type: RecordType, raw: Mapping[str, Any]) -> Any:
    """A new record from raw values by field name."""
    require_any(actor, policies.CREATE, record_type)
    changes = cleaned(actor, record_type, raw, partial=False)
    if record_type.has_owner() and not changes.get("owner"):
        changes["owner"] = default_owner(actor)
    title = str(changes.get(record_type.title) or "")
    with refusals(), acts.act(actor, "create", record_type=record_type.name, subject=title):
        record = type(record_type).create(actor=actor, **changes)
        _name_subject(record_type, record)
        if not record_type.policy.allows(actor, policies.CREATE, record):
            raise NotAllowed(policies.CREATE)
        obey_rules(actor, record)
        acts.keep_fresh(record)
        return record


@sight.seeing_all()
def edit(
    actor: Actor,
    record: Any,
    raw: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Any:
    """Changes fields of a record. `seen` are the values the editor started from (as `json` gives them), `version`
    the version; with either, a change by somebody else in between raises `Stale` instead of being overwritten."""
    record_type = registry.of(record)
    require(actor, policies.EDIT, record)
    changes = cleaned(actor, record_type, raw, partial=True, record=record)
    with refusals(), _act(actor, "edit", record_type, record):
        record = _locked(record_type, record)
        _refuse_stale(record_type, record, changes, seen, version)
        changes = {name: value for name, value in changes.items() if _differs(record_type, record, name, value)}
        if not changes:
            return record
        if "owner" in changes:
            require(actor, policies.TRANSFER, record)
        _pass_change_gate(actor, record_type, record, changes)
        acts.keep_fresh(record)
        place = keeping.place_of(record_type, record)
        saved = type(record_type).update(actor=actor, **{record_type.record_keyword: record}, **changes)
        obey_rules(actor, record, place)
        return saved


@sight.seeing_all()
def apply_checked(actor: Actor, record_type: RecordType, record: Any, changes: Mapping[str, Any]) -> bool:
    """The last step of an edit, for acts on many records: permission and values were checked for all of them, the
    act is open, the record is locked. Returns whether there was anything to change. Raises `Refused`."""
    differing = {name: value for name, value in changes.items() if _differs(record_type, record, name, value)}
    if not differing:
        return False
    with refusals():
        _pass_change_gate(actor, record_type, record, differing)
        place = keeping.place_of(record_type, record)
        type(record_type).update(actor=actor, **{record_type.record_keyword: record}, **differing)
        obey_rules(actor, record, place)
    return True


@sight.seeing_all()
def trash(actor: Actor, record: Any) -> None:
    from zhike.records import services

    require(actor, policies.TRASH, record)
    with _act(actor, "trash", registry.of(record), record):
        services.move_to_trash(actor=actor, record=record)


@sight.seeing_all()
def restore(actor: Actor, record: Any) -> None:
    from zhike.records import services

    require(actor, policies.RESTORE, record)
    with refusals(), _act(actor, "restore", registry.of(record), record):
        services.restore_from_trash(actor=actor, record=record)


@sight.seeing_all()
def perform(actor: Actor, record: Any, action: Action, raw: Mapping[str, Any]) -> Any:
    """A declared action of the record's type, with the values its form asks for."""
    record_type = registry.of(record)
    require(actor, policies.doing(action.name), record)
    if action.when is not None and not action.when(record):
        raise Refused({"": [_("This is not possible in the record's present state.")]})
    arguments = _cleaned_by(actor, record_type, action.fields, raw)
    with refusals(), _act(actor, action.name, record_type, record):
        record = _locked(record_type, record)
        place = keeping.place_of(record_type, record)
        done = action.service(actor=actor, **{record_type.record_keyword: record}, **arguments)
        obey_rules(actor, record, place)
        return done


# Values


def cleaned(
    actor: Actor, record_type: RecordType, raw: Mapping[str, Any], *, partial: bool, record: Any = None
) -> dict[str, Any]:
    """Python values of raw ones. Raises `Refused` naming every field that cannot be taken."""
    fields = record_type.fields_for(actor)
    errors: dict[str, list[str]] = {}
    changes: dict[str, Any] = {} if partial else lacking.given_for(record_type, fields, errors)
    for name in raw:
        if name not in fields:
            errors[name] = [_("There is no such field.")]
        elif not fields[name].editable:
            errors[name] = [_("This field cannot be written.")]
    wanted = [name for name in fields if fields[name].editable and (name in raw or not partial)]
    for name in wanted:
        field = fields[name]
        if name not in raw and field.default() is not None:
            changes[name] = field.default()
            continue
        if name not in raw and not field.required:
            continue
        try:
            changes[name] = _seen_by(actor, field, field.clean(raw.get(name)), record)
        except Invalid as error:
            errors[name] = [str(error.message)]
    if errors:
        raise Refused(errors)
    return changes


def _seen_by(actor: Actor, field: Any, value: Any, record: Any) -> Any:
    """Nobody may point at what they may not see; what the record pointed at already stays allowed."""
    if isinstance(field, Option) or (isinstance(field, Choice) and field.retired()):
        return offered(field, value, field.value_of(record) if record else None)
    if isinstance(field, Files):
        return field.held(value, record)
    if not points(field) or not value or (record and field.value_of(record) == value):
        return value
    held = as_list(field.value_of(record)) if record else []
    if any(not _sees(actor, field, each) for each in as_list(value) if each not in held):
        raise Invalid(_("There is no such record, or you may not see it."))
    return value


def _sees(actor: Actor, field: Any, value: Any) -> bool:
    target = registry.find(field.record_type_name)
    return target is None or target.policy.allows(actor, policies.SEE, value)


def offered(field: Any, value: Any, held: Any) -> Any:
    """The value. A choice or a row of a list that was retired stays where it is and is given to no other record: raises
    `Invalid` for one that is not among what the record held."""
    before = as_list(held)
    if isinstance(field, Option):
        late = [value] if value is not None and not value.is_offered and value not in before else []
    else:
        retired = field.retired() if isinstance(field, Choice) else set()
        late = [Choice.text(field, each) for each in as_list(value) if each in retired and each not in before]
    if late:
        raise Invalid(_("“%(value)s” is not in use any more.") % {"value": late[0]})
    return value


def _cleaned_by(
    actor: Actor, record_type: RecordType, fields: tuple[Any, ...], raw: Mapping[str, Any]
) -> dict[str, Any]:
    """What an action is told; what stands for a field of the record is written by whoever may write that field."""
    errors, arguments = {}, {}
    known = {field.name for field in fields}
    for name in raw:
        if name not in known:
            errors[name] = [_("There is no such field.")]
    for field in fields:
        if not sight.may_write(actor, record_type, field.name):
            errors[field.name] = [_("This field cannot be written.")]
            continue
        try:
            arguments[field.name] = _seen_by(actor, field, field.clean(raw.get(field.name)), None)
        except Invalid as error:
            errors[field.name] = [str(error.message)]
    if errors:
        raise Refused(errors)
    return arguments


def default_owner(actor: Actor) -> Any:
    """The member who acts; of the row only what the actor knows is there, the rest is read when it is asked for."""
    if actor.member_id is None:
        return None
    members = get_user_model()
    if not actor.name:
        return members._default_manager.filter(pk=actor.member_id).first()
    return members.from_db(DEFAULT_DB_ALIAS, ("id", "name"), (actor.member_id, actor.name))


# Inside the act


def _act(actor: Actor, action: str, record_type: RecordType, record: Any = None) -> Any:
    subject = record_type.title_of(record) if record is not None else ""
    return acts.act(actor, action, record_type=record_type.name, subject=subject)


def _name_subject(record_type: RecordType, record: Any) -> None:
    change_set = acts.current()
    if change_set is not None and not change_set.subject and change_set.record_type == record_type.name:
        change_set.subject = record_type.title_of(record)[:300]
        change_set.save(update_fields=["subject"])


def _locked(record_type: RecordType, record: Any) -> Any:
    return record_type.queryset().select_for_update(of=("self",)).get(pk=record.pk)


def _differs(record_type: RecordType, record: Any, name: str, value: Any) -> bool:
    field = record_type.field(name)
    return field is not None and field.value_of(record) != value


def _refuse_stale(
    record_type: RecordType,
    record: Any,
    changes: Mapping[str, Any],
    seen: Mapping[str, Any] | None,
    version: int | None,
) -> None:
    fields = record_type.fields()
    conflicts = {}
    for name, value in changes.items():
        theirs = fields[name].value_of(record)
        if seen is not None and name in seen and fields[name].json(theirs) != seen[name] and theirs != value:
            conflicts[name] = (theirs, value)
    if version is not None and record.version != version:
        conflicts |= {name: (fields[name].value_of(record), value) for name, value in changes.items()}
    if conflicts:
        raise Stale(record, conflicts)


def _pass_change_gate(actor: Actor, record_type: RecordType, record: Any, changes: Mapping[str, Any]) -> None:
    change_gate = type(record_type).change_gate
    missing = change_gate(record, changes) if change_gate else []
    if missing:
        raise Refused(lacking.told(actor, record_type, missing))


def obey_rules(actor: Actor, record: Any, place: Any = None) -> None:
    """Asks the company's rules of a record just written, inside the act; `place` is the stage it stood in before.
    Raises `Refused` with their sentences."""
    record_type = registry.of(record)
    if not keeping.rules_of(record_type):
        return
    now = record_type.queryset().filter(pk=record.pk).first()
    entered = [record.pk] if now is not None and keeping.place_of(record_type, now) != place else []
    if told := keeping.broken(actor, record_type, [record.pk], entered=entered).get(record.pk):
        raise Refused(told)


class refusals:
    """Turns what the database and the models refuse into `Refused`, and takes back what was half done: an act of
    its own does so by itself, inside an act that was joined it needs a savepoint."""

    def __enter__(self) -> None:
        self.savepoint: AbstractContextManager[Any] = (
            transaction.atomic() if acts.current() is not None else nullcontext()
        )
        self.savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.savepoint.__exit__(kind, error, trace)
        if isinstance(error, ValidationError):
            raise Refused(_messages(error)) from error
        if isinstance(error, IntegrityError):
            raise Refused(broken_constraint(error)) from error
        if isinstance(error, DataError):
            raise Refused({"": [_("A value does not fit its column.")]}) from error


def _messages(error: ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {("" if name == "__all__" else name): list(texts) for name, texts in error.message_dict.items()}
    return {"": list(error.messages)}


def broken_constraint(error: IntegrityError) -> dict[str, list[str]]:
    """The sentence of the constraint, at its field where it is about one."""
    told = getattr(error.__cause__, "diag", None)
    name = getattr(told, "constraint_name", "") or ""
    if custom_field := custom.unique_field_of(name):
        return {custom_field: [_("This is taken by another record.")]}
    for record_type in registry.all_types():
        for constraint in record_type.model._meta.constraints:
            if constraint.name == name:
                fields: tuple[str, ...] = getattr(constraint, "fields", ())
                return {fields[0] if len(fields) == 1 else "": [str(constraint.get_violation_error_message())]}
    twice = re.match(r"Key \((\w+)\)=", getattr(told, "message_detail", "") or "")
    if twice and name.endswith("_key"):
        return {twice[1]: [_("This is taken by another record.")]}
    return {"": [_("The database refused this: %(name)s.") % {"name": name or _("a rule was broken")}]}
