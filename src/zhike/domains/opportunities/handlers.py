"""What follows in this domain from what happens elsewhere."""

from django.utils.translation import gettext as _

from zhike.base import events
from zhike.base.changelog.undoing import ActUndone, UnableToUndo
from zhike.domains.opportunities.models import Pipeline, Stage
from zhike.domains.opportunities.services import stages
from zhike.records import gate


@events.on(ActUndone)
def keep_pipelines_whole(event: ActUndone) -> None:
    """An undo that would leave a pipeline without a way to begin, to win or to lose is no undo."""
    if not event.tables & {Stage._meta.db_table, Pipeline._meta.db_table} or not Pipeline.objects.exists():
        return
    in_use = list(Pipeline.objects.filter(is_active=True))
    if not in_use:
        raise UnableToUndo(_("One pipeline has to stay in use."))
    for pipeline in in_use:
        try:
            stages.refuse_incomplete(pipeline)
        except gate.Refused as refused:
            raise UnableToUndo(refused.errors[""][0]) from refused
