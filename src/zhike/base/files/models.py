from django.db import models


class StoredFile(models.Model):
    """The bytes of one file, kept once however often they are attached."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120)
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "base_storedfile"

    def __str__(self) -> str:
        return self.sha256
