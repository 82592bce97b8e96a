"""Addresses of imports."""

from django.urls import path

from zhike.records.importing.views import checking, mapping, outcome, previewing, uploading

urlpatterns = [
    path("", uploading.past),
    path("new/", uploading.new),
    path("<int:run_id>/", outcome.show),
    path("<int:run_id>/preview/", previewing.preview),
    path("<int:run_id>/columns/", mapping.columns),
    path("<int:run_id>/mapping.json", mapping.download),
    path("<int:run_id>/values/", checking.values),
    path("<int:run_id>/check/", checking.check),
    path("<int:run_id>/checked/", checking.checked),
    path("<int:run_id>/start/", checking.start),
    path("<int:run_id>/state/", checking.state),
    path("<int:run_id>/cancel/", outcome.cancel),
    path("<int:run_id>/resume/", outcome.resume),
    path("<int:run_id>/rejected.csv", outcome.rejected_file),
    path("<int:run_id>/discard/", uploading.discard),
]
