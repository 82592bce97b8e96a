"""A company with something of everything, for walks over all pages; and what stands for the variables of addresses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.base.notices.models import Notice
from zhike.base.notices.services import notify
from zhike.domains.activities import services as activities
from zhike.domains.opportunities.models import Stage
from zhike.domains.people import services as people
from zhike.domains.people import standing
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import attachments, bulk, gate, policies, registry, saved_views, sharing
from zhike.records.currencies import changing as currencies
from zhike.records.customising import changing as fields
from zhike.records.customising import choice_lists
from zhike.records.exporting import running as exporting
from zhike.records.exporting.taking import Export
from zhike.records.importing import running as importing
from zhike.records.importing import starting
from zhike.records.layouts import changing as layouts
from zhike.records.layouts.parts import Place
from zhike.records.models import BulkRun, CustomType, ExportLog
from zhike.records.roles import changing as roles
from zhike.records.roles import revealing, sharing_rules, sight
from zhike.records.roles.rights import Access
from zhike.records.rules import changing as rules
from zhike.records.types import defining
from zhike.records.webhooks import delivering, feeding
from zhike.records.webhooks import services as webhooks
from zhike.testing import access, log, samples
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types

LONG = "华东区企业客户差旅与会奖服务年度框架合作意向"
EAST = {"all": [{"field": "region", "op": "in", "value": ["江苏省", "上海市"]}, {"field": "phones", "op": "not_empty"}]}
TABLE = "商机名称,客户名称,负责人,金额\n年会,云杉科技有限公司,王芳,1.2万\n团建,没有的公司,王芳,abc\n".encode()


@dataclass
class Company:
    """Who looks, and the ids of what there is by a name of ours."""

    administrator: Member
    actor: Actor
    ids: dict[str, Any] = field(default_factory=dict)


def found() -> Company:
    """Everything below, made as the pages and the gate make it."""
    administrator = Member.objects.select_related("department").get(name="林晓")
    company = Company(administrator, actor_of(administrator, Door.FORM))
    for begin in (
        _records, _own_types, _shaping, _standing, _taken_in_and_out, _told_outside, _people, _notices,
    ):  # fmt: skip
        begin(company)
    log.wait_for_readers()
    return company


def _records(company: Company) -> None:
    actor, ids = company.actor, company.ids

    def create(name: str, /, **raw: Any) -> Any:
        made = gate.create(actor, registry.get(name), raw)
        ids.setdefault(name, made.pk)
        return made

    customer = create(
        "customers", name="云杉科技有限公司", phones=[{"number": "13800146721"}], region="江苏省/苏州市",
        description="一家老客户。" * 30, owner=company.administrator.pk,
    )  # fmt: skip
    contact = create("contacts", name="沈佳宜", customer=customer.pk, job_title="采购经理")
    product = create("products", name="签证服务", list_price="300")
    raw = {"customer": customer.pk, "contact": contact.pk, "product": product.pk}
    create("opportunities", name="年会", amount="120000", expected_close_on=clock.today().isoformat(), **raw)
    create("opportunities", name=f"{LONG}（{LONG}）", amount="98765432.10", **raw)
    for stage in Stage.objects.order_by("position"):
        create("opportunities", name=f"{stage.name}中的商机", stage=stage.pk, amount="5600", lost_reason=1, **raw)
    with acts.act(actor, "log"):
        task = activities.log_activity(
            actor=actor, on=[customer], kind="task", subject="回访", due_at=clock.now(), owner=company.administrator
        )
        activities.log_activity(actor=actor, on=[customer], kind="note", body="第一次见面，谈得不错。")
    ids["activities"] = task.pk
    ids["members"], ids["departments"] = company.administrator.pk, company.administrator.department_id
    content = SimpleUploadedFile("报价.txt", b"quote")
    ids["attachment"] = attachments.attach_file(actor, customer, name="报价.txt", chunks=content.chunks()).pk
    gate.trash(actor, create("customers", name="已经不在的客户"))
    ids["act"] = ChangeSet.objects.filter(action="create", record_type="customers").earliest("pk").pk


def _own_types(company: Company) -> None:
    actor, ids = company.actor, company.ids
    buildings = own_types.buildings(actor)
    made = own_fields.add_all(actor, buildings.name)
    ids["field"], ids["type"] = made["choice"].pk, CustomType.objects.get(key=own_types.KEY).pk
    ids["buildings"] = gate.create(actor, buildings, {"name": "梧桐里"}).pk
    ids["serial"] = made["serial"].pk
    fields.remove_field(actor, made["link"])
    gone = own_types.add(actor, label="会员卡", label_en="Card", plural_en="Cards")
    defining.remove_type(actor, gone, typed=gone.label)
    computed = {"kind": "formula", "label": "税后", "formula": "{amount} * 113 / 100", "result": "decimal"}
    fields.add_field(actor, registry.get("opportunities"), computed)


def _shaping(company: Company) -> None:
    actor, ids = company.actor, company.ids
    ids["rule"] = rules.add_rule(actor, registry.get("opportunities"), {
        "name": "大单说明", "sentence": "金额超过一百万要写说明", "sentence_en": "Say why", "field": "description",
        "condition": {"all": [{"field": "amount", "op": "gt", "value": "1000000"}]},
    }).pk  # fmt: skip
    shared = {"name": "物业类型", "name_en": "Property", "choices": json.dumps(own_fields.CHOICES)}
    rate = {"currency": "USD", "day": clock.today().isoformat(), "rate": "7.1234"}
    ids["rate"] = currencies.add_rate(actor, rate).pk
    ids["list"] = choice_lists.add_list(actor, shared).pk
    body = json.dumps({"sections": [{"names": ["name", "owner", "amount"]}]})
    layouts.lay_out(actor, Place("columns", registry.get("opportunities")), body)
    ids["view"] = saved_views.create_view(actor, registry.get("customers"), {"name": "华东", "condition": EAST}).pk
    customers = registry.get("customers")
    bulk.perform(actor, customers, bulk.EDIT, {"description": "已整理"}, bulk.Selection((ids["customers"],)))
    ids["bulk"] = BulkRun.objects.latest("pk").pk


def _standing(company: Company) -> None:
    actor, ids = company.actor, company.ids
    customer = registry.get("customers").queryset().get(pk=ids["customers"])
    ids["colleague"] = Member.objects.get(name="刘洋").pk
    ids["share"] = sharing.share_record(actor, customer, member=ids["colleague"], writable=True).pk
    ids["sharing_rule"] = sharing_rules.add_rule(actor, {
        "name": "华东共享", "record_type": "customers", "condition": EAST, "writable": False,
        "roles": ["salesperson"], "departments": [], "members": [], "is_active": True,
    }).pk  # fmt: skip
    roles.make_role(actor, {"name": "大客户经理", "name_en": "Key account", "like": "manager"})
    clerk = actor_of(Member.objects.select_related("department").get(name="王芳"), Door.FORM)
    hers = gate.create(clerk, registry.get("customers"), {"name": "常州晨光", "phones": [{"number": "13900001111"}]})
    masked, reveal = {"phones": Access.MASKED}, {policies.REVEAL: ["own"]}
    access.restrict("salesperson", registry.get("customers"), masked, everything=False, **reveal)
    with sight.seen_by(clerk):
        revealing.reveal(clerk, hers, "phones", "回电话")


def _taken_in_and_out(company: Company) -> None:
    actor, ids = company.actor, company.ids
    deals = registry.get("opportunities")
    ids["import"] = starting.begin(actor, deals, [TABLE], "商机.csv").pk
    done = starting.begin(actor, deals, [TABLE], "已导入.csv")
    importing.check(done)
    importing.perform(done.pk)
    ids["import_done"] = done.pk
    exporting.noted(Export(deals, actor, {"field": "amount", "op": "gt", "value": "1"}), "csv", rows=12)
    ids["export"] = ExportLog.objects.latest("pk").pk


def _told_outside(company: Company) -> None:
    actor, ids = company.actor, company.ids
    told = {"name": "ERP", "url": "https://erp.example.com/zhike", "events": ["customers.created"]}
    webhook = webhooks.create_webhook(actor, told)
    delivery = feeding.trial_of(webhook, actor)
    delivering.queue(webhook, [delivery])
    ids["webhook"], ids["delivery"] = webhook.pk, delivery.pk
    with acts.act(actor, "issue_token"):
        ids["token"] = people.issue_token(actor=actor, member=company.administrator, name="报表")[0].pk


def _people(company: Company) -> None:
    actor, ids, today = company.actor, company.ids, clock.today()
    colleague = Member.objects.get(pk=ids["colleague"])
    ids["deputy"] = standing.name_deputy(
        actor=actor, member=company.administrator, deputy=colleague, first_day=today, last_day=today + timedelta(days=9)
    ).pk
    with acts.act(actor, "add_member"):
        newcomer = people.add_member(actor=actor, name="新同事", email="new@example.com", roles=["salesperson"])
        ids["invitation"] = people.invite_member(actor=actor, member=newcomer, now=clock.now())
    ids["newcomer"] = newcomer.pk


def _notices(company: Company) -> None:
    notify(member_id=company.administrator.pk, kind="task", text="“回访”今天到期", url="/activities/")
    company.ids["notice"] = Notice.objects.latest("pk").pk


def record_of(company: Company, type_name: str) -> int:
    """One record of any type; made where there is none yet."""
    if type_name not in company.ids:
        company.ids[type_name] = samples.record_of(company.actor, registry.get(type_name)).pk
    return int(company.ids[type_name])
