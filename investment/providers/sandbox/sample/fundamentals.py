"""
The sample companies' books, quarter by quarter: invented, and in step with their prices.

Prices wander around an anchor that grows at each company's own pace; the books grow at the same
pace. So price and earnings never part for long, and nothing here has to look at prices: a
company's history costs a few milliseconds, whatever the size of the market. Dollars are whole
numbers; figures per share are those of the shares of the day of the report.
"""

from dataclasses import dataclass, replace
from datetime import date
from math import exp, pi, sin

import numpy as np

from investment.providers.sandbox.sample.earnings import Earnings, Report
from investment.providers.sandbox.sample.instruments import EPOCH, Instrument
from investment.providers.sandbox.sample.process import SESSIONS_A_YEAR

FIRST_REPORT = EPOCH
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Quarter:
    """
    One reported quarter, USD. ``inventory`` is None for those that have none.

    ``assets`` is ``liabilities + equity`` and ``gross_profit`` is ``revenue - cost_of_revenue``,
    exactly; ``eps`` is ``net_income / shares`` to the cent.
    """

    report: Report
    accession: str
    form: str
    revenue: int
    revenue_estimate: int
    cost_of_revenue: int
    gross_profit: int
    operating_income: int
    net_income: int
    shares: int
    eps: float
    eps_estimate: float
    assets: int
    current_assets: int
    cash: int
    inventory: int | None
    liabilities: int
    current_liabilities: int
    debt: int
    equity: int
    operating_cash_flow: int
    capital_expenditure: int
    dividends_per_share: float

    @property
    def surprise(self) -> float:
        """Earnings above the estimate, USD per share."""
        return round(self.eps - self.eps_estimate, 4)

    def in_shares_of(self, factor: float) -> "Quarter":
        """Return the quarter as told later, when one share has become ``factor``: dollars stay."""
        return replace(
            self,
            shares=round(self.shares * factor),
            eps=round(self.eps / factor, 4),
            eps_estimate=round(self.eps_estimate / factor, 4),
            dividends_per_share=round(self.dividends_per_share / factor, 6),
        )


class Fundamentals:
    """The books of one sample market's companies. They say nothing before it was reported."""

    def __init__(self, earnings: Earnings) -> None:
        self.earnings = earnings
        self.market = earnings.market

    def quarters(self, line: Instrument, until: date) -> list[Quarter]:
        """Return the quarters reported by ``until``, oldest first, as they were reported."""
        company = self.earnings.company(line)
        if company is None:
            return []
        return [self.quarter(company, report) for report in self.earnings.of(company, FIRST_REPORT, until)]

    def restated(self, line: Instrument, until: date) -> list[Quarter]:
        """Return the same in the shares of ``until``: later splits divide what is per share."""
        splits = self.market.splits_of(line.place, until)
        told = []
        for quarter in self.quarters(line, until):
            factor = float(np.prod([ratio for day, ratio in splits if day > quarter.report.day] or [1.0]))
            told.append(quarter if factor == 1.0 else quarter.in_shares_of(factor))
        return told

    def shares(self, line: Instrument, day: date) -> int:
        """Return how many shares of a line there are on ``day``."""
        factor = np.prod([ratio for _, ratio in self.market.splits_of(line.place, day)] or [1.0])
        return max(1, round(line.shares_outstanding * float(factor) * self._bought_back(line, day)))

    def _bought_back(self, line: Instrument, day: date) -> float:
        yearly = 0.03 * (float(self.earnings.draws[line.place, 3]) - 0.6)
        return exp(-yearly * (day - EPOCH).days / DAYS_A_YEAR)

    def quarter(self, line: Instrument, report: Report) -> Quarter:
        """Return the books that a company's report tells of."""
        drawn, of = self.earnings.draws[line.place], line.behaviour
        # What the company would cost at its anchor, in all shares of that time.
        worth = line.shares_outstanding * of.price * exp(of.growth / SESSIONS_A_YEAR * _sessions(report.end))
        season = 1.0 + 0.18 * float(drawn[4]) * sin(2 * pi * (report.quarter / 4 + float(drawn[5])))
        rng = np.random.Generator(np.random.PCG64([self.market.seed, line.place, report.end.toordinal(), 8]))
        noise = rng.normal(0.0, 1.0, 8)
        shares = self.shares(line, report.day)
        loses = of.growth < -0.3 or (of.sigma > 0.028 and drawn[6] < 0.55) or of.price < 1
        margin = 0.03 + 0.2 * float(drawn[7])
        if loses:
            revenue = worth / (1.5 + 5 * float(drawn[8])) / 4 * season
            income = -revenue * (0.05 + 0.4 * float(drawn[9])) * (1 + 0.08 * noise[0] - 0.3 * report.surprise)
        else:
            # A yearly income that pays for the dividends.
            ratio = 11 + 17 * float(drawn[8])
            if of.dividend_yield:
                ratio = min(ratio, 0.8 / of.dividend_yield)
            expected = worth / ratio / 4 * season
            revenue = expected / margin
            income = expected * (1 + 0.04 * noise[0] + 0.5 * report.surprise)
        revenue *= 1 + 0.015 * noise[1] + 0.1 * report.surprise
        whole_revenue, whole_income = max(1, round(revenue)), round(income)
        cost = round(whole_revenue * (0.35 + 0.4 * float(drawn[10])) * (1 - 0.01 * noise[2]))
        cost = min(cost, whole_revenue)
        operating = round(income * 1.27 if income > 0 else income * 0.96)
        operating = min(operating, whole_revenue - cost)
        eps = round(whole_income / shares, 2)
        estimate = round(eps - report.surprise * max(abs(eps), 0.02) / (1 + abs(report.surprise)), 4)
        equity = round(worth / (1.3 + 4 * float(drawn[11])) * (1 + 0.02 * noise[3]))
        liabilities = round(equity * (0.4 + 1.8 * float(drawn[12])) * (1 + 0.02 * noise[4]))
        assets = equity + liabilities
        flow = round(whole_income * 1.1 + 0.05 * whole_revenue * (1 + 0.2 * noise[5]))
        paid = sum(
            amount
            for day, amount in self.market.payments_of(line.place, report.end)
            if report.start <= day <= report.end
        )
        return Quarter(
            report=report,
            accession=f"99{line.place:08d}-{report.day:%y}-{report.quarter:06d}",
            form="10-K" if report.quarter == 4 else "10-Q",
            revenue=whole_revenue,
            revenue_estimate=round(whole_revenue / (1 + 0.2 * report.surprise)),
            cost_of_revenue=cost,
            gross_profit=whole_revenue - cost,
            operating_income=operating,
            net_income=whole_income,
            shares=shares,
            eps=eps,
            eps_estimate=estimate,
            assets=assets,
            current_assets=round(assets * (0.3 + 0.2 * float(drawn[13]))),
            cash=round(assets * (0.04 + 0.12 * float(drawn[14])) * (1 + 0.05 * noise[6])),
            inventory=round(assets * 0.08 * (1 + 0.05 * noise[7])) if drawn[15] < 0.6 else None,
            liabilities=liabilities,
            current_liabilities=round(liabilities * (0.25 + 0.2 * float(drawn[15]))),
            debt=round(liabilities * (0.2 + 0.4 * float(drawn[9]))),
            equity=equity,
            operating_cash_flow=flow,
            capital_expenditure=round(0.04 * whole_revenue),
            dividends_per_share=round(paid, 6),
        )


def _sessions(day: date) -> float:
    """Return about how many sessions after the first one a day lies."""
    return (day - EPOCH).days / DAYS_A_YEAR * SESSIONS_A_YEAR
