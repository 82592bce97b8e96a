"""Figures in templates: each a link to the records behind it."""

from django import template
from django.utils.safestring import SafeString

from zhike.base.markup import format_html
from zhike.records.reporting import wording
from zhike.records.reporting.running import Figure

register = template.Library()


@register.filter
def figure_text(figure: Figure) -> str:
    return wording.text_of(figure)


@register.filter
def others_text(figure: Figure) -> str:
    return wording.others_text(figure)


@register.simple_tag
def figure_link(figure: Figure, kind: str = "num") -> SafeString:
    """The figure as a link to its list; what is in other currencies stands beside it, small."""
    others = wording.others_text(figure)
    tip = figure.conversion.note if figure.conversion and figure.value else ""
    told = format_html(' data-tip="{}"', tip) if tip else ""
    link = format_html('<a class="{}" href="{}"{}>{}</a>', kind, figure.url, told, wording.text_of(figure))
    return format_html('{} <small class="other-currencies num">+ {}</small>', link, others) if others else link
