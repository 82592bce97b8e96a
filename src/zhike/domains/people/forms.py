"""Forms the declarations cannot derive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from zhike.domains.people.models import Member
from zhike.records import registry


class AcceptForm(forms.Form):
    password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("New password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *arguments: Any, member: Member, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.member = member

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        password = cleaned.get("password")
        if password and password != cleaned.get("again"):
            self.add_error("again", _("The two passwords differ."))
        elif password:
            try:
                password_validation.validate_password(password, self.member)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class DepartureForm(forms.Form):
    successor = forms.ModelChoiceField(
        queryset=Member.objects.none(), label=_("Who takes over"), required=False, empty_label=_("Nobody for now")
    )

    def __init__(self, *arguments: Any, member: Member, **named: Any) -> None:
        super().__init__(*arguments, **named)
        colleagues = Member.objects.filter(is_active=True, trashed_at__isnull=True).exclude(pk=member.pk)
        field: Any = self.fields["successor"]
        field.queryset = colleagues.order_by("title_key")
        field.initial = member.manager_id


LIFETIMES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("1 year")), ("", _("Until it is revoked")))


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=60)
    days = forms.ChoiceField(label=_("Valid for"), choices=LIFETIMES, required=False, initial="365")
    types = forms.MultipleChoiceField(
        label=_("Only these record types"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all you may see yourself."),
    )
    read_only = forms.BooleanField(label=_("Only reads"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        types: Any = self.fields["types"]
        types.choices = [(record_type.name, record_type.plural) for record_type in registry.all_types()]

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["days"]
        return now + timedelta(days=int(days)) if days else None
