from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShellConfig(AppConfig):
    name = "zhike.shell"
    label = "shell"
    verbose_name = _("Front hall")

    def ready(self) -> None:
        """The readers of the log, the places of the palette and the settings that the hall adds."""
        from zhike.shell import places, settings, telling  # noqa: F401

        settings.install()
