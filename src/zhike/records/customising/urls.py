"""Addresses of the settings of fields."""

from django.urls import path

from zhike.records.customising import views
from zhike.records.formulas import views as formulas

urlpatterns = [
    path("", views.types),
    path("<slug:type_name>/", views.fields),
    path("<slug:type_name>/new/", views.new),
    path("<slug:type_name>/order/", views.order),
    path("<slug:type_name>/formula/", formulas.check),
    path("<slug:type_name>/<int:field_id>/", views.field),
    path("<slug:type_name>/<int:field_id>/restore/", views.restore),
]
