"""What every page shows around its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.translation import gettext as _

from zhike.base.notices.models import Notice
from zhike.records import policies, registry


def shell(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if not actor or request.headers.get("HX-Request"):
        return {}
    return {"shell": Shell(request)}


class Shell:
    """Asked for lazily by the base template; a fragment asks for nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Any = request.actor  # type: ignore[attr-defined]

    @property
    def workspace_name(self) -> str:
        return str(self.request.tenant.name)  # type: ignore[attr-defined]

    @property
    def member(self) -> Any:
        return self.request.user

    @property
    def live_url(self) -> str:
        """As told, or the live port of the host this page came from (the session cookie goes to every port)."""
        host, _port = split_domain_port(self.request.get_host())
        return settings.ENVIRONMENT.live_url or f"{self.request.scheme}://{host}:{settings.ENVIRONMENT.live_port}/"

    @property
    def unread(self) -> int:
        unread = Notice.objects.filter(member_id=self.actor.member_id, read_at__isnull=True)
        return unread.order_by()[:100].count()

    @property
    def navigation(self) -> list[dict[str, Any]]:
        groups: dict[str, dict[str, Any]] = {
            "": {"label": "", "items": [self._item(_("Home"), "/", "home", exact=True)]}
        }
        for record_type in registry.all_types():
            if record_type.in_menu and record_type.policy.may(self.actor, policies.SEE):
                label = str(record_type.group)
                group = groups.setdefault(label, {"label": label, "items": []})
                group["items"].append(self._item(record_type.plural, record_type.url, record_type.icon))
        return list(groups.values())

    @property
    def create_items(self) -> list[dict[str, Any]]:
        return [
            {"label": record_type.singular, "url": f"{record_type.url}new/", "icon": record_type.icon}
            for record_type in registry.all_types()
            if record_type.in_menu and record_type.policy.may(self.actor, policies.CREATE)
        ]

    def _item(self, label: Any, url: str, icon: str, *, exact: bool = False) -> dict[str, Any]:
        path = self.request.path
        active = path == url if exact else path.startswith(url)
        return {"label": label, "url": url, "icon": icon, "active": active, "badge": None}
