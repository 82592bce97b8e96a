"""Addresses."""

from django.urls import path

from zhike.records.search import pages

urlpatterns = [
    path("", pages.page, name="search"),
    path("palette/", pages.palette, name="palette"),
]
