"""How pages answer: who may ask, what a refusal becomes, and what is told beside the answer."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, listing, registry
from zhike.records.conditions import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.listing import ListError

View = Callable[..., HttpResponse]


def for_members(view: View) -> View:
    """Signed-in members only; what the gate raises becomes an answer."""

    @functools.wraps(view)
    def answer(request: Any, *arguments: Any, **named: Any) -> HttpResponse:
        if not request.actor:
            return _sign_in(request)
        try:
            return view(request, *arguments, **named)
        except (gate.NotVisible, registry.UnknownRecordType) as error:
            raise Http404 from error
        except gate.NotAllowed:
            return refuse(request, 403, _("You may not do this here. Ask whoever administers Zhike for the right."))
        except (ConditionError, ListError) as error:
            return refuse(request, 400, str(error))

    return answer


def for_type(view: View) -> View:
    """A page of one record type: the view gets the `RecordType` instead of its name in the address."""

    @functools.wraps(view)
    def answer(request: Any, type_name: str, *arguments: Any, **named: Any) -> HttpResponse:
        if not request.actor.is_for(type_name):
            raise gate.NotVisible
        return view(request, registry.get(type_name), *arguments, **named)

    return for_members(answer)


def for_record(action: str = "see", *, whole: bool = False) -> Callable[[View], View]:
    """A page of one record the actor may do `action` with: the view gets the type and the record, `whole` with
    everything it points at."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Any, record_type: RecordType, record_id: int, **named: Any) -> HttpResponse:
            related = listing.references_among(record_type, list(record_type.built_in_fields)) if whole else ()
            record = gate.get_record(request.actor, record_type, record_id, action=action, related=related)
            return view(request, record_type, record, **named)

        return for_type(answer)

    return decorate


def _sign_in(request: Any) -> HttpResponse:
    refusal = getattr(request, "refusal", None)
    if refusal is not None:
        return HttpResponse(refusal.sentence, status=403 if refusal.is_signed_in else 401, content_type="text/plain")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": f"/accounts/login/?next={request.path}"})
    return redirect_to_login(request.get_full_path())


def refuse(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """A refusal a person can read: a toast for a fragment, else a page."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=status)
        response["HX-Reswap"] = "none"
        return tell(response, sentence, kind="bad")
    return render(request, "records/refused.html", {"sentence": sentence, "status": status}, status=status)


def tell(
    response: HttpResponse, message: str, *, undo: ChangeSet | None = None, kind: str = "good", **events: Any
) -> HttpResponse:
    """Adds a toast (with undo of a change set) and other events for the page: `close_drawer=True`."""
    toast: dict[str, Any] = {"message": message, "kind": kind, "undo": None}
    if undo is not None:
        toast |= {"undo": f"/change-sets/{undo.pk}/undo/", "undo_label": _("Undo")}
    told = json.loads(response.headers.get("HX-Trigger", "{}"))
    told["zhike:toast"] = toast
    told |= {f"zhike:{name.replace('_', '-')}": value for name, value in events.items()}
    response["HX-Trigger"] = json.dumps(told)
    return response


def actor_through(request: Any, door: Any) -> Actor:
    return request.actor.through(door)


def posted(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else QueryDict(request.body)
