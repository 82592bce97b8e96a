"""Addresses of the settings of rules."""

from django.urls import path

from zhike.records.rules import views

urlpatterns = [
    path("", views.all_rules),
    path("new/", views.new),
    path("<int:rule_id>/", views.edit),
    path("<int:rule_id>/count/", views.count),
]
