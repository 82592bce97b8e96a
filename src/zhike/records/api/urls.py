"""Addresses of the API. A trailing slash may be left out: redirecting a POST would lose its body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, re_path

from zhike.records.api import (
    account,
    bulk,
    documents,
    histories,
    imports,
    kept,
    nowhere,
    reports,
    resources,
    searching,
)

TYPE = r"(?P<type_name>[a-z][a-z0-9_-]*)"
RECORD = TYPE + r"/(?P<record_id>[0-9]+)"
FIELD = r"(?P<field_name>[a-z][a-z0-9_]*)"
RUN = r"imports/(?P<run_id>[0-9]+)"
ACT = r"change-sets/(?P<change_set_id>[0-9]+)"


def address(pattern: str, view: Callable[..., Any]) -> URLPattern:
    return re_path(rf"^v1/{pattern}/?$", view)


urlpatterns = [
    re_path(r"^$", documents.reading_page, name="api"),
    address(r"openapi\.json", documents.openapi_document),
    address("me", account.me),
    address("search", searching.search),
    address("imports", imports.import_list),
    address(RUN, imports.import_detail),
    address(f"{RUN}/cancel", imports.import_cancel),
    address(ACT, histories.change_set_detail),
    address(f"{ACT}/undo", histories.change_set_undo),
    address("reports", reports.reports_list),
    address(r"reports/(?P<report_name>[a-z][a-z0-9-]*)", reports.report_detail),
    address(TYPE, resources.record_list),
    address(f"{TYPE}/bulk", bulk.bulk_acts),
    address(f"{TYPE}/files/{FIELD}", kept.file_store),
    address(f"{RECORD}/files/{FIELD}/(?P<number>[0-9]+)", kept.file_read),
    address(RECORD, resources.record_detail),
    address(f"{RECORD}/restore", resources.record_restore),
    address(f"{RECORD}/history", histories.record_history),
    address(f"{RECORD}/reveal", resources.record_reveal),
    address(f"{RECORD}/actions/(?P<action_name>[a-z][a-z0-9_]*)", resources.record_action),
    re_path(r"", nowhere.nowhere),
]
