from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.domains.catalogue import pricing, services
from zhike.domains.catalogue.models import Product
from zhike.domains.catalogue.policies import ProductPolicy
from zhike.records import contributions, registry
from zhike.records.columns import Column, Title
from zhike.records.declaration import Fact, Import, RecordType, RelatedList, Search, Section
from zhike.records.fields.numbers import with_symbol
from zhike.records.registry import register
from zhike.records.roles import sight


@register
class ProductRecord(RecordType):
    model = Product
    label = _("Product"), _("Products")
    icon = "package"
    group, group_position, position = _("Sales"), 20, 40
    title = "name"
    avatar = "square"
    columns = (Title("name"), "code", "category", "unit", "list_price", Column("currency", width=116), "is_active")
    sort = "name"
    filters = ("category", "is_active")
    search = Search("name", "code", note=("category", "list_price"))
    layout = (
        Section(_("Product"), "name", "code", "category", "unit", "is_active", "description", "external_id"),
        Section(_("Price"), "list_price", "currency", "tax_rate", "is_tax_included"),
    )
    field_options = {"list_price": {"minimum": 0, "summable": False}}
    facts = (Fact(_("List price"), "list_price"), Fact(_("Category"), "category"), Fact(_("On sale"), "is_active"))
    related = (RelatedList("opportunities", by="product", note=("customer", "stage"), figure="amount"),)
    policy = ProductPolicy()
    create, update = services.add_product, services.revise_product
    reacts_to = ()
    imports = Import(
        match_on=("external_id", "code", "name"),
        creatable=("category", "unit"),
        synonyms={
            "name": ("product", "产品", "产品名称", "商品", "商品名称"),
            "category": ("series", "系列", "产品类别", "分类"),
            "list_price": ("sales price", "price", "单价", "标准价", "价格", "售价"),
            "code": ("sku", "货号", "产品编码"),
        },
    )


def prices(actor: Any, product: Any) -> list[tuple[Any, Any]]:
    """The list price with and without tax, in the head of a product's page."""
    if not sight.all_readable(registry.get("products"), ("list_price", "currency", "tax_rate", "is_tax_included")):
        return []
    price = pricing.price_of(product)
    if price is None:
        return []
    if product.is_tax_included:
        return [(_("Without tax"), with_symbol(price.without_tax, product.currency))]
    return [(_("With tax"), with_symbol(price.with_tax, product.currency))]


contributions.contribute_facts("products", prices)
contributions.name_act("add_products", _("added the first products"))
