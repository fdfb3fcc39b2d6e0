"""Whether the market is open, and the days on which it will not be as usual."""

from datetime import date, time, timedelta
from typing import Any

from investment.lib.exchange_days import Holiday, SessionDay
from investment.providers.sandbox.massive.call import MassiveCall
from investment.providers.sandbox.plans import NEW_YORK

EARLY, LATE = time(4), time(20)
LATE_ON_HALF_DAYS = time(17)
AHEAD = timedelta(days=365)
EXCHANGES = ("NYSE", "NASDAQ")


def now(call: MassiveCall) -> dict[str, Any]:
    """The market's state at the sandbox's time. A bare object."""
    local = call.now.astimezone(NEW_YORK)
    session = call.session(local.date())
    early = late = opened = False
    if session is not None:
        opened = session.opens_at <= call.now < session.closes_at
        last = LATE_ON_HALF_DAYS if session.early_close else LATE
        early = call.now < session.opens_at and local.time() >= EARLY
        late = call.now >= session.closes_at and local.time() < last
    market = "open" if opened else "extended-hours" if early or late else "closed"
    return {
        "market": market,
        "earlyHours": early,
        "afterHours": late,
        "serverTime": local.isoformat(timespec="seconds"),
        "exchanges": {"nyse": market, "nasdaq": market, "otc": market},
        "currencies": {"fx": "closed" if local.weekday() == 5 else "open", "crypto": "open"},
    }


def upcoming(call: MassiveCall) -> list[dict[str, Any]]:
    """Holidays and half days of the coming year. A bare list."""
    start, end = call.today, call.today + AHEAD
    days = call.source.days
    rows: list[tuple[date, dict[str, Any]]] = [
        (holiday.day, {"name": holiday.name, "status": "closed"})
        for holiday in days.holidays
        if start <= holiday.day <= end
    ]
    rows += [
        (half.session, _half_day(half, days.holidays))
        for half in days.sessions
        if half.early_close and start <= half.session <= end
    ]
    rows.sort(key=lambda row: row[0])
    return [
        {"date": day.isoformat(), "exchange": exchange} | row for day, row in rows for exchange in EXCHANGES
    ]


def _half_day(half: SessionDay, holidays: list[Holiday]) -> dict[str, Any]:
    near = min(holidays, key=lambda holiday: abs(holiday.day - half.session), default=None)
    return {
        "name": near.name if near else "",
        "status": "early-close",
        "open": f"{half.opens_at:%Y-%m-%dT%H:%M:%S}.000Z",
        "close": f"{half.closes_at:%Y-%m-%dT%H:%M:%S}.000Z",
    }
