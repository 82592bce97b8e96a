"""Asking for figures: exact, permitted, and each leading to its records."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict

from zhike.base import clock
from zhike.records import listing, registry
from zhike.records.conditions import ConditionError
from zhike.records.reporting import asking, offering, ranges, running
from zhike.records.reporting.ranges import Range
from zhike.testing.deals import Deals

TYPE = "opportunities"


@pytest.fixture
def deals(act, owner, teammate, outsider):
    """王芳 won 1,000 and 500 and lost one, 李娜 won 3,000, 刘洋 of South lost one; two are open."""
    made = Deals(act)
    made.add(owner, "A", "won", 1000, closed_on=date(2026, 1, 15), days=10)
    made.add(owner, "B", "won", 500, closed_on=date(2026, 3, 31), days=30)
    made.add(owner, "C", "lost", 700, closed_on=date(2026, 3, 5))
    made.add(owner, "D", "talking", 200)
    made.add(owner, "E", "needs")
    made.add(teammate, "F", "won", 3000, closed_on=date(2025, 1, 2), days=20)
    made.add(outsider, "G", "lost", 900, closed_on=date(2026, 2, 2))
    return made


def ask(actor, *measures, **more):
    return running.ask_simply(actor, offering.of(TYPE), *measures, **more)


def labelled(result):
    return {row.label: row.figures[0].value for row in result.rows}


def test_totals_are_exact(deals, administrator):
    total = ask(administrator, "won_count", "won_amount", "lost_count", "win_rate", "days_to_win", "open_count").total

    assert [figure.value for figure in total.figures] == [
        3, Decimal("4500.00"), 2, Decimal("60.0"), Decimal("20.00"), 2
    ]  # fmt: skip


def test_weight_is_the_stage_probability(deals, administrator):
    assert ask(administrator, "weighted_amount").figure("weighted_amount").value == Decimal("20.00")


def test_average_counts_only_deals_with_an_amount(deals, administrator):
    result = ask(administrator, "average_amount", condition={"field": "status", "op": "in", "value": ["open"]})

    assert result.figure("average_amount").value == Decimal("200.00")


def test_range_includes_its_first_and_last_day(deals, administrator):
    exactly = Range("custom", date(2026, 1, 15), date(2026, 3, 31))
    shorter = Range("custom", date(2026, 1, 16), date(2026, 3, 30))

    assert ask(administrator, "won_amount", range=exactly).figure("won_amount").value == 1500
    assert ask(administrator, "won_amount", range=shorter).figure("won_amount").value == 0


def test_groups_by_owner_best_first(deals, administrator):
    result = ask(administrator, "won_amount", by=["owner"])

    assert [(row.label, row.figures[0].value) for row in result.rows] == [("李娜", 3000), ("王芳", 1500)]


def test_groups_by_region_of_the_owner(deals, administrator):
    rates = labelled(ask(administrator, "win_rate", by=["region"]))

    assert rates == {"华东销售部": Decimal("75.0"), "华南销售部": Decimal("0.0")}


def test_region_is_below_the_only_root(deals, administrator, act, member):
    departments = registry.get("departments").queryset()
    root = departments.get(name="总经办")
    with act():
        from zhike.domains.people import services

        for department in departments.exclude(pk=root.pk):
            services.revise_department(actor=administrator, department=department, parent=root)
    result = ask(administrator, "won_count", by=["region"])

    assert labelled(result) == {"华东销售部": 3}
    assert_leads_to_its_records(administrator, result)


def test_months_stand_in_order_and_without_gaps(deals, administrator):
    result = ask(administrator, "won_amount", by=["closed_on:month"], range=ranges.custom("2026-01-01", ""))

    assert [(row.label, row.figures[0].value) for row in result.rows] == [
        ("2026-01", 1000), ("2026-02", 0), ("2026-03", 500)
    ]  # fmt: skip


def test_rate_of_a_total_is_no_mean_of_rates(deals, administrator):
    result = ask(administrator, "win_rate", by=["owner"])

    assert result.figure("win_rate").value == Decimal("60.0")
    assert labelled(result) == {"李娜": Decimal("100.0"), "王芳": Decimal("66.7"), "刘洋": Decimal("0.0")}


def test_two_groupings_have_totals_of_their_own(deals, administrator):
    result = ask(administrator, "win_rate", by=["closed_on:year", "owner"])

    assert {row.label: row.figures[0].value for row in result.first_totals} == {
        "2025": Decimal("100.0"), "2026": Decimal("50.0")
    }  # fmt: skip
    assert {row.label: row.figures[0].value for row in result.second_totals} == labelled(
        ask(administrator, "win_rate", by=["owner"])
    )


def test_currencies_are_never_added_up(deals, administrator, owner):
    deals.add(owner, "USD", "won", 77, closed_on=date(2026, 1, 20), currency="USD")
    figure = ask(administrator, "won_amount").figure("won_amount")

    assert (figure.currency, figure.value, figure.others) == ("CNY", 4500, (("USD", Decimal("77.00")),))
    assert ask(administrator, "won_count").figure("won_count").value == 4
    assert behind(administrator, figure) == 3


def test_without_any_deal_in_its_own_currency_the_other_leads(deals, administrator, owner):
    deals.add(owner, "EUR", "won", 77, closed_on=date(2024, 1, 20), currency="EUR")
    figure = ask(administrator, "won_amount", range=ranges.custom("2024-01-01", "2024-12-31")).figure("won_amount")

    assert (figure.currency, figure.value) == ("EUR", 77)


def test_trash_does_not_count(deals, administrator, owner):
    from zhike.records import gate

    gate.trash(owner, registry.get(TYPE).queryset().get(name="A"))

    assert ask(administrator, "won_amount").figure("won_amount").value == 3500


# Permission


def test_salesperson_counts_own_deals(deals, owner):
    assert ask(owner, "won_amount").figure("won_amount").value == 1500


def test_manager_counts_the_department(deals, manager):
    assert ask(manager, "won_amount").figure("won_amount").value == 4500
    assert ask(manager, "lost_count").figure("lost_count").value == 1


def test_outsider_counts_nothing_of_others(deals, outsider):
    result = ask(outsider, "won_count", "won_amount", "open_count")

    assert [figure.value for figure in result.total.figures] == [0, 0, 0]
    assert ask(outsider, "count", by=["owner"]).rows[0].label == "刘洋"


def test_scope_narrows_to_me_and_my_team(deals, manager, owner):
    assert ask(manager, "won_count", condition=asking.OURS).figure("won_count").value == 3
    assert ask(manager, "won_count", condition=asking.MINE).figure("won_count").value == 0


# Every figure leads to its records


def behind(actor, figure):
    """How many records the figure's link shows."""
    return listing.base_query(actor, registry.get(TYPE), condition=figure.condition or None).count()


def assert_leads_to_its_records(actor, result):
    for row in (*result.rows, result.total, *result.first_totals, *result.second_totals):
        for figure in row.figures:
            if figure.measure.top.of is None and figure.measure.bottom is None:
                assert behind(actor, figure) == figure.value, (row, figure)


@pytest.mark.parametrize("who", ["administrator", "manager", "owner", "outsider"])
def test_every_grouping_leads_to_its_records(deals, who, request):
    actor = request.getfixturevalue(who)
    for reports in offering.offered_to(actor):
        for dimension in reports.all_dimensions():
            question = running.Question(reports, (reports.measures[0],), (dimension,))
            for row in running.ask(actor, question).rows:
                condition = row.figures[0].condition or None
                found = listing.base_query(actor, reports.type, condition=condition).count()
                assert found == row.figures[0].value, (dimension.name, row.label)


def test_every_ready_report_can_be_asked(deals, administrator):
    for reports, ready in offering.ready_for(administrator):
        asked = asking.read(administrator, QueryDict(""), clock.today(), report=ready.name)
        result = running.ask(administrator, asked.question)
        assert result.total.figures, ready.name
        if reports.record_type == TYPE:
            assert_leads_to_its_records(administrator, result)


def test_one_query_groups_however_many_measures(deals, administrator, django_assert_num_queries):
    reports = offering.of(TYPE)
    named = [measure.name for measure in reports.measures]
    with django_assert_num_queries(1):
        running.ask_simply(administrator, reports, *named, by=["status"])


# What an address may ask


def read(actor, query):
    return asking.read(actor, QueryDict(query), date(2026, 5, 20))


def test_address_is_read_and_written_alike(administrator):
    query = "type=opportunities&measure=win_rate&measure=won_amount&by=owner&then=status&range=last_quarter&scope=team"
    asked = read(administrator, query)
    again = read(administrator, asked.query())

    assert (again.question.by[0].name, again.then, again.scope) == ("owner", "status", "team")
    assert again.question.range == Range("last_quarter", date(2026, 1, 1), date(2026, 3, 31))
    assert [measure.name for measure in again.question.measures] == ["win_rate", "won_amount"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("type=opportunities&measure=nothing", "measure"),
        ("type=opportunities&by=password", "by"),
        ("type=opportunities&by=owner.password", "by"),
        ("type=opportunities&date=updated_at", "date"),
        ("type=opportunities&scope=everything", "scope"),
        ("type=opportunities&range=someday", "range"),
        ("type=opportunities&from=2026-02-30", "from"),
        ("type=opportunities&from=2026-03-01&to=2026-02-01", "from"),
        ("type=opportunities&chart=spiral", "chart"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(administrator, query, name):
    with pytest.raises(asking.BadQuestion) as refused:
        read(administrator, query)

    assert refused.value.name == name


def test_condition_that_fits_no_field_is_refused(administrator):
    with pytest.raises(ConditionError):
        read(administrator, 'type=opportunities&filter={"field":"nothing","op":"empty"}')
    with pytest.raises(ConditionError):
        read(administrator, "type=opportunities&filter=[1]")


def test_unknown_report_and_type(administrator):
    with pytest.raises(offering.UnknownReport):
        read(administrator, "report=nothing")
    with pytest.raises(offering.UnknownReport):
        read(administrator, "type=nothing")


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        ("this_month", "2026-05-01", "2026-05-31", "2026-04-01"),
        ("this_quarter", "2026-04-01", "2026-06-30", "2026-01-01"),
        ("last_quarter", "2026-01-01", "2026-03-31", "2025-10-01"),
        ("this_year", "2026-01-01", "2026-12-31", "2025-01-01"),
        ("last_year", "2025-01-01", "2025-12-31", "2024-01-01"),
    ],
)
def test_ranges_by_name(name, first, last, before):
    found = ranges.named(name, date(2026, 5, 20))

    assert (str(found.first), str(found.last)) == (first, last)
    assert str(found.before().first) == before
    assert (found.first - found.before().last).days == 1
