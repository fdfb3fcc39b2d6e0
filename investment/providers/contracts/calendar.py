"""When markets trade: now, and on the days that are not like others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

# «extended» is before or after the regular session where the provider does not say which.
MarketPhase = Literal["closed", "pre_market", "regular", "post_market", "extended"]


@dataclass(frozen=True, slots=True)
class MarketHoliday:
    """
    A day on which an exchange is closed, or closes early.

    ``exchange`` is the provider's name of it (NYSE, US). ``opens_at`` and ``closes_at`` are aware, in
    UTC, of the shortened session; None where the exchange is closed all day or the hours are not told.
    """

    exchange: str
    day: date
    name: str
    closed: bool | None  # all day; None is a word that we do not know
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarketNow:
    """
    What a market does at this moment, by the provider's clock (``at``, aware, in UTC).

    ``market`` is what was asked about, in the provider's name (US, stocks). ``phase`` None is a word
    that we do not know. ``holiday`` is the name of today's, where there is one and it is told.
    ``venues`` are the phases of single exchanges where they are told (nyse, nasdaq, otc, fx).
    """

    market: str
    phase: MarketPhase | None
    at: datetime | None
    holiday: str | None = None
    venues: Mapping[str, MarketPhase | None] = field(default_factory=dict)

    @property
    def is_open(self) -> bool | None:
        """Whether the regular session is on; None where that is not known."""
        return None if self.phase is None else self.phase == "regular"
