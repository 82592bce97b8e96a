"""Products."""

from __future__ import annotations

from typing import Any

from zhike.base.actors import Actor
from zhike.domains.catalogue.models import Product
from zhike.records import services


def add_product(*, actor: Actor, **changes: Any) -> Product:
    product: Product = services.build(Product, **changes)
    services.save_new(actor, product)
    return product


def revise_product(*, actor: Actor, product: Product, **changes: Any) -> Product:
    services.save_changes(product, changes)
    return product
