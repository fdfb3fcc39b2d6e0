"""Ratios and the published scores, worked out by hand, and the score by cross-section."""

from datetime import date
from math import nan

import numpy as np
import pytest

from investment.analysis.calculators import scoring
from investment.analysis.calculators.fundamentals import score
from investment.analysis.calculators.fundamentals.facts import Split
from investment.analysis.calculators.fundamentals.health import altman, piotroski
from investment.analysis.calculators.fundamentals.ratios import ratios
from investment.analysis.calculators.fundamentals.snapshot import INPUTS, Price, columns, snapshot
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.tests.filings import Filing, facts_of

# Two years of an invented company; what follows from them is worked out beside each test.
COMPANY = {
    "revenue": 1000.0, "revenue_1": 800.0, "revenue_3": 512.0, "gross_profit": 400.0, "gross_profit_1": 300.0,
    "operating_income": 150.0, "ebit": 150.0, "interest_expense": 10.0, "pretax_income": 140.0, "tax": 28.0,
    "net_income": 112.0, "net_income_1": 84.0, "operating_cash_flow": 160.0, "free_cash_flow": 100.0,
    "eps_diluted": 1.12, "eps_diluted_1": 0.80, "dividends_per_share": 0.30,
    "assets": 1200.0, "assets_1": 1000.0, "assets_2": 900.0, "current_assets": 500.0,
    "current_assets_1": 400.0,
    "current_liabilities": 250.0, "current_liabilities_1": 250.0, "liabilities": 700.0, "debt": 300.0,
    "debt_1": 320.0, "long_debt": 220.0, "long_debt_1": 247.0, "equity": 500.0, "equity_1": 420.0,
    "cash": 80.0,
    "cash_1": 60.0, "retained_earnings": 240.0, "shares_told": 100.0, "shares_told_1": 104.0, "shares": 100.0,
    "price": 14.0, "market_value": 1400.0,
}  # fmt: skip


def company(**changes: float) -> dict[str, Vector]:
    known = dict.fromkeys(INPUTS, nan) | COMPANY | changes
    return {name: np.array([value]) for name, value in known.items()}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("revenue_growth", 200 / 800),
        ("revenue_growth_3y", 0.25),  # 512 * 1.25 ** 3 = 1000
        ("eps_growth", 0.32 / 0.80),
        ("gross_margin", 0.4),
        ("operating_margin", 0.15),
        ("net_margin", 0.112),
        ("free_cash_flow_margin", 0.1),
        ("return_on_equity", 112 / 460),
        ("return_on_assets", 112 / 1100),
        ("return_on_invested_capital", 150 * 0.8 / (310 + 460 - 70)),  # taxed at 28 / 140
        ("gross_profitability", 400 / 1200),
        ("cash_earnings", 48 / 1100),
        ("debt_to_equity", 0.6),
        ("current_ratio", 2.0),
        ("interest_coverage", 15.0),
        ("price_to_earnings", 12.5),
        ("price_to_book", 2.8),
        ("price_to_sales", 1.4),
        ("enterprise_value", 1400 + 300 - 80),
        ("ev_to_ebit", 1620 / 150),
        ("earnings_yield", 0.08),
        ("dividend_yield", 0.30 / 14),
    ],
)
def test_a_ratio_is_what_a_hand_works_out(name: str, expected: float) -> None:
    assert ratios(company())[name][0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        pytest.param({"eps_diluted": -1.0}, ["price_to_earnings"], id="no-earnings"),
        pytest.param({"net_income_1": -5.0}, ["net_income_growth"], id="growth-from-a-loss"),
        pytest.param(
            {"equity": -500.0}, ["price_to_book", "debt_to_equity", "return_on_equity"], id="owes-more"
        ),
        pytest.param({"revenue": 0.0}, ["gross_margin", "revenue_growth_3y"], id="no-revenue"),
        pytest.param({"tax": 200.0}, ["return_on_invested_capital"], id="taxed-beyond-its-income"),
        pytest.param({"debt": nan}, ["enterprise_value", "ev_to_ebit", "debt_to_assets"], id="debt-unknown"),
    ],
)
def test_a_ratio_without_meaning_is_unknown(changes: dict[str, float], unknown: list[str]) -> None:
    found = ratios(company(**changes))

    assert [name for name in unknown if not np.isnan(found[name][0])] == []


def test_a_loss_is_a_negative_yield() -> None:
    assert ratios(company(net_income=-70.0))["earnings_yield"][0] == pytest.approx(-0.05)


def test_piotroski_counts_the_signals_that_are_met() -> None:
    found = piotroski(company())

    # Return on assets 112 / 1000 against 84 / 900; cash 160 / 1000; long debt 220 / 1100 = 0.2 against
    # 247 / 950 = 0.26; current ratio 2 against 1.6; 100 shares against 104; margin 0.4 against 0.375;
    # turnover 1000 / 1000 against 800 / 900: all nine.
    assert (found.score[0], found.known[0]) == (9, 9)


@pytest.mark.parametrize(
    ("changes", "signal"),
    [
        ({"operating_cash_flow": 100.0}, "earnings_are_cash"),
        ({"long_debt": 330.0}, "less_leverage"),
        ({"current_liabilities": 400.0}, "more_liquid"),
        ({"shares_told": 105.0}, "no_shares_issued"),
        ({"gross_profit": 370.0}, "better_margin"),
        ({"revenue_1": 900.0, "gross_profit_1": 300.0}, "faster_turnover"),
        ({"net_income_1": 110.0}, "more_profitable"),
    ],
)
def test_piotroski_loses_the_point_of_a_signal_that_is_not_met(
    changes: dict[str, float], signal: str
) -> None:
    found = piotroski(company(**changes))

    assert [name for name, values in found.components.items() if values[0] == 0] == [signal]
    assert (found.score[0], found.known[0]) == (8, 9)


def test_piotroski_says_of_how_many_signals_it_is() -> None:
    found = piotroski(company(gross_profit=nan, long_debt_1=nan))

    assert (found.score[0], found.known[0]) == (7, 7)
    nothing = piotroski({name: np.array([nan]) for name in INPUTS})
    assert np.isnan(nothing.score[0])
    assert nothing.known[0] == 0


def test_altman_weighs_five_ratios() -> None:
    found = altman(company())

    # 1.2 * 250/1200 + 1.4 * 240/1200 + 3.3 * 150/1200 + 0.6 * 1400/700 + 1000/1200
    assert found.score[0] == pytest.approx(0.25 + 0.28 + 0.4125 + 1.2 + 0.8333333, abs=1e-6)
    assert found.known[0] == 5


def test_altman_is_unknown_without_one_of_its_ratios_and_for_banks() -> None:
    without = altman(company(retained_earnings=nan))

    assert np.isnan(without.score[0])
    assert without.known[0] == 4
    assert np.isnan(altman(company(), sic=np.array([6022])).score[0])
    assert np.isfinite(altman(company(), sic=np.array([0])).score[0])


def a_report() -> Filing:
    year = ("2023-01-01", "2023-12-31")
    filing = Filing("10-K", "2024-02-15", year=2023).flow("NetIncomeLoss", 200, *year)
    filing.flow("EarningsPerShareDiluted", 2.00, *year, "USD/shares")
    return filing.balance("dei:EntityCommonStockSharesOutstanding", 100, "2024-02-10", "shares")


def test_a_value_is_the_raw_price_times_the_shares_of_its_session() -> None:
    # Two for one on 2024-03-04: 30 dollars before it, 15 after it; the company is worth 3,000 throughout.
    split = [Split(date(2024, 3, 4), 2.0)]
    before, after, over_it = (
        snapshot(facts_of(a_report()), as_of=day, splits=split, price=Price(value, session, "USD")).inputs
        for day, value, session in (
            (date(2024, 3, 1), 30.0, date(2024, 3, 1)),
            (date(2024, 3, 4), 15.0, date(2024, 3, 4)),
            (date(2024, 3, 4), 30.0, date(2024, 3, 1)),  # it has not traded since
        )
    )

    assert before["market_value"] == after["market_value"] == over_it["market_value"] == 3000
    for each in (before, after, over_it):
        assert each["price"] / each["eps_diluted"] == pytest.approx(15)


@pytest.mark.parametrize(
    "price",
    [
        pytest.param(Price(30.0, date(2024, 2, 1), "USD"), id="too-old"),
        pytest.param(Price(30.0, date(2024, 3, 1), "EUR"), id="another-currency"),
    ],
)
def test_a_price_that_does_not_fit_values_nothing(price: Price) -> None:
    found = snapshot(facts_of(a_report()), as_of=date(2024, 3, 1), price=price)

    assert np.isnan(found.inputs["market_value"])
    assert found.inputs["net_income"] == 200


def board(size: int) -> dict[str, Vector]:
    rng = np.random.default_rng(7)
    names = [item.name for part in score.PARTS for item in part.inputs]
    found = {name: rng.normal(size=size) for name in (*names, "unused")}
    return score.comparable(
        found,
        piotroski=rng.integers(0, 10, size).astype(float),
        piotroski_known=np.full(size, 9),
        age_days=np.full(size, 60.0),
        sic=np.full(size, 3560),
    )


def test_the_best_and_the_worst_in_everything_have_100_and_0() -> None:
    values = np.arange(40.0)
    inputs = {
        item.name: values if item.higher_is_better else -values
        for part in score.PARTS
        for item in part.inputs
    }

    found = scoring.score(inputs, symbols=np.array([f"S{n:02d}" for n in range(40)]), parts=score.PARTS)

    assert (found.score[39], found.ranks[39]) == (100, 1)
    assert (found.score[0], found.ranks[0]) == (0, 40)
    assert set(found.parts) == {"value", "quality", "growth", "safety"}
    assert sum(part.weight for part in score.PARTS) == pytest.approx(1)


def test_a_company_without_a_part_is_not_complete() -> None:
    inputs = board(40)
    for item in score.PARTS[2].inputs:
        inputs[item.name][3] = nan

    found = scoring.complete(inputs, parts=score.PARTS)

    assert np.flatnonzero(~found).tolist() == [3]


def test_banks_are_compared_only_by_what_means_the_same_for_them() -> None:
    found = score.comparable(
        {item.name: np.ones(2) for part in score.PARTS for item in part.inputs},
        piotroski=np.array([5.0, 5.0]),
        piotroski_known=np.array([6, 5]),
        age_days=np.array([30.0, 30.0]),
        sic=np.array([6022, 3560]),
    )

    assert {name for name, values in found.items() if np.isnan(values[0])} == set(score.NOT_OF_FINANCIALS)
    assert {name for name, values in found.items() if np.isnan(values[1])} == {"piotroski"}
    assert found["piotroski"][0] == pytest.approx(5 / 6)


def test_companies_that_report_no_more_are_not_compared() -> None:
    found = score.comparable(
        {item.name: np.ones(2) for part in score.PARTS for item in part.inputs},
        piotroski=np.array([5.0, 5.0]),
        piotroski_known=np.array([9, 9]),
        age_days=np.array([401.0, nan]),
        sic=np.array([0, 0]),
    )

    assert all(np.isnan(values).all() for values in found.values())


def test_columns_have_a_place_for_each_company() -> None:
    known = snapshot(facts_of(a_report()), as_of=date(2024, 3, 1))
    nothing = snapshot([], as_of=date(2024, 3, 1))

    found = columns([known, nothing])

    assert set(found) == set(INPUTS)
    np.testing.assert_array_equal(found["net_income"], [200, nan])
