"""SQL by a pattern, as a Django expression."""

from __future__ import annotations

import re
from typing import Any

from django.db import models

_PLACE = re.compile(r"\{(\*|\d+)\}")


class Sql(models.Func):
    """`Sql("({0} / NULLIF({1}, 0))", a, b, output_field=…)`; `{*}` is every argument, with commas."""

    def __init__(self, pattern: str, *arguments: Any, output_field: Any) -> None:
        super().__init__(*arguments, output_field=output_field)
        self.pattern = pattern

    def as_sql(self, compiler: Any, connection: Any, *more: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        made: list[str] = []
        parameters: list[Any] = []
        behind = 0
        for place in _PLACE.finditer(self.pattern):
            made.append(self.pattern[behind : place.start()].replace("%", "%%"))
            wanted = compiled if place[1] == "*" else [compiled[int(place[1])]]
            made.append(", ".join(text for text, _given in wanted))
            parameters += [value for _text, given in wanted for value in given]
            behind = place.end()
        return "".join([*made, self.pattern[behind:].replace("%", "%%")]), tuple(parameters)
