"""What `<zk-chart>` draws, as JSON that is safe inside a page."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def as_json(chart: dict[str, Any]) -> SafeString:
    return mark_safe(json.dumps(chart, ensure_ascii=False).translate(ESCAPES))
