from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")


class Size(models.TextChoices):
    MICRO = "1-19", _("1–19 people")
    SMALL = "20-99", _("20–99 people")
    MEDIUM = "100-499", _("100–499 people")
    LARGE = "500-999", _("500–999 people")
    HUGE = "1000+", _("1,000 people and more")

    @classmethod
    def of_count(cls, count: int) -> str:
        limits = ((20, cls.MICRO), (100, cls.SMALL), (500, cls.MEDIUM), (1000, cls.LARGE))
        return next((str(size.value) for limit, size in limits if count < limit), str(cls.HUGE.value))


class BuyingRole(models.TextChoices):
    DECIDER = "decider", _("Decision maker")
    APPROVER = "approver", _("Approver")
    INFLUENCER = "influencer", _("Influencer")
    USER = "user", _("User")
    BUYER = "buyer", _("Buyer")
    GATEKEEPER = "gatekeeper", _("Gatekeeper")


class Attitude(models.TextChoices):
    SUPPORTER = "supporter", _("Supporter")
    NEUTRAL = "neutral", _("Neutral")
    CAUTIOUS = "cautious", _("Cautious")
    OPPONENT = "opponent", _("Opponent")
