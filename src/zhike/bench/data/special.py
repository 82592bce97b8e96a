"""What some measurements look at: a customer with a long history, told through the product's own services."""

from __future__ import annotations

from datetime import timedelta

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.domains.activities import services as activities
from zhike.domains.customers.models import Contact, Customer
from zhike.domains.opportunities import services as opportunities
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry

MARK = "bench-busy"
ACTIVITIES, EDITS, CONTACTS, DEALS = 140, 60, 8, 5


def tell(actor: Actor) -> None:
    """One customer of the first salesperson with 200 entries in its timeline, contacts and deals."""
    member = Member.objects.select_related("department").get(email="seller1@bench.example")
    seller = actor_of(member, Door.FORM)
    customer = Customer.objects.filter(owner=member).order_by("-id")[0]
    customers = registry.get("customers")
    gate.edit(seller, customer, {"external_id": MARK})
    for number in range(CONTACTS):
        raw = {"name": f"王{'芳敏静丽强磊军洋'[number]}", "customer": customer.pk, "owner": member.pk}
        gate.create(seller, registry.get("contacts"), raw)
    with acts.act(actor, "deals"):
        for number in range(DEALS):
            opportunities.open_opportunity(
                actor=seller, name=f"年度采购 {number + 1}", customer=customer, amount=12000 * (number + 1),
                owner_id=member.pk,
            )  # fmt: skip
    for number in range(ACTIVITIES):
        with acts.act(seller, "log", record_type="activities"):
            activities.log_activity(
                actor=seller, on=[customer], kind=("note", "call", "visit", "meeting")[number % 4],
                subject=f"跟进 {number + 1}", body="客户询问交期与价格,约定下周再谈。",
                happened_at=clock.now() - timedelta(hours=7 * number),
            )  # fmt: skip
    for number in range(EDITS):
        customer = gate.get_record(seller, customers, customer.pk)
        gate.edit(seller, customer, {"employee_count": 100 + number, "address": f"人民路 {number} 号"})


def busy_customer() -> Customer:
    found: Customer = Customer.objects.get(external_id=MARK)
    return found


def deals_owner() -> int:
    """Somebody with contacts and deals of their own."""
    return int(Contact.objects.filter(customer__external_id=MARK).values_list("owner_id", flat=True)[0])
