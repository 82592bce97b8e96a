from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

TABLES = {
    "records_attachment": _("Attachment"),
    "records_mappingprofile": _("Saved mapping"),
    "records_reveal": _("Revealed value"),
    "records_role": _("Role"),
    "records_savedview": _("Saved view"),
    "records_share": _("Share"),
}
"""What the log calls rows of tables that are no record type."""


class RecordsConfig(AppConfig):
    name = "zhike.records"
    label = "records"
    verbose_name = _("Record engine")

    def ready(self) -> None:
        """Reads every domain's declarations and handlers, upper domains last."""
        from zhike.records import checks, contributions, kept_files  # noqa: F401
        from zhike.records.company import words as company
        from zhike.records.configuration import words as configuration
        from zhike.records.currencies import words as currencies
        from zhike.records.customising import changing, choice_lists, words  # noqa: F401
        from zhike.records.formulas import installing as formulas
        from zhike.records.layouts import words as layouts
        from zhike.records.lists import words as lists
        from zhike.records.roles import revealing
        from zhike.records.roles import words as roles
        from zhike.records.rules import words as rules
        from zhike.records.search import indexing  # noqa: F401
        from zhike.records.serials import words as serials
        from zhike.records.types import defining  # noqa: F401
        from zhike.records.types import installing as types
        from zhike.records.types import words as type_words
        from zhike.records.webhooks import installing as webhooks

        for table, label in TABLES.items():
            contributions.name_part(table, label)
        roles.install()
        revealing.install()
        formulas.install()
        webhooks.install()
        words.install()
        lists.install()
        types.install()
        type_words.install()
        rules.install()
        layouts.install()
        company.install()
        currencies.install()
        serials.install()
        configuration.install()
        for domain in settings.DOMAINS:
            for room in ("records", "handlers", "reports"):
                name = f"{apps.get_app_config(domain.rsplit('.', 1)[-1]).name}.{room}"
                if find_spec(name):
                    import_module(name)
