from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    SALESPERSON = "salesperson", _("Salesperson")


class TokenRight(models.TextChoices):
    READ = "read", _("read")
    WRITE = "write", _("read and change")
