"""Addresses of what only a deal has; lists, pages and forms are the engine's."""

from django.urls import path

from zhike.domains.opportunities import views

urlpatterns = [path("opportunities/<int:opportunity_id>/lines/", views.lines)]
