"""Addresses of lists, boards, calendars, bulk acts and saved views."""

from django.urls import path

from zhike.records.exporting import urls as exporting
from zhike.records.pages import board, builder, bulk, calendar, options, preferences, saved_views
from zhike.records.pages import list as lists

urlpatterns = [
    path("<slug:type_name>/", lists.record_list),
    path("<slug:type_name>/trash/", lists.trash_list),
    path("<slug:type_name>/totals/", lists.totals),
    path("<slug:type_name>/columns/", preferences.columns),
    path("<slug:type_name>/columns/widths/", preferences.widths),
    path("<slug:type_name>/conditions/", builder.fields),
    path("<slug:type_name>/conditions/explain/", builder.explain),
    path("<slug:type_name>/options/", options.options),
    path("<slug:type_name>/board/", board.board),
    path("<slug:type_name>/board/sums/", board.sums),
    path("<slug:type_name>/board/lanes/<slug:key>/", board.lane),
    path("<slug:type_name>/calendar/", calendar.calendar),
    path("<slug:type_name>/calendar/choice/", calendar.choose),
    path("<slug:type_name>/bulk/edit/", bulk.edit),
    path("<slug:type_name>/bulk/input/", bulk.field_input),
    path("<slug:type_name>/bulk/transfer/", bulk.transfer),
    path("<slug:type_name>/bulk/trash/", bulk.trash),
    path("<slug:type_name>/bulk/restore/", bulk.restore),
    path("<slug:type_name>/bulk/runs/<int:run_id>/", bulk.progress),
    path("<slug:type_name>/bulk/runs/<int:run_id>/cancel/", bulk.cancel),
    path("<slug:type_name>/bulk/runs/<int:run_id>/end/", bulk.end),
    path("<slug:type_name>/views/", saved_views.manage),
    path("<slug:type_name>/views/new/", saved_views.new),
    path("<slug:type_name>/views/counts/", lists.view_counts),
    path("<slug:type_name>/views/order/", saved_views.order),
    path("<slug:type_name>/views/<int:view_id>/", saved_views.change),
    path("<slug:type_name>/views/<int:view_id>/condition/", saved_views.condition),
    *exporting.urlpatterns,
]
