"""Addresses that lead nowhere answer as the rest of the API does."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from zhike.records.api import problems


@csrf_exempt
def nowhere(request: HttpRequest, **parts: Any) -> HttpResponse:
    return problems.not_found().response()
