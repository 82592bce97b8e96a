"""What was retired is given to nothing new on any road, and stays where it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.base.changelog import acts
from zhike.domains.customers.models import Customer, Industry
from zhike.records import gate, registry
from zhike.records.customising import changing
from zhike.records.tests.importing import checked, counts, imported, reasons, table
from zhike.testing import custom as own
from zhike.testing.api import Program

FIRST = ["名称", "值"]


def customers() -> Any:
    return registry.get("customers")


@pytest.fixture(params=["choice", "many_choices", "option"])
def kept(request: Any, administrator: Any) -> tuple[str, str, Any, Any]:
    """A field, the words of a retired value, its raw value, and a customer that holds it since before."""
    if request.param == "option":
        row = Industry.objects.first()
        record = gate.create(administrator, customers(), {"name": "老客户", "industry": row.pk})
        with acts.act(administrator, "test"):
            Industry.objects.filter(pk=row.pk).update(is_active=False)
        return "industry", row.name, row.pk, record
    field = own.add(administrator, "customers", request.param, label="物业")
    value = field.options["choices"][0]["value"]
    raw = [value] if request.param == "many_choices" else value
    record = gate.create(administrator, customers(), {"name": "老客户", field.name: raw})
    choices = [each | {"retired": each["value"] == value} for each in field.options["choices"]]
    changing.revise_field(administrator, customers(), field, {"label": "物业", "choices": json.dumps(choices)})
    return field.name, field.options["choices"][0]["label"], raw, record


def values_of(record: Any, name: str) -> Any:
    return customers().every_field()[name].value_of(Customer.objects.get(pk=record.pk))


def test_an_import_refuses_it_in_new_records_with_the_line(administrator: Any, kept: Any) -> None:
    name, words, _raw, _record = kept
    file, plan = table(FIRST, ["甲", words], ["乙", ""]), {"columns": {"名称": "name", "值": name}, "mode": "create"}

    report = checked(administrator, "customers", file, plan)
    run = imported(administrator, "customers", file, plan)

    assert report["rejected"] == 1
    assert counts(run)[0] == 1 and list(reasons(run)) == [2] and "not in use any more" in reasons(run)[2]
    assert not Customer.objects.filter(name="甲").exists()


def test_and_gives_it_to_no_record_that_is_there(administrator: Any, kept: Any) -> None:
    name, words, _raw, record = kept
    other = gate.create(administrator, customers(), {"name": "另一个"})
    file = table([*FIRST, "简称"], ["老客户", words, "老"], ["另一个", words, "另"])
    plan = {"columns": {"名称": "name", "值": name, "简称": "short_name"}, "match": ["name"], "mode": "update"}
    before = values_of(record, name)

    run = imported(administrator, "customers", file, plan)

    assert list(reasons(run)) == [3] and "not in use any more" in reasons(run)[3]
    assert values_of(other, name) in (None, [], "") and values_of(record, name) == before
    assert Customer.objects.get(pk=record.pk).short_name == "老", "other fields of what holds it are written"


def test_programs_neither(member: Any, kept: Any) -> None:
    name, _words, raw, record = kept
    program = Program(member("林晓"))
    other = program.post("customers/", {"name": "另一个"}).json()

    made = program.post("customers/", {"name": "甲", name: raw})
    changed = program.patch(f"customers/{other['id']}/", {name: raw})
    kept_on = program.patch(f"customers/{record.pk}/", {name: raw, "short_name": "老"})

    assert (made.status_code, changed.status_code, kept_on.status_code) == (422, 422, 200)
    assert "not in use any more" in made.content.decode() and "not in use any more" in changed.content.decode()
    assert not Customer.objects.filter(name="甲").exists()
