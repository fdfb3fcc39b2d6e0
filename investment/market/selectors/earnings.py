"""Reads of what a company earns as told by providers: reports, expectations, recommendations, dividends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import prod
from typing import Final

from investment.market.models import (
    CorporateAction,
    EarningsDate,
    EarningsReport,
    Instrument,
    Recommendation,
)
from investment.market.selectors.actions import actions_between
from investment.market.selectors.sessions import NEW_YORK

REPORTS, MONTHS, PAID = 20, 24, 12  # shown
_OF_COMPANIES: Final = (Instrument.Kind.COMMON_STOCK, Instrument.Kind.ADR, Instrument.Kind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class NextReport:
    """The next report: when, and what is expected. Per share is in the shares of today."""

    on: date
    hour: str | None
    fiscal_year: int | None
    fiscal_quarter: int | None
    eps_estimate: float | None
    revenue_estimate: float | None
    provider: str
    source: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class ReportView:
    """
    A quarter's earnings per share and what was expected, in the shares of today.

    ``reported_on`` is known where the calendar told of that quarter.
    """

    period: date
    fiscal_year: int | None
    fiscal_quarter: int | None
    actual: float | None
    estimate: float | None
    surprise: float | None
    surprise_ratio: float | None
    reported_on: date | None
    provider: str
    source: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class EarningsView:
    """
    Reports and recommendations newest first; dividends ``due`` soonest first, ``paid`` newest first.

    ``currency`` is that of what is per share, None where nobody names it. ``note`` says what is lacking.
    """

    currency: str | None
    next: NextReport | None
    reports: Sequence[ReportView]
    recommendations: Sequence[Recommendation]
    due: Sequence[CorporateAction]
    paid: Sequence[CorporateAction]
    note: str | None


def earnings_of(*, instrument: Instrument, now: datetime) -> EarningsView:
    """Return what is stored of an instrument's earnings. Five queries."""
    today = now.astimezone(NEW_YORK).date()
    dates = list(EarningsDate.objects.filter(instrument=instrument, withdrawn_at=None).order_by("on"))
    reports = list(EarningsReport.objects.filter(instrument=instrument).order_by("-period")[:REPORTS])
    months = list(Recommendation.objects.filter(instrument=instrument).order_by("-period")[:MONTHS])
    actions = actions_between(instrument=instrument, start=date.min, end=date.max)
    shares = _Shares([each for each in actions if each.kind == CorporateAction.Kind.SPLIT], today)
    upcoming = (
        each for each in dates if each.on >= today and each.eps_actual is None and each.revenue_actual is None
    )
    coming = next(upcoming, None)
    dividends = [each for each in actions if each.kind == CorporateAction.Kind.DIVIDEND]
    due = [each for each in dividends if max(each.ex_date, each.pay_date or each.ex_date) >= today]
    paid = [each for each in dividends if each not in due]
    return EarningsView(
        currency=None if instrument.kind == Instrument.Kind.ADR else instrument.currency,
        next=_next(coming, shares) if coming else None,
        reports=[_report(each, dates, shares, today) for each in reports],
        recommendations=months,
        due=due,
        paid=paid[: -PAID - 1 : -1],
        note=_note(instrument, dates, reports),
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    """Brings what is per share into the shares of today."""

    splits: Sequence[CorporateAction]
    today: date

    def of_today(self, value: float | None, told_at: datetime) -> float | None:
        told_on = told_at.astimezone(UTC).date()
        later = [each.ratio or 1.0 for each in self.splits if told_on < each.ex_date <= self.today]
        return value if value is None else value / prod(later)


def _next(row: EarningsDate, shares: _Shares) -> NextReport:
    return NextReport(
        on=row.on,
        hour=row.hour,
        fiscal_year=row.fiscal_year,
        fiscal_quarter=row.fiscal_quarter,
        eps_estimate=shares.of_today(row.eps_estimate, row.fetched_at),
        revenue_estimate=row.revenue_estimate,
        provider=row.provider,
        source=row.source,
        fetched_at=row.fetched_at,
    )


def _report(row: EarningsReport, dates: Sequence[EarningsDate], shares: _Shares, today: date) -> ReportView:
    quarter = (row.provider, row.fiscal_year, row.fiscal_quarter)
    reported = (
        each.on
        for each in dates
        if row.fiscal_quarter is not None
        and (each.provider, each.fiscal_year, each.fiscal_quarter) == quarter
        and row.period < each.on <= today
    )
    return ReportView(
        period=row.period,
        fiscal_year=row.fiscal_year,
        fiscal_quarter=row.fiscal_quarter,
        actual=shares.of_today(row.actual, row.fetched_at),
        estimate=shares.of_today(row.estimate, row.fetched_at),
        surprise=shares.of_today(row.surprise, row.fetched_at),
        surprise_ratio=row.surprise_ratio,
        reported_on=next(reported, None),
        provider=row.provider,
        source=row.source,
        fetched_at=row.fetched_at,
    )


def _note(
    instrument: Instrument, dates: Sequence[EarningsDate], reports: Sequence[EarningsReport]
) -> str | None:
    if instrument.kind not in _OF_COMPANIES:
        kind = Instrument.Kind(instrument.kind).label.lower()
        return f"Earnings are told of companies; {instrument.symbol} is not common stock ({kind})"
    if not dates and not reports:
        return f"Nobody has told of earnings of {instrument.symbol} yet"
    if instrument.kind == Instrument.Kind.ADR:
        return "Per share of the company or per receipt, and in which currency, is not told"
    told_at = [each.fetched_at for each in dates] + [each.fetched_at for each in reports]
    first = min(told_at).astimezone(UTC).date()
    if instrument.actions_from is None or instrument.actions_from > first:
        return "In the shares of the day on which it was told: splits since then are not known"
    return None
