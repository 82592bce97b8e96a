"""Addresses of the settings of lists."""

from django.urls import path

from zhike.records.customising import list_views
from zhike.records.lists import views

urlpatterns = [
    path("", views.all_lists),
    path("shared/new/", list_views.new),
    path("shared/<int:list_id>/", list_views.shared),
    path("<slug:name>/", views.values),
    path("<slug:name>/new/", views.new),
    path("<slug:name>/order/", views.order),
    path("<slug:name>/<int:row_id>/", views.value),
    path("<slug:name>/<int:row_id>/retirement/", views.retirement),
    path("<slug:name>/<int:row_id>/merging/", views.merging),
]
