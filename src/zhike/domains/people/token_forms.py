"""What a token may do, from where and how long; how one is replaced by another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from zhike.base.actors import Actor
from zhike.domains.people import services
from zhike.domains.people.choices import TokenRight
from zhike.domains.people.models import Token
from zhike.records import policies, registry

NEVER = "never"
LIFETIMES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("1 year")), (NEVER, _("Until it is revoked")))
LIFETIME = "90"
GRACES = (("0", _("It ends at once")), ("1", _("1 hour")), ("24", _("1 day")), ("168", _("7 days")))
GRACE = "24"

ALL, ONLY_READS, CHOSEN = "all", "read", "chosen"
REACHES = (
    (ALL, _("Everything I may do myself")),
    (ONLY_READS, _("Read everything I may see")),
    (CHOSEN, _("Chosen record types")),
)
NO_RIGHT = ("", _("nothing"))


class LifetimeField(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(label=_("Valid for"), choices=LIFETIMES, required=False, initial=LIFETIME)


def end_of(days: str, now: datetime) -> datetime | None:
    """When a token ends that is valid for so many days from `now` on; None for never."""
    return None if days == NEVER else now + timedelta(days=int(days or LIFETIME))


class RightsForm(forms.Form):
    """What `revise_token` takes. The fields `right_<type>` count when chosen types are asked for."""

    name = forms.CharField(label=_("What it is for"), max_length=60)
    reach = forms.ChoiceField(label=_("It may"), choices=REACHES, required=False, initial=ALL)
    networks = forms.CharField(
        label=_("Only from these addresses"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("Addresses or networks, one on each line: 203.0.113.7, 10.20.0.0/16, 2001:db8::/32. "
                    "Empty: from anywhere."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, actor: Actor, token: Token | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.initial = _initial(token) if token else {}
        for record_type in registry.all_types():
            if record_type.policy.may(actor, policies.SEE):
                self.fields[f"right_{record_type.name}"] = forms.ChoiceField(
                    label=record_type.plural, choices=[NO_RIGHT, *TokenRight.choices], required=False
                )

    @property
    def right_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("right_")]

    def clean_networks(self) -> list[str]:
        try:
            return services.checked_networks(self.cleaned_data["networks"].replace(",", " ").split())
        except ValidationError as error:
            raise ValidationError(error.messages) from error

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reach") == CHOSEN and not _chosen(cleaned):
            self.add_error("reach", _("Choose at least one record type below."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """As services take them."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "read_only": cleaned["reach"] == ONLY_READS,
            "rights": _chosen(cleaned) if cleaned["reach"] == CHOSEN else {},
            "networks": cleaned["networks"],
        }


class TokenForm(RightsForm):
    days = LifetimeField()
    field_order = ("name", "days", "reach", "networks")


class RotationForm(forms.Form):
    grace = forms.ChoiceField(label=_("The present secret works for"), choices=GRACES, required=False, initial=GRACE)
    days = LifetimeField()

    def grace_time(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["grace"] or GRACE))


def _chosen(cleaned: dict[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix("right_"): right for name, right in cleaned.items() if name.startswith("right_") and right
    }


def _initial(token: Token) -> dict[str, Any]:
    reach = CHOSEN if token.rights else ONLY_READS if token.read_only else ALL
    rights = {f"right_{name}": right for name, right in token.rights.items()}
    return {"name": token.name, "reach": reach, "networks": "\n".join(token.networks), **rights}
