"""From what is stored to the scores of a session: facts, splits and prices of its day, and nothing later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from investment.analysis.calculators.fundamentals.lines import READERS
from investment.analysis.models import FundamentalScore, KnownInputs
from investment.analysis.selectors.company_fundamentals import fundamentals_of
from investment.analysis.selectors.fundamentals import statements_of
from investment.analysis.selectors.fundamentals import told_by as told_by_filings
from investment.analysis.services import known_inputs
from investment.analysis.services.fundamentals import score_fundamentals
from investment.analysis.tests.markets import NOW, plant_bars, plant_instrument, plant_origin
from investment.market.models import CorporateAction, Instrument
from investment.market.services.facts import store_facts
from investment.providers.contracts import CompanyFact, CompanyFacts

pytestmark = pytest.mark.django_db

SESSION = date(2026, 6, 30)
LATER = date(2026, 7, 1)
FLOWS = {
    "Revenues": 1000,
    "GrossProfit": 400,
    "NetIncomeLoss": 80,
    "NetCashProvidedByUsedInOperatingActivities": 120,
}
STOCKS = {"Assets": 1500, "Liabilities": 700, "StockholdersEquity": 800}


def told(tag: str, value: float, year: int, *, unit: str = "USD", balance: bool = False) -> CompanyFact:
    return CompanyFact(
        taxonomy="us-gaap",
        tag=tag,
        unit=unit,
        value=Decimal(value),
        start=None if balance else date(year, 1, 1),
        end=date(year, 12, 31),
        filed=date(year + 1, 2, 15),
        form="10-K",
        accession=f"0000000001-{year - 1999}-000001",
        fiscal_year=year,
    )


def report(cik: str, *, better: int, years: Sequence[int] = (2023, 2024, 2025)) -> CompanyFacts:
    facts = []
    for year in years:
        growth = 1 + (0.01 + better / 1000) * (year - 2023)
        facts += [told(tag, value * growth + better, year) for tag, value in FLOWS.items()]
        facts += [told(tag, value, year, balance=True) for tag, value in STOCKS.items()]
        facts.append(told("EarningsPerShareDiluted", 2, year, unit="USD/shares"))
        facts.append(told("CommonStockSharesOutstanding", 40, year, unit="shares", balance=True))
    return CompanyFacts(cik=cik, name=f"Company {cik}", facts=facts, digest=f"{cik} {years}")


def plant(count: int) -> list[Instrument]:
    origin = plant_origin()
    made = [plant_instrument(f"F{n:03}", cik=f"{n + 1:010}") for n in range(count)]
    for each in made:
        plant_bars(each, [SESSION, LATER], [20.0, 500.0], origin=origin)
    facts = [report(str(each.cik), better=n) for n, each in enumerate(made)]
    store_facts(told=facts, tags=READERS, source="sample", now=NOW)
    return made


def stored() -> list[dict[str, object]]:
    return [dict(row) for row in FundamentalScore.objects.order_by("instrument_id").values()]


def split(instrument: Instrument, ex_date: date) -> None:
    CorporateAction.objects.create(
        instrument=instrument, kind="split", ex_date=ex_date, ratio=2.0, provider="sample", known_at=NOW
    )


def test_companies_are_scored_by_what_they_told_and_what_they_cost() -> None:
    made = plant(35)

    done = score_fundamentals(session=SESSION, now=NOW)

    assert (done.known, done.scored, done.written) == (35, 35, 35)
    last, first = (FundamentalScore.objects.get(instrument=made[n]) for n in (34, 0))
    assert last.score is not None
    assert first.score is not None
    assert last.score > first.score
    # 20 dollars for earnings of 2 a share; 40 shares at 20 against an equity of 800.
    assert (first.price_to_earnings, first.price_to_book) == (10.0, 1.0)
    assert first.return_on_equity == pytest.approx(80 * 1.02 / 800)
    assert first.age_days == (SESSION - date(2025, 12, 31)).days


def test_the_same_again_writes_nothing() -> None:
    plant(31)
    score_fundamentals(session=SESSION, now=NOW)

    assert score_fundamentals(session=SESSION, now=datetime(2026, 7, 2, tzinfo=UTC)).written == 0


def test_filings_are_read_once_until_something_is_filed_or_split(monkeypatch: pytest.MonkeyPatch) -> None:
    made = plant(32)
    read: list[int] = []
    reader = told_by_filings

    def told_by(*, companies: Sequence[int], **asked: Any) -> Any:
        read.extend(companies)
        return reader(companies=companies, **asked)

    monkeypatch.setattr(known_inputs, "told_by", told_by)
    score_fundamentals(session=SESSION, now=NOW)
    before = stored()
    assert len(read) == 32

    read.clear()
    score_fundamentals(session=SESSION, now=NOW)
    score_fundamentals(session=LATER, now=NOW)
    assert read == []

    # A split moves what is per share.
    split(made[0], LATER)
    score_fundamentals(session=LATER, now=NOW)
    assert len(read) == 1
    KnownInputs.objects.all().delete()
    score_fundamentals(session=SESSION, now=NOW)
    assert [row for row in stored() if row["session"] == SESSION] == before


@pytest.mark.parametrize("filed", [LATER, SESSION])
def test_what_comes_later_changes_nothing(filed: date) -> None:
    made = plant(31)
    score_fundamentals(session=SESSION, now=NOW)
    before = stored()
    split(made[0], LATER)
    later = replace(told("Revenues", 1, 2025), filed=filed, accession="0000000001-26-000002")
    facts = CompanyFacts(cik=str(made[1].cik), name="", facts=[later], digest="later")
    store_facts(told=[facts], tags=READERS, source="sample", now=NOW)

    assert score_fundamentals(session=SESSION, now=NOW).written == 0
    assert stored() == before


def test_a_split_by_then_is_in_shares_and_earnings_per_share() -> None:
    made = plant(31)
    split(made[0], SESSION)

    score_fundamentals(session=SESSION, now=NOW)

    row = FundamentalScore.objects.get(instrument=made[0])
    assert (row.price_to_earnings, row.price_to_book) == (20.0, 2.0)  # 2 / 2 a share; 80 shares at 20


def test_without_known_splits_nothing_is_said_per_share() -> None:
    made = plant(31)
    Instrument.objects.filter(pk=made[0].pk).update(actions_from=None)

    score_fundamentals(session=SESSION, now=NOW)

    row = FundamentalScore.objects.get(instrument=made[0])
    assert (row.price_to_earnings, row.price_to_book, row.score) == (None, None, None)
    assert row.net_margin == pytest.approx(0.08, abs=0.01)


def test_too_few_companies_have_no_score() -> None:
    plant(29)

    assert score_fundamentals(session=SESSION, now=NOW).scored == 0
    assert FundamentalScore.objects.filter(score=None).count() == 29


def test_the_books_of_one_instrument() -> None:
    made = plant(1)
    stranger = plant_instrument("NOCIK")

    statements = statements_of(instrument=made[0], as_of=SESSION)

    assert statements is not None
    assert [period.fiscal_year for period in statements.calendar.years] == [2023, 2024, 2025]
    assert statements_of(instrument=stranger, as_of=SESSION) is None
    assert statements_of(instrument=made[0], as_of=date(2020, 1, 1)) is None


def test_the_fundamentals_of_one_instrument_say_where_each_figure_comes_from() -> None:
    made = plant(1)

    view = fundamentals_of(instrument=made[0], as_of=SESSION)

    assert view is not None
    assert [each.fiscal_year for each in view.years] == [2025, 2024, 2023]
    revenue, debt = (view.years[1].figures[name] for name in ("revenue", "debt"))
    assert revenue is not None
    assert (revenue.value, revenue.derived, revenue.known_on) == (1010.0, False, date(2025, 2, 15))
    assert (revenue.accessions, revenue.tags) == (("0000000001-25-000001",), ("us-gaap:Revenues",))
    assert debt is None
    assert set(view.years[0].figures) == {line.name for line in view.lines}
    assert view.ratios["price_to_earnings"] == 10.0
    assert view.ratios["debt_to_equity"] is None
    assert (view.piotroski.of, view.altman.score, view.altman.known) == (9, None, 2)
    assert fundamentals_of(instrument=made[0], as_of=date(2020, 1, 1)) is None


def test_the_price_of_a_receipt_values_nothing() -> None:
    """It stands for a number of shares that no filing of figures tells."""
    receipt, *_ = plant(40)
    Instrument.objects.filter(pk=receipt.pk).update(kind=Instrument.Kind.ADR)
    score_fundamentals(session=SESSION, now=NOW)
    row = FundamentalScore.objects.get(instrument=receipt)
    assert (row.price_to_earnings, row.price_to_book, row.earnings_yield) == (None, None, None)
    assert row.net_margin == pytest.approx(80 / 1000, rel=0.2)
    receipt.refresh_from_db()
    found = fundamentals_of(instrument=receipt, as_of=SESSION)
    assert found is not None
    assert found.ratios["price_to_earnings"] is None
