"""How Chinese is read aloud: pinyin without tones, ü written as v.

The readings are those of the package pypinyin (MIT). Its two dictionaries are read straight from
its files and only what is needed is kept: importing the package itself holds 50 MB for good.
"""

import functools
import importlib.util
import pathlib
import re
import unicodedata
from typing import NamedTuple

from zhike.base.chinese.widths import fold_width

_TONES = str.maketrans("āáǎàēéěèōóǒòīíǐìūúǔùüǖǘǚǜńňǹḿê", "aaaaeeeeooooiiiiuuuuvvvvvnnnme")
_COMBINING = re.compile("[\u0300-\u036f]")
_PHRASE_ENTRY = re.compile(r'"([^"]{2,4})":\s*\[((?:\s*\[[^\]]*\],?)+)')
_FIRST_CHOICE = re.compile(r'\[\s*"([^"]+)')
_LONGEST_PHRASE = 4

# Names of firms and people want another first reading than running text does.
_USUAL = {"长": "chang", "都": "du", "地": "di", "朝": "chao", "的": "de", "和": "he", "行": "hang"}
_PLACES_AND_TRADES = {
    "朝阳": "chao yang", "商行": "shang hang", "车行": "che hang", "支行": "zhi hang", "分行": "fen hang",
    "总行": "zong hang", "行星": "xing xing", "行政": "xing zheng", "行动": "xing dong", "步行": "bu xing",
    "旅行": "lv xing", "出行": "chu xing", "同行": "tong xing", "运行": "yun xing", "自行车": "zi xing che",
    "行者": "xing zhe", "飞行": "fei xing", "发行": "fa xing", "行李": "xing li", "行走": "xing zou",
    "莘庄": "xin zhuang", "莘县": "shen xian", "单县": "shan xian", "乐清": "yue qing", "乐亭": "lao ting",
    "铅山": "yan shan", "大城": "dai cheng", "蔚县": "yu xian", "燕山": "yan shan", "仇英": "qiu ying",
}  # fmt: skip

# Surnames read otherwise than as words (百家姓, and GB/T 28039-2011 on spelling personal names).
_SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "任": "ren", "区": "ou",
    "翟": "zhai", "秘": "bi", "尉": "wei", "种": "chong", "缪": "miao", "冼": "xian", "覃": "qin", "牟": "mu",
    "阚": "kan", "隗": "wei", "谌": "chen", "逄": "pang", "柏": "bai", "晁": "chao", "员": "yun",
    "召": "shao",
}  # fmt: skip
_DOUBLE_SURNAMES = {
    "尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu", "长孙": "zhang sun", "澹台": "tan tai",
    "令狐": "ling hu", "宰父": "zai fu", "夏侯": "xia hou", "鲜于": "xian yu", "呼延": "hu yan",
}  # fmt: skip


class _Readings(NamedTuple):
    characters: dict[str, str]
    phrases: dict[str, tuple[str, ...]]
    phrase_starts: frozenset[str]
    word_starts: frozenset[str]


def _without_tones(reading: str) -> str:
    return _COMBINING.sub("", unicodedata.normalize("NFC", reading).translate(_TONES))


def _dictionary(name: str) -> str:
    package = importlib.util.find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin")
    return (pathlib.Path(package.origin).parent / name).read_text(encoding="utf-8")


def _read_characters() -> dict[str, str]:
    entries = re.finditer(r'"(\d+)":\s*"([^,"]+)', _dictionary("pinyin_dict.json"))
    readings = {chr(int(entry[1])): _without_tones(entry[2]) for entry in entries}
    readings.update(_USUAL)
    return readings


@functools.cache
def _readings() -> _Readings:
    """Characters by their first reading, and the phrases that read otherwise."""
    characters = _read_characters()
    phrases: dict[str, tuple[str, ...]] = {}
    surname_words = set()
    for entry in _PHRASE_ENTRY.finditer(_dictionary("phrases_dict.json")):
        phrase = entry[1]
        reading = tuple(map(_without_tones, _FIRST_CHOICE.findall(entry[2])))
        if phrase[0] in _SURNAMES and len(phrase) == 2:
            surname_words.add(phrase)
        if len(reading) == len(phrase) and any(map(lambda c, r: characters.get(c) != r, phrase, reading)):
            phrases[phrase] = reading
    phrases.update({word: tuple(reading.split()) for word, reading in _PLACES_AND_TRADES.items()})
    return _Readings(characters, phrases, frozenset(word[0] for word in phrases), frozenset(surname_words))


def _surname_reading(text: str, readings: _Readings) -> tuple[str, ...]:
    """The reading of the surname *text* begins with, if it looks like a person's name; else ()."""
    if not 2 <= len(text) <= 4:
        return ()
    if len(text) > 2 and (double := _DOUBLE_SURNAMES.get(text[:2])):
        return tuple(double.split())
    if len(text) == 4 or text[:2] in readings.word_starts or text[:2] in readings.phrases:
        return ()
    surname = _SURNAMES.get(text[0])
    return (surname,) if surname else ()


@functools.lru_cache(maxsize=4096)
def syllables(text: str) -> tuple[str, ...]:
    """Returns one reading per character of *text*, a run of Chinese characters.

    A phrase is read as a phrase (重庆 chong qing); a text of two or three characters that begins
    with a surname and no known word is read as a person's name (单雄 shan xiong). A character
    without reading stands for itself. The latest are remembered: a name is read for its sort key,
    its initials and its tokens, and the words of names come again and again.
    """
    readings = _readings()
    found = list(_surname_reading(text, readings))
    position = len(found)
    while position < len(text):
        character = text[position]
        if character in readings.phrase_starts:
            phrase = _phrase_at(text, position, readings.phrases)
            if phrase:
                found += phrase
                position += len(phrase)
                continue
        found.append(readings.characters.get(character, character))
        position += 1
    return tuple(found)


def _phrase_at(text: str, position: int, phrases: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    for length in range(_LONGEST_PHRASE, 1, -1):
        phrase = phrases.get(text[position : position + length])
        if phrase is not None and position + len(phrase) <= len(text):
            return phrase
    return ()


HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PIECE = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
_HAN_START = re.compile(rf"[{HAN}]")


def pieces(text: str) -> list[tuple[str, bool]]:
    """Splits *text* into its runs: (run of Chinese characters, True) or (other word, False)."""
    return [(run, bool(_HAN_START.match(run))) for run in _PIECE.findall(text)]


def without_accents(word: str) -> str:
    """Returns *word* with Latin accents taken off (café → cafe); other scripts stay as they are."""
    if word.isascii():
        return word
    return _COMBINING.sub("", unicodedata.normalize("NFD", word)) if word[0] < "\u0370" else word


def pinyin_key(text: str) -> str:
    """Returns the key that sorts *text* as a Chinese dictionary would: `重庆 A4纸` → `chong qing a4 zhi`.

    Syllables and words are lower case with one space between, so that 西安 (xi an) stands before
    先 (xian). Punctuation does not count, unless there is nothing else.
    """
    folded = fold_width(text).lower()
    words: list[str] = []
    for run, is_han in pieces(folded):
        if is_han:
            words += syllables(run)
        else:
            words.append(without_accents(run))
    return " ".join(words) or folded


def pinyin_initials(text: str) -> str:
    """Returns the first letter of each syllable; words of letters and digits stay: `A4纸厂` → `a4zc`."""
    found = []
    for run, is_han in pieces(fold_width(text).lower()):
        found.append("".join(syllable[0] for syllable in syllables(run)) if is_han else without_accents(run))
    return "".join(found)
