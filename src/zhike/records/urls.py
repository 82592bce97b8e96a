"""The pages every record type has; fixed names inside a type come before its records."""

from zhike.records.pages import list_urls, record_urls

urlpatterns = [*record_urls.fixed_urlpatterns, *list_urls.urlpatterns, *record_urls.urlpatterns]
