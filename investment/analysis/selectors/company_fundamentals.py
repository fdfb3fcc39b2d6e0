"""The fundamentals of one instrument as of a day, with where each figure comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np

from investment.analysis.calculators.fundamentals.books import Figure
from investment.analysis.calculators.fundamentals.calendar import Period
from investment.analysis.calculators.fundamentals.doubts import Doubt, scale_doubts
from investment.analysis.calculators.fundamentals.health import Health, altman, piotroski
from investment.analysis.calculators.fundamentals.lines import BY_NAME
from investment.analysis.calculators.fundamentals.ratios import ratios
from investment.analysis.calculators.fundamentals.snapshot import columns
from investment.analysis.calculators.fundamentals.statements import BALANCES, FLOWS, Statements
from investment.analysis.selectors.fundamentals import known_of, statements_of
from investment.market.models import Instrument

Unit = Literal["money", "per_share", "shares"]

SHOWN_YEARS, SHOWN_QUARTERS = 10, 12

# Lines that are put together; the others are in the table of lines.
_TOGETHER: Final = {
    "ebit": "Income before interest and tax",
    "free_cash_flow": "Free cash flow",
    "short_debt": "Debt due within a year",
    "long_debt": "Debt due after a year",
    "debt": "Total debt",
}


@dataclass(frozen=True, slots=True)
class FigureView:
    """
    A figure. ``derived`` says that it was put together of several facts; ``known_on`` is the day the last of
    them was filed, ``accessions`` are their filings, ``tags`` the tags they were told under.
    """

    value: float
    derived: bool
    known_on: date
    accessions: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeriodView:
    """A fiscal year or quarter. ``figures`` has every line; ``None`` is unknown."""

    start: date
    end: date
    fiscal_year: int | None
    quarter: int | None
    transition: bool
    figures: Mapping[str, FigureView | None]


@dataclass(frozen=True, slots=True)
class LineView:
    name: str
    label: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class HealthView:
    """A published score, how many of its components are known, and each of them; ``None`` is unknown."""

    score: float | None
    known: int
    of: int
    components: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class DoubtView:
    """Two filings tell a line of one period, the later (``value``) ``times`` the earlier (``before``)."""

    line: str
    end: date
    value: float
    before: float
    times: float
    accessions: tuple[str, str]


@dataclass(frozen=True, slots=True)
class FundamentalsView:
    """
    What was known on ``as_of``. Periods are newest first, money is in ``currency``, shares and figures
    per share are in the shares of ``as_of``. ``trailing`` are the twelve months up to ``period_end``, where
    ``equity`` is; ``shares`` are the newest count, ``market_value`` is theirs at the last raw close.
    """

    as_of: date
    currency: str | None
    period_end: date
    lines: Sequence[LineView]
    years: Sequence[PeriodView]
    quarters: Sequence[PeriodView]
    trailing: Mapping[str, FigureView | None]
    shares: FigureView | None
    equity: FigureView | None
    market_value: float | None
    ratios: Mapping[str, float | None]
    piotroski: HealthView
    altman: HealthView
    doubts: Sequence[DoubtView]


def fundamentals_of(*, instrument: Instrument, as_of: date) -> FundamentalsView | None:
    """Return an instrument's fundamentals; None where its company had told nothing by that day."""
    statements = statements_of(instrument=instrument, as_of=as_of)
    if statements is None or (end := statements.calendar.latest) is None:
        return None
    known = next(iter(known_of(kinds=[instrument.kind], as_of=as_of, instruments=[instrument.pk])))
    inputs = columns([known.snapshot])
    return FundamentalsView(
        as_of=as_of,
        currency=statements.books.currency,
        period_end=date.fromordinal(end),
        lines=[_line(name) for name in (*FLOWS, *BALANCES)],
        years=[_period(statements, each) for each in statements.calendar.years[: -SHOWN_YEARS - 1 : -1]],
        quarters=[
            _period(statements, each) for each in statements.calendar.quarters[: -SHOWN_QUARTERS - 1 : -1]
        ],
        trailing={name: _figure(statements.trailing(name, end)) for name in FLOWS},
        shares=_figure(statements.shares(as_of)),
        equity=_figure(statements.balance("equity", end)),
        market_value=_known(known.snapshot.inputs["market_value"]),
        ratios={name: _known(values[0]) for name, values in ratios(inputs).items()},
        piotroski=_health(piotroski(inputs)),
        altman=_health(altman(inputs, sic=np.array([known.sic]))),
        doubts=[_doubt(each) for each in scale_doubts(statements.books)],
    )


def _line(name: str) -> LineView:
    if name in BY_NAME:
        return LineView(name, BY_NAME[name].label, BY_NAME[name].unit)
    return LineView(name, _TOGETHER[name], "money")


def _period(statements: Statements, period: Period) -> PeriodView:
    return PeriodView(
        start=period.start,
        end=period.end,
        fiscal_year=period.fiscal_year,
        quarter=period.quarter,
        transition=period.transition,
        figures={name: _figure(figure) for name, figure in statements.period(period).items()},
    )


def _figure(figure: Figure | None) -> FigureView | None:
    if figure is None:
        return None
    return FigureView(
        value=figure.value,
        derived=figure.derived,
        known_on=figure.known_on,
        accessions=tuple(sorted({fact.accession for fact in figure.facts})),
        tags=tuple(sorted({fact.tag for fact in figure.facts})),
    )


def _doubt(doubt: Doubt) -> DoubtView:
    return DoubtView(
        line=doubt.line,
        end=doubt.later.end,
        value=doubt.later.value,
        before=doubt.earlier.value,
        times=doubt.times,
        accessions=(doubt.earlier.accession, doubt.later.accession),
    )


def _health(health: Health) -> HealthView:
    return HealthView(
        score=_known(health.score[0]),
        known=int(health.known[0]),
        of=len(health.components),
        components={name: _known(values[0]) for name, values in health.components.items()},
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
