"""Addresses of currencies and rates."""

from django.urls import path

from zhike.records.currencies import views

urlpatterns = [
    path("", views.all_currencies),
    path("new/", views.new),
    path("rates/new/", views.new_rate),
    path("rates/import/", views.import_rates),
    path("rates/<int:rate_id>/", views.rate),
    path("<str:code>/", views.history),
    path("<str:code>/retirement/", views.retirement),
]
