"""The quick markup says what Django's own says."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from zhike.base import markup

VALUES = ["<b>&\"'</b>", "青松", mark_safe("<i>x</i>"), gettext_lazy("Save"), 12, None, "", "{0}"]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_it_escapes_as_django_does(value: Any) -> None:
    assert markup.escape(value) == html.escape(value)
    assert markup.conditional_escape(value) == html.conditional_escape(value)
    for mine, theirs in (
        (markup.format_html("<a>{}</a>{who}", value, who=value), html.format_html("<a>{}</a>{who}", value, who=value)),
        (markup.format_html_join(", ", "<a>{}</a>", [[value]]), html.format_html_join(", ", "<a>{}</a>", [[value]])),
        (markup.escape(value), html.escape(value)),
    ):
        assert mine == theirs
        assert hasattr(mine, "__html__")
