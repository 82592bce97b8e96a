"""Addresses of the settings of sharing rules."""

from django.urls import path

from zhike.records.roles import rule_views

urlpatterns = [
    path("", rule_views.rule_list),
    path("new/", rule_views.new),
    path("<int:rule_id>/", rule_views.rule),
]
