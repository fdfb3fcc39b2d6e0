"""Which answers are kept for who reads interactively, and how old they may be: the one table."""

from dataclasses import dataclass
from typing import Final

PREFIX: Final = "answers"  # of their keys in the cache server
STATS: Final = "stats"  # the hash that counts questions


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    What is answered from here, and how old it may be unless told otherwise (seconds of the one clock).
    """

    provider: str
    method: str
    max_age: float


# The one table. What is not here is asked by the jobs that store it.
ENDPOINTS: Final = (
    Endpoint("finnhub", "quote", 15.0),
    Endpoint("finnhub", "search", 86_400.0),
    Endpoint("finnhub", "profile", 86_400.0),
    Endpoint("finnhub", "metrics", 21_600.0),
    Endpoint("finnhub", "peers", 604_800.0),
    Endpoint("finnhub", "recommendations", 86_400.0),
    Endpoint("finnhub", "earnings", 21_600.0),
    Endpoint("finnhub", "market_now", 60.0),
    Endpoint("massive", "market_now", 60.0),
    Endpoint("alphavantage", "search", 604_800.0),
)
BY_NAME: Final = {(each.provider, each.method): each for each in ENDPOINTS}
