"""Numbers and addresses that carry their own proof: credit codes, identity cards, e-mail."""

import datetime
import re
from typing import Literal, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.base.chinese.widths import fold_width

# GB 32100-2015: the 31 characters of a unified social credit code (no I, O, S, V, Z) by value.
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
# GB 11714-1997: the organisation code inside it has a check character of its own.
_ORGANISATION_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# GB 11643-1999: ISO 7064 MOD 11-2.
_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_CHECKS = "10X98765432"

_GAPS = re.compile(r"[\s\-·.]+")
_ANGLED = re.compile(r"^.*<\s*([^<>\s]+)\s*>$")
_EMAIL_SEPARATOR = re.compile(r"[;,；，、|\s]+")
_validate_email = EmailValidator()


class UnableToReadIdentifier(sentences.Sentence):
    """Raised with a sentence that quotes what was written and says what is wrong with it."""


def credit_code_check(first_seventeen: str) -> str:
    """Returns the 18th character of a unified social credit code.

    Source: GB 32100-2015, 4.6 and annex B: C18 = (31 - Σ Ci × 3^(i-1) mod 31) mod 31.
    Raises ValueError for a character outside the standard's set.
    """
    values = map(_CREDIT_CHARACTERS.index, first_seventeen)
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_CHARACTERS[-total % 31]


def organisation_code_check(first_eight: str) -> str:
    """Returns the 9th character of an organisation code.

    Source: GB 11714-1997: C9 = 11 - Σ Ci × Wi mod 11, where 10 is written X and 11 is 0.
    """
    values = map(_ORGANISATION_CHARACTERS.index, first_eight)
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def read_credit_code(raw: str) -> str:
    """Returns the unified social credit code (统一社会信用代码) in *raw*, upper case, without gaps.

    Source: GB 32100-2015. Raises UnableToReadIdentifier.
    """
    code = _GAPS.sub("", fold_width(raw)).upper()
    quoted = sentences.shortened(raw)
    if len(code) != 18:
        raise UnableToReadIdentifier(
            _("“%(raw)s” has %(count)s characters; a unified social credit code has 18."),
            raw=quoted,
            count=len(code),
        )
    strangers = "".join(dict.fromkeys(character for character in code if character not in _CREDIT_CHARACTERS))
    if strangers:
        raise UnableToReadIdentifier(
            _("“%(raw)s” contains %(characters)s, which is in no unified social credit code."),
            raw=quoted,
            characters=strangers,
        )
    if credit_code_check(code[:17]) != code[17]:
        raise UnableToReadIdentifier(
            _("“%(raw)s” is mistyped: the check character of the unified social credit code does not fit."),
            raw=quoted,
        )
    return code


def make_credit_code(ordinal: int, *, region: str = "310115", kind: str = "91") -> str:
    """Returns a well-formed unified social credit code for demonstrations, the same for the same *ordinal*.

    *kind* is the two characters for registrar and category (91: enterprise), *region* a six-digit
    administrative code of GB/T 2260.
    """
    letters = "MA" + "".join(
        _CREDIT_CHARACTERS[(ordinal * 7919 + 104729) // 31**place % 31] for place in range(5, -1, -1)
    )
    body = f"{kind}{region}{letters}{organisation_code_check(letters)}"
    return body + credit_code_check(body)


class IdCard(NamedTuple):
    """An 18-character identity number and what it says of its holder."""

    number: str
    born_on: datetime.date
    sex: Literal["male", "female"]


def id_card_check(first_seventeen: str) -> str:
    """Returns the 18th character of an identity number. Source: GB 11643-1999 (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _CARD_WEIGHTS, strict=True))
    return _CARD_CHECKS[total % 11]


def read_id_card(raw: str) -> IdCard:
    """Returns the identity card number (居民身份证) in *raw*; one of the old 15 digits is made 18.

    Source: GB 11643-1999. Raises UnableToReadIdentifier.
    """
    number = _GAPS.sub("", fold_width(raw)).upper()
    quoted = sentences.shortened(raw, 8)
    if re.fullmatch(r"[1-9]\d{14}", number, re.ASCII):
        body = number[:6] + "19" + number[6:]
        number = body + id_card_check(body)
    if not re.fullmatch(r"[1-9]\d{16}[0-9X]", number, re.ASCII):
        raise UnableToReadIdentifier(
            _("“%(raw)s” is not an identity number: it has 18 digits, of which the last may be X."),
            raw=quoted,
        )
    try:
        born_on = datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as failure:
        raise UnableToReadIdentifier(
            _("The identity number “%(raw)s” contains a day of birth that does not exist."), raw=quoted
        ) from failure
    if id_card_check(number[:17]) != number[17]:
        raise UnableToReadIdentifier(
            _("The identity number “%(raw)s” is mistyped: its check digit does not fit."), raw=quoted
        )
    return IdCard(number, born_on, "male" if int(number[16]) % 2 else "female")


def read_email(raw: str) -> str:
    """Returns the e-mail address in *raw*: half width, domain in lower case, without `mailto:` or a name before it.

    Source: RFC 5321 (lengths) and RFC 5322 (characters), as Django checks them. Raises UnableToReadIdentifier.
    """
    text = fold_width(raw).replace("。", ".")
    if angled := _ANGLED.match(text):
        text = angled[1]
    name, at, domain = text.removeprefix("mailto:").rpartition("@")
    address = f"{name}{at}{domain.lower()}"
    try:
        if len(address) > 254:
            raise ValidationError("too long")
        _validate_email(address)
    except ValidationError as failure:
        raise UnableToReadIdentifier(
            _("“%(raw)s” is not an e-mail address. Write it like name@example.com."),
            raw=sentences.shortened(raw),
        ) from failure
    return address


def read_emails(raw: str) -> list[str]:
    """Returns the distinct addresses of one cell, separated by `; , 、` or blanks.

    Raises UnableToReadIdentifier for the first that cannot be read.
    """
    text = fold_width(raw)
    parts = [text] if _ANGLED.match(text) and text.count("@") == 1 else _EMAIL_SEPARATOR.split(text)
    return list(dict.fromkeys(read_email(part) for part in parts if part))
