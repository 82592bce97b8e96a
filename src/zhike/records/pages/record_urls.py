"""Addresses of record pages, forms, cells, history and undo."""

from django.urls import path

from zhike.records.pages import (
    actions,
    acts,
    attachments,
    bulk_runs,
    cells,
    change_sets,
    duplicates,
    exports,
    forms,
    history,
    kept_files,
    record,
    related,
    reveals,
    sharing,
    timeline,
)
from zhike.records.roles import access_views

fixed_urlpatterns = [
    path("change-sets/", acts.page),
    path("change-sets/export/", acts.export),
    path("change-sets/exports/", exports.page),
    path("change-sets/reveals/", reveals.page),
    path("change-sets/bulk/", bulk_runs.past),
    path("change-sets/<int:change_set_id>/", change_sets.show),
    path("change-sets/<int:change_set_id>/undo/", change_sets.undo),
    path("change-sets/<int:change_set_id>/undo/progress/", change_sets.undo_progress),
    path("change-sets/<int:change_set_id>/undo/cancel/", change_sets.undo_cancel),
    path("change-sets/<int:change_set_id>/conflicts/", change_sets.conflicts),
    path("files/<int:attachment_id>/", attachments.file),
]
"""Pages that are of no record type; they come before those whose first word is one."""

urlpatterns = [
    path("<slug:type_name>/new/", forms.new),
    path("<slug:type_name>/kept/<slug:name>/", kept_files.store),
    path("<slug:type_name>/duplicates/", duplicates.show),
    path("<slug:type_name>/<int:record_id>/", record.show),
    path("<slug:type_name>/<int:record_id>/parts/", record.parts),
    path("<slug:type_name>/<int:record_id>/edit/", forms.edit),
    path("<slug:type_name>/<int:record_id>/cells/<slug:name>/", cells.cell),
    path("<slug:type_name>/<int:record_id>/cells/<slug:name>/gate/", cells.gate_form),
    path("<slug:type_name>/<int:record_id>/actions/<slug:name>/", actions.perform),
    path("<slug:type_name>/<int:record_id>/reveals/<slug:name>/", reveals.reveal),
    path("<slug:type_name>/<int:record_id>/owner/", actions.owner),
    path("<slug:type_name>/<int:record_id>/trash/", actions.trash),
    path("<slug:type_name>/<int:record_id>/timeline/", timeline.show),
    path("<slug:type_name>/<int:record_id>/history/", history.show),
    path("<slug:type_name>/<int:record_id>/access/", access_views.access),
    path("<slug:type_name>/<int:record_id>/related/<slug:key>/", related.show),
    path("<slug:type_name>/<int:record_id>/files/", attachments.files),
    path("<slug:type_name>/<int:record_id>/kept/<slug:name>/<int:number>/", kept_files.show),
    path("<slug:type_name>/<int:record_id>/shares/", sharing.shares),
    path("<slug:type_name>/<int:record_id>/shares/<int:share_id>/", sharing.unshare),
]
