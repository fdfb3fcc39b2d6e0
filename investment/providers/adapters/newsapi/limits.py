"""
What each plan of NewsAPI allows, per key.

The developer plan is for development and testing only: not staging, not production
(https://newsapi.org/pricing), which :mod:`investment.providers.adapters.newsapi.access` enforces.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from investment.providers.adapters.newsapi.payloads import UNREADABLE, Failure
from investment.quotas.contracts import LimitFacts, Window

NAME = "newsapi"
METERED = "news"  # the whole key

DEVELOPER = "developer"
_HALF_DAY, _DAY = 43_200, 86_400
_MONTH = 31 * _DAY  # the longest: the provider counts calendar months, and our windows roll

# Both figures of the developer plan are in the words of its refusal (HTTP 429 rateLimited).
PLANS: Mapping[str, Sequence[Window]] = {
    DEVELOPER: (
        Window(limit=50, seconds=_HALF_DAY, source="https://newsapi.org/pricing: 50 requests every 12 hours"),
        Window(limit=100, seconds=_DAY, source="https://newsapi.org/pricing: 100 requests a day"),
    ),
    "business": (
        Window(limit=250_000, seconds=_MONTH, source="https://newsapi.org/pricing: 250,000 requests a month"),
    ),
    "advanced": (
        Window(
            limit=2_000_000, seconds=_MONTH, source="https://newsapi.org/pricing: 2,000,000 requests a month"
        ),
    ),
}


def limit_facts(
    status: int, headers: Mapping[str, str], body: bytes, windows: Sequence[Window]
) -> list[LimitFacts]:
    """
    Return what an answer tells of our windows: NewsAPI sends no headers on limits, only refusals.

    A refusal does not say which window is full, so the shortest is taken to be: when that has passed
    and another one is still full, the next refusal says so.
    """
    if not windows or (status != 429 and code_of(body) not in THROTTLED):
        return []
    shortest = min(windows, key=lambda window: window.seconds)
    return [LimitFacts(seconds=shortest.seconds, full=True, until=retry_at(headers))]


# Codes of too many requests, of the day's or of the month's.
THROTTLED = ("rateLimited", "apiKeyExhausted")


def code_of(body: bytes) -> str:
    """Return the code of a refusal, '' where the body is none."""
    if b'"code"' not in body[:4096]:
        return ""
    try:
        return msgspec.json.decode(body, type=Failure).code or ""
    except UNREADABLE:
        return ""


def retry_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when a refusal says to come back: its ``Retry-After``, from its own ``Date`` on."""
    try:
        after = headers.get("retry-after", "").strip()
        if not after.isascii() or not after.isdigit():
            moment = parsedate_to_datetime(after)
            return moment if moment.tzinfo else None
        sent = parsedate_to_datetime(headers.get("date", ""))
        return sent + timedelta(seconds=int(after)) if sent.tzinfo else None
    except (ValueError, OverflowError):
        return None
