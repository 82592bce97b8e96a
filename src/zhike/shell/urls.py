"""Addresses of the hall's own pages."""

from django.urls import path

from zhike.shell import reports
from zhike.shell.home import pages as home

urlpatterns = [
    path("", home.home, name="home"),
    path("home/parts/<slug:name>/", home.part),
    path("home/plan/<int:opportunity_id>/", home.plan),
    path("reports/", reports.report, name="reports"),
    path("reports/export/", reports.export),
]
