"""Addresses of the settings of record types."""

from django.urls import path

from zhike.records.types import views

urlpatterns = [
    path("", views.types, name="record_types"),
    path("new/", views.new),
    path("<int:number>/", views.change),
    path("<int:number>/removal/", views.removal),
    path("<int:number>/restoration/", views.restoration),
    path("<int:number>/place/", views.place),
]
