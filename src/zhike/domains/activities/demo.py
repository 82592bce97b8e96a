"""3,000 activities of the demo company. It is the last chapter, told by the uppermost of its characters' rooms:
the deals, customers and contacts are found by their record type, as any activity finds them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from zhike.base.story import Story
from zhike.domains.activities import services
from zhike.domains.activities.choices import ActivityKind, Outcome

ACTIVITY_COUNT, PLAN_COUNT = 2850, 144
SAYINGS = {
    ActivityKind.CALL: (
        "电话沟通行程需求，客户希望本周看到方案", "确认出行人数与预算区间", "回访满意度，客户对接待表示认可", "电话未接通，改约明天上午",
        "沟通付款方式，客户倾向月结", "了解竞品报价，差距约 5%",
    ),
    ActivityKind.VISIT: ("上门拜访，介绍会奖方案", "拜访采购部，确认合同条款", "实地考察活动场地", "拜访高层，介绍年度协议"),
    ActivityKind.MEETING: ("方案讲解会，客户提出三点修改", "项目启动会，明确时间表", "季度回顾会议"),
    ActivityKind.NOTE: ("客户预算审批延后两周", "对方更换了对接人", "客户关注住宿标准与用车安全", "已发送报价邮件，等待反馈"),
}  # fmt: skip
HEAD_TASKS = (
    "审阅华东销售部月度预测",
    "与重点客户高层会面",
    "确认年度协议折扣",
    "听取华南销售部季度汇报",
    "审批海外考察团报价",
    "复盘本季输单原因",
)
PLANS = ("发送修改后的报价", "确认出行名单", "回访合同进度", "准备方案讲解材料", "电话跟进付款", "预约下次拜访")
WEIGHTS = (45, 18, 12, 25)


def tell(story: Story) -> None:
    for number in range(ACTIVITY_COUNT):
        _tell_one(story, number)
    for number in range(PLAN_COUNT):
        _plan_one(story, number)
    for number, subject in enumerate(HEAD_TASKS):
        _plan_for_the_head(story, number, subject)


def _tell_one(story: Story, number: int) -> None:
    target, actor = _target(story)
    started = target.created_at
    at = _between(story, started)
    kind = story.dice.choices(list(SAYINGS), WEIGHTS)[0]
    with story.act(actor, "log_activity", at, record_type="activities", subject=str(target)):
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
    planned = story.moment(story.dice.randint(1, 9))
    with story.act(actor, "log_activity", planned, record_type="activities", subject=str(target)):
        services.log_activity(
            actor=actor,
            on=[target],
            kind=story.dice.choice((ActivityKind.TASK, ActivityKind.TASK, ActivityKind.VISIT, ActivityKind.CALL)),
            subject=story.dice.choice(PLANS),
            due_at=due,
        )


def _plan_for_the_head(story: Story, number: int, subject: str) -> None:
    """What the head of the company has before them: one thing overdue, some today, among them a meeting."""
    target, _actor = _target(story, alive=True)
    head = story.actors["林晓"]
    midnight = timezone.make_aware(datetime.combine(story.today, datetime.min.time()))
    due = midnight + timedelta(days=(-1, 0, 0, 0, 1, 3)[number], hours=(17, 15, 16, 18, 10, 14)[number])
    kind = ActivityKind.MEETING if number in (1, 3) else ActivityKind.TASK
    with story.act(head, "log_activity", story.moment(number + 3), record_type="activities", subject=str(target)):
        services.log_activity(actor=head, on=[target], kind=kind, subject=subject, due_at=due)


def _target(story: Story, *, alive: bool = False) -> tuple[Any, Any]:
    """A deal more often than a customer; with its owner."""
    deals = [deal for deal in story.props["opportunities"] if deal.is_open] if alive else story.props["opportunities"]
    found = story.dice.choice(deals if story.dice.random() < 0.65 else story.props["customers"])
    actor = next(actor for actor in story.actors.values() if actor.member_id == found.owner_id)
    return found, actor


def _between(story: Story, started: datetime) -> datetime:
    """A working moment after the beginning, sooner rather than later."""
    latest = timezone.now() - timedelta(minutes=10)
    found = timezone.localtime(started + (latest - started) * (story.dice.random() ** 1.6))
    if found.weekday() > 4:
        found -= timedelta(days=found.weekday() - 4)
    at = found.replace(hour=story.dice.randint(9, 17), minute=story.dice.randint(0, 59))
    if at > latest:
        at -= timedelta(days=1)
    return min(max(at, started + timedelta(minutes=5)), latest)
