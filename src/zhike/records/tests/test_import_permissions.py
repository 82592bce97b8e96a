"""Who may import what for whom, and that nothing leaks."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.records import gate, registry
from zhike.records.importing.refusals import UnableToImport
from zhike.records.models import ImportRun, Share
from zhike.records.tests.importing import begin, checked, counts, imported, reasons, table


def customers() -> Any:
    return registry.get("customers").queryset().order_by("pk")


def test_a_salesperson_imports_own_records_only(owner: Any) -> None:
    run = imported(
        owner, "customers", table(("客户名称", "负责人"), ("我的", "王芳"), ("没写", ""), ("别人的", "李娜"))
    )

    assert {str(each): each.owner_id for each in customers()} == {"我的": owner.member_id, "没写": owner.member_id}
    assert "李娜" in reasons(run)[4]


def test_a_manager_imports_for_the_own_department(manager: Any) -> None:
    run = imported(manager, "customers", table(("客户名称", "负责人"), ("甲", "王芳"), ("乙", "刘洋")))

    assert [str(each.owner) for each in customers()] == ["王芳"]
    assert "刘洋" in reasons(run)[3]


def test_what_one_may_not_change_stays(owner: Any, teammate: Any, act: Any) -> None:
    customer = gate.create(teammate, registry.get("customers"), {"name": "李娜的", "short_name": "旧"})
    with act():
        Share.objects.create(record_type="customers", record_id=customer.pk, member_id=owner.member_id)
    plan = {"columns": {"名称": "name", "简称": "short_name"}, "match": ["name"], "mode": "update"}

    run = imported(owner, "customers", table(("名称", "简称"), ("李娜的", "新")), plan)

    assert "may not change" in reasons(run)[2]
    assert customers().get().short_name == "旧"


def test_hidden_records_are_as_if_they_were_not_there(owner: Any, outsider: Any) -> None:
    hidden = gate.create(outsider, registry.get("customers"), {"name": "刘洋的", "external_id": "X1"})
    plan = {"columns": {"名称": "name", "电话": "phones"}, "match": ["name"]}

    by_name = imported(owner, "customers", table(("名称", "电话"), ("刘洋的", "13800138000")), plan)
    as_parent = imported(owner, "customers", table(("名称", "上级公司"), ("我的", "刘洋的")))
    by_number = imported(owner, "customers", table(("Number in Zhike", "名称"), (hidden.pk, "改名")))
    by_external = imported(owner, "customers", table(("外部编号", "名称"), ("X1", "改名")))

    assert by_name.created == 1
    assert customers().get(pk=hidden.pk).phones == []
    assert as_parent.created == 1, "it refers to the one's own of that name"
    assert customers().get(name="我的").parent.owner_id == owner.member_id
    assert "no record number" in reasons(by_number)[2]
    assert by_external.rejected == 1
    assert customers().get(pk=hidden.pk).name == "刘洋的"


def test_members_are_imported_by_administrators_only(owner: Any, manager: Any) -> None:
    for actor in (owner, manager):
        with pytest.raises(UnableToImport):
            begin(actor, "members", table(("姓名",), ("新人",)))
    assert not ImportRun.objects.exists()


def test_short_lists_are_lengthened_by_administrators_only(owner: Any) -> None:
    plan = {"columns": {"名称": "name", "行业": "industry"}, "unknown": {"industry": "create"}}

    run = imported(owner, "customers", table(("名称", "行业"), ("甲", "没有的行业")), plan)

    assert counts(run) == (0, 0, 0, 1)
    report = checked(owner, "customers", table(("名称", "行业"), ("甲", "没有的行业")), plan)
    assert report["unknown"][0]["may_create"] is False


def test_an_import_of_somebody_who_left_does_not_go_on(owner: Any, member: Any, act: Any) -> None:
    from zhike.records.importing import running
    from zhike.records.models import JobState

    run = begin(owner, "customers", table(("客户名称",), ("甲",)))
    with act():
        type(member("王芳")).objects.filter(name="王芳").update(is_active=False)
    ImportRun.objects.filter(pk=run.pk).update(state=JobState.WAITING)

    ended = running.perform(run.pk)

    assert ended.state == JobState.FAILED
    assert "王芳" in ended.failure
    assert not customers().exists()


def test_runs_of_others_are_not_found(client_of: Any, owner: Any, teammate: Any) -> None:
    run = begin(owner, "customers", table(("客户名称",), ("甲",)))

    for part in ("", "preview/", "columns/", "check/", "mapping.json", "rejected.csv", "state/"):
        assert client_of(teammate).get(f"/imports/{run.pk}/{part}").status_code == 404, part
    for part in ("start/", "cancel/", "discard/", "resume/"):
        assert client_of(teammate).post(f"/imports/{run.pk}/{part}").status_code == 404, part
    assert ImportRun.objects.filter(pk=run.pk).exists()
