"""The people of the demo company, who are also the cast of the tests. All names are invented."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.base.actors import ADMINISTRATOR, Actor
from zhike.base.changelog import acts
from zhike.domains.people import services
from zhike.domains.people.models import Department, Member
from zhike.records.roles import ready

COMPANY = "华程国际旅行社"
DEPARTMENTS = ("总经办", "华东销售部", "华南销售部", "客户服务部")


@dataclass(frozen=True)
class Part:
    name: str
    account: str
    department: str
    role: str
    job_title: str
    reports_to: str = ""

    @property
    def email(self) -> str:
        return f"{self.account}@huacheng.example"


CAST = (
    Part("林晓", "linxiao", "总经办", ADMINISTRATOR, "总经理"),
    Part("郑洁", "zhengjie", "总经办", ready.SALESPERSON, "总经理助理", "林晓"),
    Part("陈强", "chenqiang", "华东销售部", ready.MANAGER, "销售经理", "林晓"),
    Part("王芳", "wangfang", "华东销售部", ready.SALESPERSON, "客户经理", "陈强"),
    Part("李娜", "lina", "华东销售部", ready.SALESPERSON, "客户经理", "陈强"),
    Part("张伟明", "zhangweiming", "华东销售部", ready.SALESPERSON, "客户经理", "陈强"),
    Part("赵敏", "zhaomin", "华南销售部", ready.MANAGER, "销售经理", "林晓"),
    Part("刘洋", "liuyang", "华南销售部", ready.SALESPERSON, "客户经理", "赵敏"),
    Part("周倩", "zhouqian", "华南销售部", ready.SALESPERSON, "客户经理", "赵敏"),
    Part("何涛", "hetao", "华南销售部", ready.SALESPERSON, "客户经理", "赵敏"),
    Part("孙悦", "sunyue", "客户服务部", ready.MANAGER, "客服主管", "林晓"),
    Part("吴迪", "wudi", "客户服务部", ready.SALESPERSON, "客服专员", "孙悦"),
)


def hire_cast(actor: Actor, *, password: str = "") -> dict[str, Member]:
    """Opens the departments and adds every member; returns them by name. `password` is set for all of them."""
    with acts.act(actor, "hire_cast"):
        departments: dict[str, Department] = {
            name: services.open_department(actor=actor, name=name) for name in DEPARTMENTS
        }
        members: dict[str, Member] = {}
        for part in CAST:
            members[part.name] = services.add_member(
                actor=actor,
                password=password,
                name=part.name,
                email=part.email,
                department=departments[part.department],
                roles=[part.role],
                job_title=part.job_title,
                manager=members.get(part.reports_to),
            )
        return members
