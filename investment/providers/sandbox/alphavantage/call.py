"""One question to Alpha Vantage: its function, its symbol, what is known by now."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.alphavantage import words
from investment.providers.sandbox.deviations import Deviation
from investment.providers.sandbox.prices import sessions_until
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sources import Invented
from investment.providers.sandbox.speakers import Call

_PREFERRED = re.compile(r"([A-Z]+)-P-?([A-Z])")
_CLASS = re.compile(r"([A-Z]+)-([A-Z])")


@dataclass(frozen=True, slots=True)
class Question(Call):
    @property
    def function(self) -> str:
        return self.param("function") or ""

    @property
    def told_at(self) -> datetime:
        """The instant up to which prices are known."""
        return self.sandbox.told_at(self.speaker.name, self.now)

    @property
    def deviation(self) -> Deviation:
        return self.sandbox.deviations.get(self.speaker.name) or Deviation()

    @property
    def invented(self) -> Invented | None:
        return self.source.invented

    def required(self, name: str) -> str:
        """:raises Refused: without it."""
        value = self.param(name)
        if value is None:
            raise words.invalid_call(self.function)
        return value

    def symbol(self) -> tuple[str, str]:
        """
        Return the symbol as it was asked for, and as the market spells it.

        :raises Refused: without one.
        """
        asked = self.required("symbol")
        return asked, spelt(asked)

    def line(self, symbol: str) -> Instrument | None:
        """Return who trades under a symbol (the market's) in the sample market."""
        known = self.invented
        return known.market.find(symbol, self.today) if known else None

    def is_known(self, symbol: str) -> bool:
        return self.source.listing(symbol, self.today) is not None

    def closed(self) -> list[SessionDay]:
        """Return the sessions whose closing prices are known, oldest first."""
        sessions = sessions_until(self.source, self.told_at, len(self.source.days.sessions))
        return [session for session in sessions if session.closes_at <= self.told_at]

    def choice(self, name: str, among: tuple[str, ...]) -> str:
        """Return a parameter's value, the first of ``among`` without one. :raises Refused: for any other."""
        value = self.param(name) or among[0]
        if value not in among:
            raise words.invalid_call(self.function)
        return value

    def within_plan(self, parameter: str, value: str | None) -> None:
        """:raises Refused: if a parameter's value is for those who pay."""
        if value is not None and not self.plan.terms.get("paid"):
            raise words.premium_feature(parameter, value, self.function)


def spelt(theirs: str) -> str:
    """Return the market's spelling of Alpha Vantage's symbol: dots for classes, a small p for preferreds."""
    symbol = theirs.strip().upper()
    if found := _PREFERRED.fullmatch(symbol):
        return f"{found[1]}p{found[2]}"
    if found := _CLASS.fullmatch(symbol):
        return f"{found[1]}.{found[2]}"
    return theirs.strip() if re.fullmatch(r"[A-Z]+p[A-Z]?", theirs.strip()) else symbol


def theirs(symbol: str) -> str:
    """Return Alpha Vantage's spelling of the market's symbol."""
    if found := re.fullmatch(r"([A-Z]+)p([A-Z])", symbol):
        return f"{found[1]}-P-{found[2]}"
    return symbol.replace(".", "-")


def text(value: float, decimals: int = 4) -> str:
    return f"{value:.{decimals}f}"


def day_text(day: date | None) -> str:
    return day.isoformat() if day else "None"


Document = dict[str, Any]
