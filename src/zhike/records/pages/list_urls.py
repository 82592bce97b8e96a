"""Addresses of lists, boards, bulk acts, saved views and exports."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
