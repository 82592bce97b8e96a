"""Which encoding a text is in: proof where there is one, else what reads most like writing."""

import codecs
import pathlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.records.importing.reading.refusals import UnableToReadFile

_BLOCK = 1 << 20
_EVIDENCE = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
REPLACED = "\ufffd"


class Encoding(NamedTuple):
    """How to decode a file: the codec, how many lines there are, and whether every byte can be read."""

    codec: str
    lines: int
    is_clean: bool


def encoding_of(path: pathlib.Path, wanted: str | None) -> Encoding:
    """Returns the encoding of *path*, or *wanted* checked against it.

    Raises UnableToReadFile if *wanted* is no text encoding there is.
    """
    if wanted:
        return _measured(path, _known(wanted))
    with path.open("rb") as file:
        head = file.read(1 << 16)
    codec = next((name for mark, name in _MARKS if head.startswith(mark)), "") or _wide_without_mark(head)
    if codec:
        return _measured(path, codec)
    utf8 = _measured(path, "utf-8")
    if utf8.is_clean:
        return utf8
    return _measured(path, _most_likely(_evidence(path)))


def _known(wanted: str) -> str:
    try:
        name = codecs.lookup(wanted.strip()).name
        "".encode(name)
    except (LookupError, ValueError, TypeError) as failure:
        raise UnableToReadFile(
            _("There is no encoding “%(encoding)s”. Choose UTF-8 or GB18030."),
            encoding=sentences.shortened(wanted),
        ) from failure
    # GB2312 and GBK are subsets, and programs write their later characters under their name.
    return "gb18030" if name in ("gb2312", "gbk", "hz") else name


def _wide_without_mark(head: bytes) -> str:
    """UTF-16 without a mark shows by zero bytes at every other place."""
    if len(head) < 4 or head.count(0) < len(head) // 5:
        return ""
    low, high = head[1::2].count(0), head[0::2].count(0)
    if low > 4 * high:
        return "utf-16-le"
    return "utf-16-be" if high > 4 * low else ""


def _blocks(path: pathlib.Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _measured(path: pathlib.Path, codec: str) -> Encoding:
    """Counts the lines and tries every byte, in constant memory."""
    decode = codecs.getincrementaldecoder(codec)("strict")
    lines, returns, is_clean = 0, 0, True
    for block in _blocks(path):
        lines += block.count(b"\n")
        returns += block.count(b"\r")
        is_clean = is_clean and _decodes(lambda block=block: decode.decode(block))  # type: ignore[misc]
    is_clean = is_clean and _decodes(lambda: decode.decode(b"", final=True))
    return Encoding(codec, lines or returns, is_clean)


def _decodes(attempt: Callable[[], str]) -> bool:
    try:
        attempt()
    except UnicodeError:
        return False
    return True


def _evidence(path: pathlib.Path) -> bytes:
    """The first lines that hold anything beyond ASCII."""
    found: list[bytes] = []
    size = 0
    for block in _blocks(path):
        for line in block.splitlines():
            if not line.isascii():
                found.append(line[:4096])
                size += len(found[-1])
        if size > _EVIDENCE:
            break
    return b"\n".join(found)[: 2 * _EVIDENCE]


def _most_likely(evidence: bytes) -> str:
    scores = {
        "utf-8": _score_utf8(evidence),
        "gb18030": _score_double_byte(evidence, "gb18030", "gb2312", 0xD7),
        "big5hkscs": _score_double_byte(evidence, "big5hkscs", "big5", 0xC6),
        "cp1252": _score_latin(evidence),
    }
    return max(scores, key=lambda codec: scores[codec])


def _score_utf8(evidence: bytes) -> float:
    text = evidence.decode("utf-8", "replace")
    strangers = text.count(REPLACED)
    good = sum(1 for character in text if character > "\x7f") - strangers
    return good / max(1, good + strangers) if good > strangers else 0.0


def _score_double_byte(evidence: bytes, codec: str, everyday: str, last_common_lead: int) -> float:
    """The mean plausibility of the characters: everyday ones count full, rare ones little, misfits against."""
    total, count = 0.0, 0
    for character in evidence.decode(codec, "replace"):
        if character > "\x7f":
            count += 1
            total += _plausibility(character, everyday, last_common_lead)
    return total / max(1, count)


def _plausibility(character: str, everyday: str, last_common_lead: int) -> float:
    if character == REPLACED:
        return -2.0
    try:
        lead = character.encode(everyday)[0]
    except UnicodeError:
        return 0.1
    if lead < 0xA4:
        return 1.0 if character in "，。、；：？！“”‘’（）《》【】—…·￥％　①②③" else 0.5
    return 1.0 if lead <= last_common_lead and not 0xA4 < lead < 0xB0 * (everyday == "gb2312") else 0.5


def _score_latin(evidence: bytes) -> float:
    """Accented letters stand alone among ASCII letters; double-byte characters come in runs."""
    text = evidence.decode("cp1252", "replace")
    total, count = 0.0, 0
    for before, character, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if character <= "\x7f":
            continue
        count += 1
        if character == REPLACED:
            total -= 1
        elif character.isalpha() and before <= "\x7f" and after <= "\x7f":
            total += 1
        elif character in "–—‘’“”€…•°²³½" and before <= "\x7f":
            total += 0.9
        else:
            total += 0.2
    return total / max(1, count)


def unreadable_lines(path: pathlib.Path, codec: str, most: int = 20) -> tuple[int, list[int]]:
    """Returns how many lines hold bytes that *codec* cannot read, and the numbers of the first *most*."""
    count = 0
    numbers: list[int] = []
    with path.open(encoding=codec, errors="replace", newline="") as file:
        number = 0
        while line := file.readline(1 << 20):
            number += line.endswith(("\n", "\r"))
            if REPLACED in line:
                count += 1
                if len(numbers) < most:
                    numbers.append(number + (not line.endswith(("\n", "\r"))))
    return count, numbers
