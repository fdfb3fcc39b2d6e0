"""Whether trades are to be expected now."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from investment.market.models import Session
from investment.market.selectors.sessions import NEW_YORK, session_on

# When the exchanges of New York take orders before and after the session, on the days that have one.
# https://www.nyse.com/markets/hours-calendars: NYSE Arca from 4:00 to 20:00, on half days to 17:00
_EARLY = time(4)
_LATE = timedelta(hours=4)  # after the close, early or not


@dataclass(frozen=True, slots=True)
class TradingHours:
    """What the market does, and in words what that means for trades."""

    state: Literal["regular", "extended", "closed", "unknown"]
    words: str


def trading_hours(*, now: datetime) -> TradingHours:
    """Return what the market does at an instant."""
    here = now.astimezone(NEW_YORK)
    today = session_on(here.date())
    if today is not None and today.opens_at <= now < today.closes_at:
        return TradingHours("regular", f"The market is open until {_at(today.closes_at)}")
    following = Session.objects.filter(opens_at__gt=now).order_by("session").first()
    if following is None:
        return TradingHours(
            "unknown", "Whether the market is open is not known: the calendar ends before today"
        )
    opens = f"it opens on {following.opens_at.astimezone(NEW_YORK):%A, %B %-d at %H:%M}"
    if today is not None and here.time() >= _EARLY and now < today.closes_at + _LATE:
        return TradingHours(
            "extended", f"The market is closed, {opens}: only trades out of hours are expected"
        )
    return TradingHours("closed", f"The market is closed, {opens}: no trades are expected")


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(NEW_YORK):%H:%M}"
