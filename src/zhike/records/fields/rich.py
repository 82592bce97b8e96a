"""Text with a few marks: bold, lists, headings, links. Kept as HTML that was cleaned on the way in."""

from __future__ import annotations

import html
import re
from datetime import tzinfo
from typing import Any, ClassVar

import nh3
from django.db import models
from django.db.models import Q, Value
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from zhike.base.markup import escape, format_html
from zhike.records.fields.base import EMPTY, Context, Invalid
from zhike.records.fields.text import CONTROL, Text

TAGS = {"p", "br", "b", "strong", "i", "em", "u", "s", "a", "ul", "ol", "li", "h3", "h4", "blockquote"}
BLOCKS = re.compile(r"<br\s*/?>|</(?:p|li|h3|h4|blockquote|div)>", re.IGNORECASE)
MARKED = re.compile(r"<(?:p|br|div|ul|ol|li|b|strong|i|em|h[1-6])\b[^>]*>", re.IGNORECASE)
LONGEST_MARKED = 200_000
IN_A_LIST = 300
"""Characters a cell of a list is given; the style sheet cuts them to its width."""


class RichText(Text):
    kind = "rich_text"
    operators: ClassVar[tuple[str, ...]] = ("contains", "not_contains", "empty", "not_empty")
    sortable = False
    width = 240

    def clean_value(self, raw: Any) -> Any:
        """HTML; whatever is not one of the marks is taken out, scripts with all that is in them."""
        if not isinstance(raw, str):
            raise Invalid(_("Text is expected here."))
        if len(raw) > LONGEST_MARKED:
            raise Invalid(_("This text is too long."))
        cleaned = cleaned_marks(CONTROL.sub("", raw.replace("\r", "")).strip())
        words = plain(cleaned)
        self._refuse_too_long(words)
        if not words and self.required:
            raise Invalid(_("This field is required."))
        return cleaned if words else None

    def clean(self, raw: Any) -> Any:
        return super(Text, self).clean(raw)

    def read(self, raw: Any, zone: tzinfo) -> Any:
        """Cells hold plain text, a paragraph a line; marked ones from elsewhere are taken with their marks."""
        text = "" if raw is None else str(raw).strip()
        if text and not MARKED.search(text):
            text = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
        return self.clean(text)

    def says_same(self, current: Any, wanted: Any) -> bool:
        """A file knows the words only: those that are there already keep their marks."""
        return self.text(current) == self.text(wanted)

    def text(self, value: Any) -> str:
        return plain(value) if value else ""

    def html(self, value: Any) -> SafeString:
        return format_html('<span class="prose">{}</span>', self.text(value)[:IN_A_LIST]) if value else EMPTY

    def marked(self, value: Any) -> SafeString:
        """With its marks, for a page. Cleaned once more: nobody has to trust what the database holds."""
        return mark_safe(f'<div class="rich">{cleaned_marks(value)}</div>') if value else EMPTY

    def form_value(self, value: Any) -> Any:
        """What was refused comes back to the editor clean as well."""
        return cleaned_marks(value) if isinstance(value, str) else ""

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "contentMediaType": "text/html", "maxLength": self.longest}

    def expression(self, prefix: str = "") -> Any:
        """The words without the marks."""
        arguments = (Value(pattern, models.TextField()) for pattern in ("<[^>]*>", "", "g"))
        return models.Func(
            super().expression(prefix), *arguments, function="regexp_replace", output_field=models.TextField()
        )

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("contains", "not_contains"):
            if not isinstance(value, str) or not value.strip():
                raise Invalid(_("Say a value to compare with."))
            found = self.compare("icontains", html.escape(value.strip(), quote=False), prefix)
            return ~found if operator == "not_contains" else found
        return super().condition(operator, value, context, prefix)


def cleaned_marks(marked: str) -> str:
    return nh3.clean(
        marked, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )  # fmt: skip


def plain(marked: str) -> str:
    """The words alone, a line for each block."""
    words = html.unescape(nh3.clean(BLOCKS.sub("\n", marked), tags=set()))
    return "\n".join(line.strip() for line in words.splitlines() if line.strip())
