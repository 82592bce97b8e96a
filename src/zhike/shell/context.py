"""What every page shows around its own content. Fragments for htmx ask for none of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.base.notices import services as notices
from zhike.records import policies, registry
from zhike.records.layouts import reading as layouts

PHONE_TABS = {"customers": "early", "opportunities": "late"}
"""Beside home, what stands in the bar at the bottom of a phone."""


def shell(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    return {"shell": Shell(request)} if actor and actor.member_id else {}


class Shell:
    """Each part is worked out when the base template asks for it, once."""

    notices_url = "/notices/panel/"
    palette_url = "/search/palette/"
    search_url = "/search/"

    @property
    def standing(self) -> str:
        """In whose place the member stands, in a sentence."""
        if not self.actor.really:
            return ""
        if self.actor.is_looking:
            return _("You see what %(name)s sees; nothing can be changed.") % {"name": self.actor.name}
        return _("You act for %(name)s. What you do is logged under both names.") % {"name": self.actor.name}

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Any = request.actor  # type: ignore[attr-defined]

    @property
    def workspace_name(self) -> str:
        return str(self.request.tenant.name)  # type: ignore[attr-defined]

    @cached_property
    def member(self) -> dict[str, Any]:
        """The member who looks, or whose token does."""
        member: Any = self.request.user
        if not member.is_authenticated:
            member = get_user_model()._default_manager.get(pk=self.actor.member_id)
        return {
            "id": member.pk,
            "name": member.name,
            "initial": member.initial,
            "colour": member.colour,
            "url": "/me/",
            "email": member.email or "",
        }

    @property
    def member_items(self) -> list[dict[str, str]]:
        return [
            {"label": _("My changes"), "url": "/change-sets/", "icon": "history"},
            {"label": _("Imports"), "url": "/imports/", "icon": "upload"},
            {"label": _("Settings"), "url": "/settings/", "icon": "settings"},
        ]

    @property
    def live_url(self) -> str:
        """The stream of live news: its own address, or the same host at the live port."""
        environment = settings.ENVIRONMENT
        if environment.live_url:
            return str(environment.live_url)
        host = self.request.get_host().rsplit(":", 1)[0]
        return f"{self.request.scheme}://{host}:{environment.live_port}/live/"

    @cached_property
    def unread(self) -> int:
        return notices.count_unread(self.actor.member_id)

    @cached_property
    def navigation(self) -> list[dict[str, Any]]:
        first = [self._item(_("Home"), "/", "home", tab="early", exact=True)]
        groups: dict[str, dict[str, Any]] = {"": {"label": "", "items": first}}
        for record_type in self._types:
            if record_type.policy.may(self.actor, policies.SEE):
                label = str(record_type.group)
                group = groups.setdefault(label, {"label": label, "items": []})
                tab = PHONE_TABS.get(record_type.name, "")
                group["items"].append(self._item(record_type.plural, record_type.url, record_type.icon, tab=tab))
        reports = self._item(_("Reports"), "/reports/", "chart-bar")
        groups[_("Insights")] = {"label": _("Insights"), "items": [reports]}
        return list(groups.values())

    @cached_property
    def create_items(self) -> list[dict[str, Any]]:
        return [
            {"label": record_type.singular, "url": f"{record_type.url}new/", "icon": record_type.icon}
            for record_type in self._types
            if record_type.policy.may(self.actor, policies.CREATE)
        ]

    @cached_property
    def _types(self) -> list[Any]:
        """What stands in the menu, as laid out."""
        found = [record_type for record_type in registry.all_types() if record_type.in_menu]
        return layouts.in_order("", layouts.MENU, found, lambda record_type: record_type.name)

    def _item(self, label: Any, url: str, icon: str, *, tab: str = "", exact: bool = False) -> dict[str, Any]:
        path = self.request.path
        active = path == url if exact else path.startswith(url)
        return {"label": label, "url": url, "icon": icon, "active": active, "badge": None, "tab": tab}
