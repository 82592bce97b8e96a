"""Customers and contacts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.domains.customers.choices import Size
from zhike.domains.customers.models import Affiliation, Contact, Customer
from zhike.records import services
from zhike.records.services import refusal


def complete_customer(customer: Customer) -> None:
    """The size follows from the number of employees unless it was said."""
    if customer.employee_count and not customer.size:
        customer.size = Size.of_count(customer.employee_count)


def add_customer(*, actor: Actor, **changes: Any) -> Customer:
    customer: Customer = services.build(Customer, **changes)
    services.save_new(actor, customer)
    return customer


def revise_customer(*, actor: Actor, customer: Customer, **changes: Any) -> Customer:
    """Refuses a parent that stands below the customer."""
    _refuse_circle(customer, changes.get("parent"))
    services.save_changes(customer, changes)
    return customer


def _refuse_circle(customer: Customer, parent: Customer | None) -> None:
    above = parent
    while above is not None:
        if above.pk == customer.pk:
            raise refusal(_("A customer cannot stand below itself."), "parent")
        above = above.parent


def add_contact(*, actor: Actor, **changes: Any) -> Contact:
    contact: Contact = services.build(Contact, **changes)
    services.save_new(actor, contact)
    return contact


def revise_contact(*, actor: Actor, contact: Contact, **changes: Any) -> Contact:
    services.save_changes(contact, changes)
    return contact


def affiliate_contact(*, actor: Actor, contact: Contact, customer: Customer, job_title: str = "") -> Contact:
    """Places a contact at one more organisation."""
    if contact.customer_id == customer.pk:
        raise refusal(_("%(contact)s is a contact of this customer already.") % {"contact": contact}, "customer")
    Affiliation.objects.update_or_create(contact=contact, customer=customer, defaults={"job_title": job_title or ""})
    return contact
