"""
Reads of reference rates.

A day's rates are those of one fixing: where there was none on the day asked for, the last one before it,
whose day is told. None is carried further than :data:`OLDEST`, and what was not fixed with the others is
unknown.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Min, QuerySet

from investment.lib.errors import DomainError
from investment.market.calculators.crossing import ONE, cross_rate
from investment.market.models import FxRate, Publication

EURO = "EUR"  # every reference rate is fixed against it
OLDEST = timedelta(days=7)  # longer than any row of holidays
DAILY, HISTORY, RECENT = "fx.daily", "fx.history", "fx.90_days"  # names of publications
_CURRENCY = re.compile(r"[A-Z]{3}")
# Hundredths in which exchanges quote, and what they are hundredths of.
MINOR_UNITS = {"GBX": "GBP", "GBp": "GBP", "ZAC": "ZAR", "ZAc": "ZAR", "ILA": "ILS"}


class UnknownCurrency(DomainError):
    """There are no rates of it, and there never were."""

    code = "unknown_currency"


@dataclass(frozen=True, slots=True)
class RateSource:
    """Whose rates these are, when they were last asked for, and the last day that was told of."""

    provider: str
    fetched_at: datetime
    published_day: date | None


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of the base is worth; ``computed``: from two rates against the euro."""

    quote: str
    rate: Decimal
    day: date
    computed: bool


@dataclass(frozen=True, slots=True)
class DayRates:
    """The rates of ``day``, by currency; None if none is known, and ``words`` say why."""

    base: str
    day: date | None
    rates: list[Rate]
    source: RateSource | None
    history_from: date | None
    words: str


@dataclass(frozen=True, slots=True)
class RateHistory:
    """The rates of one pair, oldest first, on the days on which both were fixed."""

    base: str
    quote: str
    computed: bool
    points: list[tuple[date, Decimal]]
    source: RateSource | None
    words: str


def rates_on(*, on: date, base: str = EURO) -> DayRates:
    """
    Return what a unit of ``base`` was worth on a day in all other currencies.

    :raises UnknownCurrency: if we have rates, but none of it.
    """
    source, valid = _source_and_rates()
    first = valid.aggregate(first=Min("day"))["first"]
    _check(base, valid)
    day = valid.filter(day__lte=on).aggregate(last=Max("day"))["last"]
    if day is None or on - day > OLDEST:
        return DayRates(base, None, [], source, first, _why_none(on, first, day))
    fixed: dict[str, Decimal] = dict(valid.filter(day=day).values_list("quote", "rate"))
    fixed[EURO] = ONE
    if base not in fixed:
        return DayRates(base, day, [], source, first, f"No rate of {base} on {day}: {_span(base, valid)}")
    rates = [
        Rate(quote, rate, day, computed=False)
        if base == EURO
        else Rate(quote, cross_rate(base=fixed[base], quote=rate), day, computed=True)
        for quote, rate in sorted(fixed.items())
        if quote != base
    ]
    return DayRates(base, day, rates, source, first, "" if day == on else _earlier(on, day))


def rate_history(*, quote: str, until: date, days: int, base: str = EURO) -> RateHistory:
    """
    Return what a unit of ``base`` was worth in ``quote`` on the last ``days`` days up to ``until``.

    :raises UnknownCurrency: if we have rates, but none of one of them.
    """
    source, valid = _source_and_rates()
    for currency in (base, quote):
        _check(currency, valid)
    since = until - timedelta(days=days - 1)
    found: dict[str, dict[date, Decimal]] = {base: {}, quote: {}}
    rows = valid.filter(quote__in=[base, quote], day__range=(since, until)).order_by("day")
    for currency, day, rate in rows.values_list("quote", "day", "rate"):
        found[currency][day] = rate
    points = _points(base, quote, found)
    words = ""
    if not points:
        told = "; ".join(_span(currency, valid) for currency in (base, quote))
        words = f"No rate from {since} to {until}: {told}" if source else NOTHING_YET
    return RateHistory(base, quote, base != EURO, points, source, words)


NOTHING_YET = "No exchange rates yet: the ECB's are fetched in the background"


def _points(base: str, quote: str, found: dict[str, dict[date, Decimal]]) -> list[tuple[date, Decimal]]:
    if base == quote:
        return []
    if base == EURO:
        return list(found[quote].items())
    if quote == EURO:
        return [(day, cross_rate(base=rate, quote=ONE)) for day, rate in found[base].items()]
    return [
        (day, cross_rate(base=rate, quote=found[quote][day]))
        for day, rate in found[base].items()
        if day in found[quote]
    ]


def _source_and_rates() -> tuple[RateSource | None, QuerySet[FxRate]]:
    """Return who tells the rates, None if nobody has, and the valid ones."""
    rows = list(Publication.objects.filter(name__in=[DAILY, RECENT, HISTORY]).order_by("checked_at"))
    if not rows:
        return None, FxRate.objects.none()
    newest = rows[-1]
    days = [row.last_day for row in rows if row.source == newest.source and row.last_day]
    source = RateSource(newest.source, newest.checked_at, max(days, default=None))
    return source, FxRate.objects.filter(source=newest.source, base=EURO, superseded_at__isnull=True)


def _check(currency: str, valid: QuerySet[FxRate]) -> None:
    """Refuse what is no currency; without any rates nobody can tell what is one."""
    if currency in MINOR_UNITS:
        raise UnknownCurrency(
            f"{currency} is a hundredth of {MINOR_UNITS[currency]} and no currency: "
            f"ask for {MINOR_UNITS[currency]}",
            currency=currency,
        )
    written = _CURRENCY.fullmatch(currency)
    if currency == EURO or (written and (valid.filter(quote=currency).exists() or not valid.exists())):
        return
    raise UnknownCurrency(
        f"There are no rates of {currency[:8]!r}; it must be three capital letters of ISO 4217, "
        "of a currency for which the ECB fixes a rate",
        currency=currency[:8],
    )


def _span(currency: str, valid: QuerySet[FxRate]) -> str:
    if currency == EURO:
        return "all are fixed against the euro"
    span = valid.filter(quote=currency).aggregate(first=Min("day"), last=Max("day"))
    return f"{currency} has rates from {span['first']} to {span['last']}"


def _why_none(on: date, first: date | None, day: date | None) -> str:
    if first is None:
        return NOTHING_YET
    if day is None:
        return f"No rates are known of {on}: ours begin on {first}"
    return (
        f"No rates are known of {on}: the last before it are of {day}, more than {OLDEST.days} days earlier"
    )


def _earlier(on: date, day: date) -> str:
    return f"There are no rates of {on} (no fixing, or not out yet): these are of {day}"


def first_doubtful_day(*, source: str) -> date | None:
    """
    Return the first working day without rates of which no document says that there was no fixing.

    From the end of the whole history on; None if there is none.
    """
    spans = {
        row.name: (row.first_day, row.last_day)
        for row in Publication.objects.filter(source=source, name__in=[HISTORY, RECENT])
    }
    history_last = spans.get(HISTORY, (None, None))[1]
    if history_last is None:
        return None
    recent_first, recent_last = spans.get(RECENT, (None, None))
    told = set(
        FxRate.objects.filter(source=source, day__gt=history_last).values_list("day", flat=True).distinct()
    )
    day, newest = history_last, max(told, default=history_last)
    while (day := day + timedelta(days=1)) < newest:
        covered = recent_first is not None and recent_last is not None and recent_first <= day <= recent_last
        if day.weekday() < 5 and day not in told and not covered:
            return day
    return None
