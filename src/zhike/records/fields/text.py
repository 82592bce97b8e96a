"""Words: one line, many lines, links, tags, places."""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.base.markup import escape, format_html, format_html_join
from zhike.records.fields.base import EMPTY, Context, Field, Invalid

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST = 20_000


class Text(Field):
    kind = "text"
    operators: ClassVar[tuple[str, ...]] = (
        "contains",
        "not_contains",
        "is",
        "is_not",
        "starts_with",
        "in",
        "empty",
        "not_empty",
    )
    width = 160

    def empty_value(self) -> Any:
        nullable = self.model_field is None or self.model_field.null
        return None if nullable else ""

    @property
    def longest(self) -> int:
        return getattr(self.model_field, "max_length", None) or self.options.get("max_length") or LONGEST

    @property
    def shortest(self) -> int:
        return int(self.options.get("min_length") or 0)

    def from_stored(self, stored: Any) -> Any:
        return stored if stored is None or isinstance(stored, str) else str(stored)

    def clean_value(self, raw: Any) -> Any:
        if not isinstance(raw, str):
            raise Invalid(_("Text is expected here."))
        self._refuse_too_long(raw)
        text = CONTROL.sub("", raw).strip()
        if not text and self.required:
            raise Invalid(_("This field is required."))
        return text or self.empty_value()

    def clean(self, raw: Any) -> Any:
        text = super().clean(raw)
        if text and len(text) < self.shortest:
            words = {"limit": self.shortest, "length": len(text)}
            raise Invalid(_("At least %(limit)d characters; these are %(length)d.") % words)
        return text

    def _refuse_too_long(self, text: str) -> None:
        if len(text) > self.longest:
            raise Invalid(
                _("At most %(limit)d characters; these are %(length)d.") % {"limit": self.longest, "length": len(text)}
            )

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        return self.clean("" if raw is None else str(raw))

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.longest}

    def is_empty(self, prefix: str = "") -> Q:
        return self.compare("isnull", True, prefix) | self.compare("exact", "", prefix)

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator == "contains":
            return self.compare("icontains", self._wanted(value), prefix)
        if operator == "not_contains":
            return ~self.compare("icontains", self._wanted(value), prefix)
        if operator == "starts_with":
            return self.compare("startswith", self._wanted(value), prefix)
        if operator == "in":
            return self.compare("in", [self._wanted(item) for item in as_list(value)], prefix)
        return super().condition(operator, value, context, prefix)

    def explain(self, operator: str, value: Any) -> str:
        return str(_(", ")).join(str(item) for item in as_list(value))


class LongText(Text):
    kind = "long_text"
    operators: ClassVar[tuple[str, ...]] = ("contains", "not_contains", "empty", "not_empty")
    sortable = False
    width = 240

    def html(self, value: Any) -> SafeString:
        return format_html('<span class="prose">{}</span>', value) if value else EMPTY


class Link(Text):
    kind = "link"

    def clean_value(self, raw: Any) -> Any:
        text = super().clean_value(raw)
        if text and not re.match(r"^[a-z][a-z0-9+.-]*:(?![0-9])", text, re.I):
            text = f"https://{text}"
        if text and not re.fullmatch(r"https?://[^\s/$.?#].[^\s]*", text, re.I):
            raise Invalid(_("This is no web address, such as https://example.com."))
        self._refuse_too_long(text or "")
        return text

    def html(self, value: Any) -> SafeString:
        if not value:
            return EMPTY
        if not re.match("https?://", value, re.I):
            return format_html("{}", value)
        shown = re.sub(r"^https?://(www\.)?|/$", "", str(value))
        return format_html('<a class="out" href="{}" rel="noopener noreferrer" target="_blank">{}</a>', value, shown)

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("contains", "not_contains"):
            found = self.compare("icontains", self._part(value), prefix)
            return ~found if operator == "not_contains" else found
        if operator == "starts_with":
            return self.compare("iregex", rf"^(https?://(www\.)?)?{re.escape(self._part(value))}", prefix)
        return super().condition(operator, value, context, prefix)

    def _part(self, value: Any) -> str:
        """A piece of an address, which need not be an address itself."""
        text = Text.clean_value(self, value)
        if not text:
            raise Invalid(_("Say a value to compare with."))
        return str(text)


class Region(Text):
    kind = "region"
    width = 116
    operators: ClassVar[tuple[str, ...]] = ("in", "is_not", "empty", "not_empty")

    def clean_value(self, raw: Any) -> Any:
        from zhike.base import regions

        text = super().clean_value(raw)
        path = regions.normalise_region(text) if text else text
        self._refuse_too_long(path or "")
        return path

    def text(self, value: Any) -> str:
        from zhike.base import regions

        return regions.short_region(value, levels=3) if value else ""

    def cell(self, value: Any) -> Any:
        """The whole path, so that a file can be read again."""
        return value or ""

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator == "in":
            found = Q(pk__in=[])
            for place in as_list(value):
                path = self._wanted(place)
                found |= self.compare("exact", path, prefix) | self.compare("startswith", f"{path}/", prefix)
            return found
        return super().condition(operator, value, context, prefix)


class Tags(Field):
    kind = "tags"
    operators: ClassVar[tuple[str, ...]] = ("has_any", "has_all", "has_none", "empty", "not_empty")
    sortable = False

    def empty_value(self) -> Any:
        return []

    def from_stored(self, stored: Any) -> Any:
        return stored or []

    def from_form(self, data: Any) -> Any:
        return [tag for item in data.getlist(self.name) for tag in item.split(",")]

    def clean(self, raw: Any) -> Any:
        if raw is None or raw == "":
            raw = []
        if isinstance(raw, str):
            raw = re.split(r"[,，;；、|]", raw)
        if not isinstance(raw, list) or not all(isinstance(tag, str) for tag in raw):
            raise Invalid(_("A list of words is expected here."))
        tags = list(dict.fromkeys(cleaned for tag in raw if (cleaned := CONTROL.sub("", tag).strip())))
        if any(len(tag) > 40 for tag in tags) or len(tags) > 50:
            raise Invalid(_("At most 50 tags of 40 characters."))
        if self.required and not tags:
            raise Invalid(_("This field is required."))
        return tags

    def read(self, raw: Any, zone: tzinfo) -> Any:
        return self.clean("" if raw is None else str(raw))

    def text(self, value: Any) -> str:
        return ", ".join(value or [])

    def html(self, value: Any) -> SafeString:
        return format_html_join(" ", '<span class="chip">{}</span>', ((tag,) for tag in value)) if value else EMPTY

    def json(self, value: Any) -> Any:
        return value or []

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "maxLength": 40}}

    def form_value(self, value: Any) -> Any:
        return ",".join(value or [])

    def is_empty(self, prefix: str = "") -> Q:
        if self.is_custom:
            at = f"{prefix}custom__{self.name}"
            return Q(**{at: []}) | Q(**{at: None}) | Q(**{f"{at}__isnull": True})
        return self.compare("len", 0, prefix)

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        tags = [tag for tag in as_list(value) if isinstance(tag, str) and tag]
        if operator in ("has_any", "has_all", "has_none"):
            if not tags:
                raise Invalid(_("Say a value to compare with."))
            each = [self._has(tag, prefix) for tag in tags]
            found = each[0]
            for more in each[1:]:
                found = found & more if operator == "has_all" else found | more
            return ~found if operator == "has_none" else found
        return super().condition(operator, value, context, prefix)

    def _has(self, tag: str, prefix: str) -> Q:
        if self.is_custom:
            return holds(f"{prefix}custom", self.name, tag)
        return self.compare("contains", [tag], prefix)

    def explain(self, operator: str, value: Any) -> str:
        return str(_(", ")).join(escape(tag) for tag in as_list(value))

    def output_field(self) -> models.Field[Any, Any]:
        return models.JSONField()


def holds(column: str, name: str, value: Any) -> Q:
    """A list within a JSON column has the value; turned into its opposite, that is so without a list as well."""
    return Q(**{f"{column}__has_key": name}) & Q(**{f"{column}__{name}__contains": [value]})


def as_list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]
