"""What is asked at each spending level: the one table, with the sentence that says what is lost."""

from collections.abc import Mapping
from typing import Final

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import RULES, Kind
from investment.lib.level import Level

_PEOPLE = frozenset({Tier.HELD, Tier.ALERTING, Tier.PAGE, Tier.WATCHED})

# Of which instruments prices are asked one by one; the whole market's file is not among them.
TIERS: Final[Mapping[Level, frozenset[Tier]]] = {
    Level.FULL: _PEOPLE | {Tier.UNIVERSE},
    Level.THRIFT: _PEOPLE,
    Level.ESSENTIAL: frozenset({Tier.HELD, Tier.ALERTING}),
    Level.HOLD: frozenset(),
    Level.READ_ONLY: frozenset(),
}

# Nobody waits for news of what nobody looks at: the papers' whole pages bring them, each a call for all.
NEWS_TIERS: Final = _PEOPLE

# Until which level those pages are turned: what tells most a call goes on longest.
POLLS: Final[Mapping[str, Level]] = {
    "massive": Level.THRIFT,
    "finnhub": Level.THRIFT,
    "alphavantage": Level.FULL,
    "newsapi": Level.FULL,
}

SENTENCES: Final[Mapping[Level, str]] = {
    Level.FULL: (
        "Everything is asked: what people hold, watch and look at first, the rest of the market by value."
    ),
    Level.THRIFT: (
        "Only instruments that somebody holds, watches or looks at are asked one by one; the rest of the "
        "market has its closing prices. News of the market come from Massive and Finnhub alone."
    ),
    Level.ESSENTIAL: (
        "Only what is held, or waits for an alert, is asked, and of that alone there are news; all else has "
        "its closing prices."
    ),
    Level.HOLD: "No price is asked one by one; the whole market's file still comes each day.",
    Level.READ_ONLY: "Nothing is asked of anybody; what is shown is what is stored.",
}


def may_refresh(level: Level) -> bool:
    """Return whether people may have something asked for while they wait."""
    return level.rank <= Level.ESSENTIAL.rank


def may_cross_check(level: Level) -> bool:
    """Return whether calls that are left over may be spent on a second source's word."""
    return level is Level.FULL


def may_fill(level: Level) -> bool:
    """Return whether work without a deadline goes on: profiles, history."""
    return level is Level.FULL


def asked_tiers(kind: Kind, level: Level) -> frozenset[Tier]:
    """Return the tiers of interest whose data of a kind are asked at a level."""
    if level.rank > RULES[kind].until.rank:
        return frozenset()
    return TIERS[level] & NEWS_TIERS if kind is Kind.NEWS else TIERS[level]


def may_poll(provider: str, level: Level) -> bool:
    """Return whether a provider's news of the whole market are asked for."""
    return level.rank <= POLLS[provider].rank
