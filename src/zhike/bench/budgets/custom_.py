"""Lists sorted and chosen by the company's own fields, against the same by built-in fields that hold the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.db import connection, transaction

from zhike.base import actors, recent
from zhike.bench import ground, serving, timing
from zhike.bench.budgets.bench import ADMINISTRATOR, Bench
from zhike.bench.results import Result
from zhike.domains.customers.models import Customer, Industry
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import custom, registry
from zhike.records.customising import changing, indexing
from zhike.records.models import CustomField

RATIO = 1.5
MONTH = {"last": 30, "unit": "day"}
Asked = tuple[str, dict[str, Any] | None]


def measure(bench: Bench) -> Iterator[Result]:
    with ground.scratch(bench.size):
        fields = _define()
        _fill(fields)
        for field in fields.values():
            indexing.bring_up_to_date(field)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE customers_customer")
        recent.begin_anew()
        custom.forget_kept()
        yield from _measured(bench, {key: field.name for key, field in fields.items()})
    recent.begin_anew()
    custom.forget_kept()


def _define() -> dict[str, CustomField]:
    actor = actor_of(Member.objects.get(email=ADMINISTRATOR), actors.Door.FORM)
    customers = registry.get("customers")
    choices = json.dumps([{"label": name} for name in Industry.objects.order_by("pk").values_list("name", flat=True)])
    asked = {
        "day": {"label": "回访日", "kind": "day"},
        "words": {"label": "档案名", "kind": "text", "max_length": "200"},
        "choice": {"label": "板块", "kind": "choice", "choices": choices},
    }
    return {key: changing.add_field(actor, customers, {**raw, "indexed": "1"}) for key, raw in asked.items()}


def _fill(fields: dict[str, CustomField]) -> None:
    """What the built-in fields say, said again in the company's own; how it came there is not what is measured."""
    values = [choice["value"] for choice in fields["choice"].options["choices"]]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """UPDATE customers_customer SET custom = custom || jsonb_strip_nulls(jsonb_build_object(
                 %s::text, to_char(last_activity_at, 'YYYY-MM-DD'), %s::text, name,
                 %s::text, (%s::text[])[1 + industry_id %% %s]))""",
            [fields["day"].name, fields["words"].name, fields["choice"].name, values, len(values)],
        )


def _measured(bench: Bench, names: dict[str, str]) -> Iterator[Result]:
    door = serving.Door(serving.product(), email=ADMINISTRATOR)
    for what, (built_in, own) in _pairs(names).items():
        calls = {"built-in": door.getting(_address(*built_in)), "own": door.getting(_address(*own))}
        times = timing.interleaved(calls, bench.rounds)
        told = f"{timing.ms(times['own'].median)} against {timing.ms(times['built-in'].median)}"
        yield Result(f"custom field, {what}", told, times["own"].median / times["built-in"].median, RATIO, " ×")


def _pairs(names: dict[str, str]) -> dict[str, tuple[Asked, Asked]]:
    """By what is asked, how it is asked of a built-in field and of the company's own."""
    day, words, choice = names["day"], names["words"], names["choice"]
    industry = Industry.objects.order_by("pk").first()
    chosen = Customer.objects.filter(industry=industry).values_list(f"custom__{choice}", flat=True).first()
    name = Customer.objects.order_by("-pk").values_list("name", flat=True).first()

    def only(field: str, op: str, value: Any) -> dict[str, Any]:
        return {"field": field, "op": op, "value": value}

    return {
        "latest day first": (("-last_activity_at", None), (f"-{day}", None)),
        "earliest day first": (("last_activity_at", None), (day, None)),
        "sorted by words": (("name", None), (words, None)),
        "one month": (
            ("-last_activity_at", only("last_activity_at", "within", MONTH)),
            (f"-{day}", only(day, "within", MONTH)),
        ),
        "these words": (("-created_at", only("name", "is", name)), ("-created_at", only(words, "is", name))),
        "one choice": (
            ("-created_at", only("industry", "in", [industry.pk if industry else 0])),
            ("-created_at", only(choice, "in", [chosen])),
        ),
    }  # fmt: skip


def _address(sort: str, condition: dict[str, Any] | None) -> str:
    found = f"/customers/?view=all&sort={sort}"
    return f"{found}&filter={quote(json.dumps({'all': [condition]}))}" if condition else found
