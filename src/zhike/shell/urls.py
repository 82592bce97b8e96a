"""Addresses of the hall's own pages."""

from django.urls import path

from zhike.shell import failed_jobs, notices, reports, settings
from zhike.shell.home import pages as home

urlpatterns = [
    path("", home.home, name="home"),
    path("home/parts/<slug:name>/", home.part),
    path("home/plan/<int:opportunity_id>/", home.plan),
    path("notices/", notices.page, name="notices"),
    path("notices/panel/", notices.panel),
    path("notices/read/", notices.read),
    path("notices/<int:notice_id>/", notices.follow),
    path("settings/", settings.page, name="settings"),
    path("settings/jobs/", failed_jobs.page, name="jobs"),
    path("settings/jobs/<int:number>/run/", failed_jobs.run_again),
    path("settings/jobs/<int:number>/drop/", failed_jobs.drop),
    path("reports/", reports.report, name="reports"),
    path("reports/export/", reports.export),
]
