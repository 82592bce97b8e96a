from zhike.records.models.api import IdempotencyKey
from zhike.records.models.bulk import BulkRun
from zhike.records.models.importing import (
    ExportLog,
    ImportLink,
    ImportReject,
    ImportRun,
    JobState,
    MappingProfile,
)
from zhike.records.models.record import (
    FollowedRecord,
    OptionTable,
    OwnedRecord,
    Record,
    RecordQuerySet,
    list_index,
    unique_external_id,
)
from zhike.records.models.views import Attachment, CustomField, ListPreference, SavedView, Share
from zhike.records.search.models import SearchEntry, Visit

__all__ = [
    "Attachment",
    "BulkRun",
    "CustomField",
    "ExportLog",
    "FollowedRecord",
    "IdempotencyKey",
    "ImportLink",
    "ImportReject",
    "ImportRun",
    "JobState",
    "ListPreference",
    "MappingProfile",
    "OptionTable",
    "OwnedRecord",
    "Record",
    "RecordQuerySet",
    "SavedView",
    "SearchEntry",
    "Share",
    "Visit",
    "list_index",
    "unique_external_id",
]
