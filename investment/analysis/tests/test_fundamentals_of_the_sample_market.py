"""The sample companies' filings, through the SEC's wire format, against their own books."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import prod

import msgspec
import pytest

from investment.analysis.calculators.fundamentals.facts import Split, Told, from_company_facts
from investment.analysis.calculators.fundamentals.snapshot import snapshot
from investment.analysis.calculators.fundamentals.statements import Statements
from investment.providers.adapters.sec import records
from investment.providers.sandbox.sample import SampleMarket
from investment.providers.sandbox.sample.instruments import EPOCH, Instrument
from investment.providers.sandbox.sec import companies
from investment.providers.sandbox.sec.facts import company_facts
from investment.providers.sandbox.sources import Invented

UNTIL = datetime(2025, 11, 20, 8, tzinfo=UTC)
LINES = (
    "revenue", "cost_of_revenue", "gross_profit", "operating_income", "net_income", "operating_cash_flow",
    "capital_expenditure",
)  # fmt: skip
BALANCES = (
    "assets",
    "current_assets",
    "cash",
    "inventory",
    "liabilities",
    "current_liabilities",
    "equity",
    "debt",
)


@cache
def invented() -> Invented:
    days = (EPOCH + timedelta(days=n) for n in range((UNTIL.date() - EPOCH).days))
    return Invented(SampleMarket(seed=11, symbols=60, sessions=[day for day in days if day.weekday() < 5]))


@cache
def filers() -> list[Instrument]:
    return list(companies.filers(invented(), UNTIL.date()))


def facts_of(line: Instrument) -> list[Told]:
    body = msgspec.json.encode(company_facts(invented(), line, UNTIL))
    return list(from_company_facts(records.company_facts(body, cik=line.cik).facts))


@pytest.mark.parametrize("place", range(0, 24, 3))
@pytest.mark.parametrize("as_of", [date(2023, 5, 17), UNTIL.date()])
def test_every_quarter_reads_as_the_company_booked_it(place: int, as_of: date) -> None:
    line = filers()[place]
    splits = [Split(day, ratio) for day, ratio in invented().market.splits_of(line.place, UNTIL.date())]
    booked = [
        quarter for quarter in invented().fundamentals.quarters(line, as_of) if quarter.report.day <= as_of
    ]
    booked = [quarter for quarter in booked if quarter.report.at <= UNTIL]

    statements = Statements.of(facts_of(line), as_of=as_of, splits=splits)

    spans = {(period.start, period.end): period for period in statements.calendar.quarters}
    whole = [quarter for quarter in booked if (quarter.report.start, quarter.report.end) in spans]
    # Of a year that began before the first filing, quarters without a report of their own stay unknown.
    assert len(booked) - len(whole) <= 1
    for quarter in whole:
        period = spans[quarter.report.start, quarter.report.end]
        if quarter.report.quarter == 4 and len(whole) < 4:
            continue
        found = statements.period(period)
        assert period.quarter == quarter.report.quarter
        for name in LINES:
            figure = found[name]
            assert figure is None or figure.value == getattr(quarter, name), (name, period)
        for name in BALANCES:
            figure = found[name]
            assert (None if figure is None else figure.value) == getattr(quarter, name), (name, period)
        factor = prod(ratio for day, ratio in splits if quarter.report.day < day <= as_of)
        shares = statements.books.balance("shares", quarter.report.day.toordinal())
        assert shares is not None
        assert shares.value == pytest.approx(quarter.shares * factor, rel=1e-9, abs=1)
        if quarter.report.quarter != 4:
            eps = found["eps_diluted"]
            assert eps is not None
            assert eps.value == pytest.approx(quarter.eps / factor, abs=0.011)
    known = [statements.flow("revenue", spans[q.report.start, q.report.end].span) for q in whole]
    assert sum(figure is None for figure in known) <= 3


def test_a_snapshot_has_the_figures_of_the_whole_books() -> None:
    line = filers()[0]
    as_of = UNTIL.date()
    # The same company, and ten years more of it before: what is older than the window is told but not read.
    older = [
        fact._replace(
            start=fact.start and fact.start.replace(year=fact.start.year - 10, day=1),
            end=fact.end.replace(year=fact.end.year - 10, day=28),
            filed=fact.filed.replace(year=fact.filed.year - 10, day=28),
            accession=f"older {fact.accession}",
        )
        for fact in facts_of(line)
    ]
    statements = Statements.of([*older, *facts_of(line)], as_of=as_of)
    end = statements.calendar.latest
    assert end is not None

    found = snapshot([*older, *facts_of(line)], as_of=as_of)

    assert statements.calendar.quarters[0].end.year < 2015
    assert found.period_end == date.fromordinal(end)
    for name in ("revenue", "net_income", "free_cash_flow", "eps_diluted"):
        figure = statements.trailing(name, end)
        assert figure is not None
        assert found.inputs[name] == pytest.approx(figure.value)
    year = statements.calendar.year_to(end)
    assert year is not None
    assets = statements.balance("assets", year[0])
    assert assets is not None
    assert found.inputs["assets_1"] == assets.value
    assert found.inputs["revenue_3"] > 0


def test_some_of_these_companies_split_their_shares() -> None:
    places = [filers()[place].place for place in range(0, 24, 3)]

    assert any(invented().market.splits_of(place, UNTIL.date()) for place in places)
