"""A place told in several columns: 省, 市, 区县, or country, state and city. Together they are one region."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zhike.base.chinese import fold_width
from zhike.records import values

KIND = "region"
_OF = r"(?:(?:客户|公司|企业|单位|联系)?(?:所在|所属|注册|办公|收货)?地?)"
_LEVELS = tuple(
    re.compile(rf"{_OF}(?:{chinese})|(?:{english})")
    for chinese, english in (
        ("国家|国别", "country|nation"),
        ("省|省份|省直辖市|省自治区|省直辖市自治区", "province|state|province ?/? ?state|state ?/? ?province"),
        ("市|城市|地市|地级市|市州", "city|town|city ?/? ?town"),
        ("(?<!地)区|县|区县|县区|县市区|区县市|县级市", "district|county"),
    )
)
_MARKS = re.compile(r"[*:：_\s/、（）()]+")


def level_of(heading: str) -> int | None:
    """0 for a country, 1 for a province, 2 for a city, 3 for a district; None for any other column."""
    folded = fold_width(heading).casefold()
    bare = _MARKS.sub("", folded)
    for level, names in enumerate(_LEVELS):
        if names.fullmatch(bare) or names.fullmatch(folded):
            return level
    return None


def together(name: str, mapped: Mapping[str, str], headings: Sequence[str]) -> dict[str, str]:
    """Columns that go to the region `name` besides those mapped already: one for each level the file has.

    Where a column of another sort (地区) goes there already, that is enough.
    """
    levels = {heading: level for heading in headings if (level := level_of(heading)) is not None}
    given = [heading for heading, target in mapped.items() if target == name]
    if any(heading not in levels for heading in given):
        return {}
    taken = {levels[heading] for heading in given}
    found: dict[str, str] = {}
    for heading, level in levels.items():
        if heading not in mapped and level not in taken:
            found[heading] = name
            taken.add(level)
    return found if given or taken & {1, 2} else {}


def ordered(columns: Iterable[tuple[int, str]]) -> list[int]:
    """Positions of the columns (position, heading), the larger place first; as they stand if one is no such level."""
    known = [(level_of(heading), place) for place, heading in columns]
    if any(level is None for level, _place in known):
        return [place for _level, place in known]
    return [place for _level, place in sorted(known, key=lambda each: (each[0] or 0, each[1]))]


def joined(row: Sequence[Any], places: Sequence[int]) -> str:
    """The parts of a row as one text, which the field reads as a whole."""
    return "/".join(text for place in places if (text := values.as_text(row[place]).strip()))
