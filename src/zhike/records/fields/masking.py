"""Fields as somebody sees them who may not read them in full, or not change them."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.base.markup import format_html
from zhike.records.fields.base import EMPTY, Context, Field, Invalid
from zhike.records.roles.rights import Access

STARS = "****"
LONGEST_SHOWN = 40
"""What is longer tells nothing but that it is there."""


class MaskedText(str):
    """A text whose middle was taken out already."""

    __slots__ = ()


def middle_out(text: str, head: int, tail: int) -> MaskedText:
    """`text` with `head` characters kept before the stars and `tail` behind."""
    return MaskedText(f"{text[:head]}{STARS}{text[len(text) - tail :] if tail else ''}")


def masked_number(number: str) -> MaskedText:
    """A phone: 138****5678; a landline of China with its area code: 0512****0187."""
    line = number.partition("转")[0]
    digits = line.removeprefix("+86").lstrip("+")
    if line.startswith("+86") and not digits.startswith("1"):
        return middle_out(f"0{digits}", 4, 4)
    return middle_out(digits, 3, 4) if len(digits) >= 10 else middle_out(digits, 0, 2 if len(digits) >= 6 else 0)


def masked_address(address: str) -> MaskedText:
    """An e-mail address: z****@example.com."""
    name, at, host = address.partition("@")
    return MaskedText(f"{middle_out(name, 1 if len(name) > 2 else 0, 0)}{at}{host}")


def masked_words(text: str) -> MaskedText:
    """A name: 张* or 张*丰; the name of a company 北京****公司; a long number 110101****1234."""
    size = len(text)
    if size > LONGEST_SHOWN or size < 2:
        return MaskedText(STARS)
    if size <= 4:
        return MaskedText(text[0] + "*" * max(1, size - 2) + (text[-1] if size > 2 else ""))
    if text.isascii() and text.isalnum():
        return middle_out(text, 6, 4) if size >= 15 else middle_out(text, 1, 2)
    return middle_out(text, 2, 2) if size >= 8 else middle_out(text, 1, 1)


class Masked(Field):
    """A field of which one sees that it is filled and a little of what with; `inner` is the field itself.

    It is a field of its own kind on purpose: whoever asks for a phone or a reference does not find one here.
    """

    kind: ClassVar[str] = "masked"
    operators: ClassVar[tuple[str, ...]] = ()
    sortable: ClassVar[bool] = False

    def __init__(self, inner: Field, *, is_title: bool = False) -> None:
        super().__init__(
            inner.name, inner.label, model_field=inner.model_field, editable=False, help_text=inner.help_text
        )
        self.inner = inner
        self.is_title = is_title
        """A title that is hidden: records must be told apart, so their number stands for it."""
        self.align, self.width = inner.align, inner.width  # type: ignore[misc]

    def value_of(self, record: Any) -> Any:
        if self.is_title:
            return MaskedText(f"#{record.pk}")
        if isinstance(self.model_field, models.ForeignKey):  # that it points somewhere, not where to
            return self.masked(getattr(record, self.model_field.attname))
        if self.is_custom:
            return self.of_stored(record.custom.get(self.name))
        return self.masked(self.inner.value_of(record))

    def from_stored(self, stored: Any) -> Any:
        return self.inner.from_stored(stored)

    def of_stored(self, stored: Any) -> MaskedText | None:
        """What may be seen of a value as the log or the `custom` column has it."""
        try:
            return self.masked(self.inner.from_stored(stored))
        except (TypeError, ValueError, KeyError, ArithmeticError, AttributeError, Invalid):
            return MaskedText(STARS)

    def masked(self, value: Any) -> MaskedText | None:
        """What may be seen of a value; None for none."""
        if isinstance(value, MaskedText):
            return value
        if value is None or value == "" or value == []:
            return None
        return MaskedText(STARS) if self.is_title else self._masked(value)

    def _masked(self, value: Any) -> MaskedText:
        kind = self.inner.kind
        if kind == "phones":
            return MaskedText(", ".join(masked_number(str(entry["number"])) for entry in value))
        if kind == "emails":
            return MaskedText(", ".join(masked_address(str(entry["address"])) for entry in value))
        if kind == "phone":
            return masked_number(str(value))
        if kind == "email":
            return masked_address(str(value))
        return masked_words(value) if kind == "text" and isinstance(value, str) else MaskedText(STARS)

    # To outside

    def text(self, value: Any) -> str:
        return str(self.masked(value) or "")

    def html(self, value: Any) -> SafeString:
        shown = self.text(value)
        return format_html('<span class="masked num">{}</span>', shown) if shown else EMPTY

    def json(self, value: Any) -> Any:
        return self.text(value) or None

    def form_value(self, value: Any) -> Any:
        return self.text(value)

    # From outside

    def assign(self, record: Any, value: Any) -> None:
        raise Invalid(_("This field cannot be written."))

    def clean(self, raw: Any) -> Any:
        raise Invalid(_("This field cannot be written."))

    def default(self) -> Any:
        return None

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        raise Invalid(_("“%(operator)s” does not fit here.") % {"operator": operator})


def narrowed_copy(field: Field, access: Access, *, is_title: bool = False) -> Field:
    """The field as somebody with `access` to it sees it; the field itself where that is everything."""
    if access is Access.EDITABLE:
        return field
    if access is Access.READ_ONLY:
        found = copy.copy(field)
        found.editable = False
        return found
    return Masked(field, is_title=is_title)


def unsortable(field: Field) -> Field:
    found = copy.copy(field)
    found.sortable = False  # type: ignore[misc]
    return found
