"""Addresses of exports, inside those of a record type."""

from django.urls import path

from zhike.records.exporting import views

urlpatterns = [
    path("<slug:type_name>/export/", views.export),
    path("<slug:type_name>/export/<int:log_id>/", views.show),
    path("<slug:type_name>/export/<int:log_id>/state/", views.state),
    path("<slug:type_name>/export/<int:log_id>/cancel/", views.cancel),
    path("<slug:type_name>/export/<int:log_id>/file/", views.fetch),
]
