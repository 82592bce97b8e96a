from django.conf import settings
from django.db import models


class Notice(models.Model):
    """A word to one member: a task is due, a record was handed over, an import has ended."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120, null=True, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_notice"
        indexes = [models.Index(fields=["member", "-id"], name="base_notice_member")]

    def __str__(self) -> str:
        return self.text
