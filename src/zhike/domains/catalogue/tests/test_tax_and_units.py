"""Tax rates and units: lists with columns of their own, and what products are by them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.domains.catalogue import pricing
from zhike.domains.catalogue.models import Product, TaxRate, Unit
from zhike.records import gate, registry
from zhike.records.lists import changing, tables

TAX, UNITS = "/settings/lists/catalogue-taxrate/", "/settings/lists/catalogue-unit/"
HTMX = {"HX-Request": "true"}


def unit(name: str) -> Unit:
    return Unit.objects.get(name=name)


def refused(answer: Any) -> str:
    assert answer.status_code == 422
    return str(answer.content.decode())


def add(client: Any, url: str, **raw: Any) -> Any:
    return client.post(f"{url}new/", raw, headers=HTMX)


# Tax rates


def test_a_company_begins_with_the_rates_of_china(workspace: Any) -> None:
    assert [row.note for row in TaxRate.objects.all()] == ["13% · default", "9%", "6%", "3%", "1%", "0%", "0%"]


def test_there_is_one_default_and_new_products_get_it(client_of: Any, administrator: Any) -> None:
    client, six = client_of("林晓"), TaxRate.objects.get(percent=6)
    said = {"name": "6%", "percent": "6", "is_default": "on"}
    assert client.post(f"{TAX}{six.pk}/", said, headers=HTMX).status_code == 200
    assert [row.percent for row in TaxRate.objects.filter(is_default=True)] == [6]
    products = registry.get("products")
    assert gate.create(administrator, products, {"name": "机票"}).tax_rate == six
    assert gate.create(administrator, products, {"name": "赠品", "tax_rate": None}).tax_rate is None
    undoing.undo(administrator, ChangeSet.objects.filter(action="revise_option").latest("pk"))
    assert [row.percent for row in TaxRate.objects.filter(is_default=True)] == [13]


@pytest.mark.parametrize("percent", ["100.01", "-1", "1000", "x", "", "NaN"])
def test_a_percentage_that_cannot_be(client_of: Any, percent: str) -> None:
    page = refused(add(client_of("林晓"), TAX, name="新", percent=percent))
    assert 'id="f-percent-errors"' in page and not TaxRate.objects.filter(name="新").exists()


def test_a_retired_rate_stays_on_products_and_is_offered_no_more(administrator: Any) -> None:
    table, row = tables.get_table("catalogue-taxrate"), TaxRate.objects.get(percent=9)
    products = registry.get("products")
    product = gate.create(administrator, products, {"name": "茶叶", "tax_rate": row.pk})
    changing.retire_option(administrator, table, row)
    gate.edit(administrator, product, {"code": "T-1", "tax_rate": row.pk})
    with pytest.raises(gate.Refused):
        gate.create(administrator, products, {"name": "咖啡", "tax_rate": row.pk})


@pytest.mark.parametrize(
    ("included", "price", "told"),
    [(True, "113", ("100.00", "113.00", "13.00")), (False, "100", ("100.00", "113.00", "13.00")),
     (True, "100", ("88.50", "100.00", "11.50"))],
)  # fmt: skip
def test_a_price_is_told_with_and_without_tax(
    administrator: Any, client_of: Any, included: bool, price: str, told: tuple[str, str, str]
) -> None:
    said = {"name": "礼盒", "list_price": price, "is_tax_included": included}
    product = gate.create(administrator, registry.get("products"), said)
    found = pricing.price_of(Product.objects.get(pk=product.pk))
    assert found is not None
    assert (str(found.without_tax), str(found.with_tax), str(found.tax)) == told
    page = client_of("王芳").get(f"/products/{product.pk}/").content.decode()
    assert ("Without tax" if included else "With tax") in page


def test_without_a_rate_or_a_price_there_is_no_tax(administrator: Any) -> None:
    products = registry.get("products")
    assert pricing.price_of(gate.create(administrator, products, {"name": "甲"})) is None
    assert (
        pricing.price_of(gate.create(administrator, products, {"name": "乙", "list_price": 1, "tax_rate": None}))
        is None
    )


# Units


def test_quantities_are_converted_within_a_dimension(workspace: Any) -> None:
    assert pricing.convert(Decimal("2.5"), unit("天"), unit("小时")) == 20
    assert pricing.convert(Decimal(20), unit("小时"), unit("天")) == Decimal("2.5")
    assert pricing.convert(Decimal("1.5"), unit("吨"), unit("克")) == 1_500_000
    assert str(pricing.convert(Decimal(7), unit("月"), unit("年"))) == "0.6"
    assert pricing.convert(Decimal(3), unit("件"), unit("件")) == 3
    with pytest.raises(pricing.UnableToConvert) as failure:
        pricing.convert(Decimal(1), unit("箱"), unit("小时"))
    assert "箱" in str(failure.value) and "小时" in str(failure.value)


def test_a_unit_is_added_shown_and_undone(client_of: Any, administrator: Any) -> None:
    client = client_of("林晓")
    said = {"base": unit("小时").pk, "factor": "40", "places": "1", "synonyms": "week,星期"}
    assert add(client, UNITS, name="周", **said).status_code == 200
    assert (unit("周").note, unit("周").synonyms) == ("1 周 = 40 小时", ["week", "星期"])
    assert "1 周 = 40 小时" in client.get(UNITS).content.decode()
    form = client.get(f"{UNITS}{unit('周').pk}/", headers=HTMX).content.decode()
    assert "40" in form and "week" in form
    undoing.undo(administrator, ChangeSet.objects.filter(action="add_option").latest("pk"))
    assert not Unit.objects.filter(name="周").exists()


@pytest.mark.parametrize(
    ("more", "name", "words"),
    [
        ({"base": "天"}, "base", "“天” is itself counted in “小时”: choose “小时”."),
        ({"base": "小时", "factor": "0"}, "factor", "more than 0"),
        ({"base": "小时", "factor": "-8"}, "factor", "more than 0"),
        ({"base": "小时", "factor": ""}, "factor", "more than 0"),
        ({"base": "小时", "factor": "many"}, "factor", "A number"),
        ({"factor": "12"}, "base", "Choose the unit it is counted in."),
        ({"places": "7"}, "places", "Between 0 and 6."),
        ({"places": ""}, "places", "Between 0 and 6."),
        ({"synonyms": "kg"}, "synonyms", "“kg” stands for “公斤” already."),
        ({"base": "999999"}, "base", "is not one of"),
    ],
)
def test_a_unit_that_cannot_be(client_of: Any, more: dict[str, Any], name: str, words: str) -> None:
    said = {"name": "周", "base": "", "factor": "40" if "base" in more else "1", "places": "0", "synonyms": ""} | more
    said["base"] = unit(said["base"]).pk if said["base"] in ("天", "小时") else said["base"]
    page = refused(add(client_of("林晓"), UNITS, **said))
    assert f'id="f-{name}-errors"' in page and words in page
    assert not Unit.objects.filter(name="周").exists()


def test_there_is_no_circle(client_of: Any) -> None:
    client = client_of("林晓")
    for base, words in (
        ("小时", "not counted in itself"),
        ("天", "choose “小时”"),
        ("月", "“天” is counted in this unit"),
    ):
        said = {"name": "小时", "base": unit(base).pk, "factor": "2", "places": "2", "synonyms": ""}
        assert words in refused(client.post(f"{UNITS}{unit('小时').pk}/", said, headers=HTMX))
    assert unit("小时").base is None


def test_units_that_count_differently_are_not_merged(administrator: Any) -> None:
    table = tables.get_table("catalogue-unit")
    for one, other in (("天", "小时"), ("小时", "天"), ("小时", "件")):
        with pytest.raises(gate.Refused):
            changing.merge_options(administrator, table, unit(one), unit(other))
    product = gate.create(administrator, registry.get("products"), {"name": "杯", "unit": unit("个").pk})
    changing.merge_options(administrator, table, unit("个"), unit("件"))
    assert Product.objects.get(pk=product.pk).unit == unit("件")


def test_words_for_a_unit_are_read(administrator: Any) -> None:
    from datetime import UTC

    field = registry.get("products").field("unit")
    assert field is not None
    assert [field.read(word, UTC) for word in ("件", "PCS", "kg", "公里", "")] == [
        unit("件"), unit("件"), unit("公斤"), unit("千米"), None,
    ]  # fmt: skip


def test_a_salesperson_changes_neither(client_of: Any) -> None:
    for url in (TAX, UNITS):
        assert client_of("王芳").get(url).status_code == 403
        assert add(client_of("王芳"), url, name="周", percent="5").status_code == 403
    assert not Unit.objects.filter(name="周").exists()
