"""
What each plan of Finnhub allows, per key.

There is one bucket for market data and one for fundamentals, and on top of both a cap on the calls of
a second. That cap is the key's, so it is shared out between the two.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from investment.quotas.contracts import LimitFacts, Window

NAME = "finnhub"
MARKET_DATA, FUNDAMENTALS = "market_data", "fundamentals"

# Which endpoint counts in which bucket is not documented: these are the ones that are sold as
# fundamentals. Where that is wrong, the headers of the next answer correct the count.
FUNDAMENTAL_ENDPOINTS = frozenset(
    {
        "profile", "metrics", "recommendations", "earnings", "earnings_calendar", "peers",
        "company_news", "market_news",
    }
)  # fmt: skip

_RATE = "https://finnhub.io/docs/api/rate-limit"
_PRICING = "https://finnhub.io/pricing"


def _plan(a_minute: int, source: str) -> Mapping[str, Sequence[Window]]:
    minute = Window(limit=a_minute, seconds=60, source=source)
    share = f"{_RATE}: 30 API calls a second on every plan, of which"
    return {
        MARKET_DATA: (Window(limit=20, seconds=1, source=f"{share} 20 for market data"), minute),
        FUNDAMENTALS: (Window(limit=10, seconds=1, source=f"{share} 10 for fundamentals"), minute),
    }


BUCKETS: Mapping[str, Mapping[str, Sequence[Window]]] = {
    "free": _plan(60, f"{_PRICING}: 60 API calls a minute"),
    # The smallest paid one; a key that allows more only waits a little longer than it must.
    "paid": _plan(150, f"{_PRICING}: Market Data Basic, 150 API calls a minute"),
    "standard": _plan(300, f"{_PRICING}: Market Data Standard, 300 API calls a minute"),
}
PLANS: Mapping[str, Sequence[Window]] = {name: plan[MARKET_DATA] for name, plan in BUCKETS.items()}

# Sockets: https://finnhub.io/docs/api/websocket-trades. Measured: 51 are accepted, the 52nd is refused.
MOST_SYMBOLS = 50
MOST_CONNECTIONS = 1
# How often one may connect is documented nowhere, and nobody has seen it counted among the API calls: a
# bound of our own, so that no loop of restarts knocks at their door without end.
STREAM = "stream"
TRADES = "trades"  # the endpoint
_OURS = "ours: Finnhub tells of no limit of connecting"
CONNECTS = (Window(limit=6, seconds=60, source=_OURS), Window(limit=60, seconds=3600, source=_OURS))

TOO_MANY = "api limit reached"  # how a refusal begins, whatever its status

_MINUTE = 60
_AHEAD = timedelta(minutes=10)  # a reset that lies further ahead is none of a minute's window


def limit_facts(status: int, headers: Mapping[str, str], body: bytes = b"") -> list[LimitFacts]:
    """
    Return what an answer tells of our windows: X-Ratelimit-Remaining and -Reset are the minute's.

    A refusal with calls remaining is that of the second's cap, of which nothing is told.
    """
    remaining = _count(headers.get("X-Ratelimit-Remaining"))
    until = reset_of(headers)
    if status == 429 or _too_many(body):
        if remaining:
            return [LimitFacts(seconds=1, full=True), LimitFacts(_MINUTE, remaining, until=until)]
        return [LimitFacts(_MINUTE, remaining=0, full=True, until=until)]
    return [] if remaining is None else [LimitFacts(_MINUTE, remaining, until=until)]


def _too_many(body: bytes) -> bool:
    """Whether a body is a refusal of a call too many, which may come with any status."""
    return body.lstrip()[:1] == b"{" and b'"error"' in body[:100] and TOO_MANY.encode() in body[:512].lower()


def retry_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when a call that was one too many may be repeated; None where no header says so."""
    return None if _count(headers.get("X-Ratelimit-Remaining")) else reset_of(headers)


def reset_of(headers: Mapping[str, str]) -> datetime | None:
    """Return the instant of X-Ratelimit-Reset (unix seconds); None where it is none, or makes no sense."""
    try:
        seconds = float(headers.get("X-Ratelimit-Reset", ""))
    except ValueError:
        return None
    if not math.isfinite(seconds) or not 1e9 <= seconds < 1e11:  # a number of seconds to wait is no instant
        return None
    reset = datetime.fromtimestamp(seconds, UTC)
    told = _date(headers.get("Date"))
    return None if told is not None and reset > told + _AHEAD else reset


def _count(text: str | None) -> int | None:
    if text is None or len(text) > 9:
        return None
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() else None


def _date(text: str | None) -> datetime | None:
    try:
        told = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return told.replace(tzinfo=UTC) if told is not None and told.tzinfo is None else told
