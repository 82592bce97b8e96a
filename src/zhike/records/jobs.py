"""Work of the engine that is too long for a request."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zhike.base import actors, jobs
from zhike.base.actors import Actor, Door, Kind
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.base.notices import services as notices


@jobs.job(retries=2, label=gettext_lazy("Undo a large act"))
def undo_large_act(change_set_id: int, actor: dict[str, Any], language: str) -> None:
    """Undoes an act of many rows and tells who asked for it; done already, it does nothing again. Cancelled, it
    leaves everything as it was: it is one transaction."""
    from zhike.records import history
    from zhike.records import undoing as asked
    from zhike.records.roles import sight

    change_set = ChangeSet.objects.get(pk=change_set_id)
    if change_set.undone_by_id is not None:
        return
    with override(language), sight.seen_by(actor_from(actor)):
        subject = history.subject_of(change_set) or change_set.action
        try:
            undone = asked.undo(
                actor_from(actor), change_set, before_step=lambda: asked.stop_if_cancelled(change_set_id)
            )
        except undoing.UnableToUndo as error:
            _tell(actor, None, f"/change-sets/{change_set_id}/", str(error))
            return
        text = _("Undone: %(subject)s. %(restored)d rows restored, %(conflicts)d left alone.") % {
            "subject": subject, "restored": undone.restored, "conflicts": undone.conflict_count,
        }  # fmt: skip
    number = undone.change_set.pk
    _tell(actor, f"undo:{number}", f"/change-sets/{number}/", text)


def _tell(actor: dict[str, Any], key: str | None, url: str, text: str) -> None:
    if actor["member_id"] and text:
        notices.notify(member_id=actor["member_id"], kind="undo", text=text, url=url, key=key)


@jobs.job(retries=5, label=gettext_lazy("Bulk act on many records"))
def carry_on_bulk_run(run_id: int) -> None:
    """An act on more records than fit into a request; begun again, it goes on after the last record done."""
    from zhike.records import bulk

    bulk.carry_on(run_id)


@jobs.nightly(37, label=gettext_lazy("Forget old answers of the API"))
def forget_old_answers() -> None:
    """Answers given under an idempotency key are kept for 24 hours."""
    from zhike.records.api import idempotency

    idempotency.forget_old()


@jobs.nightly(47, label=gettext_lazy("Delete removed record types for good"))
def drop_removed_types() -> None:
    """Record types that were removed thirty days ago go for good, with their records."""
    from zhike.records.types import defining

    defining.drop_removed(actors.system("zhike", Door.JOB))


def packed(actor: Actor) -> dict[str, Any]:
    """An actor as JSON, to go along with a job."""
    return {
        "kind": str(actor.kind), "label": actor.label, "door": str(actor.door), "member_id": actor.member_id,
        "roles": list(actor.roles), "department_id": actor.department_id, "department_path": actor.department_path,
        "everything": actor.everything, "really": actor.really, "read_only": actor.read_only,
        "types": sorted(actor.types), "only_reads": sorted(actor.only_reads),
    }  # fmt: skip


def actor_from(packed_actor: dict[str, Any]) -> Actor:
    values = dict(packed_actor)
    return Actor(
        kind=Kind(values.pop("kind")), door=Door(values.pop("door")), types=frozenset(values.pop("types")),
        roles=tuple(values.pop("roles", ())),
        only_reads=frozenset(values.pop("only_reads", ())), **values,
    )  # fmt: skip


# Procrastinate looks for jobs in this module of the app; these live beside what they do.
from zhike.records.customising import jobs as customising_jobs  # noqa: E402, F401
from zhike.records.exporting import jobs as export_jobs  # noqa: E402, F401
from zhike.records.formulas import jobs as formula_jobs  # noqa: E402, F401
from zhike.records.importing import jobs as import_jobs  # noqa: E402, F401
from zhike.records.webhooks import jobs as webhook_jobs  # noqa: E402, F401
