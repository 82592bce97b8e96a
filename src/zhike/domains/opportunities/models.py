from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.base import clock
from zhike.base.changelog.models import Tracked
from zhike.domains.catalogue.models import Product
from zhike.domains.customers.models import Contact, Customer
from zhike.domains.opportunities.choices import Status
from zhike.records.model_fields import CurrencyField, MoneyField, TagsField
from zhike.records.models import (
    FollowedRecord,
    OptionTable,
    OwnedRecord,
    RecordQuerySet,
    list_index,
    unique_external_id,
)


class Pipeline(OptionTable):
    """A way of selling, with its ordered stages."""

    settings_url: ClassVar[str] = "/settings/pipelines/"

    is_default = models.BooleanField(_("default"), default=False)

    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("pipeline"), _("pipelines")


class StageManager(models.Manager["Stage"]):
    """Stages know their pipelines: whether one is offered depends on both."""

    def get_queryset(self) -> models.QuerySet[Stage]:
        return super().get_queryset().select_related("pipeline")


class Stage(OptionTable):
    """`required_fields` must be filled before a deal may enter; `stuck_after_days` says how long is too long."""

    settings_url: ClassVar[str] = "/settings/pipelines/"

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    probability = models.PositiveSmallIntegerField(_("probability"), default=0)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Status.choices, default=Status.OPEN)
    required_fields = models.JSONField(_("required fields"), default=list, blank=True)
    stuck_after_days = models.PositiveSmallIntegerField(_("stuck after days"), null=True, blank=True)

    objects: ClassVar[Any] = StageManager()

    class Meta(OptionTable.Meta):
        ordering: ClassVar[Any] = ("pipeline_id", "position", "id")
        verbose_name, verbose_name_plural = _("stage"), _("stages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="stage_name_once"),
            models.CheckConstraint(condition=models.Q(probability__lte=100), name="stage_probability"),
        ]

    @property
    def is_offered(self) -> bool:
        return self.is_active and self.pipeline.is_active

    @property
    def qualified_name(self) -> str:
        """The name among stages of other pipelines that are called the same."""
        return f"{self.pipeline} · {self.name}"


class LostReason(OptionTable):
    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("lost reason"), _("lost reasons")


class OpportunityQuerySet(RecordQuerySet):
    def open(self) -> OpportunityQuerySet:
        return self.filter(status=Status.OPEN)


class Opportunity(OwnedRecord, FollowedRecord):
    """A deal that may come about."""

    name = models.CharField(_("name"), max_length=200)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    pipeline = models.ForeignKey(Pipeline, verbose_name=_("pipeline"), null=True, blank=True, on_delete=models.PROTECT)
    stage = models.ForeignKey(Stage, verbose_name=_("stage"), null=True, blank=True, on_delete=models.PROTECT)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN, editable=False)
    amount = MoneyField(_("amount"), null=True, blank=True, currency_field="currency")
    currency = CurrencyField(_("currency"), day_field="closed_on")
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    expected_close_on = models.DateField(_("expected close"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    stage_entered_at = models.DateTimeField(_("in stage since"), default=clock.now, editable=False)
    lost_reason = models.ForeignKey(
        LostReason, verbose_name=_("lost reason"), null=True, blank=True, on_delete=models.PROTECT
    )
    competitor = models.CharField(_("competitor"), max_length=100, blank=True)
    tags = TagsField(verbose_name=_("tags"))
    description = models.TextField(_("description"), blank=True)

    objects: ClassVar[Any] = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("opportunity"), _("opportunities")
        constraints: ClassVar = [
            unique_external_id("opportunities_opportunity"),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0),
                name="opportunities_amount",
                violation_error_message=_("An amount is not negative."),
            ),
        ]
        indexes: ClassVar = [
            list_index("opportunities_opportunity", "created_at"),
            list_index("opportunities_opportunity", "amount"),
            list_index("opportunities_opportunity", "expected_close_on"),
            models.Index(fields=["stage", "-amount"], name="opportunities_lane"),
            models.Index(
                fields=["stage", "created_at", "id"],
                include=["currency", "amount"],
                name="opportunities_board",
                condition=models.Q(trashed_at__isnull=True),
            ),
            models.Index(fields=["owner", "status"], name="opportunities_owned"),
            models.Index(fields=["status", "closed_on"], name="opportunities_closed"),
        ]

    def clean(self) -> None:
        if self.stage and self.pipeline and self.stage.pipeline_id != self.pipeline_id:
            raise ValidationError({"stage": _("This stage belongs to another pipeline.")})
        if self.opened_on and self.closed_on and self.closed_on < self.opened_on:
            raise ValidationError({"closed_on": _("A deal is not closed before it was opened.")})

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN

    def days_in_stage(self, today: date) -> int:
        return max(0, (today - timezone.localtime(self.stage_entered_at).date()).days)

    def is_stuck(self, today: date) -> bool:
        limit = self.stage.stuck_after_days if self.stage else None
        return bool(self.is_open and limit and self.days_in_stage(today) > limit)

    def is_overdue(self, today: date) -> bool:
        return bool(self.is_open and self.expected_close_on and self.expected_close_on < today)


class Line(Tracked):
    """One product of a deal; the deal's amount is the sum of its lines where it has any."""

    log_owner: ClassVar[str] = "opportunity"

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, default=1)
    unit_price = MoneyField(_("unit price"))
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="opportunity_line_quantity"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="opportunity_line_price"),
        ]

    def __str__(self) -> str:
        return f"{self.product} × {self.quantity}"

    @property
    def amount(self) -> Any:
        return self.quantity * self.unit_price
