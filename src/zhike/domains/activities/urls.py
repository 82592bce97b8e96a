"""Addresses of the composer; lists, pages and forms of activities are the engine's."""

from django.urls import path

from zhike.domains.activities import views

urlpatterns = [
    path("activities/new/", views.new),
    path("activities/compose/", views.compose),
    path("activities/on/options/", views.record_options),
]
