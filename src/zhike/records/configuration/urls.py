"""Addresses of the page of the configuration file."""

from django.urls import path

from zhike.records.configuration import views

urlpatterns = [
    path("", views.page),
    path("file/", views.download),
    path("apply/", views.apply),
]
