"""Addresses of the settings of numbering."""

from django.urls import path

from zhike.records.serials import views

urlpatterns = [
    path("", views.all_numbers),
    path("<int:field_id>/", views.pattern),
    path("<int:field_id>/next/", views.next_number),
    path("<int:field_id>/gaps/", views.gaps),
]
