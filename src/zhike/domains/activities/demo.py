"""3,000 activities of the demo company. It is the last chapter, told by the uppermost of its characters' rooms:
the deals, customers and contacts are found by their record type, as any activity finds them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from zhike.base.story import Story
from zhike.domains.activities import services
from zhike.domains.activities.choices import ActivityKind, Outcome

ACTIVITY_COUNT, PLAN_COUNT = 2850, 150
SAYINGS = {
    ActivityKind.CALL: (
        "电话沟通行程需求，客户希望本周看到方案", "确认出行人数与预算区间", "回访满意度，客户对接待表示认可", "电话未接通，改约明天上午",
        "沟通付款方式，客户倾向月结", "了解竞品报价，差距约 5%",
    ),
    ActivityKind.VISIT: ("上门拜访，介绍会奖方案", "拜访采购部，确认合同条款", "实地考察活动场地", "拜访高层，介绍年度协议"),
    ActivityKind.MEETING: ("方案讲解会，客户提出三点修改", "项目启动会，明确时间表", "季度回顾会议"),
    ActivityKind.NOTE: ("客户预算审批延后两周", "对方更换了对接人", "客户关注住宿标准与用车安全", "已发送报价邮件，等待反馈"),
}  # fmt: skip
PLANS = ("发送修改后的报价", "确认出行名单", "回访合同进度", "准备方案讲解材料", "电话跟进付款", "预约下次拜访")
WEIGHTS = (45, 18, 12, 25)


def tell(story: Story) -> None:
    for number in range(ACTIVITY_COUNT):
        _tell_one(story, number)
    for number in range(PLAN_COUNT):
        _plan_one(story, number)


def _tell_one(story: Story, number: int) -> None:
    target, actor = _target(story)
    started = target.created_at
    at = _between(story, started)
    kind = story.dice.choices(list(SAYINGS), WEIGHTS)[0]
    with story.act(actor, "log_activity", at, record_type="activities"):
        services.log_activity(
            actor=actor,
            on=[target],
            kind=kind,
            body=story.dice.choice(SAYINGS[kind]),
            happened_at=at,
            outcome=story.dice.choice(Outcome.values) if kind != ActivityKind.NOTE else "",
            duration_minutes=story.dice.choice((5, 10, 20, 45, 60)) if kind != ActivityKind.NOTE else None,
        )


def _plan_one(story: Story, number: int) -> None:
    """Tasks due around today; some are overdue."""
    target, actor = _target(story, alive=True)
    due = timezone.make_aware(datetime.combine(story.today, datetime.min.time())) + timedelta(
        days=story.dice.randint(-6, 14), hours=story.dice.randint(9, 18)
    )
    with story.act(actor, "log_activity", story.moment(story.dice.randint(1, 9)), record_type="activities"):
        services.log_activity(
            actor=actor,
            on=[target],
            kind=story.dice.choice((ActivityKind.TASK, ActivityKind.TASK, ActivityKind.VISIT, ActivityKind.CALL)),
            subject=story.dice.choice(PLANS),
            due_at=due,
        )


def _target(story: Story, *, alive: bool = False) -> tuple[Any, Any]:
    """A deal more often than a customer; with its owner."""
    deals = [deal for deal in story.props["opportunities"] if deal.is_open] if alive else story.props["opportunities"]
    found = story.dice.choice(deals if story.dice.random() < 0.65 else story.props["customers"])
    actor = next(actor for actor in story.actors.values() if actor.member_id == found.owner_id)
    return found, actor


def _between(story: Story, started: datetime) -> datetime:
    """A moment after the beginning, sooner rather than later."""
    span = timezone.now() - timedelta(minutes=10) - started
    return started + span * (story.dice.random() ** 1.6)
