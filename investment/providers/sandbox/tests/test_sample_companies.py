"""Reports, books, headlines and rates of the sample market are repeatable and in step with its prices."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.providers.sandbox.sample import SampleMarket
from investment.providers.sandbox.sample.fx import CURRENCIES, LAST_DAY, Fx
from investment.providers.sandbox.sample.headlines import INVENTED
from investment.providers.sandbox.sample.instruments import EPOCH, Instrument
from investment.providers.sandbox.sources import Invented
from investment.providers.sandbox.testing import exchange_days

pytestmark = pytest.mark.slow

LAST = date(2026, 3, 2)


def build(symbols: int, seed: int = 7, last: str = "2026-12-31") -> Invented:
    sessions = [day.session for day in exchange_days("2021-01-04", last).sessions]
    return Invented(SampleMarket(seed=seed, symbols=symbols, sessions=sessions))


@pytest.fixture(scope="module")
def invented() -> Invented:
    return build(120)


@pytest.fixture(scope="module")
def companies(invented: Invented) -> list[Instrument]:
    return [
        line for line in invented.market.lines if line.type_code in ("CS", "ADRC") and line.parent is None
    ]


def test_the_same_seed_tells_the_same_and_a_longer_calendar_changes_nothing(invented: Invented) -> None:
    again, other = build(120, last="2026-06-30"), build(120, seed=8)
    books, same, others = (
        each.fundamentals.quarters(each.market.lines[4], LAST) for each in (invented, again, other)
    )
    assert same == books != others
    month = (date(2026, 1, 15), date(2026, 2, 15))
    assert again.headlines.everything(*month) == invented.headlines.everything(*month)


def test_companies_report_every_quarter_and_nobody_else_does(
    invented: Invented, companies: list[Instrument]
) -> None:
    for line in companies:
        reports = invented.earnings.of(line, EPOCH, LAST)
        assert all(line.listed(report.day) for report in reports)
        for before, after in pairwise(reports):
            assert before.end + timedelta(days=1) == after.start
            assert (after.fiscal_year * 4 + after.quarter) - (before.fiscal_year * 4 + before.quarter) == 1
        for report in reports:
            assert timedelta(days=13) <= report.day - report.end <= timedelta(days=60)
            assert report.day in invented.market.sessions
            assert (report.day == report.moves) == (report.hour == "bmo")
            assert report.at.tzinfo is UTC
    fund = invented.market.lines[0]
    assert invented.earnings.of(fund, EPOCH, LAST) == []
    assert invented.fundamentals.quarters(fund, LAST) == []


def test_the_calendar_is_the_companies_reports_and_reaches_into_the_future(
    invented: Invented, companies: list[Instrument]
) -> None:
    window = (date(2026, 4, 1), date(2026, 6, 30))
    told = list(invented.earnings.calendar(*window))
    assert told == [report for line in companies for report in invented.earnings.of(line, *window)]
    assert len(told) > len(companies) * 0.7


def test_prices_move_when_companies_report_and_surprises_follow(
    invented: Invented, companies: list[Instrument]
) -> None:
    gaps, surprises, moves, usual = [], [], [], []
    for line in companies[:40]:
        for report in invented.earnings.of(line, date(2024, 6, 1), LAST):
            bar = invented.market.one(line.place, report.moves)
            returns = invented.market.returns(report.moves)
            if bar is None or returns is None or line.behaviour.sigma < 0.008:
                continue
            moves.append(abs(returns[line.place]) / line.behaviour.sigma)
            gaps.append(returns[line.place] / line.behaviour.sigma)
            surprises.append(report.surprise)
            other = invented.market.returns(
                invented.market.sessions[invented.market.number_of(report.moves) - 20]
            )
            assert other is not None
            usual.append(abs(other[line.place]) / line.behaviour.sigma)
    assert len(moves) > 150
    assert np.median(moves) > 1.5 * np.median(usual)
    assert np.corrcoef(gaps, surprises)[0, 1] > 0.7


def test_books_balance(invented: Invented, companies: list[Instrument]) -> None:
    for line in companies:
        for quarter in invented.fundamentals.quarters(line, LAST):
            assert quarter.assets == quarter.liabilities + quarter.equity
            assert quarter.gross_profit == quarter.revenue - quarter.cost_of_revenue >= 0
            assert quarter.operating_income <= quarter.gross_profit
            assert quarter.eps == pytest.approx(quarter.net_income / quarter.shares, abs=0.0051)
            assert 0 < quarter.cash <= quarter.current_assets * 0.9 < quarter.assets
            assert quarter.debt < quarter.liabilities
            assert (quarter.surprise >= 0) == (quarter.report.shock >= 0) or abs(quarter.surprise) < 0.001
            assert quarter.form == ("10-K" if quarter.report.quarter == 4 else "10-Q")


def test_prices_are_a_sane_multiple_of_earnings(invented: Invented, companies: list[Instrument]) -> None:
    multiples, losses = [], 0
    for line in companies:
        quarters = invented.fundamentals.restated(line, LAST)[-4:]
        bar = invented.market.one(line.place, LAST)
        if bar is None or len(quarters) < 4:
            continue
        earned = sum(quarter.net_income for quarter in quarters) / quarters[-1].shares
        if earned > 0:
            multiples.append(bar["close"] / earned)
        else:
            losses += 1
    assert len(multiples) > 30
    assert min(multiples) > 3
    assert max(multiples) < 120
    assert 10 < np.median(multiples) < 32
    assert 0 < losses < len(multiples)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_any_markets_books_balance_and_its_prices_are_sane(seed: int) -> None:
    invented, multiples = build(60, seed=seed), []
    lines = [line for line in invented.market.lines if line.type_code in ("CS", "ADRC") and not line.parent]
    for line in lines:
        quarters = invented.fundamentals.restated(line, LAST)[-4:]
        bar = invented.market.one(line.place, LAST)
        for quarter in quarters:
            assert quarter.assets == quarter.liabilities + quarter.equity
            assert quarter.revenue > 0
            assert quarter.shares > 0
        if bar is not None and len(quarters) == 4:
            earned = sum(quarter.net_income for quarter in quarters) / quarters[-1].shares
            multiples += [bar["close"] / earned] if earned > 0 else []
    # A company whose price has just jumped may be out of the band for a while, and all are cheap in a long
    # slump and dear in a boom; the market of the usual seed is held to narrower bounds above.
    assert min(multiples) > 1
    assert max(multiples) < 500
    assert 6 < np.median(multiples) < 45


def test_later_splits_divide_what_is_per_share(invented: Invented) -> None:
    line = next(each for each in invented.market.lines if each.behaviour.split_years == "even")
    told, restated = invented.fundamentals.quarters(line, LAST), invented.fundamentals.restated(line, LAST)
    splits = invented.market.splits_of(line.place, LAST)
    assert len(splits) >= 2
    for before, after in zip(told, restated, strict=True):
        factor = float(np.prod([ratio for day, ratio in splits if day > before.report.day] or [1.0]))
        assert after.eps == pytest.approx(before.eps / factor, abs=0.0001)
        assert after.shares == pytest.approx(before.shares * factor, rel=1e-6)
        assert after.net_income == before.net_income
    assert told[0] != restated[0]
    assert told[-1] == restated[-1]


def test_both_share_classes_tell_one_companys_figures(invented: Invented) -> None:
    second = next(each for each in invented.market.lines if each.symbol.endswith(".B"))
    assert second.parent is not None
    first = invented.market.lines[second.parent]
    assert invented.fundamentals.quarters(second, LAST) == invented.fundamentals.quarters(first, LAST) != []


def test_headlines_say_what_happened(invented: Invented) -> None:
    start = date(2025, 9, 1)
    for line in invented.market.lines[:40]:
        found = invented.headlines.of(line, start, LAST)
        assert found == sorted(found, key=lambda article: (article.at, article.number))
        assert len({article.number for article in found}) == len(found)
        splits = [day for day, _ in invented.market.splits_of(line.place, LAST) if day >= start]
        assert sum(article.topic == "split" for article in found) == len(splits)
        reports = [] if line.parent is not None else invented.earnings.of(line, start, LAST)
        assert [a.at for a in found if a.topic == "earnings"] >= [report.at for report in reports]
        for article in found:
            assert article.summary.endswith(INVENTED)
            assert -1 <= article.sentiment <= 1
            day = article.at.astimezone(UTC).date()
            assert article.symbols == (line.symbol_on(day),)
            if article.topic == "move":
                returns = invented.market.returns(day)
                assert returns is not None
                assert returns[line.place] * article.sentiment > 0


def test_everything_holds_the_companies_articles(invented: Invented) -> None:
    month = (date(2026, 1, 15), date(2026, 2, 15))
    told = invented.headlines.everything(*month)
    numbers = {article.number for article in told}
    assert len(numbers) == len(told)
    of_all = {a.number for line in invented.market.lines for a in invented.headlines.of(line, *month)}
    assert numbers == of_all | {article.number for article in invented.headlines.market_wide(*month)}


@given(day=st.dates(date(1999, 1, 4), LAST_DAY))
def test_rates_are_told_on_weekdays_with_the_decimals_of_each_currency(day: date) -> None:
    rates = FX.rates(day)
    assert bool(rates) == (day.weekday() < 5)
    for currency in CURRENCIES:
        told = rates.get(currency.code)
        assert (told is None) == (not rates or not currency.first <= day <= currency.last)
        if told is not None:
            assert -int(told.as_tuple().exponent) == currency.decimals
            assert currency.level / 3 < float(told) < currency.level * 3


FX = Fx(7)


def test_rates_hang_together() -> None:
    day = date(2026, 3, 3)
    euro, back = FX.rate("EUR", "USD", day), FX.rate("USD", "EUR", day)
    yen = FX.rate("USD", "JPY", day)
    assert euro is not None
    assert back is not None
    assert yen is not None
    assert euro * back == pytest.approx(1)
    assert yen * euro == pytest.approx(FX.rate("EUR", "JPY", day))
    bar, before = FX.bar("EUR", "USD", day), FX.bar("EUR", "USD", date(2026, 3, 2))
    assert bar is not None
    assert before is not None
    assert bar.open == before.close
    assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    assert FX.bar("EUR", "USD", date(2026, 3, 1)) is None
    assert FX.rate("EUR", "QQQ", day) is FX.rate("RUB", "EUR", day) is None
    noon = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert FX.day_of(noon) == date(2026, 3, 2)
    assert FX.day_of(noon + timedelta(hours=2)) == day
    now = FX.rate_at("EUR", "USD", noon)
    assert now is not None
    assert abs(now / float(FX.rates(date(2026, 3, 2))["USD"]) - 1) < 0.03
    assert Fx(8).rates(day) != FX.rates(day)
    assert FX.rates(day)["BGN" if day < date(2026, 1, 1) else "USD"] > Decimal(0)


@pytest.mark.slow
def test_one_company_is_cheap_in_a_market_of_twelve_thousand() -> None:
    invented = build(12_000)
    invented.market.day(LAST)
    line = next(each for each in invented.market.lines[5_000:] if each.type_code == "CS")
    started = time.perf_counter()
    quarters = invented.fundamentals.quarters(line, LAST)
    assert len(quarters) > 15
    assert time.perf_counter() - started < 1.0
    started = time.perf_counter()
    assert invented.headlines.of(line, date(2026, 2, 1), LAST) is not None
    assert time.perf_counter() - started < 1.0
