"""Phone numbers as people write them, into E.164 and back."""

import re
from typing import Literal, NamedTuple, cast

import phonenumbers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from zhike.base import sentences
from zhike.base.chinese.widths import fold_width

Kind = Literal["mobile", "landline", "other"]

_NOISE = re.compile(r"[\s\-.()\[\]_·—–]+")
_MOBILE = re.compile(r"^(?:\+86|0086|86)?0?(1[3-9]\d{9})$")
_SERVICE = re.compile(r"^(?:\+86|0086)?((?:400|800)\d{7}|95\d{3,6}|96\d{3,4}|1(?:00|23|28)\d{2})$")
_EXTENSION = re.compile(
    r"^(.*\d\D*?)[\s,;]*(?:转接?|轉|分机号?|分機|内线|extension|ext|x|#)[\s.:：]*(\d{1,8})$", re.IGNORECASE
)
_DASH_EXTENSION = re.compile(r"^((?:\+?86[\s-]?)?\(?0?\d{2,3}\)?[\s-]?\d{4}[\s-]?\d{3,4})\s*[-—–]+\s*(\d{1,6})$")
_LABEL = re.compile(
    r"^(?:手机号?码?|移动电话|联系电话|办公电话|电话号?码?|座机|固话|传真|tel|phone|mobile|cell|mob|fax)\s*[.:：]?\s*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[/;、,，；|\n\r]+|\s+(?:或|and|or)\s+")
_AREA_CODE = re.compile(r"^\(?(0(?:10|2\d|[3-9]\d{2}))\)?")
_MOBILES_ONLY = re.compile(r"^\s*(?:1[3-9]\d{9}\s+)+1[3-9]\d{9}\s*$")
_WITHOUT_AREA = re.compile(r"^[2-9]\d{6,7}$")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?e\+?\d+$", re.IGNORECASE)
_LONGEST = 64


class UnableToReadPhone(sentences.Sentence):
    """Raised with a sentence that quotes what was written and says what is right."""


class Phone(NamedTuple):
    """A number in E.164 (`+862168880000`), its extension ("" for none) and what it reaches."""

    number: str
    extension: str
    kind: Kind


def parse_phone(raw: str, region: str = "CN") -> Phone:
    """Returns the phone number written in *raw*.

    *region* (ISO 3166) is the country of a number without country code. Extensions are understood
    behind 转, 分机, ext, x, # and, for landlines, a last dash.

    Raises UnableToReadPhone.
    """
    if region == "CN" and (mobile := _MOBILE.match(_NOISE.sub("", raw))):
        return Phone("+86" + mobile[1], "", "mobile")
    text = _LABEL.sub("", fold_width(raw))
    if len(text) > _LONGEST or not any(character.isdecimal() for character in text):
        raise UnableToReadPhone(
            _("“%(raw)s” is not a phone number. Write it like 138 0013 8000 or 021-6888 0000."),
            raw=sentences.shortened(raw),
        )
    text, extension = _split_extension(text)
    number = _NOISE.sub("", text.removesuffix(".0"))
    return _parse_chinese(raw, number, extension) if region == "CN" else _parse_any(raw, number, extension, region)


def _split_extension(text: str) -> tuple[str, str]:
    found = _EXTENSION.match(text) or _DASH_EXTENSION.match(text)
    return (found[1], found[2]) if found else (text, "")


def _parse_chinese(raw: str, number: str, extension: str) -> Phone:
    if mobile := _MOBILE.match(number):
        return Phone("+86" + mobile[1], extension, "mobile")
    if service := _SERVICE.match(number):
        return Phone("+86" + service[1], extension, "other")
    quoted = sentences.shortened(raw)
    if _SCIENTIFIC.match(fold_width(raw)):
        raise UnableToReadPhone(
            _("“%(raw)s” is a phone number that a spreadsheet has shortened; format the column as text."),
            raw=quoted,
        )
    if _WITHOUT_AREA.match(number):
        raise UnableToReadPhone(_("“%(raw)s” has no area code. Write it like 021-6888 0000."), raw=quoted)
    if re.fullmatch(r"1[3-9]\d{1,8}|1[3-9]\d{10,11}", number):
        raise UnableToReadPhone(
            _("“%(raw)s” has %(count)s digits; a mobile number has 11, like 138 0013 8000."),
            raw=quoted,
            count=len(number),
        )
    return _parse_any(raw, number, extension, "CN")


_FAILURES = {
    phonenumbers.ValidationResult.TOO_SHORT: _("“%(raw)s” has too few digits for a phone number."),
    phonenumbers.ValidationResult.TOO_LONG: _("“%(raw)s” has too many digits for a phone number."),
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: _("“%(raw)s” begins with a country code that does not exist."),
}


def _parse_any(raw: str, number: str, extension: str, region: str) -> Phone:
    international = "+" + number[2:] if number.startswith("00") else number
    if not re.fullmatch(r"\+?[0-9A-Za-z]+", international) or sum(map(str.isdigit, international)) < 3:
        raise UnableToReadPhone(
            _("“%(raw)s” is not a phone number. Write it like 138 0013 8000 or 021-6888 0000."),
            raw=sentences.shortened(raw),
        )
    try:
        parsed = phonenumbers.parse(international, region)
    except phonenumbers.NumberParseException as failure:
        raise UnableToReadPhone(
            _("“%(raw)s” is not a phone number. A number from abroad begins with + and its country code."),
            raw=sentences.shortened(raw),
        ) from failure
    if not phonenumbers.is_valid_number(parsed):
        raise _refusal(raw, parsed)
    return Phone(
        phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        extension or (parsed.extension or ""),
        _kind(parsed),
    )


def _refusal(raw: str, parsed: phonenumbers.PhoneNumber) -> UnableToReadPhone:
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    message = _FAILURES.get(
        reason,
        _("“%(raw)s” is not a phone number in use. A number from abroad begins with + and its country code."),
    )
    return UnableToReadPhone(message, raw=sentences.shortened(raw))


def _kind(parsed: phonenumbers.PhoneNumber) -> Kind:
    kinds = {PhoneNumberType.MOBILE: "mobile", PhoneNumberType.FIXED_LINE: "landline"}
    return cast(Kind, kinds.get(phonenumbers.number_type(parsed), "other"))


def parse_phones(raw: str, region: str = "CN") -> list[Phone]:
    """Returns the distinct numbers of one cell, separated by `/ ; 、 ,`, a line break or 或.

    A landline without area code takes that of the number before it: `021-68880000/68880001`.
    Raises UnableToReadPhone for the first that cannot be read. An empty cell has no numbers.
    """
    parts = raw.split() if _MOBILES_ONLY.match(raw) else _SEPARATOR.split(raw)
    found: list[Phone] = []
    area = ""
    for part in map(fold_width, parts):
        if not part:
            continue
        digits = _NOISE.sub("", part)
        if area and _WITHOUT_AREA.match(digits):
            part = area + digits
        elif code := _AREA_CODE.match(_LABEL.sub("", part)):
            area = code[1]
        phone = parse_phone(part, region)
        if phone not in found:
            found.append(phone)
    return found


def format_phone(phone: Phone) -> str:
    """Returns *phone* to be read by a person: `138 0013 8000`, `021-6888 0000 转 801`, `+1 202-555-0123`."""
    number = _format_number(phone)
    if not phone.extension:
        return number
    return gettext("%(number)s ext. %(extension)s") % {"number": number, "extension": phone.extension}


def _format_number(phone: Phone) -> str:
    if not phone.number.startswith("+86"):
        try:
            parsed = phonenumbers.parse(phone.number)
        except phonenumbers.NumberParseException:
            return phone.number
        return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    national = phone.number[3:]
    if phone.kind == "mobile":
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    if phone.kind == "landline":
        area = 2 if national[0] == "1" or national[0] == "2" else 3
        subscriber = national[area:]
        return f"0{national[:area]}-{subscriber[:-4]} {subscriber[-4:]}"
    return f"{national[:3]}-{national[3:6]}-{national[6:]}" if len(national) == 10 else national
