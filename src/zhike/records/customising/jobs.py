"""What a definition asks of records that are there already, where they are too many for a request."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhike.base import jobs
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, numbering, registry
from zhike.records.customising import indexing
from zhike.records.fields.serial import Serial
from zhike.records.models import CustomField


@jobs.job(retries=5, label=_("Make indexes over fields"))
def bring_indexes_up_to_date(field_id: int) -> None:
    """As the definition stands now; one that is gone took its indexes along."""
    row = CustomField.objects.filter(pk=field_id).first()
    if row is not None and registry.find(row.record_type) is not None:
        indexing.bring_up_to_date(row)


@jobs.job(retries=5, label=_("Number the records that are there"))
def number_existing_records(field_id: int, change_set_id: int) -> None:
    """Numbers them batch by batch inside the act that made the field; begun again, it goes on with those without."""
    change_set = ChangeSet.objects.get(pk=change_set_id)
    last = 0
    while True:
        with transaction.atomic():
            row = CustomField.objects.select_for_update().filter(pk=field_id, removed_at__isnull=True).first()
            if row is None or ChangeSet.objects.filter(pk=change_set_id, undone_by__isnull=False).exists():
                return
            custom.forget_kept()
            field = registry.get(row.record_type).field(row.name)
            if not isinstance(field, Serial):
                return
            with acts.resume(change_set):
                last = numbering.number_some(registry.get(row.record_type), field, last)
        if not last:
            return
