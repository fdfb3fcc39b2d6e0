"""What an instrument was last traded at, where a provider tells the session and no instant."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SessionQuote:
    """
    An instrument's last session, raw, in its quote currency; ``price`` is that of its end, or so far.

    It is no :class:`Quote`: of the instant only the exchange's date is known. ``volume`` is in shares.
    """

    symbol: str
    session: date
    price: float
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None
    previous_close: float | None = None
