"""Decimal places, and the range of a date: kept on every road, not asked of conditions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from zhike.base import clock
from zhike.records import gate, listing, registry
from zhike.records.tests.importing import imported, reasons, table
from zhike.testing import custom as own


def customers() -> Any:
    return registry.get("customers")


@pytest.mark.parametrize(("places", "kept"), [("0", "13"), ("1", "12.5"), ("", "12.50"), ("4", "12.5000")])
def test_a_figure_has_as_many_places_as_were_said(administrator: Any, places: str, kept: str) -> None:
    name = own.add(administrator, "customers", "decimal", label="面积", places=places).name
    written = "12.6" if places == "0" else "12.5"

    record = gate.create(administrator, customers(), {"name": "甲", name: written})
    imported(administrator, "customers", table(("客户名称", "面积"), ("乙", written)))

    assert record.custom[name] == kept
    assert customers().queryset().get(name="乙").custom[name] == kept


def test_money_shows_the_places_it_keeps(administrator: Any) -> None:
    name = own.add(administrator, "customers", "money", label="单价", places="4").name
    field = customers().field(name)
    assert field.text(field.clean("0.1234")) == "0.1234" and field.text(field.clean("3")) == "3"


@pytest.mark.parametrize("places", ["7", "-1", "x", "1.5"])
def test_places_are_few(administrator: Any, places: str) -> None:
    with pytest.raises(gate.Refused) as refused:
        own.add(administrator, "customers", "decimal", label="面积", places=places)
    assert list(refused.value.errors) == ["places"]


@pytest.mark.parametrize("kind", ["day", "moment"])
def test_a_date_out_of_its_range_is_refused_on_every_road(administrator: Any, kind: str) -> None:
    name = own.add(
        administrator, "customers", kind, label="交房日期", label_en="Handover",
        earliest="2026-01-01", latest="2026-12-31",
    ).name  # fmt: skip
    for day, sentence in (("2025-12-31", "Not before 2026-01-01."), ("2027-01-01", "Not after 2026-12-31.")):
        with pytest.raises(gate.Refused) as refused:
            gate.create(administrator, customers(), {"name": "甲", name: day})
        assert refused.value.errors == {name: [sentence]}
        run = imported(administrator, "customers", table(("客户名称", "交房日期"), ("乙", day)))
        assert sentence in reasons(run)[2]
    kept = gate.create(administrator, customers(), {"name": "甲", name: "2026-12-31"})
    asked = {"field": name, "op": "after", "value": "2020-01-01"}
    assert [row.pk for row in listing.base_query(administrator, customers(), condition=asked)] == [kept.pk]


def test_today_moves_with_the_days(administrator: Any) -> None:
    name = own.add(administrator, "customers", "day", label="到期日", earliest="today").name
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    with pytest.raises(gate.Refused):
        gate.create(administrator, customers(), {"name": "甲", name: yesterday})
    with clock.telling(clock.now() - timedelta(days=1)):
        assert gate.create(administrator, customers(), {"name": "甲", name: yesterday}).custom[name] == yesterday


@pytest.mark.parametrize(("earliest", "latest"), [("2026-02-30", ""), ("soon", ""), ("2026-05-01", "2026-04-01")])
def test_a_range_that_is_none_is_refused(administrator: Any, earliest: str, latest: str) -> None:
    with pytest.raises(gate.Refused):
        own.add(administrator, "customers", "day", label="日", earliest=earliest, latest=latest)
