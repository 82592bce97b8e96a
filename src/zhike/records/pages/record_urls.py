"""Addresses of record pages, forms, cells, history and undo."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
