from collections.abc import Iterator
from typing import Any

from zhike.base.actors import Actor
from zhike.domains.customers.models import Affiliation
from zhike.records import policies, registry
from zhike.records.policies import Ground, Policy, Reach


class CustomerPolicy(Policy):
    """A customer belongs to its owner; the owner's managers and whom it is shared with see it too."""


class ContactPolicy(Policy):
    """A contact is seen by whoever sees one of its organisations."""

    def __init__(self) -> None:
        super().__init__(follows=("customer",))

    def grounds(self, actor: Actor, action: str, reach: Reach, model: Any) -> Iterator[Ground]:
        yield from super().grounds(actor, action, reach, model)
        if action == policies.SEE:
            customers = registry.get("customers")
            visible = customers.policy.visible_to(actor, customers.queryset())
            affiliations = Affiliation.objects.filter(customer__in=visible.values("pk"))
            yield Ground("related", policies.among(reach, "pk", affiliations, "contact"), customers)
