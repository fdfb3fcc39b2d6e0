"""What an instrument trades at now: quotes that are asked for, trades that are streamed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """
    The last price of an instrument and its day so far, raw, in its quote currency.

    ``at`` is the instant of that price (aware, UTC), not of the question: after hours it is that of
    the session's end. What was not told is None.
    """

    symbol: str
    price: float
    at: datetime
    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """
    One trade as it was streamed; ``size`` is in shares, ``at`` aware, in UTC.

    ``conditions`` are the provider's codes, in its order. Trades may come twice and out of order.
    """

    symbol: str
    price: float
    size: float
    at: datetime
    conditions: tuple[str, ...] = ()
