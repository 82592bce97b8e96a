"""Why a member can or cannot do something with a record, asked on the record itself."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhike.base.actors import Door
from zhike.records import gate
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.pages.answering import for_record
from zhike.records.roles import acting, explaining, holding


@require_safe
@for_record()
def access(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    """Administrators ask about anybody, everybody else about themselves."""
    members: Any = get_user_model()
    wanted = as_id(request.GET.get("member", "")) or request.actor.member_id
    if wanted != request.actor.member_id and not request.actor.is_administrator:
        raise gate.NotAllowed("explain")
    member = members._default_manager.select_related("department").filter(pk=wanted, trashed_at__isnull=True).first()
    context: dict[str, Any] = {
        "title": record_type.title_of(record), "url": f"{record_type.url}{record.pk}/access/", "member": member,
        "may_choose": request.actor.is_administrator, "members_url": f"/{members.record_type_name}/options/",
        "answers": [], "roles": "",
    }  # fmt: skip
    if member is not None:
        context["answers"] = explaining.together(explaining.answers(acting.actor_of(member, Door.FORM), record))
        context["roles"] = _(", ").join(held.name for key in member.roles if (held := holding.find(key)))
    return render(request, "records/roles/_access.html" if request.htmx else "records/roles/access.html", context)
