"""Reading as of a day sees no later filing, price or split, whatever was filed."""

from datetime import date, timedelta
from math import isnan
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.analysis.calculators.fundamentals.facts import Split, Told
from investment.analysis.calculators.fundamentals.lines import LINES
from investment.analysis.calculators.fundamentals.snapshot import Price, Snapshot, snapshot
from investment.analysis.calculators.fundamentals.statements import BALANCES, FLOWS, Statements

FIRST = date(2018, 1, 1)
LINE_TAGS = {line.name: line.tags[:3] for line in LINES}
OFTEN = tuple(
    line
    for line in LINES
    if line.name in {"net_income", "revenue", "eps_diluted", "shares", "assets", "equity"}
)
UNITS = {"money": "USD", "per_share": "USD/shares", "shares": "shares"}
# Quarters, halves, nine months, years and years so far of a company, and a few days off.
LENGTHS = (90, 91, 98, 181, 182, 273, 363, 364, 365, 371)


@st.composite
def facts(draw: st.DrawFn) -> Told:
    line = draw(st.sampled_from(OFTEN * 3 + LINES))
    quarter = draw(st.integers(3, 19))
    end = FIRST + timedelta(days=round(quarter * 91.25) + draw(st.integers(-3, 3)))
    start = end - timedelta(days=draw(st.sampled_from(LENGTHS)))
    filed = end + timedelta(days=draw(st.sampled_from((20, 45, 46, 60, 410, 780))))
    form = draw(st.sampled_from(("10-Q", "10-K", "10-K", "10-K/A", "8-K", "10-KT")))
    return Told(
        tag=draw(st.sampled_from(LINE_TAGS[line.name])),
        unit=draw(st.sampled_from((UNITS[line.unit],) * 9 + ("EUR",))),
        value=float(draw(st.integers(-1000, 100_000))),
        start=None if line.kind == "balance" else start,
        end=end,
        filed=filed,
        accession=f"{filed:%Y%m%d}-{form}",
        form=form,
        fiscal_year=draw(st.sampled_from((None, end.year))),
    )


days = st.integers(0, 2500).map(lambda days: FIRST + timedelta(days=days))
splits = st.lists(st.builds(Split, days, st.sampled_from((0.1, 1.5, 2.0, 7.0))), max_size=4)


def same(one: Snapshot, other: Snapshot) -> bool:
    values = zip(one.inputs.values(), other.inputs.values(), strict=True)
    return (one.period_end, one.known_on, one.currency) == (
        other.period_end,
        other.known_on,
        other.currency,
    ) and all(a == b or (isnan(a) and isnan(b)) for a, b in values)


@settings(max_examples=150, deadline=None)
@given(st.lists(facts(), max_size=60), days, splits)
def test_what_is_filed_or_split_later_changes_nothing(
    told: list[Told], day: date, split: list[Split]
) -> None:
    then = [fact for fact in told if fact.filed <= day]
    effective = [each for each in split if each.ex_date <= day]
    price = Price(12.5, day, "USD")

    with_the_future = snapshot(told, as_of=day, splits=split, price=price)
    assert Statements.of(told, as_of=day, splits=split) == Statements.of(then, as_of=day, splits=effective)

    assert same(with_the_future, snapshot(then, as_of=day, splits=effective, price=price))
    assert with_the_future.known_on is None or with_the_future.known_on <= day
    assert with_the_future.period_end is None or with_the_future.period_end <= day


@settings(max_examples=100, deadline=None)
@given(st.lists(facts(), max_size=60), days)
def test_every_period_names_only_filings_of_its_time(told: list[Told], day: date) -> None:
    statements = Statements.of(told, as_of=day)

    for period in (*statements.calendar.years, *statements.calendar.quarters):
        for name, figure in statements.period(period).items():
            assert name in {*FLOWS, *BALANCES}
            if figure is not None:
                assert figure.facts
                assert figure.known_on <= day


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), max_size=40), days, splits, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_means_nothing(
    told: list[Told], day: date, split: list[Split], random: Random
) -> None:
    shuffled = random.sample(told, len(told))

    assert same(snapshot(told, as_of=day, splits=split), snapshot(shuffled, as_of=day, splits=split[::-1]))


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), max_size=40), days)
def test_facts_told_twice_are_told_once(told: list[Told], day: date) -> None:
    assert same(snapshot(told, as_of=day), snapshot([*told, *told], as_of=day))


@given(days, st.integers(1, 400))
def test_a_price_of_a_later_day_is_refused(day: date, later: int) -> None:
    with pytest.raises(ValueError, match="was not known"):
        snapshot([], as_of=day, price=Price(1.0, day + timedelta(days=later), "USD"))
