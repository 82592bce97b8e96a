from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "zhike.base"
    label = "base"
    verbose_name = _("Ground")

    def ready(self) -> None:
        post_migrate.connect(_install_change_log, dispatch_uid="zhike.install_change_log")


def _install_change_log(app_config: AppConfig, **kwargs: Any) -> None:
    """After the last app of a workspace's migration: triggers on every tracked table, partitions ahead."""
    from django.apps import apps

    from zhike.base import clock
    from zhike.base.changelog import installing

    last = [found for found in apps.get_app_configs() if found.models_module is not None][-1]
    if connection.schema_name == "public" or app_config is not last:  # type: ignore[attr-defined]
        return
    installing.install()
    installing.make_partitions(clock.today())
