"""The description of the API: the OpenAPI document for programs, a page for people."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhike.base.actors import Actor
from zhike.records.api import openapi, reading
from zhike.records.api.answering import Answer, endpoint


def read_document(request: HttpRequest, actor: Actor) -> Answer:
    return Answer(openapi.document(actor, server=_server(request)))


def _server(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


openapi_document = endpoint(GET=read_document)


def reading_page(request: Any) -> HttpResponse:
    if not request.actor:
        return redirect_to_login(request.get_full_path())
    server = _server(request)
    page = reading.page_of(openapi.document(request.actor, server=server))
    return render(request, "records/api/reading.html", {"page": page, "server": server})
