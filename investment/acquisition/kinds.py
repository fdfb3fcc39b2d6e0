"""
What can be known of an instrument, who can tell it, and how old it may be: the one table.

Two sources stand in for one another only where their bases are equal. Where they are not, the second
is another datum, and is never shown or stored as the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal

from investment.acquisition.importance import Tier
from investment.lib.level import Level


class Kind(StrEnum):
    QUOTE = "quote"
    BARS = "bars"
    ACTIONS = "actions"
    COMPANY = "company"
    FACTS = "facts"
    METRICS = "metrics"
    OVERVIEW = "overview"
    RECOMMENDATIONS = "recommendations"
    EARNINGS = "earnings"
    NEWS = "news"
    FX = "fx"

    @property
    def label(self) -> str:
        return RULES[self].label if self in RULES else self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Basis:
    """
    On what a figure rests: how prices were adjusted, what one unit is, which trading counts, in
    which currency, and how late it is told.
    """

    adjustment: str
    unit: str
    session: str
    currency: str
    delay: str


@dataclass(frozen=True, slots=True)
class Source:
    """
    One way to a datum. ``method`` is the adapter's, ``endpoint`` the name in its limits; ``market``: one call
    serves every instrument.
    """

    provider: str
    method: str
    endpoint: str
    basis: Basis
    market: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """
    How a kind becomes old, and who sees to it: the planner asks for each ``price`` (its error grows while the
    exchange is open) and ``event`` (it happens at any time); what changes ``seldom`` takes the calls that
    are left over; a ``publication`` brings the whole market, by a job of its own.

    ``targets``: how old it may become for those who have declared their interest, in seconds of open time
    (of an event: of all time); tiers that are not there have no target. ``rest``: seconds before which an
    event is not looked for again. ``share``: of the planned calls of a limit, those that the planner may
    spend on this kind. ``kept``: how long what changes seldom is not asked for again. ``until``: the last
    level at which it is asked.
    """

    label: str
    sources: tuple[Source, ...]
    staleness: Literal["price", "event", "seldom", "publication"]
    targets: Mapping[Tier, float] = field(default_factory=dict)
    rest: float = 0.0
    share: float = 1.0
    kept: timedelta | None = None
    until: Level = Level.FULL

    def stand_ins(self, source: Source) -> tuple[Source, ...]:
        """Return the other sources of the same basis, in order: those that may be shown in its place."""
        return tuple(each for each in self.sources if each != source and each.basis == source.basis)


_LAST_TRADE = Basis("raw", "one share", "regular", "USD", "none")
_CLOSED_SESSION = Basis("raw", "one share", "regular", "USD", "end of day")
_SPLIT_ADJUSTED = Basis("splits", "one share", "regular", "USD", "end of day")
_AS_DECLARED = Basis("as declared", "one share", "regular", "USD", "end of day")
_AS_FILED = Basis("as filed", "company", "none", "USD", "none")
_AS_PUBLISHED = Basis("none", "one story", "none", "any", "none")
_FINNHUB_FIGURES = Basis("the provider's", "company", "none", "as told", "none")
_OVERVIEW_FIGURES = Basis("the provider's", "company", "none", "as told", "end of day")
_REFERENCE = Basis("none", "one euro", "14:15 CET", "any", "end of day")

PLANNED: Final = ("price", "event")  # what the planner asks for, one by one

RULES: Final[Mapping[Kind, Rule]] = {
    Kind.QUOTE: Rule(
        "Last price",
        (Source("finnhub", "quote", "quote", _LAST_TRADE),),
        "price",
        targets={Tier.HELD: 120.0, Tier.ALERTING: 120.0, Tier.PAGE: 60.0, Tier.WATCHED: 600.0},
        until=Level.ESSENTIAL,
    ),
    Kind.BARS: Rule(
        "Daily bars",
        (
            Source("massive", "grouped_daily", "grouped_daily", _CLOSED_SESSION, market=True),
            Source("massive", "daily_bars", "daily_bars", _CLOSED_SESSION),
            Source("alphavantage", "daily_bars", "daily", _CLOSED_SESSION),
            Source("finnhub", "daily_bars", "candles", _SPLIT_ADJUSTED),
        ),
        "publication",
        until=Level.ESSENTIAL,
    ),
    Kind.ACTIONS: Rule(
        "Splits and dividends",
        (Source("massive", "splits", "splits", _AS_DECLARED, market=True),),
        "publication",
        until=Level.ESSENTIAL,
    ),
    Kind.COMPANY: Rule(
        "Company", (Source("sec", "filer", "submissions", _AS_FILED),), "seldom",
        kept=timedelta(days=30), until=Level.THRIFT,
    ),
    Kind.FACTS: Rule(
        "Figures as filed", (Source("sec", "company_facts", "companyfacts", _AS_FILED),), "seldom",
        kept=timedelta(days=1), until=Level.THRIFT,
    ),
    Kind.METRICS: Rule(
        "Figures of Finnhub", (Source("finnhub", "metrics", "metrics", _FINNHUB_FIGURES),), "seldom",
        kept=timedelta(days=7),
    ),
    Kind.OVERVIEW: Rule(
        "Figures of Alpha Vantage", (Source("alphavantage", "overview", "overview", _OVERVIEW_FIGURES),),
        "seldom", kept=timedelta(days=90),
    ),
    Kind.RECOMMENDATIONS: Rule(
        "Recommendations",
        (Source("finnhub", "recommendations", "recommendations", _FINNHUB_FIGURES),),
        "seldom", kept=timedelta(days=14),
    ),
    Kind.EARNINGS: Rule(
        "Earnings reported", (Source("finnhub", "earnings", "earnings", _FINNHUB_FIGURES),), "seldom",
        kept=timedelta(days=30),
    ),
    Kind.NEWS: Rule(
        "News",
        (Source("finnhub", "company_news", "company_news", _AS_PUBLISHED),),
        "event",
        targets={
            Tier.HELD: 900.0, Tier.ALERTING: 900.0, Tier.PAGE: 300.0, Tier.WATCHED: 3600.0
        },
        # What is written a moment later is told by the next look; the rest of the minute is for figures.
        rest=120.0,
        share=0.6,
        until=Level.ESSENTIAL,
    ),
    Kind.FX: Rule(
        "Exchange rates", (Source("ecb", "daily", "daily", _REFERENCE, market=True),), "publication",
        until=Level.ESSENTIAL,
    ),
}  # fmt: skip
