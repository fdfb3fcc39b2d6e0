"""One request to Finnhub: its parameters, whose symbols it means, and what its key may see."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.sources import Listing
from investment.providers.sandbox.speakers import Call, Refused

EXCHANGE = "US"
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SECONDS = re.compile(r"[0-9]{1,11}")
# AAPL.SW, OANDA:EUR_USD. A single letter after the dot is a class of shares.
ELSEWHERE = re.compile(r".*(:.*|\.[A-Z]{2,})")
PREFERRED = re.compile(r"([A-Z]+)p([A-Z])")
THEIRS = re.compile(r"([A-Z]+)-P([A-Z])")


def no_access() -> Refused:
    return Refused(403, {"error": "You don't have access to this resource."})


def wrong(words: str) -> Refused:
    """The texts of 422 are not documented."""
    return Refused(422, {"error": words})


def spelled(symbol: str) -> str:
    """Return Finnhub's symbol: preferreds have a dash (not documented; seen for warrants and units)."""
    return PREFERRED.sub(r"\1-P\2", symbol)


@dataclass(frozen=True, slots=True)
class FinnhubCall(Call):
    """A call whose helpers refuse in Finnhub's words."""

    def required(self, name: str) -> str:
        """:raises Refused: if it is not given."""
        value = self.param(name)
        if value is None:
            raise wrong(f"Missing parameter: {name}")
        return value

    def symbol(self) -> str:
        """
        Return the market's own symbol of the one that is asked for.

        :raises Refused: if there is none, or it lies outside the plan.
        """
        symbol = self.required("symbol")
        if ELSEWHERE.fullmatch(symbol) and not self.plan.terms.get("world"):
            raise no_access()
        return THEIRS.sub(r"\1p\2", symbol) if not PREFERRED.fullmatch(symbol) else ""

    def listing(self) -> Listing | None:
        """Return who is asked for, if it is listed today."""
        return self.source.listing(self.symbol(), self.today)

    def exchange(self) -> None:
        """:raises Refused: if it is not given, or lies outside the plan."""
        if self.required("exchange") != EXCHANGE:
            raise no_access()

    def day(self, name: str) -> date | None:
        """:raises Refused: if it is given and no date."""
        value = self.param(name)
        if value is None:
            return None
        with suppress(ValueError):
            if DATE.fullmatch(value):
                return date.fromisoformat(value)
        raise wrong(f"Wrong date format: {name}. Please use YYYY-MM-DD")

    def days(self) -> tuple[date, date]:
        """Return ``from`` and ``to``. :raises Refused: if one is missing."""
        self.required("from")
        self.required("to")
        first, last = self.day("from"), self.day("to")
        return first or date.min, last or date.max

    def instant(self, name: str) -> datetime:
        """:raises Refused: if it is missing, or no unix seconds."""
        value = self.required(name)
        if not SECONDS.fullmatch(value):
            raise wrong(f"Wrong timestamp: {name}")
        return datetime.fromtimestamp(int(value), UTC)

    @property
    def last_closed(self) -> date:
        """The last day whose bar is complete."""
        session = self.session(self.today)
        closed = session is None or self.now >= session.closes_at
        return self.today if closed else self.today - timedelta(days=1)

    def running(self) -> SessionDay | None:
        """Return the session that is on."""
        session = self.session(self.today)
        return session if session and session.opens_at <= self.now < session.closes_at else None
