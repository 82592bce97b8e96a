"""How far automatic numbers have come."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SerialCounter(models.Model):
    """The last number given by a field within one frame: `HT-202611-{0000}`, the pattern with its dates filled in."""

    record_type = models.CharField(max_length=60)
    field = models.CharField(max_length=40)
    frame = models.CharField(max_length=120)
    last = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_type", "field", "frame"], name="serial_counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_type}.{self.field} {self.frame}"
