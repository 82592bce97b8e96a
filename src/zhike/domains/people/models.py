from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.base.changelog.models import Tracked
from zhike.records.columns import colour_of
from zhike.records.model_fields import RolesField
from zhike.records.models import Record, RecordQuerySet, list_index, unique_external_id
from zhike.records.roles.ready import SALESPERSON


class Department(Record):
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField(max_length=400, editable=False, db_index=True)
    """`/1/5/`: the ids from the root down, so that "and below" is a prefix."""

    class Meta:
        verbose_name, verbose_name_plural = _("department"), _("departments")
        constraints: ClassVar = [
            unique_external_id("people_department"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="people_department_parent",
                violation_error_message=_("A department cannot be its own parent."),
            ),
        ]


class MemberManager(BaseUserManager.from_queryset(RecordQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, email: str | None) -> Any:
        return self.get(email__iexact=email)


def begin_as_salesperson() -> list[str]:
    return [SALESPERSON]


class Member(AbstractBaseUser, Record):
    """Somebody who works here and may sign in; without an e-mail address they only own records."""

    log_ignores: ClassVar[tuple[str, ...]] = ("password", "last_login", "language")
    log_masks: ClassVar[Mapping[str, Any]] = {"password": "!"}
    """No password opens an account with this one: whoever comes back by an undo is invited anew."""

    name = models.CharField(pgettext_lazy("person", "name"), max_length=100)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="members",
    )
    manager = models.ForeignKey(
        "self",
        verbose_name=_("reports to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reports",
    )
    roles = RolesField(verbose_name=_("roles"), default=begin_as_salesperson)
    is_active = models.BooleanField(_("active"), default=True, editable=False)
    language = models.CharField(max_length=10, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[Any] = MemberManager()

    class Meta:
        verbose_name, verbose_name_plural = _("member"), _("members")
        constraints: ClassVar = [
            unique_external_id("people_member"),
            models.CheckConstraint(
                condition=~models.Q(manager=models.F("id")),
                name="people_member_manager",
                violation_error_message=_("Nobody reports to themselves."),
            ),
        ]
        indexes: ClassVar = [list_index("people_member", "title_key")]

    def __str__(self) -> str:
        return Record.__str__(self)

    @property
    def initial(self) -> str:
        return self.name[:1]

    @property
    def colour(self) -> str:
        return colour_of(self.name)

    @property
    def is_staff(self) -> bool:
        return False

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Deputy(Tracked):
    """Somebody who may act for a member who is away, from the first day to the last."""

    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(Member, verbose_name=_("deputy"), on_delete=models.CASCADE, related_name="deputyships")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("deputy")
        indexes: ClassVar = [models.Index(fields=["deputy", "last_day"], name="people_deputy_days")]

    def __str__(self) -> str:
        return f"{self.deputy_id} → {self.member_id}"


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class Invitation(models.Model):
    """A link by which a member sets a password and signs in for the first time."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.member_id}"


class Token(Tracked):
    """A key for programs that act as a member; only its hash is kept, and a revoked one has not even that.

    Undo gives back a name and nothing more: no road but a new secret makes a token open what it did not.
    """

    log_ignores: ClassVar[tuple[str, ...]] = (
        "secret_hash", "previous_hash", "last_used_at", "last_used_address", "refused_count", "refused_at",
        "refused_address",
    )  # fmt: skip
    log_masks: ClassVar[Mapping[str, Any]] = {"secret_hash": None, "previous_hash": None}
    never_undone: ClassVar[tuple[str, ...]] = (
        "member_id", "prefix", "read_only", "rights", "networks", "expires_at", "previous_until", "revoked_at",
    )  # fmt: skip

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    secret_hash = models.CharField(max_length=64, unique=True, null=True)
    previous_hash = models.CharField(max_length=64, unique=True, null=True)
    """The secret before the last rotation, which works until `previous_until`."""
    previous_until = models.DateTimeField(null=True)
    prefix = models.CharField(max_length=12)
    read_only = models.BooleanField(_("read only"), default=False)
    rights = models.JSONField(_("record types"), default=dict, blank=True)
    """`{"customers": "write", "products": "read"}`; empty: whatever the member may do."""
    networks = models.JSONField(_("addresses"), default=list, blank=True)
    """`["203.0.113.0/24", "2001:db8::/32"]`; empty: from anywhere."""
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.GenericIPAddressField(null=True)
    refused_count = models.PositiveIntegerField(default=0)
    """How often it was shown from an address outside `networks`."""
    refused_at = models.DateTimeField(null=True)
    refused_address = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True)
                | models.Q(secret_hash__isnull=True, previous_hash__isnull=True),
                name="people_token_revoked",
            ),
        ]

    def __str__(self) -> str:
        return self.name
