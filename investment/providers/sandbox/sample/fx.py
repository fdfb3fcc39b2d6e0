"""
Invented exchange rates: units of each currency for one euro, one a weekday, since 1999.

Each currency wanders around a plausible level. The whole table is drawn from one stream, day after
day, so a later last day changes nothing before it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from math import sqrt
from zoneinfo import ZoneInfo

import numpy as np

from investment.providers.sandbox.sample.process import Floats

FIRST_DAY = date(1999, 1, 4)
LAST_DAY = date(2040, 12, 31)
PULL = 0.0025
FIXING = time(14, 15)
FRANKFURT = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Currency:
    """``level`` per euro, daily volatility, decimals that are told, and while it is told."""

    code: str
    name: str
    level: float
    sigma: float
    decimals: int
    first: date = FIRST_DAY
    last: date = LAST_DAY


CURRENCIES = [
    Currency("USD", "United States Dollar", 1.12, 0.0048, 4),
    Currency("JPY", "Japanese Yen", 152.0, 0.0055, 2),
    Currency("BGN", "Bulgarian Lev", 1.9558, 0.0, 4, last=date(2025, 12, 31)),
    Currency("CZK", "Czech Republic Koruna", 24.9, 0.0026, 3),
    Currency("DKK", "Danish Krone", 7.455, 0.00008, 4),
    Currency("GBP", "British Pound Sterling", 0.855, 0.0040, 5),
    Currency("HUF", "Hungarian Forint", 390.0, 0.0048, 2),
    Currency("PLN", "Polish Zloty", 4.38, 0.0040, 4),
    Currency("RON", "Romanian Leu", 4.96, 0.0012, 4, date(2005, 7, 1)),
    Currency("SEK", "Swedish Krona", 11.2, 0.0040, 4),
    Currency("CHF", "Swiss Franc", 0.96, 0.0034, 4),
    Currency("ISK", "Icelandic Krona", 148.0, 0.0040, 2, date(2018, 2, 1)),
    Currency("NOK", "Norwegian Krone", 11.4, 0.0052, 4),
    Currency("HRK", "Croatian Kuna", 7.53, 0.0004, 4, last=date(2022, 12, 30)),
    Currency("RUB", "Russian Ruble", 82.0, 0.0090, 4, last=date(2022, 3, 1)),
    Currency("TRY", "Turkish Lira", 34.0, 0.0085, 4, date(2005, 1, 3)),
    Currency("AUD", "Australian Dollar", 1.64, 0.0052, 4),
    Currency("BRL", "Brazilian Real", 5.9, 0.0078, 4, date(2008, 1, 2)),
    Currency("CAD", "Canadian Dollar", 1.48, 0.0046, 4),
    Currency("CNY", "Chinese Yuan", 7.8, 0.0040, 4, date(2005, 4, 1)),
    Currency("HKD", "Hong Kong Dollar", 8.74, 0.0048, 4),
    Currency("IDR", "Indonesian Rupiah", 17400.0, 0.0052, 2),
    Currency("ILS", "Israeli New Sheqel", 4.02, 0.0050, 4, date(2011, 1, 3)),
    Currency("INR", "Indian Rupee", 92.0, 0.0048, 4, date(2009, 1, 2)),
    Currency("KRW", "South Korean Won", 1480.0, 0.0052, 2),
    Currency("MXN", "Mexican Peso", 19.6, 0.0074, 4, date(2008, 1, 2)),
    Currency("MYR", "Malaysian Ringgit", 4.95, 0.0046, 4),
    Currency("NZD", "New Zealand Dollar", 1.79, 0.0054, 4),
    Currency("PHP", "Philippine Peso", 62.0, 0.0046, 3),
    Currency("SGD", "Singapore Dollar", 1.45, 0.0038, 4),
    Currency("THB", "Thai Baht", 38.2, 0.0046, 3),
    Currency("ZAR", "South African Rand", 19.9, 0.0080, 4),
]
BY_CODE = {currency.code: currency for currency in CURRENCIES}


@dataclass(frozen=True, slots=True)
class FxBar:
    """One day of a pair: units of the second currency for one of the first."""

    day: date
    open: float
    high: float
    low: float
    close: float


class Fx:
    """The rates of one sample market."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.days = [
            day
            for day in (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
            if day.weekday() < 5
        ]

    @cached_property
    def _logs(self) -> Floats:
        """Logs of the rates against their levels, by day and currency."""
        rng = np.random.Generator(np.random.PCG64([self.seed, 9]))
        sigma = np.array([currency.sigma for currency in CURRENCIES])
        steps = rng.standard_normal((len(self.days), len(CURRENCIES))) * sigma
        logs: Floats = np.empty_like(steps)
        # It starts where it wanders anyway: at a distance that the pull allows.
        at = steps[0] / sqrt(2 * PULL)
        for number, step in enumerate(steps):
            at = (1 - PULL) * at + step
            logs[number] = at
        return logs

    def day_of(self, instant: datetime) -> date:
        """Return the last day that has been fixed by then; fixings are at 14:15 in Frankfurt."""
        local = instant.astimezone(FRANKFURT)
        day = local.date() if local.time() >= FIXING else local.date() - timedelta(days=1)
        return self.days[max(0, bisect_right(self.days, day) - 1)]

    def rates(self, day: date) -> dict[str, Decimal]:
        """Return units per euro of what is told on a weekday, in the order of the list; else nothing."""
        number = bisect_right(self.days, day) - 1
        if number < 0 or self.days[number] != day:
            return {}
        return {
            currency.code: self._rate(number, place)
            for place, currency in enumerate(CURRENCIES)
            if currency.first <= day <= currency.last
        }

    def rate(self, base: str, quote: str, day: date) -> float | None:
        """Return units of ``quote`` for one ``base`` on the last weekday up to ``day``; None if not told."""
        day = self.days[max(0, bisect_right(self.days, day) - 1)]
        told = {"EUR": Decimal(1)} | self.rates(day)
        if base not in told or quote not in told:
            return None
        return float(told[quote] / told[base])

    def bar(self, base: str, quote: str, day: date) -> FxBar | None:
        """Return a weekday's bar: it opens at the rate of the weekday before and closes at its own."""
        number = bisect_right(self.days, day) - 1
        if number < 1 or self.days[number] != day:
            return None
        opened, closed = self.rate(base, quote, self.days[number - 1]), self.rate(base, quote, day)
        if opened is None or closed is None:
            return None
        rng = np.random.Generator(np.random.PCG64([self.seed, day.toordinal(), 10]))
        spread = 0.002 * np.abs(rng.standard_normal(2))
        high, low = max(opened, closed) * (1 + spread[0]), min(opened, closed) * (1 - spread[1])
        return FxBar(day, *(round(float(value), 8) for value in (opened, high, low, closed)))

    def rate_at(self, base: str, quote: str, instant: datetime) -> float | None:
        """Return what a pair costs at an instant: on the way from one fixing to the next."""
        last = self.day_of(instant)
        number = bisect_right(self.days, last)
        following = self.days[min(number, len(self.days) - 1)]
        before, after = self.rate(base, quote, last), self.rate(base, quote, following)
        if before is None or after is None:
            return before
        start = datetime.combine(last, FIXING, FRANKFURT)
        part: float = min(max((instant - start) / timedelta(days=1), 0.0), 1.0)
        return float(round(before * (after / before) ** part, 8))

    def _rate(self, number: int, place: int) -> Decimal:
        currency = CURRENCIES[place]
        rate = currency.level * float(np.exp(self._logs[number, place]))
        return Decimal(f"{rate:.{currency.decimals}f}")
