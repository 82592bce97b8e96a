"""The lines of a deal as a form sends them: a JSON list of product, quantity and unit price."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.domains.catalogue.models import Product
from zhike.domains.opportunities.models import Line, Opportunity
from zhike.records import gate, registry
from zhike.records.fields.base import Field, Invalid
from zhike.records.fields.making import field_of_model_field
from zhike.records.fields.references import as_id

MOST_LINES, MOST_PRODUCTS = 200, 500


def products_on_sale(actor: Actor, opportunity: Opportunity) -> list[Product]:
    """What a line may name: products on sale, and those the deal names already."""
    policy = registry.of(Product).policy
    offered = Q(is_active=True) | Q(pk__in=opportunity.lines.values("product"))
    visible = policy.visible_to(actor, Product.objects.filter(offered, trashed_at__isnull=True))
    return list(visible.order_by("title_key")[:MOST_PRODUCTS])


def known_lines(opportunity: Opportunity) -> str:
    rows = [
        {
            "product": str(line.product_id),
            "quantity": f"{line.quantity.normalize():f}",
            "unit_price": str(line.unit_price),
        }
        for line in opportunity.lines.all()
    ]
    return json.dumps(rows)


def read_lines(actor: Actor, opportunity: Opportunity, posted: str) -> list[dict[str, Any]]:
    """Lines for `replace_lines`. Raises `gate.Refused` naming the line and the field."""
    rows = _rows(posted)
    ids = {number for row in rows if (number := as_id(row.get("product"))) is not None}
    known = Product.objects.filter(pk__in=ids, trashed_at__isnull=True)
    products = {product.pk: product for product in registry.of(Product).policy.visible_to(actor, known)}
    products |= {line.product_id: line.product for line in opportunity.lines.select_related("product")}
    return [_line(number, row, products) for number, row in enumerate(rows, 1)]


def _rows(posted: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(posted or "[]")
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise gate.Refused({"lines": [_("A list of lines is expected here.")]})
    if len(rows) > MOST_LINES:
        raise gate.Refused({"lines": [_("At most %(limit)d lines.") % {"limit": MOST_LINES}]})
    return rows


def _line(number: int, row: dict[str, Any], products: dict[int, Product]) -> dict[str, Any]:
    product = products.get(as_id(row.get("product")) or 0)
    if product is None:
        raise _refusal(number, "product", _("Choose a product."))
    price = row.get("unit_price") or product.list_price
    return {
        "product": product,
        "quantity": _amount(number, "quantity", row.get("quantity") or "1", above_zero=True),
        "unit_price": _amount(number, "unit_price", price, above_zero=False),
    }


def _amount(number: int, name: str, raw: Any, *, above_zero: bool) -> Any:
    field = _field(name)
    try:
        value = field.clean(str(raw) if raw is not None else None)
    except Invalid as error:
        raise _refusal(number, name, str(error.message)) from error
    if value is None:
        raise _refusal(number, name, _("This field is required."))
    if value < 0 or (above_zero and value == 0):
        raise _refusal(number, name, _("A number above zero is expected here."))
    return value


def _field(name: str) -> Field:
    field = field_of_model_field(Line._meta.get_field(name))
    assert field is not None
    return field


def _refusal(number: int, name: str, message: str) -> gate.Refused:
    words = {"number": number, "field": _label(name), "message": message}
    return gate.Refused({f"lines.{number}.{name}": [_("Line %(number)d, %(field)s: %(message)s") % words]})


def _label(name: str) -> str:
    field: Any = Line._meta.get_field(name)
    return str(field.verbose_name)
