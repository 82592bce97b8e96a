from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.base import identifiers
from zhike.base.changelog.models import Tracked
from zhike.domains.customers.choices import Attitude, BuyingRole, CustomerKind, Size
from zhike.records.model_fields import EmailsField, MoneyField, PhonesField, RegionField, TagsField
from zhike.records.models import (
    FollowedRecord,
    OptionTable,
    OwnedRecord,
    calendar_index,
    list_index,
    unique_external_id,
)


class Industry(OptionTable):
    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("industry"), _("industries")


class Source(OptionTable):
    """Where a customer came from: an exhibition, a recommendation, the web site."""

    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("source"), _("sources")


class Customer(OwnedRecord, FollowedRecord):
    """An organisation or a person the company sells to, or hopes to."""

    kind = models.CharField(_("kind"), max_length=20, choices=CustomerKind.choices, default=CustomerKind.ORGANISATION)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, null=True, blank=True)
    industry = models.ForeignKey(
        Industry, verbose_name=_("industry"), null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    size = models.CharField(_("size"), max_length=10, choices=Size.choices, blank=True)
    employee_count = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_revenue = MoneyField(_("annual revenue"), null=True, blank=True)
    founded_year = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    region = RegionField(_("region"))
    address = models.CharField(_("address"), max_length=300, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    source = models.ForeignKey(Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT)
    phones = PhonesField(_("phones"), default=list, blank=True)
    emails = EmailsField(_("e-mails"), default=list, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    wechat = models.CharField(_("WeChat ID"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subsidiaries",
    )
    tags = TagsField(verbose_name=_("tags"))
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("customer"), _("customers")
        constraints: ClassVar = [
            unique_external_id("customers_customer"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="customers_customer_parent",
                violation_error_message=_("A customer cannot be its own parent."),
            ),
        ]
        indexes: ClassVar = [
            list_index("customers_customer", "title_key"),
            list_index("customers_customer", "created_at"),
            list_index("customers_customer", "last_activity_at"),
            calendar_index("customers_customer", "next_activity_at"),
            models.Index(fields=["owner", "-created_at", "-id"], name="customers_customer_owned"),
            models.Index(fields=["industry", "created_at", "id"], name="customers_customer_industry"),
            models.Index(
                fields=["owner", "last_activity_at", "id"],
                name="customers_customer_owned_seen",
                condition=models.Q(trashed_at__isnull=True),
            ),
            models.Index(
                fields=["owner", "industry", "last_activity_at"],
                condition=models.Q(trashed_at__isnull=True),
                name="customers_customer_by_industry",
            ),
            models.Index(fields=["name"], name="customers_customer_name"),
            models.Index(fields=["credit_code"], name="customers_customer_code"),
            GinIndex(fields=["phones"], opclasses=["jsonb_path_ops"], name="customers_customer_phones"),
            GinIndex(fields=["emails"], opclasses=["jsonb_path_ops"], name="customers_customer_emails"),
        ]

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.credit_code:
            try:
                self.credit_code = identifiers.read_credit_code(self.credit_code)
            except identifiers.UnableToReadIdentifier as error:
                errors["credit_code"] = str(error)
        if self.founded_year and not 1000 <= self.founded_year <= 2999:
            errors["founded_year"] = _("A year has four digits, such as 2008.")
        if errors:
            raise ValidationError(errors)

    @property
    def is_organisation(self) -> bool:
        return self.kind == CustomerKind.ORGANISATION


class Contact(OwnedRecord, FollowedRecord):
    """A person at a customer: at `customer` first of all, through affiliations at others too."""

    name = models.CharField(pgettext_lazy("person", "name"), max_length=100)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contacts",
    )
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    buying_role = models.CharField(_("role in buying"), max_length=20, choices=BuyingRole.choices, blank=True)
    attitude = models.CharField(_("attitude"), max_length=20, choices=Attitude.choices, blank=True)
    phones = PhonesField(_("phones"), default=list, blank=True)
    emails = EmailsField(_("e-mails"), default=list, blank=True)
    wechat = models.CharField(_("WeChat ID"), max_length=60, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    tags = TagsField(verbose_name=_("tags"))
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("contact"), _("contacts")
        constraints: ClassVar = [unique_external_id("customers_contact")]
        indexes: ClassVar = [
            list_index("customers_contact", "title_key"),
            list_index("customers_contact", "created_at"),
            calendar_index("customers_contact", "next_activity_at"),
            models.Index(fields=["owner", "-created_at", "-id"], name="customers_contact_owned"),
            models.Index(fields=["name"], name="customers_contact_name"),
            GinIndex(fields=["phones"], opclasses=["jsonb_path_ops"], name="customers_contact_phones"),
            GinIndex(fields=["emails"], opclasses=["jsonb_path_ops"], name="customers_contact_emails"),
        ]


class Affiliation(Tracked):
    """A contact's place at one more organisation."""

    log_owner: ClassVar[str] = "contact"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="affiliations")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="affiliations")
    job_title = models.CharField(_("job title"), max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contact", "customer"], name="affiliation_once")]

    def __str__(self) -> str:
        return f"{self.contact} · {self.customer}"
