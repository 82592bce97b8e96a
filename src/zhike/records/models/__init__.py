from zhike.records.models.api import IdempotencyKey
from zhike.records.models.bulk import BulkRun
from zhike.records.models.computing import ComputingRun
from zhike.records.models.importing import (
    ExportLog,
    ImportLink,
    ImportReject,
    ImportRun,
    JobState,
    MappingProfile,
)
from zhike.records.models.money import ExchangeRate, UsedCurrency
from zhike.records.models.record import (
    FollowedRecord,
    OptionTable,
    OwnedRecord,
    Record,
    RecordQuerySet,
    calendar_index,
    list_index,
    unique_external_id,
)
from zhike.records.models.reveals import Reveal
from zhike.records.models.serial import SerialCounter
from zhike.records.models.shaping import ChoiceList, Company, Layout, ValidationRule
from zhike.records.models.types import CustomRecord, CustomType
from zhike.records.models.views import Attachment, CustomField, ListPreference, SavedView, Share
from zhike.records.roles.models import Role, SharingRule
from zhike.records.search.models import SearchEntry, Visit
from zhike.records.webhooks.models import Announcement, Delivery, Webhook

__all__ = [
    "Announcement",
    "Attachment",
    "BulkRun",
    "ChoiceList",
    "Company",
    "ComputingRun",
    "CustomField",
    "CustomRecord",
    "CustomType",
    "Delivery",
    "ExchangeRate",
    "ExportLog",
    "FollowedRecord",
    "IdempotencyKey",
    "ImportLink",
    "ImportReject",
    "ImportRun",
    "JobState",
    "Layout",
    "ListPreference",
    "MappingProfile",
    "OptionTable",
    "OwnedRecord",
    "Record",
    "RecordQuerySet",
    "Reveal",
    "Role",
    "SavedView",
    "SearchEntry",
    "SerialCounter",
    "Share",
    "SharingRule",
    "UsedCurrency",
    "ValidationRule",
    "Visit",
    "Webhook",
    "calendar_index",
    "list_index",
    "unique_external_id",
]
