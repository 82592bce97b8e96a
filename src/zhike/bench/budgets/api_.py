"""Creating customers through the API one by one, against a bare view that inserts a row."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from zhike.base import actors
from zhike.base.changelog import acts
from zhike.bench import floors, ground, serving, timing
from zhike.bench.budgets.bench import SELLER, Bench
from zhike.bench.results import Result
from zhike.domains.people import services
from zhike.domains.people.models import Member

SHARE = 40


def measure(bench: Bench) -> Iterator[Result]:
    with ground.scratch(bench.size):
        floors.make_plain_table()
        bare = serving.Door(serving.floor(), email=SELLER)
        ours = serving.Door(serving.product(), token=token_of(SELLER))
        calls = {"bare": _creating(bare, "/insert/"), "ours": _creating(ours, "/api/v1/customers/")}
        times = timing.interleaved(calls, bench.rounds * 2)
    share = 100 * times["bare"].median / times["ours"].median
    told = f"{timing.ms(times['ours'].median)} against {timing.ms(times['bare'].median)}"
    yield Result("API create, of a bare insert's speed", told, share, SHARE, " %", at_least=True)


def _creating(door: serving.Door, address: str) -> Callable[[], serving.Answer]:
    numbers = itertools.count(1)

    def create() -> serving.Answer:
        answer = door.ask(address, json.dumps(_body(next(numbers)), ensure_ascii=False).encode())
        if answer.status != 201:
            raise serving.UnableToMeasure(f"{address} answered {answer.status}: {answer.body[:300]!r}")
        return answer

    return create


def _body(number: int) -> dict[str, Any]:
    phones = [{"kind": "mobile", "number": f"+86192{number:08d}"}]
    return {"name": f"苏州新客精密机械第{number}有限公司", "region": "江苏省/苏州市", "phones": phones}


def token_of(email: str) -> str:
    """The secret of a new token of that member."""
    actor = actors.system("bench")
    with acts.act(actor, "issue_token"):
        return services.issue_token(actor=actor, member=Member.objects.get(email=email), name="bench")[1]
