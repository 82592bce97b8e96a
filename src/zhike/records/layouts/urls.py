"""Addresses of the settings of layouts."""

from django.urls import path

from zhike.records.layouts import views

urlpatterns = [
    path("", views.all_layouts),
    path("<slug:type_name>/", views.show),
    path("<slug:type_name>/<slug:part>/", views.edit),
]
