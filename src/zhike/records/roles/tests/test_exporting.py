"""An export holds what its own right reaches, however far one sees."""

import csv
import io
from typing import Any

from zhike.domains.customers.models import Customer
from zhike.domains.people.models import Member
from zhike.records.roles import holding
from zhike.records.roles.models import Role


def test_one_exports_less_than_one_sees(act: Any, member: Any, client_of: Any) -> None:
    with act():
        for name in ("王芳", "李娜"):
            Customer.objects.create(name=f"{name}的客户", owner=member(name), tags=[])
        rights = {"customers": {"see": ["everything"], "export": ["own"]}}
        Role.objects.create(key="reader", name="看", template="salesperson", rights=rights)
        Member.objects.filter(name="王芳").update(roles=["reader"])
    holding.kept.forget()

    client = client_of("王芳")
    assert "李娜的客户" in client.get("/customers/?view=all").content.decode()
    answer = client.get("/customers/export/?format=csv&view=all")

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["Name"] for row in rows] == ["王芳的客户"]
