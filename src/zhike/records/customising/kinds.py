"""Which kinds an administrator may choose, what each may be told besides, and which may become which."""

from __future__ import annotations

from zhike.records.fields.making import CUSTOM_KINDS
from zhike.records.models import CustomField

Kind = CustomField.Kind
OFFERED = tuple(kind for kind in Kind if kind in CUSTOM_KINDS)
COMPUTED = (Kind.FORMULA, Kind.ROLL_UP)
"""Nobody writes their values."""
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT, Kind.MONEY})
EXACT = frozenset({Kind.DECIMAL, Kind.PERCENT, Kind.MONEY})
DATES = frozenset({Kind.DAY, Kind.MOMENT})
WORDS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.RICH_TEXT})
CHOICES = frozenset({Kind.CHOICE, Kind.MANY_CHOICES})
TREES = frozenset({Kind.CASCADE})
NAMED = CHOICES | TREES
"""Kinds that offer what an administrator named."""
POINTING = frozenset({Kind.REFERENCE, Kind.REFERENCES})
LISTED = POINTING | {Kind.MEMBER, Kind.DEPARTMENT}
"""Kinds whose records stand in a list on the page of the record they point at."""
INDEXABLE = NUMBERS | DATES | {
    Kind.TEXT, Kind.YES_NO, Kind.CHOICE, Kind.MANY_CHOICES, Kind.RATING, Kind.PHONE, Kind.EMAIL, Kind.SERIAL,
    Kind.CASCADE, Kind.TAGS,
}  # fmt: skip
"""Kinds an administrator may have indexed; references always are."""
FILES = frozenset({Kind.IMAGE, Kind.FILE})
READ_ONLY = frozenset({Kind.SERIAL})
"""Kinds whose values the system gives: nobody is asked for one, so none can be required or be a default."""
UNIQUE = frozenset({Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.PHONE, Kind.EMAIL, Kind.LINK})
WIDER: dict[str, frozenset[str]] = {
    Kind.TEXT: frozenset({Kind.LONG_TEXT}),
    Kind.INTEGER: frozenset({Kind.DECIMAL}),
    Kind.RATING: frozenset({Kind.INTEGER}),
    Kind.EMAIL: frozenset({Kind.TEXT}),
    Kind.PHONE: frozenset({Kind.TEXT}),
}
"""What a kind may become while records hold values: every value of the one is a value of the other."""


def options_of(kind: str) -> frozenset[str]:
    """What a field of the kind may be told besides its words."""
    if kind in FILES:
        found = {"section", "required", "shown_when", "required_when", "most", "largest"}
        return frozenset(found | {"endings"} if kind == Kind.FILE else found)
    found = {"section"} if kind in (*READ_ONLY, *COMPUTED) else {"section", "required", "default", "required_when"}
    found |= {"shown_when"}
    if kind in COMPUTED:
        found |= {str(kind)}
    if kind == Kind.SERIAL:
        found |= {"pattern"}
    if kind in NUMBERS:
        found |= {"minimum", "maximum"}
    if kind in EXACT:
        found |= {"places"}
    if kind in DATES:
        found |= {"earliest", "latest"}
    if kind == Kind.RATING:
        found |= {"maximum"}
    if kind in WORDS:
        found |= {"min_length", "max_length"}
    if kind in CHOICES:
        found |= {"choices", "list"}
    if kind in TREES:
        found |= {"choices", "levels"}
    if kind in POINTING:
        found |= {"target"}
    if kind in LISTED:
        found |= {"list_label", "list_label_en"}
    if kind in INDEXABLE or kind in COMPUTED:
        found |= {"indexed"}
    if kind in UNIQUE:
        found |= {"unique"}
    return frozenset(found)


def may_become(kind: str, *, has_values: bool) -> tuple[str, ...]:
    """The kinds a field may have from now on, its own among them."""
    if kind in COMPUTED:
        return (kind,)
    if not has_values:
        return OFFERED
    return tuple(each for each in OFFERED if each == kind or each in WIDER.get(kind, ()))
