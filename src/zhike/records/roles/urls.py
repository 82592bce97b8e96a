"""Addresses of the settings of roles."""

from django.urls import path

from zhike.records.roles import views

urlpatterns = [
    path("", views.role_list),
    path("new/", views.new),
    path("<slug:key>/", views.show),
    path("<slug:key>/edit/", views.edit),
    path("<slug:key>/reset/", views.reset),
    path("<slug:key>/<slug:type_name>/", views.allow),
    path("<slug:key>/<slug:type_name>/condition/", views.condition),
]
