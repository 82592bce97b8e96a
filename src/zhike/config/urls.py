"""All addresses. Fixed pages come before those of the record types."""

from django.urls import include, path

from zhike.records.company import views as company

urlpatterns = [
    path("api/", include("zhike.records.api.urls")),
    path("imports/", include("zhike.records.importing.urls")),
    path("settings/webhooks/", include("zhike.records.webhooks.urls")),
    path("search/", include("zhike.records.search.urls")),
    path("settings/roles/", include("zhike.records.roles.urls")),
    path("settings/types/", include("zhike.records.types.urls")),
    path("settings/sharing/", include("zhike.records.roles.rule_urls")),
    path("settings/fields/", include("zhike.records.customising.urls")),
    path("settings/lists/", include("zhike.records.lists.urls")),
    path("settings/rules/", include("zhike.records.rules.urls")),
    path("settings/company/", company.page),
    path("settings/currencies/", include("zhike.records.currencies.urls")),
    path("settings/numbering/", include("zhike.records.serials.urls")),
    path("settings/configuration/", include("zhike.records.configuration.urls")),
    path("settings/layouts/", include("zhike.records.layouts.urls")),
    path("", include("zhike.shell.urls")),
    path("", include("zhike.domains.people.urls")),
    path("", include("zhike.domains.activities.urls")),
    path("", include("zhike.domains.opportunities.urls")),
    path("", include("zhike.records.urls")),
]
