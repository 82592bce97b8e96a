from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.domains.people import configuration, services
from zhike.domains.people.columns import TREE_ORDER, Branch, Headcount
from zhike.domains.people.models import Department, Member
from zhike.domains.people.policies import DepartmentPolicy, MemberPolicy
from zhike.records import contributions
from zhike.records.columns import Column, Title
from zhike.records.declaration import Action, Import, RecordType, RelatedList, Search, Section
from zhike.records.registry import register


@register
class DepartmentRecord(RecordType):
    model = Department
    label = _("Department"), _("Departments")
    icon = "sitemap"
    group, group_position, position = _("Company"), 90, 20
    title = "name"
    columns = (Branch("name", width=300), Headcount("headcount", width=90), "parent", "created_at")
    title_order = TREE_ORDER
    sort = "name"
    search = Search("name")
    layout = (Section(_("Department"), "name", "parent", "external_id"),)
    hidden_fields = ("path",)
    related = (
        RelatedList("departments", by="parent", label=_("Departments below")),
        RelatedList("members", by="department", note=("job_title", "roles")),
    )
    policy = DepartmentPolicy()
    create, update = services.open_department, services.revise_department
    after_import = services.settle_paths
    imports = Import(match_on=("external_id", "name"), relations={"parent": ("name", "external_id")})


@register
class MemberRecord(RecordType):
    model = Member
    label = _("Member"), _("Members")
    icon = "user-circle"
    group, group_position, position = _("Company"), 90, 10
    title = "name"
    avatar = "round"
    columns = (
        Title("name", width=170), Column("email", width=230), Column("phone", width=130),
        Column("job_title", width=120), Column("department", width=120), Column("manager", width=150),
        Column("roles", width=130), Column("is_active", width=70),
    )  # fmt: skip
    sort = "name"
    filters = ("department", "roles")
    search = Search("name", "email", "phone", note=("job_title", "department"))
    layout = (
        Section(_("Member"), "name", "email", "phone", "job_title"),
        Section(pgettext_lazy("in the company", "Place"), "department", "manager", "roles", "external_id"),
    )
    hidden_fields = ("language",)
    related = (RelatedList("members", by="manager", note=("job_title",), label=_("Direct reports")),)
    actions = (
        Action(
            "invite", _("Invite"), services.invite_member, icon="send", url="/members/{id}/invitation/",
            when=lambda member: member.is_active and bool(member.email),
        ),
        Action(
            "look_as", _("See as this member"), services.invite_member, icon="eye", url="/members/{id}/look/",
            when=lambda member: member.is_active,
        ),
        Action(
            "deactivate", _("Leaves the company"), services.deactivate_member, icon="door-exit", tone="bad",
            url="/members/{id}/departure/", when=lambda member: member.is_active,
        ),
        Action(
            "reactivate", _("Is back"), services.reactivate_member, icon="rotate",
            when=lambda member: not member.is_active,
        ),
    )  # fmt: skip
    policy = MemberPolicy()
    create, update, complete = services.add_member, services.revise_member, services.complete_member
    after_import = services.require_administrator_left
    imports = Import(
        match_on=("external_id", "email", "name"),
        relations={"department": ("name", "external_id"), "manager": ("email", "name", "external_id")},
        creatable=("department", "manager"),
        creators={"manager": services.add_manager},
        synonyms={
            "name": ("sales agent", "agent", "salesperson", "销售", "销售员", "业务员", "员工", "姓名"),
            "department": ("regional office", "office", "region", "team", "大区", "区域", "办事处"),
            "manager": ("supervisor", "上级", "主管", "经理"),
            "roles": ("role", "角色", "权限"),
        },
    )


contributions.name_part("people_token", _("Token"))
contributions.name_act("hire_cast", _("hired the first members"))
contributions.name_act("add_member", _("added the member"))
contributions.name_act("invite", _("invited"))
contributions.name_act("accept_invitation", _("accepted the invitation"))
contributions.name_act("deactivate", _("closed the account of"))
contributions.name_act("reactivate", _("opened the account again of"))
contributions.name_act("look_as", _("looked at the system as"))
contributions.name_act("act_for", _("began to act for"))
contributions.name_act("name_deputy", _("named as deputy"))
contributions.name_act("end_deputyship", _("ended the deputyship of"))
contributions.name_act("issue_token", _("made the token"))
contributions.name_act("revoke_token", _("ended the token"))
contributions.name_act("rotate_token", _("gave a new secret to the token"))
contributions.name_act("revise_token", _("changed the rights of the token"))
contributions.name_act("rename_token", _("renamed the token"))
configuration.install()
for action in ("revoke_token", "rotate_token", "revise_token"):
    contributions.make_final(action)
contributions.contribute_setting(
    contributions.Setting(
        group=_("Programs"),
        label=_("Everybody’s tokens"),
        note=_("Which programs act for whom, what they may do, and ending one."),
        url="/settings/tokens/all/",
        icon="key",
        position=15,
    )
)
