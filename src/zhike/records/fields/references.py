"""A record that points at another: any record type, and members among them."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.base.markup import format_html
from zhike.records.fields.base import EMPTY, Context, Invalid, RowField
from zhike.records.fields.text import as_list

LARGEST_ID = 2**63 - 1


def as_id(raw: Any) -> int | None:
    """An id from JSON or a form, or None when it cannot be one."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    digits = str(raw)
    fits = len(digits) <= len(str(LARGEST_ID)) and digits.isascii() and digits.isdigit()
    return int(digits) if fits and int(digits) <= LARGEST_ID else None


class Reference(RowField):
    kind = "reference"
    operators: ClassVar[tuple[str, ...]] = ("in", "not_in", "empty", "not_empty")
    width = 180

    @property
    def model(self) -> type[models.Model]:
        found: Any = self.model_field
        return found.related_model

    @property
    def record_type_name(self) -> str:
        return str(getattr(self.model, "record_type_name", ""))

    def clean_value(self, raw: Any) -> Any:
        """An instance, an id, `{"id": …}` or `{"external_id": …}` of one that is not in the trash; whether it may
        be seen is the gate's to ask."""
        if isinstance(raw, self.model):
            return raw
        key = self._key(raw)
        rows = self.model._default_manager.filter(trashed_at__isnull=True)
        found = rows.filter(**key).first() if key else None
        if found is None:
            raise Invalid(_("There is no such record, or you may not see it."))
        return found

    def _key(self, raw: Any) -> dict[str, Any]:
        if isinstance(raw, dict):
            if set(raw) == {"external_id"} and isinstance(raw["external_id"], str) and raw["external_id"]:
                return {"external_id": raw["external_id"]}
            raw = raw.get("id") if set(raw) <= {"id", "name"} else None
        number = as_id(raw)
        return {"pk": number} if number else {}

    def read(self, raw: Any, zone: tzinfo) -> Any:
        raise Invalid(_("A record is found by its keys here, not by text."))

    def order(self, prefix: str = "") -> Any:
        return models.F(f"{prefix}{self.name}__title_key")

    def text(self, value: Any) -> str:
        return "" if value is None else str(value)

    def html(self, value: Any) -> SafeString:
        if value is None:
            return EMPTY
        return format_html('<a class="ref" href="{}">{}</a>', value.get_absolute_url(), str(value))

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in ("in", "not_in"):
            return self.among(operator, [as_id(each) for each in as_list(value)], prefix)
        return super().condition(operator, value, context, prefix)

    def explain(self, operator: str, value: Any) -> str:
        ids = [number for each in as_list(value) if (number := as_id(each)) is not None]
        names = {row.pk: str(row) for row in self.model._default_manager.filter(pk__in=ids)}
        return str(_(", ")).join(names.get(number, f"#{number}") for number in ids)


class MemberReference(Reference):
    """A member; conditions also know "me" and "my team"."""

    kind = "member"
    operators: ClassVar[tuple[str, ...]] = ("is_me", "is_my_team", "in", "not_in", "department", "empty", "not_empty")
    width = 116

    def html(self, value: Any) -> SafeString:
        if value is None:
            return EMPTY
        return format_html(
            '<span class="person"><span class="avatar" style="--avatar:{}" aria-hidden="true">{}</span>{}</span>',
            value.colour,
            value.initial,
            str(value),
        )

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator == "is_me":
            return self.compare("exact", context.actor.member_id, prefix)
        if operator == "is_my_team":
            return self.compare("in", team_of(context.actor, self.model), prefix)
        if operator == "department":
            ids = [number for each in as_list(value) if (number := as_id(each)) is not None]
            if not ids:
                raise Invalid(_("Say a value to compare with."))
            below = self._departments_below(ids)
            members = self.model._default_manager.filter(department__in=below).values("pk")
            return self.compare("in", members, prefix)
        return super().condition(operator, value, context, prefix)

    def _departments_below(self, ids: list[int]) -> Any:
        departments: Any = self.model._meta.get_field("department").related_model
        found = Q(pk__in=[])
        for path in departments.objects.filter(pk__in=ids).values_list("path", flat=True):
            found |= Q(path__startswith=path)
        return departments.objects.filter(found).values("pk")

    def explain(self, operator: str, value: Any) -> str:
        if operator == "department":
            departments: Any = self.model._meta.get_field("department").related_model
            ids = [number for each in as_list(value) if (number := as_id(each)) is not None]
            return str(_(", ")).join(str(row) for row in departments.objects.filter(pk__in=ids))
        return super().explain(operator, value)


def team_of(actor: Any, members: Any) -> Any:
    """The ids (a subquery) of the actor and everybody in the actor's department and below."""
    me = Q(pk=actor.member_id)
    if actor.department_path:
        me |= Q(department__path__startswith=actor.department_path)
    return members._default_manager.filter(me).values("pk")
