"""
What each plan of Alpha Vantage allows, per key, and what its answers tell of that.

It counts days, and does not say whose: UTC's or New York's. A window of 24 hours that rolls is right
for either, but that a day of 25 hours in New York may hold a second helping, which is refused with
the words below. Refusals come with HTTP 200 and no header; only their texts tell which window is full.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from investment.providers.adapters.alphavantage.refusals import Kind, heard
from investment.quotas.contracts import LimitFacts, Window

NAME = "alphavantage"
METERED = "key"

_PRICES = "https://www.alphavantage.co/premium/"
_MINUTE, _DAY = 60, 86_400


def _paid(calls: int) -> tuple[Window, ...]:
    return (Window(calls, _MINUTE, source=f"{_PRICES}: {calls} API requests per minute, no daily limits"),)


PLANS: Mapping[str, Sequence[Window]] = {
    "free": (
        Window(1, 1, source="its refusal: «more sparingly (1 request per second)», seen 2026-09"),
        Window(25, _DAY, source=f"{_PRICES}: 25 API requests per day"),
    ),
    "premium_75": _paid(75),
    "premium_150": _paid(150),
    "premium_300": _paid(300),
    "premium_600": _paid(600),
    "premium_1200": _paid(1200),
}


def limit_facts(
    _status: int, _headers: Mapping[str, str], body: bytes, windows: Sequence[Window]
) -> list[LimitFacts]:
    """
    Return which of our windows a refusal says is full: none where it does not say so in known words.

    A burst fills the shortest, a text of minutes that of a minute (or else the shortest: so the calls
    of the time before 2024, whose text names a minute and a day), a text of days that of a day (or
    else the longest: the key's plan is another than the settings say). How long a day is still full is
    not told, so that is 24 hours.
    """
    refusal = heard(body) if windows else None
    if refusal is None:
        return []
    by_length = sorted(windows, key=lambda window: window.seconds)
    full: Window | None = None
    if refusal.kind is Kind.BURST:
        full = by_length[0]
    elif refusal.kind is Kind.MINUTE:
        full = next((window for window in by_length if window.seconds == _MINUTE), by_length[0])
    elif refusal.kind is Kind.DAY:
        full = next((window for window in by_length if window.seconds == _DAY), by_length[-1])
    return [LimitFacts(seconds=full.seconds, full=True)] if full else []


def retry_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when a server before Alpha Vantage says to come back: ``Retry-After``, from ``Date`` on."""
    after = headers.get("Retry-After", "").strip()
    if not (after.isascii() and after.isdecimal()):
        return _instant(after)
    sent = _instant(headers.get("Date", ""))
    try:
        return sent + timedelta(seconds=int(after)) if sent else None
    except (OverflowError, ValueError):  # ValueError: more digits than Python reads
        return None


def _instant(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return read if read.tzinfo else None
