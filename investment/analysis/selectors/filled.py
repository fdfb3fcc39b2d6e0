"""What providers tell of a company where its filings do not, and how they agree where both do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import prod
from typing import Final

from investment.analysis.calculators.provider_figures import (
    FIGURES,
    IN_MONEY,
    PER_SHARE,
    ProviderFigure,
    Unit,
    compare,
    in_shares_of,
    value_of,
)
from investment.analysis.selectors.company_fundamentals import FundamentalsView
from investment.market.models import CorporateAction, Instrument, ProviderMetrics
from investment.market.selectors.actions import actions_between
from investment.market.selectors.estimates import metrics_on

GOOD_FOR: Final = timedelta(days=120)  # a quarter, and the weeks until it is reported
PRICED_GOOD_FOR: Final = timedelta(days=31)
SAME_QUARTER: Final = timedelta(days=10)  # one ends on a Saturday, the other with the month
_DEPOSITARY: Final = Instrument.Kind.ADR
_HOME: Final = frozenset({"USA", "US"})


@dataclass(frozen=True, slots=True)
class Supplement:
    """
    A figure that no filing tells, as a provider told it at ``fetched_at``; never mixed with those that do.

    Money is in ``currency``; what is per share is in the shares of the day that was asked about.
    """

    figure: str
    label: str
    value: float
    unit: Unit
    currency: str | None
    provider: str
    source: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One figure as we worked it out of filings, and as a provider tells it of the same quarter."""

    figure: str
    label: str
    unit: Unit
    ours: float
    theirs: float
    provider: str
    source: str
    fetched_at: datetime
    differs_by: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class Filled:
    supplements: Sequence[Supplement]
    checks: Sequence[Check]


@dataclass(frozen=True, slots=True)
class _Word:
    """A provider's word on a figure, in our unit and in the shares of the day that was asked about."""

    figure: ProviderFigure
    value: float
    currency: str | None
    row: ProviderMetrics
    told_at: datetime


def filled_of(*, instrument: Instrument, as_of: date, found: FundamentalsView | None) -> Filled:
    """
    Return what providers had told by a day of what is unknown in ``found``, and checks of the rest.

    Of two providers the one that was asked last counts. Nothing is told of money whose currency nobody
    names, nor in shares of which a split may be unknown to us.
    """
    words = list(_words(instrument, as_of, found))
    ours = {name: _ours(name, found) for name in FIGURES}
    newest: dict[str, _Word] = {}
    for word in words:
        name = word.figure.name
        if ours[name] is None and (name not in newest or word.told_at > newest[name].told_at):
            newest[name] = word
    checks = (_check(word, ours[word.figure.name], found) for word in words)
    return Filled(
        supplements=[_supplement(newest[name]) for name in FIGURES if name in newest],
        checks=[check for check in checks if check is not None],
    )


def _words(instrument: Instrument, as_of: date, found: FundamentalsView | None) -> Iterator[_Word]:
    rows = [(row, _told_at(row, as_of)) for row in metrics_on(instrument=instrument, as_of=as_of)]
    rows = [(row, at) for row, at in rows if as_of - at.date() <= GOOD_FOR]
    if not rows:
        return
    first = min(at.date() for _, at in rows)
    splits = [
        action
        for action in actions_between(instrument=instrument, start=first, end=as_of)
        if action.kind == CorporateAction.Kind.SPLIT
    ]
    for figure in FIGURES.values():
        for row, at in rows:
            value = value_of(figure, row.provider, row.figures)
            if value is None or not _usable(figure, instrument, row, at.date(), as_of, found):
                continue
            ratio = prod(split.ratio or 1.0 for split in splits if split.ex_date > at.date())
            yield _Word(
                figure=figure,
                value=in_shares_of(value, figure.unit, ratio),
                currency=_currency(instrument, row, found) if figure.unit in IN_MONEY else None,
                row=row,
                told_at=at,
            )


def _told_at(row: ProviderMetrics, as_of: date) -> datetime:
    """Return when a row was told last, as of a day: what was told again later was true meanwhile."""
    return row.checked_at if row.checked_at.astimezone(UTC).date() <= as_of else row.fetched_at


def _usable(
    figure: ProviderFigure,
    instrument: Instrument,
    row: ProviderMetrics,
    told_on: date,
    as_of: date,
    found: FundamentalsView | None,
) -> bool:
    if figure.priced and as_of - told_on > PRICED_GOOD_FOR:
        return False
    # What one depositary receipt stands for, and in whose money its books are, they do not say.
    if instrument.kind == _DEPOSITARY and (figure.priced or figure.unit in IN_MONEY | PER_SHARE):
        return False
    if figure.unit in IN_MONEY and _currency(instrument, row, found) is None:
        return False
    return figure.unit not in PER_SHARE or told_on == as_of or _splits_known(instrument, told_on)


def _currency(instrument: Instrument, row: ProviderMetrics, found: FundamentalsView | None) -> str | None:
    """Return the currency of a provider's money; None where it may be another than it looks."""
    named = row.currency or instrument.currency
    if found is not None:
        return named if named == found.currency else None
    # Without filings to hold it against only its own word counts, and that of companies abroad does not.
    return row.currency if row.words.get("country") in _HOME else None


def _splits_known(instrument: Instrument, since: date) -> bool:
    return instrument.actions_from is not None and instrument.actions_from <= since


def _ours(name: str, found: FundamentalsView | None) -> float | None:
    if found is None:
        return None
    shares = found.shares.value if found.shares else None
    match name:
        case "shares":
            return shares
        case "market_value":
            return found.market_value
        case "book_value_per_share":
            return found.equity.value / shares if found.equity and shares else None
        case "revenue_per_share":
            revenue = found.trailing.get("revenue")
            return revenue.value / shares if revenue and shares else None
    if name in found.ratios:
        return found.ratios[name]
    figure = found.trailing.get(name)
    return figure.value if figure else None


def _supplement(word: _Word) -> Supplement:
    return Supplement(
        figure=word.figure.name,
        label=word.figure.label,
        value=word.value,
        unit=word.figure.unit,
        currency=word.currency,
        provider=word.row.provider,
        source=word.row.source,
        fetched_at=word.told_at,
    )


def _check(word: _Word, ours: float | None, found: FundamentalsView | None) -> Check | None:
    if ours is None or found is None or word.row.quarter is None:
        return None
    if abs(word.row.quarter - found.period_end) > SAME_QUARTER:
        return None
    difference = compare(word.figure, ours, word.value)
    if difference is None:
        return None
    return Check(
        figure=word.figure.name,
        label=word.figure.label,
        unit=word.figure.unit,
        ours=ours,
        theirs=word.value,
        provider=word.row.provider,
        source=word.row.source,
        fetched_at=word.told_at,
        differs_by=difference.by,
        agrees=difference.agrees,
    )
