"""What templates ask of the engine."""

import functools
from typing import Any

from django import template
from django.conf import settings
from django.template import loader
from django.templatetags.static import static
from django.utils import translation
from django.utils.safestring import SafeString

from zhike.base.markup import format_html

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; with a label it speaks, without it is decoration."""
    if label:
        url = static("dist/icons.svg")
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, url, name)
    return _icon(name)


@functools.lru_cache(maxsize=1024)
def _icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("dist/icons.svg"), name)


@register.simple_tag
def constant(template_name: str) -> SafeString:
    """A part that is the same on every page whoever looks: drawn once for each language."""
    draw = _constant.__wrapped__ if settings.DEBUG else _constant
    return draw(template_name, translation.get_language() or "")


@functools.cache
def _constant(template_name: str, language: str) -> SafeString:
    return loader.render_to_string(template_name)


@register.filter
def lowered(name: Any) -> str:
    """A name inside a sentence: `New customer`."""
    text = str(name)
    return text[:1].lower() + text[1:]


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.filter
def field_text(record: Any, name: str) -> str:
    from zhike.records import registry

    field = registry.of(record).field(name)
    return field.text(field.value_of(record)) if field else ""


@register.filter
def field_html(record: Any, name: str) -> Any:
    from zhike.records import registry

    field = registry.of(record).field(name)
    return field.html(field.value_of(record)) if field else ""


@register.filter
def grouped(number: Any) -> str:
    """A count as people read it: 8,800."""
    return f"{number:,}" if isinstance(number, int) else str(number)
