"""Departments stand in their list as the tree they are."""

from zhike.domains.people.models import Department
from zhike.records import gate, listing, registry


def opened(administrator, name, parent=None):
    return gate.create(administrator, registry.get("departments"), {"name": name, "parent": parent and parent.pk})


def test_each_department_comes_before_those_below_it(workspace, administrator, act):
    group = opened(administrator, "赤峰集团")
    sales = opened(administrator, "销售中心", group)
    first = opened(administrator, "阿里一组", sales)
    office = opened(administrator, "办公室", group)
    departments = registry.get("departments")
    order = listing.order_of(departments, "name")
    below = Department.objects.filter(path__startswith=group.path)

    first_page = listing.page(below, order, size=2)
    second_page = listing.page(below, order, size=2, cursor=first_page.next)

    assert [*first_page.records, *second_page.records] == [group, office, sales, first]
    assert listing.page(below, order, size=2, cursor=second_page.previous).records == [group, office]


def test_list_indents_and_counts_everybody_below(client_of, administrator, member):
    group = opened(administrator, "赤峰集团")
    east = member("王芳").department
    gate.edit(administrator, east, {"parent": group.pk})
    working = east.members.filter(is_active=True).count()

    rows = client_of("林晓").get("/departments/").content.decode().split("<tr ")

    above = next(row for row in rows if ">赤峰集团</a>" in row and "branch" not in row)
    assert working > 1 and f">{working}</td>" in above
    assert '<span class="branch" style="--depth:1"></span>' in rows[rows.index(above) + 1]
