"""Forms the declarations cannot derive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from zhike.domains.people.models import Member


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
