"""What a share costs now: the last price a provider can know of at an instant."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.sources import Source

LOOKED_BACK = 22  # sessions: an illiquid stock's last trade may be weeks ago


@dataclass(frozen=True, slots=True)
class LastPrice:
    """
    Raw prices and shares of one session so far. ``at`` is when it last traded, UTC.

    ``previous_close`` is that of the last session with a trade before, in the shares of this one;
    None for a stock on its first day.
    """

    session: date
    at: datetime
    price: float
    open: float
    high: float
    low: float
    volume: float
    previous_close: float | None


def last_price(source: Source, symbol: str, now: datetime) -> LastPrice | None:
    """
    Return the last price of the regular sessions at ``now``; None for who is not listed or never traded.

    Within a session it moves minute by minute if the source knows minutes, else only at its end.
    """
    begun = sessions_until(source, now)
    if not begun or source.listing(symbol, begun[-1].session) is None:
        return None
    current = begun[-1]
    # Most shares trade every day: the last sessions are looked at first, for they are the cheapest.
    for back in (3, 8, len(begun)):
        dates, bars = source.bars(symbol, begun[-min(back, len(begun))].session, current.session)
        if len(dates) >= min(back, 3):
            break
    open_now = now < current.closes_at and bool(dates) and dates[-1] == current.session
    if open_now:
        previous = _previous(source, symbol, dates, bars.close.tolist(), len(dates) - 1)
        told = _within(source, symbol, current, now, previous)
        if told is not None:
            return told
        dates = dates[:-1]
    if not dates:
        return None
    row = len(dates) - 1
    days = {day.session: day for day in begun}
    return LastPrice(
        session=dates[row],
        at=days[dates[row]].closes_at,
        price=float(bars.close[row]),
        open=float(bars.open[row]),
        high=float(bars.high[row]),
        low=float(bars.low[row]),
        volume=float(bars.volume[row]),
        previous_close=_previous(source, symbol, dates, bars.close.tolist(), row),
    )


def sessions_until(source: Source, now: datetime, count: int = LOOKED_BACK) -> list[SessionDay]:
    """Return the last sessions that have opened by ``now``, oldest first."""
    days = source.days.sessions
    place = bisect_right(days, now, key=lambda day: day.opens_at)
    return days[max(0, place - count) : place]


def _within(
    source: Source, symbol: str, session: SessionDay, now: datetime, previous: float | None
) -> LastPrice | None:
    """Return the session so far, None before its first trade: a minute is known when it is over."""
    minutes = source.minutes(symbol, session)
    if minutes is None:
        return None
    seen = minutes.regular & (minutes.start + 60 <= now.timestamp())
    if not seen.any():
        return None
    last = int(minutes.start[seen][-1]) + 60
    return LastPrice(
        session=session.session,
        at=datetime.fromtimestamp(last, UTC),
        price=float(minutes.close[seen][-1]),
        open=float(minutes.open[seen][0]),
        high=float(minutes.high[seen].max()),
        low=float(minutes.low[seen].min()),
        volume=round(float(minutes.volume[seen].sum()), 4),
        previous_close=previous,
    )


def _previous(source: Source, symbol: str, dates: list[date], closes: list[float], row: int) -> float | None:
    """Return the close before a row, in the row's shares."""
    if row < 1:
        return None
    factor = 1.0
    for ex_date, ratio in source.shares(symbol, dates[row]):
        if dates[row - 1] < ex_date <= dates[row]:
            factor *= ratio
    return closes[row - 1] / factor
