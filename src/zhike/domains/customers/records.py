from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.domains.customers import services
from zhike.domains.customers.models import Affiliation, Contact, Customer
from zhike.domains.customers.policies import ContactPolicy, CustomerPolicy
from zhike.records import contributions, policies
from zhike.records.columns import Column, Title
from zhike.records.declaration import Action, Calendar, Fact, Import, RecordType, RelatedList, Search, Section
from zhike.records.fields.references import Reference
from zhike.records.fields.text import Text
from zhike.records.registry import register

NAMES = (
    "account",
    "account name",
    "company",
    "organisation",
    "organization",
    "客户",
    "公司",
    "企业名称",
    "公司名称",
    "单位",
)
OWNERS = ("owner", "sales agent", "account manager", "负责人", "跟进人", "销售", "业务员", "客户经理")


def contacts_of(customer: Any) -> Q:
    elsewhere = Affiliation.objects.filter(customer=customer).values("contact")
    return Q(customer=customer) | policies.any_of("pk", elsewhere)


def other_organisations_of(contact: Any) -> Q:
    return Q(pk__in=Affiliation.objects.filter(contact=contact).values("customer"))


@register
class CustomerRecord(RecordType):
    model = Customer
    label = _("Customer"), _("Customers")
    icon = "building"
    group, group_position, position = _("Customers"), 10, 10
    title = "name"
    avatar = "square"
    columns = (
        Title("name", width=220),
        Column("industry", width=92),
        Column("size", width=124),
        "region",
        Column("phones", width=146),
        Column("source", width=92),
        Column("last_activity_at", width=108),
        Column("next_activity_at", width=126),
        Column("owner", width=112),
    )
    extra_columns = ("short_name", "tags", "parent", "created_at")
    sort = "-created_at"
    filters = ("owner", "industry", "source", "region", "last_activity_at")
    search = Search("name", "short_name", "phones", "emails", "credit_code", note=("industry", "region"))
    layout = (
        Section(_("Basics"), "kind", "name", "short_name", "credit_code", "industry", "size", "employee_count",
                "annual_revenue", "founded_year", "parent", when=lambda customer: customer.is_organisation),
        Section(_("Basics"), "kind", "name", "birthday", "wechat", when=lambda customer: not customer.is_organisation),
        Section(_("Reach"), "phones", "emails", "website", "region", "address"),
        Section(_("Care"), "source", "owner", "tags", "description", "external_id"),
    )  # fmt: skip
    field_options = {
        "founded_year": {"grouped": False, "summable": False},
        "next_activity_at": {"due": True},
    }
    create_fields = ("kind", "name", "industry", "phones", "emails", "region", "source", "owner")
    facts = (
        Fact(_("Owner"), "owner"),
        Fact(_("Industry"), "industry"),
        Fact(_("Last activity"), "last_activity_at"),
        Fact(_("Next activity"), "next_activity_at"),
    )
    calendar = Calendar(by="next_activity_at", shown=("region", "owner"))
    related = (
        RelatedList("contacts", find=contacts_of, follows=True, note=("job_title", "buying_role"), figure="attitude"),
        RelatedList("opportunities", by="customer", note=("stage", "expected_close_on"), figure="amount"),
        RelatedList(
            "customers",
            by="parent",
            note=("industry", "region"),
            label=_("Subsidiaries"),
            when=lambda customer: customer.is_organisation,
        ),
        RelatedList("activities", follows=True),
    )
    policy = CustomerPolicy()
    create, update, complete = services.add_customer, services.revise_customer, services.complete_customer
    reacts_to = ("kind", "parent", "employee_count", "size", "credit_code", "founded_year")
    imports = Import(
        match_on=("external_id", "name", "credit_code", "phones", "emails"),
        relations={"parent": ("name", "external_id"), "owner": ("email", "name", "external_id")},
        creatable=("industry", "source"),
        synonyms={
            "name": NAMES,
            "industry": ("sector", "行业", "所属行业"),
            "employee_count": ("employees", "员工数", "人数"),
            "annual_revenue": ("revenue", "营业额", "年收入"),
            "founded_year": ("year established", "成立年份"),
            "region": ("office location", "country", "地区", "省市", "所在地"),
            "parent": ("subsidiary of", "上级公司", "母公司", "所属集团"),
            "owner": OWNERS,
            "phones": ("电话", "手机", "手机号", "联系电话", "mobile", "tel"),
            "emails": ("邮箱", "电子邮件", "mail"),
        },
    )
    default_views = (
        {"name": _("My customers"), "condition": {"field": "owner", "op": "is_me"}},
        {
            "name": _("Not contacted for 30 days"),
            "condition": {"field": "last_activity_at", "op": "not_within", "value": {"last": 30, "unit": "day"}},
            "sort": "last_activity_at",
        },
    )


@register
class ContactRecord(RecordType):
    model = Contact
    label = _("Contact"), _("Contacts")
    icon = "users"
    group, group_position, position = _("Customers"), 10, 20
    title = "name"
    avatar = "round"
    columns = (
        Title("name", width=180), "customer", Column("job_title", width=140), Column("buying_role", width=128),
        "attitude", "phones", "last_activity_at", "owner",
    )  # fmt: skip
    extra_columns = ("emails", "wechat", "birthday", "tags", "created_at")
    sort = "name"
    filters = ("owner", "customer", "buying_role")
    search = Search("name", "phones", "emails", "wechat", note=("customer", "job_title"))
    layout = (
        Section(_("Basics"), "name", "customer", "job_title", "department", "buying_role", "attitude"),
        Section(_("Reach"), "phones", "emails", "wechat"),
        Section(_("Care"), "birthday", "owner", "tags", "description", "external_id"),
    )
    create_fields = ("name", "customer", "job_title", "phones", "emails", "buying_role", "owner")
    field_options = {
        "next_activity_at": {"due": True},
        "attitude": {"colours": {"supporter": "g", "cautious": "w", "opponent": "b"}},
    }
    facts = (
        Fact(_("Customer"), "customer"),
        Fact(_("Job title"), "job_title"),
        Fact(_("Phones"), "phones"),
        Fact(_("Last activity"), "last_activity_at"),
    )
    calendar = Calendar(by="next_activity_at", shown=("customer", "owner"))
    related = (
        RelatedList("customers", find=other_organisations_of, note=("industry", "region"), label=_("Also at")),
        RelatedList("opportunities", by="contact", note=("stage", "expected_close_on"), figure="amount"),
        RelatedList("activities", follows=True),
    )
    actions = (
        Action(
            "affiliate",
            _("Contact of another organisation too"),
            services.affiliate_contact,
            fields=(
                Reference(
                    "customer", _("Customer"), model_field=Affiliation._meta.get_field("customer"), required=True
                ),
                Text("job_title", _("Job title"), model_field=Affiliation._meta.get_field("job_title")),
            ),
            icon="building",
        ),
    )
    policy = ContactPolicy()
    create, update = services.add_contact, services.revise_contact
    reacts_to = ()
    imports = Import(
        match_on=("external_id", "phones", "emails", "name+customer"),
        relations={"customer": ("name", "external_id"), "owner": ("email", "name", "external_id")},
        creatable=("customer",),
        synonyms={
            "name": ("contact", "contact name", "联系人", "联系人姓名", "姓名"),
            "customer": NAMES,
            "job_title": ("title", "职务", "职位"),
            "phones": ("电话", "手机", "手机号", "联系电话", "mobile", "tel"),
            "emails": ("邮箱", "电子邮件", "mail"),
            "owner": OWNERS,
        },
    )


contributions.name_part("customers_affiliation", _("Place at another organisation"))
