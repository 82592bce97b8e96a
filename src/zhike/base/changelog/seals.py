"""The seals of the log, one a month."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogSeal(models.Model):
    """One month of the log, sealed: how much it held, and the SHA-256 of it and of the seal before; see `sealing`.

    Months are those of UTC, as the partitions are. Like the log itself, a seal is never changed.
    """

    month = models.DateField(primary_key=True)
    format = models.PositiveSmallIntegerField()
    act_count = models.BigIntegerField()
    change_count = models.BigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "base_logseal"
        verbose_name = _("seal of the change log")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.sha256}"
