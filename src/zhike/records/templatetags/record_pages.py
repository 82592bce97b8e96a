"""What the templates of record pages ask."""

from datetime import datetime
from typing import Any

from django import template

from zhike.base import clock
from zhike.records import attachments, history, periods

register = template.Library()


@register.filter
def is_picture(attachment: Any) -> bool:
    return attachments.is_picture(attachment)


@register.filter
def file_ending(attachment: Any) -> str:
    """pdf, xlsx; "file" where the name has none."""
    ending = str(attachment.name).rpartition(".")[2] if "." in attachment.name else ""
    return ending[:4] if ending.isascii() and ending.isalnum() else "file"


@register.filter
def short_moment(moment: datetime) -> str:
    return periods.short_moment(moment, clock.now())


@register.filter
def subject(change_set: Any) -> str:
    """What an act was about; a title only as the reader may see it."""
    return history.subject_of(change_set)


@register.filter
def cell_html(column: Any, record: Any) -> Any:
    return column.html(record)
