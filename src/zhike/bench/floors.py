"""The bare views a budget is a multiple of: what Django does when nobody asks it for more than that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from zhike.domains.customers.models import Customer

TABLE = """<!doctype html><html><head><title>Customers</title></head><body><h1>Customers</h1>
<p>Signed in as {{ request.user.name }}</p>
<table><tr><th>Name<th>Industry<th>Size<th>Region<th>Phone<th>Source<th>Last activity<th>Next activity<th>Owner</tr>
{% for customer in customers %}<tr><td><a href="/customers/{{ customer.pk }}/">{{ customer.name }}</a></td>
<td>{{ customer.industry.name }}</td><td>{{ customer.get_size_display }}</td><td>{{ customer.region }}</td>
<td>{{ customer.phones.0.number }}</td><td>{{ customer.source.name }}</td><td>{{ customer.last_activity_at }}</td>
<td>{{ customer.next_activity_at }}</td><td>{{ customer.owner.name }}</td></tr>
{% endfor %}</table></body></html>"""
PLAIN = """CREATE TABLE IF NOT EXISTS bench_plain (id bigserial PRIMARY KEY, name varchar(200) NOT NULL,
  region varchar(120) NOT NULL, phones jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now())"""
_template: list[Any] = []


class InOwnAddresses:
    """Leads to the views below instead of the product's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return self.get_response(request)


@login_required(login_url="/sign-in/")
def table(request: HttpRequest) -> HttpResponse:
    """Session, log-in, one SELECT of 50 rows with the names of what they point at, a plain table of nine columns."""
    if not _template:
        _template.append(engines["django"].from_string(TABLE))
    customers = Customer.objects.select_related("industry", "source", "owner").filter(trashed_at__isnull=True)
    return HttpResponse(_template[0].render({"customers": customers.order_by("-created_at", "-id")[:50]}, request))


@csrf_exempt
@login_required(login_url="/sign-in/")
def insert(request: HttpRequest) -> HttpResponse:
    """Session, log-in, one row into a table nothing watches."""
    told = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_plain (name, region, phones) VALUES (%s, %s, %s) RETURNING id",
            [told["name"], told.get("region", ""), json.dumps(told.get("phones", []))],
        )
        return JsonResponse({"id": cursor.fetchone()[0], **told}, status=201)


def make_plain_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        cursor.execute("TRUNCATE bench_plain")


urlpatterns = [path("table/", table), path("insert/", insert)]
