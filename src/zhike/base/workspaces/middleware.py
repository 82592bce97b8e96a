from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.translation import gettext as _

from zhike.base.workspaces import queries


class WorkspaceMiddleware:
    """Every request happens inside one workspace, chosen by its host name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hostname = request.get_host().split(":")[0].lower()
        workspace = queries.find_by_host(hostname)
        if workspace is None:
            return HttpResponseNotFound(_("There is no workspace at %(host)s.") % {"host": hostname})
        request.tenant = workspace  # type: ignore[attr-defined]
        if connection.schema_name != workspace.schema_name:  # type: ignore[attr-defined]
            connection.set_tenant(workspace)  # type: ignore[attr-defined]
        with queries.at_home():
            return self.get_response(request)
