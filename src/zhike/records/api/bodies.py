"""What a request brings: a JSON body and query parameters, refused in sentences before anything is done."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _

from zhike.records.api.problems import Problem, bad_parameter

JSON_TYPE = re.compile(r"application/([\w.-]+\+)?json", re.ASCII | re.IGNORECASE)
DEEPEST = 32


def read_json(request: HttpRequest) -> Any:
    """The body. Raises `Problem` 400, 413 or 415."""
    raw = _raw(request)
    if not raw and not request.content_type:
        raise Problem(400, _("A JSON body is expected."))
    if not JSON_TYPE.fullmatch(request.content_type or ""):
        raise Problem(415, _("Send the body as application/json."))
    return parse(raw)


def read_object(request: HttpRequest, *, may_be_absent: bool = False) -> dict[str, Any]:
    """The body, which is an object. Raises `Problem`."""
    if may_be_absent and not _raw(request):
        return {}
    found = read_json(request)
    if not isinstance(found, dict):
        raise Problem(400, _("A JSON object is expected."))
    return found


def _raw(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise Problem(413, _("The body is too large.")) from None
    except RawPostDataException:
        return b""


def parse(raw: bytes | str) -> Any:
    """JSON as RFC 8259 has it, without what no column can hold: NUL, halves of surrogate pairs, deep nesting."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Problem(400, _("The body is not UTF-8.")) from None
    except RecursionError:
        raise Problem(400, _("This JSON is nested too deeply.")) from None
    except ValueError as error:
        raise Problem(400, _("This is not JSON: %(error)s.") % {"error": error}) from None
    if "\\u" in text or "\x00" in text:
        _refuse_unstorable(found)
    if text.count("[") + text.count("{") > DEEPEST:
        _refuse_deep(found, 0)
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _refuse_unstorable(found: Any) -> None:
    text = json.dumps(found, ensure_ascii=False)
    if "\\u0000" in text.replace("\\\\", ""):
        raise Problem(400, _("A text contains the character NUL, which cannot be kept."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Problem(400, _("A text contains half a character (a lone surrogate).")) from None


def _refuse_deep(found: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Problem(400, _("This JSON is nested too deeply."))
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    for each in inner:
        _refuse_deep(each, depth + 1)


class Parameters:
    """The query parameters of one request; a name that means nothing here is refused."""

    def __init__(self, request: HttpRequest, *known: str) -> None:
        self.given = request.GET
        for name in self.given:
            if name not in known:
                raise bad_parameter(name[:60], _("There is no such parameter here."))
            if len(self.given.getlist(name)) > 1:
                raise bad_parameter(name, _("Give this parameter once."))
            if "\x00" in self.given[name]:
                raise bad_parameter(name, _("A text contains the character NUL, which cannot be kept."))

    def text(self, name: str, default: str = "") -> str:
        return self.given.get(name, default)

    def whole(self, name: str, default: int, largest: int) -> int:
        raw = self.given.get(name)
        if raw is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", raw) or not 1 <= int(raw) <= largest:
            raise bad_parameter(name, _("A whole number from 1 to %(largest)d is expected.") % {"largest": largest})
        return int(raw)

    def yes(self, name: str) -> bool:
        raw = self.given.get(name, "false")
        if raw not in ("true", "false"):
            raise bad_parameter(name, _("“true” or “false” is expected."))
        return raw == "true"

    def names(self, name: str) -> list[str]:
        raw = self.given.get(name)
        if raw is None:
            return []
        return list(dict.fromkeys(part.strip() for part in raw.split(",")))

    def json(self, name: str) -> Any:
        raw = self.given.get(name)
        if not raw:
            return None
        try:
            return parse(raw)
        except Problem as problem:
            raise bad_parameter(name, problem.detail) from None
