"""What roles come to: scopes, conditions, several at once, denials; seen through the policy of customers."""

from dataclasses import replace
from typing import Any

import pytest

from zhike.base.actors import Actor, Door
from zhike.domains.customers.models import Customer
from zhike.domains.people.models import Department, Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, policies, registry
from zhike.records.roles import holding, ready
from zhike.records.roles.models import Role


@pytest.fixture
def role(act: Any) -> Any:
    """`role("scout", {"see": ["own"]})`: a role that may do that with customers and nothing else."""

    def make(key: str, customers: dict[str, Any], **others: Any) -> str:
        nothing = {action: [] for action in policies.ACTIONS}
        with act():
            Role.objects.create(
                key=key, name=key, template=ready.SALESPERSON, rights={"customers": nothing | customers}, **others
            )
        holding.kept.forget()
        return key

    return make


@pytest.fixture
def holding_of(act: Any, member: Any) -> Any:
    """`holding_of("王芳", "scout")`: the actor 王芳 is with those roles."""

    def give(name: str, *roles: str) -> Actor:
        with act():
            Member.objects.filter(name=name).update(roles=list(roles))
        return actor_of(member(name), Door.FORM)

    return give


@pytest.fixture
def customers(act: Any, member: Any) -> dict[str, Customer]:
    """A customer of everybody, by the name of the owner."""
    names = ("林晓", "陈强", "王芳", "李娜", "赵敏", "刘洋", "孙悦")
    with act():
        return {name: Customer.objects.create(name=f"{name}的客户", owner=member(name), tags=[]) for name in names}


def seen(actor: Actor, action: str = policies.SEE) -> set[str]:
    record_type = registry.get("customers")
    rows = record_type.policy.scoped(actor, action, record_type.queryset())
    return set(rows.values_list("owner__name", flat=True))


@pytest.mark.parametrize(
    ("scope", "who", "wanted"),
    [
        ("own", "陈强", {"陈强"}),
        ("subordinates", "陈强", {"陈强", "王芳", "李娜"}),
        ("subordinates", "林晓", {"林晓", "陈强", "王芳", "李娜", "赵敏", "刘洋", "孙悦"}),
        ("subordinates", "王芳", {"王芳"}),
        ("department", "王芳", {"王芳", "李娜", "陈强"}),
        ("department", "刘洋", {"刘洋", "赵敏"}),
        ("everything", "王芳", {"林晓", "陈强", "王芳", "李娜", "赵敏", "刘洋", "孙悦"}),
    ],
)
def test_each_scope_reaches_its_owners(
    customers: Any, role: Any, holding_of: Any, scope: str, who: str, wanted: set[str]
) -> None:
    actor = holding_of(who, role("scout", {"see": [scope]}))

    assert seen(actor) == wanted
    for name, customer in customers.items():
        assert registry.get("customers").policy.allows(actor, policies.SEE, customer) is (name in wanted)


def test_department_and_below_goes_down_the_tree(customers: Any, role: Any, holding_of: Any, act: Any) -> None:
    east, south = Department.objects.get(name="华东销售部"), Department.objects.get(name="华南销售部")
    with act():
        Department.objects.filter(pk=south.pk).update(parent=east, path=f"{east.path}{south.pk}/")
    below, here = role("below", {"see": ["department_and_below"]}), role("here", {"see": ["department"]})

    assert seen(holding_of("王芳", below)) == {"陈强", "王芳", "李娜", "赵敏", "刘洋"}
    assert seen(holding_of("王芳", here)) == {"陈强", "王芳", "李娜"}


def test_a_line_of_command_that_runs_in_a_circle_ends(customers: Any, role: Any, holding_of: Any, act: Any) -> None:
    with act():
        Member.objects.filter(name="陈强").update(manager=Member.objects.get(name="王芳"))

    assert seen(holding_of("王芳", role("scout", {"see": ["subordinates"]}))) == {"陈强", "王芳", "李娜"}


def test_a_condition_reaches_beyond_the_owner(customers: Any, role: Any, holding_of: Any, act: Any) -> None:
    with act():
        Customer.objects.filter(owner__name="刘洋").update(region="江苏省/苏州市")
    grant = ["own", {"condition": {"field": "region", "op": "in", "value": ["江苏省"]}}]
    actor = holding_of("王芳", role("scout", {"see": grant, "edit": ["own"]}))

    assert seen(actor) == {"王芳", "刘洋"}
    assert seen(actor, policies.EDIT) == {"王芳"}
    with pytest.raises(gate.NotAllowed):
        gate.edit(actor, customers["刘洋"], {"name": "改名"})


def test_a_condition_alone_is_a_reach(customers: Any, role: Any, holding_of: Any) -> None:
    grant = [{"condition": {"field": "owner", "op": "is_me"}}]
    assert seen(holding_of("王芳", role("scout", {"see": grant}))) == {"王芳"}


def test_a_condition_on_what_is_gone_grants_nothing(customers: Any, role: Any, holding_of: Any) -> None:
    grant = ["own", {"condition": {"field": "no_longer", "op": "is", "value": 1}}]

    assert seen(holding_of("王芳", role("scout", {"see": grant}))) == {"王芳"}


def test_the_widest_of_several_roles_wins(customers: Any, role: Any, holding_of: Any) -> None:
    narrow, wide = role("narrow", {"see": ["own"]}), role("wide", {"see": ["department"]})

    assert seen(holding_of("王芳", narrow, wide)) == {"王芳", "李娜", "陈强"}
    assert seen(holding_of("王芳", wide, narrow)) == {"王芳", "李娜", "陈强"}
    assert seen(holding_of("王芳", narrow, "analyst")) == set(customers)


def test_a_denial_beats_all(customers: Any, role: Any, holding_of: Any) -> None:
    actor = holding_of("王芳", role("barred", {"see": "deny"}), "analyst", ready.SALESPERSON)

    assert seen(actor) == set()
    with pytest.raises(gate.NotVisible):
        gate.get_record(actor, registry.get("customers"), customers["王芳"].pk)


def test_a_token_for_other_types_reaches_nothing(customers: Any, owner: Actor) -> None:
    assert seen(owner) == {"王芳"}
    assert seen(replace(owner, types=frozenset({"contacts"}))) == set()
    assert seen(replace(owner, types=frozenset({"customers"}))) == {"王芳"}


def test_without_a_role_nothing_is_there(customers: Any, holding_of: Any) -> None:
    assert seen(holding_of("王芳")) == set()
    assert seen(holding_of("王芳", "no_such_role")) == set()


def test_where_a_role_says_nothing_its_template_speaks(customers: Any, holding_of: Any, act: Any) -> None:
    with act():
        Role.objects.create(key="trainee", name="实习", template=ready.MANAGER, rights={"customers": {"edit": ["own"]}})
    holding.kept.forget()
    actor = holding_of("王芳", "trainee")

    assert seen(actor) == {"王芳", "李娜", "陈强"}
    assert seen(actor, policies.EDIT) == {"王芳"}


def test_a_declared_action_goes_by_the_right_it_needs_unless_a_role_names_it(
    role: Any, holding_of: Any, owner: Actor, act: Any
) -> None:
    policy = registry.get("opportunities").policy
    assert policy.reach(owner, policies.doing("win")) == policy.reach(owner, policies.EDIT)

    with act():
        Role.objects.create(
            key="junior", name="新人", template=ready.SALESPERSON, rights={"opportunities": {"do:win": "deny"}}
        )
    holding.kept.forget()
    junior = holding_of("王芳", "junior")

    assert not policy.may(junior, policies.doing("win"))
    assert policy.may(junior, policies.doing("lose"))
    assert policy.may(junior, policies.EDIT)


@pytest.mark.parametrize("key", [key for key in ready.READY if key != "administrator"])
def test_no_ready_role_shapes_the_system(holding_of: Any, client_of: Any, key: str) -> None:
    holding_of("王芳", key)

    for path in ("/settings/roles/", "/settings/roles/manager/", "/settings/fields/"):
        assert client_of("王芳").get(path).status_code in (403, 404)


@pytest.mark.parametrize("key", ["finance", "analyst"])
def test_who_only_looks_on_changes_nothing(customers: Any, holding_of: Any, key: str) -> None:
    actor = holding_of("王芳", key)

    assert seen(actor) == set(customers)
    for record_type in registry.all_types():
        assert not any(record_type.policy.may(actor, action) for action in policies.WRITES), record_type.name


def test_an_external_partner_sees_their_own_and_nobody_else(customers: Any, holding_of: Any) -> None:
    actor = holding_of("王芳", ready.PARTNER)
    members, departments = registry.get("members"), registry.get("departments")

    assert seen(actor) == {"王芳"}
    visible = members.policy.visible_to(actor, members.queryset())
    assert list(visible.values_list("name", flat=True)) == ["王芳"]
    assert not departments.policy.visible_to(actor, departments.queryset()).exclude(name="华东销售部").exists()
    assert not registry.get("customers").policy.may(actor, policies.EXPORT)


def test_an_administrator_is_always_left(administrator: Actor, holding_of: Any, act: Any, member: Any) -> None:
    members, wide = registry.get("members"), {action: ["everything"] for action in policies.ACTIONS}
    with pytest.raises(gate.NotAllowed):
        gate.trash(administrator, member("林晓"))
    with act():
        Role.objects.create(key="clerk", name="人事", template=ready.SALESPERSON, rights={"members": wide})
    holding.kept.forget()
    clerk = holding_of("王芳", "clerk")

    with pytest.raises(gate.NotAllowed):
        gate.trash(clerk, member("林晓"))
    reached = members.policy.scoped(clerk, policies.TRASH, members.queryset()).values_list("name", flat=True)
    assert not {"林晓", "王芳"} & set(reached)
    gate.trash(clerk, member("李娜"))
    gate.trash(administrator, member("刘洋"))
    assert set(Member.objects.trashed().values_list("name", flat=True)) == {"李娜", "刘洋"}
