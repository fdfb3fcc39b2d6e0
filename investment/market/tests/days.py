"""What the market's tests are made of: a calendar of weekdays, and answers with a bar or two."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from investment.market.models import CorporateAction, Instrument, Session, Ticker
from investment.providers.contracts import BarColumns, BarSeries, Basis, MalformedRow, MarketDay

NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
MONDAY = date(2025, 3, 3)
Bar = tuple[float, float, float, float, float]  # open, high, low, close, volume

NAN = float("nan")


def weekdays(first: date, count: int) -> list[date]:
    """Make ``count`` sessions, weekdays from ``first`` on, and return them."""
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    Session.objects.bulk_create(
        [
            Session(
                session=day,
                opens_at=datetime.combine(day, time(14, 30), UTC),
                closes_at=datetime.combine(day, time(21), UTC),
            )
            for day in days
        ],
        ignore_conflicts=True,
    )
    return days


def bar(close: float, *, volume: float = 1000.0) -> Bar:
    return (close, close * 1.02, close * 0.97, close, volume)


def columns(
    rows: Sequence[tuple[str, Bar]], *, vwap: Sequence[float] = (), trades: Sequence[float] = ()
) -> BarColumns:
    table = np.array([values for _, values in rows], dtype=np.float64).reshape(len(rows), 5).T.copy()
    unknown = [NAN] * len(rows)
    return BarColumns(
        symbols=[symbol for symbol, _ in rows],
        open=table[0],
        high=table[1],
        low=table[2],
        close=table[3],
        volume=table[4],
        vwap=np.array(vwap or unknown, dtype=np.float64),
        trades=np.array(trades or unknown, dtype=np.float64),
    )


def market_day(
    session: date,
    bars: Mapping[str, Bar] | Sequence[tuple[str, Bar]],
    *,
    malformed: Sequence[MalformedRow] = (),
    filler: int = 0,
) -> MarketDay:
    """Return an answer; ``filler`` adds that many sound rows, FILL0 and so on."""
    rows = list(bars.items()) if isinstance(bars, Mapping) else list(bars)
    rows += [(f"FILL{i}", bar(10.0 + i)) for i in range(filler)]
    return MarketDay(session=session, bars=columns(rows), malformed=malformed, basis="raw", digest="d1")


def series(symbol: str, sessions: Sequence[date], bars: Sequence[Bar], *, basis: Basis = "raw") -> BarSeries:
    rows = [(symbol, values) for values in bars]
    return BarSeries(symbol, sessions, columns(rows), malformed=[], basis=basis, digest="d2")


def instrument(
    symbol: str, *, actions_from: date | None = None, currency: str | None = "USD", kind: str = "common_stock"
) -> Instrument:
    """Make an active instrument that always had its ticker."""
    made = Instrument.objects.create(
        symbol=symbol,
        kind=kind,
        currency=currency,
        actions_from=actions_from,
        source="test",
        first_seen_at=NOW,
        updated_at=NOW,
    )
    Ticker.objects.create(instrument=made, symbol=symbol)
    return made


def split(owner: Instrument, day: date, ratio: float) -> CorporateAction:
    return CorporateAction.objects.create(
        instrument=owner, kind="split", ex_date=day, ratio=ratio, provider="test", known_at=NOW
    )


def dividend(owner: Instrument, day: date, amount: str, currency: str = "USD") -> CorporateAction:
    return CorporateAction.objects.create(
        instrument=owner,
        kind="dividend",
        ex_date=day,
        amount=amount,
        currency=currency,
        provider="test",
        known_at=NOW,
    )
