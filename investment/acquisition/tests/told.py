"""Made-up bars of a few sessions, stored as if a provider had told them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from investment.acquisition.calculators.comparison import BarValues
from investment.lib import clock
from investment.lib.exchange_days import SessionDay
from investment.market.models import Instrument
from investment.market.services.bars import ingest_series
from investment.market.services.calendar import write_sessions
from investment.market.services.origins import NewOrigin
from investment.providers.contracts import BarColumns, BarSeries, MalformedRow

DAYS = [date(2026, 3, 2) + timedelta(days=number) for number in (0, 1, 2, 3, 4, 7, 8)]
NOW = datetime(2026, 3, 12, 3, tzinfo=UTC)
BAR = BarValues(100.0, 102.0, 99.0, 101.0, 1000.0)
Told = dict[date, BarValues]


def begin() -> None:
    """Let it be :data:`NOW`, in a calendar of these sessions."""
    clock.set_clock(origin=NOW, rate=0)
    sessions = [
        SessionDay(
            day, datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC),
            datetime(day.year, day.month, day.day, 21, tzinfo=UTC), False,
        )
        for day in DAYS
    ]  # fmt: skip
    write_sessions(days=sessions, first=DAYS[0], last=DAYS[-1])


def series(told: Told, symbol: str = "ABC", malformed: Sequence[MalformedRow] = ()) -> BarSeries:
    days = sorted(told)
    o, high, low, close, volume = (
        np.array([getattr(told[day], name) for day in days]) for name in BarValues._fields
    )
    unknown = np.full(len(days), np.nan)
    bars = BarColumns([symbol] * len(days), o, high, low, close, volume, unknown, unknown.copy())
    return BarSeries(symbol, days, bars, list(malformed), "raw", "")


def stored(told: Told, *, symbol: str = "ABC", provider: str = "massive", now: datetime = NOW) -> Instrument:
    ingest_series(
        series=series(told, symbol), origin=NewOrigin(provider=provider, endpoint="daily_bars"), now=now
    )
    return Instrument.objects.get(symbol=symbol)


def all_days(values: BarValues = BAR, *, but: dict[date, BarValues | None] | None = None) -> Told:
    told = {**dict.fromkeys(DAYS, values), **(but or {})}
    return {day: word for day, word in told.items() if word is not None}
