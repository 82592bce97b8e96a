"""The declaration of a record type: everything the engine derives pages, API, imports and tests from.

    @register
    class OpportunityRecord(RecordType):
        model = Opportunity
        label = _("Opportunity"), _("Opportunities")
        title = "name"
        columns = ("name", "customer", "amount", "stage", "owner", "expected_close_on")
        ...

A name in `columns`, `layout`, `search` … is a field of the model or a custom field; a `Column` object may stand
instead of a name where a cell needs to be drawn in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.records.fields.base import Field
from zhike.records.fields.making import field_of_model_field
from zhike.records.roles import sight

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from zhike.base.actors import Actor
    from zhike.records.columns import Column
    from zhike.records.models import Record
    from zhike.records.policies import Policy

Service = Callable[..., Any]
NEVER_FIELDS = frozenset({"id", "custom", "version", "title_key", "password", "trashed_at", "last_login"})


@dataclass(frozen=True)
class Section:
    """A group of fields on the record page and in the form; `when` shows it for some kinds of record only."""

    label: _StrOrPromise
    fields: tuple[str, ...]
    when: Callable[[Any], bool] | None = None

    def __init__(self, label: _StrOrPromise, *fields: str, when: Callable[[Any], bool] | None = None) -> None:
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "when", when)


@dataclass(frozen=True)
class RelatedList:
    """Records of another type that point here: `record_type` by name, `by` the field that points.

    `find` may replace the pointing field with a function `(record) -> Q` over the other type.
    `note` lists the fields of the second line, `figure` the field at the right. `follows` says that the other
    type's policy shows its records to whoever sees this one: then nobody asks it row by row. `when` says whose pages
    show the list.
    """

    record_type: str
    by: str = ""
    find: Callable[[Any], Any] | None = None
    note: tuple[str, ...] = ()
    figure: str = ""
    label: _StrOrPromise = ""
    follows: bool = False
    when: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class Fact:
    """A figure in the header of a record page: a field, or a function of the record, which `needs` fields to be
    read in full."""

    label: _StrOrPromise
    value: str | Callable[[Any, Any], Any]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """Lanes are the values of a choice or option field; `lanes_of` narrows them (the stages of one pipeline)."""

    lanes: str
    card: tuple[str, ...] = ()
    total: str = ""
    weight: Callable[[Any], int | None] | None = None
    lanes_of: Callable[[Any], list[Any]] | None = None
    choose_by: str = ""
    is_late: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Calendar:
    """Records by the day: `by` is the field a calendar goes by until somebody chooses another.

    `shown` are columns told beside the title (default: the card's), `tone` the choice or option its colour means
    (default: the board's lanes), `minutes` the field that says how long it lasts. `state` says of a record "late",
    "done" or ""; whoever may not read all of `needs` is not told it.
    """

    by: str
    shown: tuple[str, ...] = ()
    tone: str = ""
    minutes: str = ""
    state: Callable[[Any], str] | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """A named act on one record: a service, what right it needs, and a form for what it must be told.

    `when(record)` says whether the button shows; `fields` are what the form asks, by name, each a `Field`.
    """

    name: str
    label: _StrOrPromise
    service: Service
    needs: str = "edit"
    fields: tuple[Field, ...] = ()
    when: Callable[[Any], bool] | None = None
    icon: str = ""
    tone: str = ""
    url: str = ""
    """A page of its own instead of the derived form: `/members/{id}/departure/`, opened in the drawer."""
    defaults: Callable[[Any], dict[str, Any]] | None = None
    """What the form says at first of what the record does not say yet, by name."""

    def address(self, record: Any) -> str:
        """Where the action is done, on one record."""
        return self.url.format(id=record.pk) if self.url else f"{record.get_absolute_url()}actions/{self.name}/"

    @property
    def asks(self) -> bool:
        """Whether somebody is asked something before it is done."""
        return bool(self.fields or self.url)


@dataclass(frozen=True)
class Import:
    """How rows of a file become records.

    `match_on` lists the fields (or pairs) that may identify an existing record; `relations` the keys by which
    a referenced record is found; `synonyms` other headings people use for a field; `creatable` the references
    that may be created from a name alone; `note` lets a column become a dated note.
    """

    match_on: tuple[str, ...] = ("external_id",)
    relations: Mapping[str, tuple[str, ...]] = ()  # type: ignore[assignment]
    synonyms: Mapping[str, tuple[str, ...]] = ()  # type: ignore[assignment]
    creatable: tuple[str, ...] = ()
    creators: Mapping[str, Callable[[Any, str, Mapping[str, Any]], Any]] = ()  # type: ignore[assignment]
    """`(actor, name, beside) -> row` for a creatable reference that needs more than a name; `beside` are the other
    values of the first row that names it."""
    value_synonyms: Mapping[str, Mapping[str, Mapping[str, Any]]] = ()  # type: ignore[assignment]
    """What words mean in a field, by properties of the row: `{"stage": {"won": {"outcome": "won"}}}`; in lower case."""


@dataclass(frozen=True)
class Search:
    """What the search index holds: words of these fields; `phones`, `emails` by digits and address."""

    fields: tuple[str, ...]
    note: tuple[str, ...]

    def __init__(self, *fields: str, note: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "note", note)


class RecordType:
    """Subclass, fill in, `@register`. See the module's text and `checks.py` for what is verified at start-up."""

    model: ClassVar[type[Record]]
    name: ClassVar[str] = ""
    """Plural, in English: the path of its pages and API. Default: the model's plural name."""
    label: ClassVar[tuple[_StrOrPromise, _StrOrPromise]]
    icon: ClassVar[str] = "database"
    group: ClassVar[_StrOrPromise] = _("Customers")
    group_position: ClassVar[int] = 50
    position: ClassVar[int] = 50
    in_menu: ClassVar[bool] = True
    title: ClassVar[str] = "name"
    columns: ClassVar[Sequence[str | Column]] = ()
    extra_columns: ClassVar[Sequence[str | Column]] = ()
    sort: ClassVar[str] = "-created_at"
    filters: ClassVar[tuple[str, ...]] = ()
    search: ClassVar[Search]
    layout: ClassVar[tuple[Section, ...]] = ()
    rest_in: ClassVar[str] = ""
    """The section, told by its first field, of a company's own fields that say none. Default: a last one, "More"."""
    create_fields: ClassVar[tuple[str, ...]] = ()
    facts: ClassVar[tuple[Fact, ...]] = ()
    related: ClassVar[tuple[RelatedList, ...]] = ()
    title_order: ClassVar[Any] = None
    """What the title is sorted by, where that is not its letters (a tree): an expression that is never empty."""
    board: ClassVar[Board | None] = None
    calendar: ClassVar[Calendar | None] = None
    """Where none is declared, a calendar goes by the first day one may edit (`calendars.usual_field`)."""
    path: ClassVar[str] = ""
    """The option field drawn as a path of stages on the record page."""
    actions: ClassVar[tuple[Action, ...]] = ()
    policy: ClassVar[Policy]
    create: ClassVar[Service]
    update: ClassVar[Service]
    begin_with: ClassVar[Callable[[], Mapping[str, Any]] | None] = None
    """Raw values the form of a new record begins with, besides its owner."""
    complete: ClassVar[Callable[[Any], None] | None] = None
    """Fills what follows from the rest of an unsaved record (also for imports, where services are too slow)."""
    reacts_to: ClassVar[tuple[str, ...] | None] = None
    """The fields whose change means more than writing them: what `update` or `complete` answers to or the model
    checks. All others may be written to many records at once. `None`: nothing is known, so each goes by itself."""
    follow_change: ClassVar[Callable[[Any, Mapping[str, Any]], None] | None] = None
    """`(record, values before)`: what follows from a change, for imports, which write without the services."""
    after_import: ClassVar[Callable[[Any, list[Any]], None] | None] = None
    """`(actor, records)`: what must follow, in bulk, once imported records are in or changed."""
    imports: ClassVar[Import] = Import()
    read_only_fields: ClassVar[tuple[str, ...]] = ()
    hidden_fields: ClassVar[tuple[str, ...]] = ()
    system_fields: ClassVar[tuple[str, ...]] = ("created_at", "created_by", "updated_at")
    field_options: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    avatar: ClassVar[str] = ""
    """`square` or `round`: a letter before the title."""
    default_views: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    change_gate: ClassVar[Callable[[Any, Mapping[str, Any]], list[str]] | None] = None
    """`(record, changes) -> field names` that must be filled before the change may happen (a stage's gate)."""
    parts_need: ClassVar[tuple[str, ...]] = ()
    """Fields one must be able to read in full to be told of the rows that belong to a record (product lines)."""
    export_fields: ClassVar[tuple[str, ...]] = ()
    handed_over: ClassVar[Q | None] = None
    """Which records of a member who leaves go to the successor; the others stay as history. Default: all."""
    linked_by: ClassVar[Callable[[str, Any], Any] | None] = None
    """`(record type name, id) -> Q`: how records of this type hang on records of any type (activities)."""

    # Fields

    @cached_property
    def built_in_fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for model_field in self.model._meta.concrete_fields:
            if model_field.name in NEVER_FIELDS or model_field.name in self.hidden_fields:
                continue
            field = field_of_model_field(model_field)
            if field is not None:
                field.options.update(self.field_options.get(model_field.name, {}))
                if model_field.name in self.read_only_fields or model_field.name in self.system_fields:
                    field.editable = False
                found[model_field.name] = field
        return found

    def custom_fields(self) -> dict[str, Field]:
        from zhike.records import custom

        return custom.fields_of(self.name)

    def every_field(self) -> dict[str, Field]:
        """Every field by name, custom ones last, whoever asks."""
        custom_fields = self.custom_fields()
        return {**self.built_in_fields, **custom_fields} if custom_fields else self.built_in_fields

    def fields(self) -> dict[str, Field]:
        """The fields by name as the reader in force may see them: hidden ones are missing (`roles/sight.py`)."""
        reading = sight.current()
        return self.every_field() if reading is None else reading.fields(self, self.custom_fields())

    def fields_as_laid_out(self) -> dict[str, Field]:
        """Every field in the order of the form; then what no form shows, and last what the system keeps."""
        fields = self.fields()
        laid_out = [name for section in self.layout for name in section.fields if name in fields]
        shown = dict.fromkeys([*laid_out, *(name for name in fields if name not in self.system_fields), *fields])
        return {name: fields[name] for name in shown}

    def field(self, name: str) -> Field | None:
        if sight.current() is not None:
            return self.fields().get(name)
        return self.built_in_fields.get(name) or self.custom_fields().get(name)

    def fields_for(self, actor: Actor) -> dict[str, Field]:
        """The fields as `actor` may see them."""
        return sight.Sight(actor).fields(self, self.custom_fields())

    def editable_fields(self) -> dict[str, Field]:
        return {name: field for name, field in self.fields().items() if field.editable}

    # Names and addresses

    @property
    def singular(self) -> _StrOrPromise:
        return self.label[0]

    @property
    def plural(self) -> _StrOrPromise:
        return self.label[1]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def record_keyword(self) -> str:
        """The keyword by which services take the record: `opportunity`."""
        return str(self.model._meta.model_name)

    @property
    def url(self) -> str:
        return f"/{self.name}/"

    def title_of(self, record: Any) -> str:
        """The record's title, as the reader in force may see it."""
        if masked := sight.masked_title(self):
            return masked.text(masked.value_of(record)) or f"#{record.pk}"
        return self.whole_title(record)

    def whole_title(self, record: Any) -> str:
        """For the log, whoever asks."""
        return str(getattr(record, self.title) or f"#{record.pk}")

    def sections(self, record: Any | None = None) -> list[Section]:
        """The sections that apply to a record, as laid out for the reader or else as declared."""
        from zhike.records.layouts import reading

        laid_out = reading.sections_of(self, record)
        return self.declared_sections(record) if laid_out is None else laid_out

    def declared_sections(self, record: Any | None = None) -> list[Section]:
        """The declared sections that apply to a record, with the custom fields."""
        shown = [s for s in self.layout if s.when is None or record is None or s.when(record)]
        custom_fields = self.custom_fields()
        return self._with_custom(shown, custom_fields) if custom_fields else shown

    def _with_custom(self, shown: list[Section], custom_fields: Mapping[str, Field]) -> list[Section]:
        """Each custom field in the section it was put in (told by that section's first field), else in `rest_in`."""
        places = {section.fields[0] for section in self.layout if section.fields}
        by_place: dict[str, list[str]] = {}
        for name, field in custom_fields.items():
            place = field.options.get("section", "")
            by_place.setdefault(place if place in places else self.rest_in, []).append(name)
        found = []
        for section in shown:
            more = by_place.get(section.fields[0], []) if section.fields else []
            found.append(Section(section.label, *section.fields, *more, when=section.when) if more else section)
        more = by_place.get("", [])
        return [*found, Section(_("More"), *more)] if more else found

    def has_owner(self) -> bool:
        return "owner" in self.built_in_fields

    def related_lists(self) -> tuple[RelatedList, ...]:
        """The declared lists, and those of records whose own fields point here; less those that would tell the reader
        in force of a pointer they may not read."""
        from zhike.records import custom, registry

        found = (*self.related, *custom.lists_on(self.name))
        if sight.current() is None:
            return found
        return tuple(each for each in found if sight.all_readable(registry.get(each.record_type), [each.by]))

    def related_as_laid_out(self) -> list[RelatedList]:
        """The lists a page shows, in their order."""
        from zhike.records import relations
        from zhike.records.layouts import reading

        return reading.in_order(self.name, reading.RELATED, self.related_lists(), relations.key_of)

    def card_fields(self) -> list[str]:
        """What a card of the board shows besides its title."""
        from zhike.records.layouts import reading

        return reading.names_of(self, reading.CARD, self.board.card if self.board is not None else ())

    def action(self, name: str) -> Action | None:
        return next((action for action in self.actions if action.name == name), None)

    def queryset(self) -> Any:
        return self.model._default_manager.all()
