"""
What the European Central Bank allows: it publishes no limit on its files, and asks for no key.

They are replaced once a working day and may be kept for five minutes (``Cache-Control: max-age=300``);
who asks again names the version that it has, and is sent nothing if that is still the last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from investment.quotas.contracts import LimitFacts, Window

NAME = "ecb"

# https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/ names none.
PLANS: Mapping[str, Sequence[Window]] = {"public": ()}


def limit_facts(
    _status: int, _headers: Mapping[str, str], _body: bytes, _windows: Sequence[Window]
) -> list[LimitFacts]:
    """Return what an answer tells of our windows: nothing, for there are none."""
    return []


def retry_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when a refusal says to come back: its ``Retry-After``, from its own ``Date`` on."""
    after = headers.get("Retry-After", "").strip()
    if not (after.isascii() and after.isdecimal()):
        return instant(after)
    sent = instant(headers.get("Date", ""))
    try:
        return sent + timedelta(seconds=int(after)) if sent else None
    except (OverflowError, ValueError):  # ValueError: more digits than Python reads
        return None


def instant(text: str) -> datetime | None:
    """Return the instant of an HTTP date (aware, UTC), None if it is none."""
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return read if read.tzinfo else None
