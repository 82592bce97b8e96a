from django.db import models
from django.utils.translation import gettext_lazy as _


class TokenRight(models.TextChoices):
    READ = "read", _("read")
    WRITE = "write", _("read and change")
