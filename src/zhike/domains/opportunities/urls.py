"""Addresses of what only a deal has, and of the settings of pipelines; lists, pages and forms are the engine's."""

from django.urls import path

from zhike.domains.opportunities import pipeline_views, stage_views, views

urlpatterns = [
    path("opportunities/<int:opportunity_id>/lines/", views.lines),
    path("settings/pipelines/", pipeline_views.all_pipelines),
    path("settings/pipelines/new/", pipeline_views.new),
    path("settings/pipelines/order/", pipeline_views.order),
    path("settings/pipelines/<int:pipeline_id>/", pipeline_views.show),
    path("settings/pipelines/<int:pipeline_id>/edit/", pipeline_views.edit),
    path("settings/pipelines/<int:pipeline_id>/default/", pipeline_views.default),
    path("settings/pipelines/<int:pipeline_id>/retirement/", pipeline_views.retirement),
    path("settings/pipelines/<int:pipeline_id>/stages/new/", stage_views.new),
    path("settings/pipelines/<int:pipeline_id>/stages/order/", stage_views.order),
    path("settings/pipelines/<int:pipeline_id>/stages/<int:stage_id>/", stage_views.stage),
    path("settings/pipelines/<int:pipeline_id>/stages/<int:stage_id>/retirement/", stage_views.retirement),
]
