from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityKind(models.TextChoices):
    NOTE = "note", _("Note")
    TASK = "task", _("Task")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")


class Outcome(models.TextChoices):
    GOOD = "good", _("Went well")
    NEUTRAL = "neutral", _("Undecided")
    POOR = "poor", _("Went badly")
    NOT_REACHED = "not_reached", _("Not reached")
