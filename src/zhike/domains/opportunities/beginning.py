"""What a new workspace starts with: one pipeline with its stages, and reasons why deals are lost."""

from zhike.base.actors import Actor
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import LostReason, Pipeline, Stage

STAGES: tuple[tuple[str, int, Status, int | None, list[str], str], ...] = (
    ("初步接洽", 10, Status.OPEN, 14, [], ""),
    ("需求确认", 30, Status.OPEN, 21, ["amount"], "a"),
    ("方案报价", 50, Status.OPEN, 21, ["amount", "expected_close_on"], "a"),
    ("商务谈判", 75, Status.OPEN, 30, ["amount", "expected_close_on"], "v"),
    ("赢单", 100, Status.WON, None, ["amount"], "g"),
    ("输单", 0, Status.LOST, None, ["lost_reason"], "b"),
)
LOST_REASONS = ("价格", "竞争对手", "预算取消", "需求变化", "失去联系", "其他")


def prepare_workspace(actor: Actor) -> None:
    """Does nothing where there is a pipeline already."""
    if Pipeline.objects.exists():
        return
    pipeline = Pipeline.objects.create(name="标准销售流程", is_default=True, position=1)
    for position, (name, probability, outcome, stuck, required, colour) in enumerate(STAGES, start=1):
        Stage.objects.create(
            pipeline=pipeline,
            name=name,
            probability=probability,
            outcome=outcome,
            stuck_after_days=stuck,
            required_fields=required,
            colour=colour,
            position=position * 10,
        )
    for position, name in enumerate(LOST_REASONS, start=1):
        LostReason.objects.create(name=name, position=position)
