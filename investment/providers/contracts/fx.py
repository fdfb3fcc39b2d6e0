"""
What currencies are worth: an authority's reference rates, a market's daily bars, the last rate.

A rate of ``quote`` is how much of it one unit of ``base`` is worth. Reference rates and quotes are
Decimal, as printed by who fixed them; bars are observed prices, and floats.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from investment.providers.contracts.market import Floats, MalformedRow


@dataclass(frozen=True, slots=True)
class FxRates:
    """
    The reference rates of one day: how much of each currency (ISO 4217) one unit of ``base`` is worth.

    A currency that was not quoted that day is not in ``rates``, nor is ``base`` itself. ``source_time``
    is when they were put out (aware, UTC); None is «not told».
    """

    day: date
    base: str
    rates: Mapping[str, Decimal]
    source_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What names one version of a document for its server: the words of its headers, unread."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The document is still the version that ``validators`` name: nothing was sent."""

    validators: Validators


@dataclass(frozen=True, slots=True)
class FxHistory:
    """
    A document of reference rates: ``days`` oldest first, at least one.

    Between its first and its last day it is complete, but for ``malformed``: a day that is not there
    had no fixing (weekends, holidays). Of days outside it knows nothing.
    """

    days: Sequence[FxRates]
    malformed: Sequence[MalformedRow]
    digest: str  # SHA-256 of the answer's body, hexadecimal
    validators: Validators = field(default_factory=Validators)

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> date:
        return self.days[-1].day

    def on(self, day: date) -> FxRates | None:
        """Return the rates fixed on a day; None: no fixing, or not in the document."""
        found = self.until(day)
        return found if found and found.day == day else None

    def until(self, day: date) -> FxRates | None:
        """Return the document's last rates of a day or before; their own day says how old they are."""
        place = bisect_right(self.days, day, key=lambda rates: rates.day)
        return self.days[place - 1] if place else None

    def had_no_fixing(self, day: date) -> bool | None:
        """Return whether the document covers a day and knows of no fixing; None: it does not cover it."""
        if not self.first <= day <= self.last:
            return None
        return self.on(day) is None

    def absences(self) -> list[date]:
        """Return every day between the first and the last on which nothing was fixed."""
        told = {rates.day for rates in self.days}
        span = (self.last - self.first).days
        between = (self.first + timedelta(days=n) for n in range(span + 1))
        return [day for day in between if day not in told]

    def last_told(self, currency: str) -> date | None:
        """Return the last day with a rate of a currency: one that has vanished has none since."""
        return next((rates.day for rates in reversed(self.days) if currency in rates.rates), None)


@dataclass(frozen=True, slots=True)
class FxBars:
    """
    Daily bars of a pair of currencies, oldest first; ``days[i]`` is the date of row i, in ``time_zone``.

    Nothing here has been judged plausible yet. There is no volume.
    """

    base: str
    quote: str
    days: Sequence[date]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    malformed: Sequence[MalformedRow]
    digest: str  # SHA-256 of the answer's body, hexadecimal
    time_zone: str | None = None  # in the provider's words

    def __len__(self) -> int:
        return len(self.days)


@dataclass(frozen=True, slots=True)
class FxQuote:
    """The last rate of a pair; ``at`` is aware, in UTC. What was not told is None."""

    base: str
    quote: str
    rate: Decimal
    at: datetime | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
