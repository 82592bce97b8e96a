"""An export comes back to the very records it names, though several bear one name."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from zhike.base.changelog import acts
from zhike.base.changelog.models import Change
from zhike.domains.people.models import Member
from zhike.records import columns, gate, registry
from zhike.records.exporting import writing
from zhike.records.exporting.taking import Export
from zhike.records.pages import counting
from zhike.records.tests.importing import begin, counts, imported, reasons, table
from zhike.testing import custom as own


@pytest.fixture
def twins(administrator: Any) -> list[Any]:
    return [gate.create(administrator, registry.get("customers"), {"name": "云杉"}) for _each in range(2)]


@pytest.fixture
def deals(administrator: Any, twins: list[Any]) -> list[Any]:
    opportunities = registry.get("opportunities")
    return [
        gate.create(administrator, opportunities, {"name": f"商机{place}", "customer": twin.pk})
        for place, twin in enumerate(twins)
    ]


def exported(actor: Any, type_name: str, folder: Path, format: str = "csv") -> Path:
    path = folder / f"out.{format}"
    writing.write(Export(registry.get(type_name), actor), format, path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def remove(actor: Any, records: list[Any]) -> None:
    with acts.act(actor, "test"):
        for record in records:
            record.delete()


def customers_of_deals() -> list[int]:
    return list(registry.get("opportunities").queryset().order_by("name").values_list("customer", flat=True))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_deals_of_customers_of_one_name_come_back(
    administrator: Any, twins: list[Any], deals: list[Any], tmp_path: Path, format: str, language: str
) -> None:
    from django.utils import translation

    with translation.override(language):
        path = exported(administrator, "opportunities", tmp_path, format)

        run = imported(administrator, "opportunities", path.read_bytes(), name=path.name)

    assert "customer.id" in run.plan["columns"].values()
    assert counts(run) == (0, 0, 2, 0), reasons(run)
    assert not Change.objects.filter(change_set=run.change_set).exists()


def test_lost_deals_are_made_again_for_the_right_customer(
    administrator: Any, twins: list[Any], deals: list[Any], tmp_path: Path
) -> None:
    path = exported(administrator, "opportunities", tmp_path)
    rows = rows_of(path)
    assert [(row["Customer"], row["Customer: number in Zhike"]) for row in sorted(rows, key=lambda r: r["Name"])] == [
        ("云杉", str(twin.pk)) for twin in twins
    ]
    remove(administrator, deals)
    plan = begin(administrator, "opportunities", path.read_bytes()).plan
    plan["columns"] = {heading: name for heading, name in plan["columns"].items() if name != "id"}
    plan["match"] = []

    run = imported(administrator, "opportunities", path.read_bytes(), plan)

    assert counts(run) == (2, 0, 0, 0), reasons(run)
    assert customers_of_deals() == [twin.pk for twin in twins]


def test_the_name_counts_and_the_number_only_tells_twins_apart(administrator: Any, twins: list[Any]) -> None:
    other = gate.create(administrator, registry.get("customers"), {"name": "听澜"})
    content = table(
        ("Name", "Customer", "Customer: number in Zhike"),
        ("a", "听澜", twins[0].pk),
        ("b", "云杉", ""),
        ("c", "云杉", other.pk),
        ("d", "云杉", twins[1].pk),
        ("e", "", twins[1].pk),
    )

    run = imported(administrator, "opportunities", content)

    assert counts(run) == (3, 0, 0, 2)
    assert set(reasons(run)) == {3, 4}
    assert "There are 2 called" in reasons(run)[3]
    assert customers_of_deals() == [other.pk, twins[1].pk, None]


def test_the_number_alone_says_who_is_meant(administrator: Any, owner: Any, twins: list[Any]) -> None:
    content = table(("Name", "Customer: number in Zhike"), ("a", twins[1].pk), ("b", 999999), ("c", "云杉"))

    run = imported(administrator, "opportunities", content)

    assert counts(run) == (1, 0, 0, 2)
    assert customers_of_deals() == [twins[1].pk]


def test_a_number_opens_nothing_one_may_not_see(owner: Any, outsider: Any, twins: list[Any]) -> None:
    content = table(("Name", "Customer: number in Zhike"), ("a", twins[1].pk))

    assert counts(imported(outsider, "opportunities", content)) == (0, 0, 0, 1)


def test_a_subsidiary_named_as_its_parent_comes_back(administrator: Any, twins: list[Any], tmp_path: Path) -> None:
    gate.edit(administrator, twins[1], {"parent": twins[0].pk})
    path = exported(administrator, "customers", tmp_path)

    run = imported(administrator, "customers", path.read_bytes())

    assert counts(run) == (0, 0, 2, 0), reasons(run)


def test_its_own_number_as_parent_is_still_refused(administrator: Any, twins: list[Any]) -> None:
    content = table(
        ("Number in Zhike", "Name", "Parent organisation", "Parent organisation: number in Zhike"),
        (twins[0].pk, "云杉", "云杉", twins[0].pk),
    )

    run = imported(administrator, "customers", content)

    assert "own parent" in reasons(run)[2]


def test_owners_of_one_name(administrator: Any, owner: Any, outsider: Any, twins: list[Any], tmp_path: Path) -> None:
    with acts.act(administrator, "test"):
        Member.objects.filter(pk=outsider.member_id).update(name="王芳")
    gate.edit(administrator, twins[0], {"owner": outsider.member_id})
    gate.edit(administrator, twins[1], {"owner": owner.member_id})
    path = exported(administrator, "customers", tmp_path)

    run = imported(administrator, "customers", path.read_bytes())

    assert counts(run) == (0, 0, 2, 0), reasons(run)


PERCENTS = ("0.50", "5.00", "12.50", "100.00", "250.00")


@pytest.fixture
def shares(administrator: Any) -> str:
    """A field of percentages, and a customer for each."""
    name = str(own.add(administrator, "customers", "percent", label="折扣").name)
    for value in PERCENTS:
        gate.create(administrator, registry.get("customers"), {"name": f"折扣{value}", name: value})
    return name


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_percentages_come_back_as_they_were(administrator: Any, shares: str, tmp_path: Path, format: str) -> None:
    path = exported(administrator, "customers", tmp_path, format)

    run = imported(administrator, "customers", path.read_bytes(), name=path.name)

    assert counts(run) == (0, 0, len(PERCENTS), 0), reasons(run)


def test_percentages_are_read_with_their_sign(administrator: Any, shares: str) -> None:
    written = {"甲": "5.5%", "乙": "５％", "丙": "0.5", "丁": "120%"}
    run = imported(administrator, "customers", table(("客户名称", "折扣"), *written.items()))

    assert counts(run) == (4, 0, 0, 0), reasons(run)
    customers = registry.get("customers")
    field = customers.field(shares)
    held = {row.name: str(field.value_of(row)) for row in customers.queryset().filter(name__in=written)}
    assert held == {"甲": "5.50", "乙": "5.00", "丙": "0.50", "丁": "120.00"}
    assert str(field.clean("7.5%")) == "7.50"


def test_a_list_says_the_average_of_percentages(administrator: Any, shares: str) -> None:
    customers = registry.get("customers")
    bound = columns.columns_of(customers, [shares])

    [said] = counting.sums_of(customers.queryset().filter(name__startswith="折扣"), bound)

    assert (said.label, said.texts) == ("折扣, average", ["73.6%"])
