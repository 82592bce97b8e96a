"""How to reach somebody: many phones, many e-mail addresses, each typed and normalised."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import Any, ClassVar, cast

from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.base import identifiers, phones
from zhike.base.markup import format_html, format_html_join
from zhike.records.fields.base import EMPTY, Context, Field, Invalid
from zhike.records.fields.text import Text

MOST = 20


class Entries(Field):
    """A list of entries, each a small object with a kind and a value under `key`."""

    key: str = ""
    operators: ClassVar[tuple[str, ...]] = ("contains", "starts_with", "empty", "not_empty")
    sortable = False
    kinds: tuple[tuple[str, Any], ...] = ()

    def empty_value(self) -> Any:
        return []

    def clean(self, raw: Any) -> Any:
        if isinstance(raw, str):
            raw = self._parsed(raw)
        if raw is None:
            raw = []
        if not isinstance(raw, list):
            raise Invalid(_("A list is expected here."))
        if len(raw) > MOST:
            raise Invalid(_("At most %(limit)d entries.") % {"limit": MOST})
        entries = [entry for each in raw for entry in self.entries_of(each)]
        if self.required and not entries:
            raise Invalid(_("This field is required."))
        return list({entry[self.key] + entry.get("extension", ""): entry for entry in entries}.values())

    def _parsed(self, raw: str) -> Any:
        if raw.strip().startswith("["):
            try:
                return json.loads(raw)
            except ValueError:
                raise Invalid(_("A list is expected here.")) from None
        return [raw] if raw.strip() else []

    def entries_of(self, raw: Any) -> list[dict[str, str]]:
        raise TypeError

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        return self.clean("" if raw is None else str(raw))

    def json(self, value: Any) -> Any:
        return value or []

    def form_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value or [], ensure_ascii=False)

    def is_empty(self, prefix: str = "") -> Q:
        return self.compare("exact", [], prefix)

    def explain(self, operator: str, value: Any) -> str:
        return str(value)


class Phones(Entries):
    kind = "phones"
    key = "number"
    width = 140

    def entries_of(self, raw: Any) -> list[dict[str, str]]:
        number = raw
        if isinstance(raw, dict):
            extension = str(raw.get("extension") or "")
            number = f"{raw.get('number') or ''}" + (f"转{extension}" if extension else "")
        if not isinstance(number, str):
            raise Invalid(_("A phone number is expected here."))
        if not number.strip():
            return []
        try:
            found = phones.parse_phones(number)
        except phones.UnableToReadPhone as error:
            raise Invalid(str(error)) from error
        return [
            {"kind": str(phone.kind), "number": phone.number}
            | ({"extension": phone.extension} if phone.extension else {})
            for phone in found
        ]

    def text(self, value: Any) -> str:
        return str(_(", ")).join(shown_phone(entry) for entry in value or [])

    def html(self, value: Any) -> SafeString:
        if not value:
            return EMPTY
        links = ((entry["number"], shown_phone(entry)) for entry in value)
        return format_html_join(" ", '<a class="num" href="tel:{}">{}</a>', links)

    def schema(self) -> dict[str, Any]:
        text = {"type": "string"}
        return {
            "type": "array",
            "items": {"type": "object", "properties": {"kind": text, "number": text, "extension": text}},
        }

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("contains", "starts_with"):
            digits = "".join(character for character in str(value) if character.isdigit())
            if not digits:
                raise Invalid(_("Digits are expected here."))
            return Q(**{f"{prefix}{self.name}__icontains": digits})
        return super().condition(operator, value, context, prefix)


def shown_phone(entry: dict[str, str]) -> str:
    return phones.format_phone(
        phones.Phone(entry["number"], entry.get("extension", ""), cast(phones.Kind, entry.get("kind", "other")))
    )


class Emails(Entries):
    kind = "emails"
    key = "address"
    width = 180

    def entries_of(self, raw: Any) -> list[dict[str, str]]:
        kind = "work"
        if isinstance(raw, dict):
            kind, raw = str(raw.get("kind") or "work"), "" if raw.get("address") is None else raw["address"]
        if not isinstance(raw, str):
            raise Invalid(_("An e-mail address is expected here."))
        found = [
            part for part in raw.replace("；", ";").replace(",", ";").replace("、", ";").split(";") if part.strip()
        ]
        return [{"kind": kind[:10], "address": self._address(part)} for part in found]

    def _address(self, raw: str) -> str:
        return read_email(raw)

    def text(self, value: Any) -> str:
        return str(_(", ")).join(entry["address"] for entry in value or [])

    def html(self, value: Any) -> SafeString:
        if not value:
            return EMPTY
        addresses = ((entry["address"], entry["address"]) for entry in value)
        return format_html_join(" ", '<a href="mailto:{}">{}</a>', addresses)

    def schema(self) -> dict[str, Any]:
        text = {"type": "string"}
        return {"type": "array", "items": {"type": "object", "properties": {"kind": text, "address": text}}}

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("contains", "starts_with"):
            if not isinstance(value, str) or not value.strip():
                raise Invalid(_("Say a value to compare with."))
            return Q(**{f"{prefix}{self.name}__icontains": value.strip().lower()})
        return super().condition(operator, value, context, prefix)


class Email(Field):
    """One address, as a member's sign-in."""

    kind = "email"
    operators: ClassVar[tuple[str, ...]] = ("contains", "is", "is_not", "empty", "not_empty")
    width = 180

    def clean_value(self, raw: Any) -> Any:
        if not isinstance(raw, str):
            raise Invalid(_("An e-mail address is expected here."))
        return read_email(raw)

    def read(self, raw: Any, zone: tzinfo) -> Any:
        return self.clean("" if raw is None else str(raw))

    def html(self, value: Any) -> SafeString:
        return format_html('<a href="mailto:{}">{}</a>', value, value) if value else EMPTY

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator == "contains":
            return self.compare("icontains", str(value), prefix)
        return super().condition(operator, value, context, prefix)


class Phone(Text):
    """One number; kept as E.164, an extension behind 转."""

    kind = "phone"
    operators: ClassVar[tuple[str, ...]] = ("contains", "starts_with", "is", "is_not", "empty", "not_empty")
    width = 140
    sortable = False

    def clean_value(self, raw: Any) -> Any:
        text = super().clean_value(str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw)
        if not text:
            return text
        try:
            found = phones.parse_phone(text)
        except phones.UnableToReadPhone as error:
            raise Invalid(str(error)) from error
        return f"{found.number}转{found.extension}" if found.extension else found.number

    def text(self, value: Any) -> str:
        if not value:
            return ""
        number, _turn, extension = str(value).partition("转")
        kind = "mobile" if number.startswith("+861") else "landline"
        return phones.format_phone(phones.Phone(number, extension, cast(phones.Kind, kind)))

    def html(self, value: Any) -> SafeString:
        if not value:
            return EMPTY
        return format_html('<a class="num" href="tel:{}">{}</a>', str(value).partition("转")[0], self.text(value))

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("contains", "starts_with"):
            digits = "".join(character for character in str(value) if character.isdigit())
            if not digits:
                raise Invalid(_("Digits are expected here."))
            if operator == "contains":
                return self.compare("contains", digits, prefix)
            return self.compare("regex", rf"^[+](?:86)?{digits}", prefix)
        return super().condition(operator, value, context, prefix)


def read_email(raw: str) -> str:
    try:
        return identifiers.read_email(raw)
    except identifiers.UnableToReadIdentifier as error:
        raise Invalid(str(error)) from error
