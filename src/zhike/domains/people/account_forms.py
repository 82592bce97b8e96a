"""allauth's forms in the words of this product: its labels, no placeholder that repeats them."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

LABELS = {
    "email": _("E-mail"),
    "oldpassword": _("Current password"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("New password again"),
}


class Worded:
    """What the page says above the form is not said again below each field."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        fields: dict[str, Any] = getattr(self, "fields", {})
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = LABELS.get(name, field.label), ""


class ChangePassword(Worded, forms.ChangePasswordForm):
    pass


class ResetPassword(Worded, forms.ResetPasswordForm):
    pass


class ChooseNewPassword(Worded, forms.ResetPasswordKeyForm):
    pass


class SetPassword(Worded, forms.SetPasswordForm):
    pass


class ConfirmPassword(Worded, forms.ReauthenticateForm):
    pass
