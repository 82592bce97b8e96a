from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from zhike.base import clock
from zhike.base.markup import format_html
from zhike.domains.opportunities import configuration, queries, services, views
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.events import OpportunityLost, OpportunityWon, StageChanged
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.opportunities.policies import OpportunityPolicy
from zhike.records import contributions, registry
from zhike.records.columns import Column, Drawn, Title
from zhike.records.currencies import converting
from zhike.records.declaration import Action, Board, Calendar, Fact, Import, RecordType, RelatedList, Search, Section
from zhike.records.fields.choices import Option
from zhike.records.fields.moments import Day
from zhike.records.fields.numbers import Money, with_symbol
from zhike.records.fields.text import Text
from zhike.records.registry import register
from zhike.records.roles import sight
from zhike.records.webhooks import events as webhook_events

STAGE_WORDS = {
    **{key: {"outcome": "won"} for key in ("won", "closed won", "win", "赢单", "赢", "成交", "已成交", "成功")},
    **{key: {"outcome": "lost"} for key in ("lost", "closed lost", "lose", "输单", "输", "失败", "丢单", "已流失")},
}
"""Other systems' words for the two ends of a pipeline."""


def time_in_stage(opportunity: Any) -> Any:
    """停留 35 天, amber once it is too long."""
    today = clock.today()
    days = opportunity.days_in_stage(today)
    if not opportunity.is_open:
        return "–"
    return format_html('<span class="chip {}">{}</span>', "warn" if opportunity.is_stuck(today) else "", days)


def days_here(opportunity: Any) -> Any:
    """The same in the head of a page, as a figure."""
    today = clock.today()
    if not opportunity.is_open:
        return "–"
    days = opportunity.days_in_stage(today)
    words = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return format_html('<span class="{}">{}</span>', "warn" if opportunity.is_stuck(today) else "", words)


def closed_today(_opportunity: Any) -> dict[str, Any]:
    return {"closed_on": clock.today()}


def model_field(name: str) -> Any:
    return Opportunity._meta.get_field(name)


@register
class OpportunityRecord(RecordType):
    model = Opportunity
    name = "opportunities"
    label = _("Opportunity"), _("Opportunities")
    icon = "target-arrow"
    group, group_position, position = _("Sales"), 20, 20
    title = "name"
    columns = (
        Title("name", width=210),
        Column("customer", width=170),
        "amount",
        "stage",
        "expected_close_on",
        Drawn("stage_entered_at", time_in_stage, label=_("Days in stage"), width=104, align="right"),
        Column("last_activity_at", width=104),
        "owner",
    )
    extra_columns = ("status", "product", "pipeline", "closed_on", "contact", "lost_reason", "competitor", "tags")
    sort = "-created_at"
    filters = ("owner", "stage", "status", "expected_close_on", "last_activity_at")
    search = Search("name", "external_id", note=("customer", "stage", "amount"))
    layout = (
        Section(_("Deal"), "name", "customer", "contact", "product", "amount", "currency"),
        Section(_("Progress"), "pipeline", "stage", "opened_on", "expected_close_on", "closed_on"),
        Section(_("Outcome"), "lost_reason", "competitor"),
        Section(_("Care"), "owner", "tags", "description", "external_id"),
    )
    create_fields = ("name", "customer", "contact", "product", "amount", "currency", "pipeline", "stage",
                     "expected_close_on", "owner")  # fmt: skip
    field_options = {
        "amount": {"minimum": 0},
        "next_activity_at": {"due": True},
        "stage": {"chip": True},
        "status": {"colours": {"open": "a", "won": "g", "lost": "b"}},
    }
    facts = (
        Fact(
            _("Amount"),
            lambda deal, actor: with_symbol(deal.amount, deal.currency) if deal.amount is not None else "–",
            needs=("amount", "currency"),
        ),
        Fact(_("Customer"), "customer"),
        Fact(_("Expected close"), "expected_close_on"),
        Fact(_("Days in stage"), lambda deal, actor: days_here(deal), needs=("status", "stage", "stage_entered_at")),
        Fact(_("Next activity"), "next_activity_at"),
        Fact(_("Owner"), "owner"),
    )
    related = (RelatedList("activities", follows=True),)
    path = "stage"
    parts_need = ("amount", "currency")
    board = Board(
        lanes="stage",
        card=("customer", "amount", "expected_close_on", "closed_on", "owner"),
        total="amount",
        weight=lambda stage: stage.probability,
        lanes_of=lambda pipeline: queries.stages_of(pipeline or queries.get_default_pipeline()),
        choose_by="pipeline",
        is_late=lambda deal: (
            _("%(days)d days here") % {"days": deal.days_in_stage(clock.today())}
            if deal.is_stuck(clock.today())
            else ""
        ),
    )
    calendar = Calendar(
        by="expected_close_on",
        shown=("customer", "amount", "owner"),
        state=lambda deal: "late" if deal.is_overdue(clock.today()) else "",
        needs=("status", "expected_close_on"),
    )
    actions = (
        Action(
            "win", _("Win"), services.win_opportunity, icon="trophy", tone="good",
            when=lambda deal: deal.is_open,
            fields=(
                Money("amount", _("Amount"), model_field=model_field("amount"), options={"minimum": 0}),
                Day("closed_on", _("Closed on"), model_field=model_field("closed_on")),
            ),
            defaults=closed_today,
        ),
        Action(
            "lose", _("Lose"), services.lose_opportunity, icon="circle-x", tone="bad",
            when=lambda deal: deal.is_open,
            fields=(
                Option("lost_reason", _("Lost reason"), model_field=model_field("lost_reason"), required=True),
                Text("competitor", _("Competitor"), model_field=model_field("competitor")),
                Day("closed_on", _("Lost on"), model_field=model_field("closed_on")),
            ),
            defaults=closed_today,
        ),
        Action(
            "reopen", _("Reopen"), services.reopen_opportunity, icon="rotate",
            when=lambda deal: not deal.is_open,
        ),
    )  # fmt: skip
    policy = OpportunityPolicy()
    handed_over = Q(status=Status.OPEN)
    create, update = services.open_opportunity, services.revise_opportunity
    complete, change_gate = services.complete_opportunity, services.missing_for
    begin_with = staticmethod(queries.beginning_of_a_deal)
    follow_change = services.follow_stage
    reacts_to = ("pipeline", "stage", "customer", "product", "opened_on", "closed_on", "lost_reason")
    imports = Import(
        match_on=("external_id", "name+customer", "name"),
        relations={
            "customer": ("name", "external_id"),
            "contact": ("name", "external_id"),
            "product": ("name", "code", "external_id"),
            "owner": ("email", "name", "external_id"),
        },
        creatable=("customer", "product", "stage", "lost_reason"),
        creators={"stage": services.add_stage},
        value_synonyms={"stage": STAGE_WORDS},
        synonyms={
            "external_id": ("opportunity id", "商机编号", "编号"),
            "name": ("opportunity", "deal", "商机", "商机名称", "项目名称"),
            "customer": ("account", "company", "客户", "客户名称", "公司名称"),
            "contact": ("联系人",),
            "product": ("产品", "产品名称"),
            "amount": ("close value", "value", "金额", "商机金额", "预计金额", "合同金额"),
            "stage": ("deal stage", "阶段", "商机阶段", "销售阶段"),
            "opened_on": ("engage date", "开始日期", "立项日期"),
            "closed_on": ("close date", "成交日期", "关闭日期"),
            "expected_close_on": ("expected close date", "预计成交日期", "预计签单日期"),
            "owner": ("sales agent", "agent", "负责人", "跟进人", "销售", "业务员"),
        },
    )
    default_views = (
        {"name": _("Open"), "condition": {"field": "status", "op": "in", "value": ["open"]}},
        {
            "name": _("Closing this quarter"),
            "condition": {
                "all": [
                    {"field": "status", "op": "in", "value": ["open"]},
                    {"field": "expected_close_on", "op": "within", "value": {"this": "quarter"}},
                ]
            },
            "sort": "expected_close_on",
        },
        {
            "name": _("Without a customer"),
            "condition": {"field": "customer", "op": "empty"},
        },
    )


def money_of_customer(actor: Any, customer: Any) -> list[tuple[Any, Any]]:
    """What a customer brought in and what is still open, in the head of its page."""
    if not sight.all_readable(registry.get("opportunities"), ("amount", "currency", "status", "customer")):
        return []
    amounts = queries.amounts_of_customer(actor, customer)
    if not amounts:
        return []
    labels = (("won", _("Won so far")), ("open", _("Open amount")))
    met = [currency for (status, currency), total in amounts.items() if status in dict(labels) and total]
    worth = queries.worth_of_customer(customer, met)
    return [(label, _money(amounts, status, worth)) for status, label in labels]


def _money(amounts: Any, status: str, worth: converting.Converted | None) -> Any:
    told = {currency: total for (found, currency), total in amounts.items() if found == status and total}
    texts = " + ".join(with_symbol(total, currency) for currency, total in told.items())
    if worth is None or not set(told) - {worth.conversion.own}:
        return format_html('<span class="num">{}</span>', texts or "–")
    total = with_symbol(worth.sums[status], worth.conversion.own)
    note = f"{texts}. {worth.conversion.note}"
    return format_html('<span class="num" data-tip="{}" tabindex="0">≈ {}</span>', note, total)


contributions.contribute_facts("customers", money_of_customer)
contributions.contribute_panel("opportunities", views.lines_panel)
contributions.name_act("replace_lines", _("changed the products of"))
contributions.name_part("opportunities_line", _("Product line"))
for _action, _told in (
    ("add_pipeline", _("made the pipeline")),
    ("revise_pipeline", _("changed the pipeline")),
    ("order_pipelines", _("put in order")),
    ("choose_pipeline", _("made the default pipeline")),
    ("retire_pipeline", _("retired the pipeline")),
    ("bring_back_pipeline", _("brought back the pipeline")),
    ("add_stage", _("added the stage")),
    ("revise_stage", _("changed the stage")),
    ("order_stages", _("put the stages in order of")),
    ("retire_stage", _("retired the stage")),
    ("bring_back_stage", _("brought back the stage")),
    ("remove_stage", _("removed the stage")),
):
    contributions.name_act(_action, _told)
configuration.install()
contributions.contribute_setting(
    contributions.Setting(
        _("Data"),
        _("Pipelines"),
        _("The stages deals go through: what each asks for, how likely it wins, when it is stuck."),
        "/settings/pipelines/",
        "route",
        6,
    )
)
webhook_events.offer(OpportunityWon, "won", record_type="opportunities", label=_("Opportunity won"))
webhook_events.offer(OpportunityLost, "lost", record_type="opportunities", label=_("Opportunity lost"))
webhook_events.offer(StageChanged, "stage_changed", record_type="opportunities", label=_("Stage changed"))
