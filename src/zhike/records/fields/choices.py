"""One of few: the values of a `TextChoices`, or rows of a small configuration table such as stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import tzinfo
from functools import reduce
from operator import and_, or_
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, lookups
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhike.base import kept
from zhike.base.markup import format_html, format_html_join
from zhike.records import values
from zhike.records.fields import references
from zhike.records.fields.base import EMPTY, TONES, Context, Field, Invalid, RowField
from zhike.records.fields.text import as_list, holds


class Choice(Field):
    kind = "choice"
    operators: ClassVar[tuple[str, ...]] = ("in", "not_in", "empty", "not_empty")
    width = 96

    def choices(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in self._pairs()]

    def _pairs(self) -> Iterable[tuple[Any, Any]]:
        """Values and labels, the labels not yet in anybody's language."""
        if self.model_field is not None:
            return self.model_field.choices or ()
        return ((choice["value"], own_label(choice)) for choice in self.own_choices())

    def own_choices(self) -> list[dict[str, Any]]:
        """What a company defined: value, label, label_en, colour, retired."""
        return list(self.options.get("choices", ()))

    def retired(self) -> set[str]:
        """Values that old records keep and nobody is offered any more."""
        return {choice["value"] for choice in self.own_choices() if choice.get("retired")} if self.is_custom else set()

    def order(self, prefix: str = "") -> Any:
        """A company's own choices in the order it put them in."""
        own = self.own_choices() if self.is_custom else []
        if not own:
            return super().order(prefix)
        stored = self.expression(prefix)
        places = [
            models.When(lookups.Exact(stored, models.Value(choice["value"])), then=models.Value(place))
            for place, choice in enumerate(own)
        ]
        return models.Case(*places, output_field=models.IntegerField())

    def colour(self, value: Any) -> str:
        """A meaning for the chip: g good, w attention, b bad, a accent, v new; declared by the choices class."""
        found = self._colours() if callable(self._colours) else self._colours
        return str(found.get(value, ""))

    @property
    def has_colours(self) -> bool:
        """Whether its values mean good or bad: only then are they chips, all others are plain words."""
        return bool(self._colours)

    @property
    def _colours(self) -> Any:
        own = {choice["value"]: choice["colour"] for choice in self.own_choices() if choice.get("colour")}
        return own or getattr(self.options.get("choices_class"), "colours", None) or self.options.get("colours", {})

    def empty_value(self) -> Any:
        """A column that always holds one of the choices goes back to its default."""
        if self.model_field is None or self.model_field.null:
            return None
        return "" if self.model_field.blank else self.model_field.get_default()

    def clean_value(self, raw: Any) -> Any:
        if isinstance(raw, str) and raw in {value for value, _label in self.choices()}:
            return raw
        known = str(_(", ")).join(label for _value, label in self.choices()[:12])
        raise Invalid(_("“%(value)s” is not one of: %(known)s.") % {"value": str(raw)[:60], "known": known})

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if values.is_blank(raw):
            return self.clean(None)
        try:
            return values.read_choice(raw, self.choice_index())
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error

    def choice_index(self) -> values.Choices:
        """The values by themselves and by their labels in both languages, for matching what people write."""
        from django.utils.translation import override

        pairs: list[tuple[str, str]] = []
        for language in ("zh-hans", "en"):
            with override(language):
                pairs += self.choices()
        return values.index_choices(pairs)

    def text(self, value: Any) -> str:
        if value in (None, ""):
            return ""
        wanted = str(value)
        return next((str(label) for known, label in self._pairs() if str(known) == wanted), wanted)

    def html(self, value: Any) -> SafeString:
        if value in (None, ""):
            return EMPTY
        if not self.has_colours:
            return format_html("{}", self.text(value))
        return format_html('<span class="chip {}">{}</span>', TONES.get(self.colour(value), ""), self.text(value))

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "enum": [*(value for value, _label in self.choices()), "", None]}

    def is_empty(self, prefix: str = "") -> Q:
        return self.compare("isnull", True, prefix) | self.compare("exact", "", prefix)

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("in", "not_in"):
            wanted = [self._wanted(each) for each in as_list(value)]
            if not wanted:
                raise Invalid(_("Say a value to compare with."))
            found = self.compare("in", wanted, prefix)
            return ~found if operator == "not_in" else found
        return super().condition(operator, value, context, prefix)

    def explain(self, operator: str, value: Any) -> str:
        return str(_(", ")).join(self.text(self._wanted(each)) for each in as_list(value))


def own_label(choice: dict[str, Any]) -> str:
    """The words of a company's own choice in the reader's language."""
    english = (get_language() or "").startswith("en") and choice.get("label_en")
    return str(english or choice["label"])


class ManyChoices(Choice):
    """Several of few; as a column only where a kind of its own says how it lies there."""

    kind = "many_choices"
    operators: ClassVar[tuple[str, ...]] = ("has_any", "has_all", "has_none", "empty", "not_empty")
    sortable = False
    width = 180

    def empty_value(self) -> Any:
        return []

    def from_stored(self, stored: Any) -> Any:
        return [each for each in stored or [] if isinstance(each, str)] if isinstance(stored, list) else []

    def from_form(self, data: Any) -> Any:
        return data.getlist(self.name)

    def clean(self, raw: Any) -> Any:
        found = super().clean([] if raw is None or raw == "" else raw)
        if self.required and not found:
            raise Invalid(_("This field is required."))
        return found

    def clean_value(self, raw: Any) -> Any:
        if not isinstance(raw, list):
            raise Invalid(_("A list of values is expected here."))
        return list(dict.fromkeys(Choice.clean_value(self, each) for each in raw if each != ""))

    def _wanted(self, value: Any) -> Any:
        return Choice.clean_value(self, value)

    def read(self, raw: Any, zone: tzinfo) -> Any:
        parts = values.read_list("" if raw is None else str(raw))
        return list(dict.fromkeys(Choice.read(self, part, zone) for part in parts))

    def text(self, value: Any) -> str:
        return str(_(", ")).join(Choice.text(self, each) for each in value or [])

    def html(self, value: Any) -> SafeString:
        drawn = ((TONES.get(self.colour(each), ""), Choice.text(self, each)) for each in value or [])
        return format_html_join(" ", '<span class="chip {}">{}</span>', drawn) if value else EMPTY

    def json(self, value: Any) -> Any:
        return value or []

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}

    def is_empty(self, prefix: str = "") -> Q:
        at = f"{prefix}custom__{self.name}"
        return Q(**{at: []}) | Q(**{at: None}) | Q(**{f"{at}__isnull": True})

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("has_any", "has_all", "has_none"):
            wanted = [self._wanted(each) for each in as_list(value)]
            if not wanted:
                raise Invalid(_("Say a value to compare with."))
            each = [self._has(one, prefix) for one in wanted]
            found = reduce(and_ if operator == "has_all" else or_, each)
            return ~found if operator == "has_none" else found
        return Field.condition(self, operator, value, context, prefix)

    def _has(self, value: str, prefix: str) -> Q:
        return holds(f"{prefix}custom", self.name, value)


class Option(RowField):
    """A foreign key to a small configuration table (`is_option_table = True`): pipelines, stages, categories.

    The rows are few; they are read once per use and matched by name.
    """

    kind = "option"
    operators: ClassVar[tuple[str, ...]] = ("in", "not_in", "empty", "not_empty")
    width = 110

    @property
    def table(self) -> type[models.Model]:
        found: Any = self.model_field
        return found.related_model

    def rows(self) -> list[Any]:
        found: Any = self.table
        return list(found.objects.all())

    def choices(self) -> list[tuple[str, str]]:
        """Rows of one name are told apart by what they belong to, where they know it (a stage, its pipeline)."""
        rows = self.rows()
        shared = {name for name, count in Counter(self._name(row) for row in rows).items() if count > 1}
        return [
            (str(row.pk), str(getattr(row, "qualified_name", name)) if name in shared else name)
            for row in rows
            if (name := self._name(row))
        ]

    def _name(self, row: Any) -> str:
        return str(getattr(row, "full_name", row))

    def clean_value(self, raw: Any) -> Any:
        """A row, its id, `{"id": …}` as `json` gives it, or its name where only one has it."""
        if isinstance(raw, self.table):
            return raw
        if isinstance(raw, dict) and set(raw) <= {"id", "name"}:
            raw = raw.get("id", raw.get("name"))
        if isinstance(raw, int | str) and not isinstance(raw, bool):
            row = self._row(raw)
            if row is not None:
                return row
        known = str(_(", ")).join(label for _value, label in self.choices()[:12])
        raise Invalid(_("“%(value)s” is not one of: %(known)s.") % {"value": str(raw)[:60], "known": known})

    def _row(self, raw: int | str) -> Any:
        found: Any = self.table
        number = references.as_id(raw)
        if number is not None:
            return kept.once((found, number), lambda: found.objects.filter(pk=number).first())
        named = [row for row in self.rows() if raw in (str(row), self._name(row))]
        return named[0] if len(named) == 1 else None

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if values.is_blank(raw):
            return self.clean(None)
        wanted = str(raw).strip().casefold()
        for row in self.rows():
            words = (str(row), self._name(row), *getattr(row, "synonyms", ()))
            if wanted in {word.casefold() for word in words}:
                return row
        return self.clean_value(str(raw))

    def order(self, prefix: str = "") -> Any:
        return models.F(f"{prefix}{self.name}__position")

    def html(self, value: Any) -> SafeString:
        if value is None:
            return EMPTY
        colour = getattr(value, "colour", "")
        if not colour and not self.options.get("chip"):
            return format_html("{}", str(value))
        return format_html('<span class="chip {}">{}</span>', TONES.get(colour, ""), str(value))

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("in", "not_in"):
            return self.among(operator, [self._wanted(each).pk for each in as_list(value)], prefix)
        return super().condition(operator, value, context, prefix)

    def explain(self, operator: str, value: Any) -> str:
        return str(_(", ")).join(str(self._wanted(each)) for each in as_list(value))
