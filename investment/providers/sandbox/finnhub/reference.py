"""Who is listed, and when the exchange is open."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from investment.lib.exchange_days import ExchangeDays, Holiday
from investment.providers.contracts import InstrumentKind
from investment.providers.sandbox.finnhub.call import EXCHANGE, FinnhubCall, no_access, spelled
from investment.providers.sandbox.plans import NEW_YORK
from investment.providers.sandbox.sources import Listing, session_day

ZONE = "America/New_York"
EARLY, LATE = time(4), time(20)
MOST_FOUND = 30
AROUND = timedelta(days=365)
TYPES: dict[InstrumentKind, str] = {
    "common_stock": "Common Stock",
    "adr": "ADR",
    "etf": "ETP",
    "preferred": "Preference",
    "warrant": "Equity WRT",
    "right": "Right",
    "unit": "Unit",
    "fund": "Closed-End Fund",
    "other": "ETP",  # notes
}


def symbols(call: FinnhubCall) -> list[dict[str, Any]]:
    """Everything that is listed today, in one list."""
    call.exchange()
    rows = [_row(listing) for listing in call.source.listings(call.today) if listing.record.active]
    for name, parameter in (("mic", "mic"), ("type", "securityType"), ("currency", "currency")):
        wanted = call.param(parameter)
        if wanted is not None:
            rows = [row for row in rows if row[name] == wanted]
    return rows


def search(call: FinnhubCall) -> dict[str, Any]:
    """The symbol itself first, then symbols that begin like it, then names; the list is cut short."""
    wanted = call.required("q").casefold()
    if call.param("exchange") not in (None, EXCHANGE):
        raise no_access()
    found: list[tuple[int, str, dict[str, Any]]] = []
    for listing in call.source.listings(call.today):
        row = _row(listing)
        symbol, name = row["symbol"].casefold(), row["description"].casefold()
        tests = (symbol == wanted, symbol.startswith(wanted), name.startswith(wanted), wanted in name)
        if listing.record.active and any(tests):
            found.append((tests.index(True), symbol, row))
    found.sort(key=lambda each: each[:2])
    result = [
        {name: row[name] for name in ("description", "displaySymbol", "symbol", "type")}
        for _, _, row in found[:MOST_FOUND]
    ]
    return {"count": len(result), "result": result}


def market_status(call: FinnhubCall) -> dict[str, Any]:
    call.exchange()
    local, session = call.now.astimezone(NEW_YORK), call.session(call.today)
    phase = None
    if session is not None:
        if session.opens_at <= call.now < session.closes_at:
            phase = "regular"
        elif call.now < session.opens_at and local.time() >= EARLY:
            phase = "pre-market"
        elif call.now >= session.closes_at and local.time() < LATE:
            phase = "post-market"
    today = next((each.name for each in call.source.days.holidays if each.day == call.today), None)
    return {
        "exchange": EXCHANGE,
        "holiday": today,
        "isOpen": phase == "regular",
        "session": phase,
        "t": int(call.now.timestamp()),
        "timezone": ZONE,
    }


def market_holidays(call: FinnhubCall) -> dict[str, Any]:
    """A year back and a year ahead, newest first; half days have hours."""
    call.exchange()
    days, start, end = call.source.days, call.today - AROUND, call.today + AROUND
    rows = [
        {"atDate": each.day.isoformat(), "eventName": each.name, "tradingHour": ""}
        for each in days.holidays
        if start <= each.day <= end
    ]
    rows += [
        {
            "atDate": each.session.isoformat(),
            "eventName": _nearest(days.holidays, each.session),
            "tradingHour": _hours(days, each.session),
        }
        for each in days.sessions
        if each.early_close and start <= each.session <= end
    ]
    rows.sort(key=lambda row: row["atDate"], reverse=True)
    return {"data": rows, "exchange": EXCHANGE, "timezone": ZONE}


def _hours(days: ExchangeDays, day: date) -> str:
    session = session_day(days, day)
    if session is None:
        return ""
    return "-".join(f"{at.astimezone(NEW_YORK):%H:%M}" for at in (session.opens_at, session.closes_at))


def _nearest(holidays: list[Holiday], day: date) -> str:
    near = min(holidays, key=lambda holiday: abs(holiday.day - day), default=None)
    return near.name if near else ""


def _row(listing: Listing) -> dict[str, Any]:
    """``isin`` is for whoever is entitled to it; nobody here is."""
    record = listing.record
    theirs = spelled(record.symbol)
    return {
        "currency": record.currency or "",
        "description": record.name.upper(),
        "displaySymbol": theirs,
        "figi": record.composite_figi or "",
        "isin": None,
        "mic": record.exchange or "",
        "shareClassFIGI": record.share_class_figi or "",
        "symbol": theirs,
        "symbol2": "",
        "type": TYPES.get(record.kind, ""),
    }


def nothing_of(name: str | None) -> Callable[[FinnhubCall], Any]:
    """
    Return an endpoint that every plan has and that knows nothing here.

    :param name: what it tells a list under, beside the symbol where one is asked for; None: a bare list.
    """

    def told(call: FinnhubCall) -> Any:
        if name is None:
            return []
        symbol = {"symbol": call.param("symbol")} if call.param("symbol") else {}
        return {name: [], **symbol}

    return told
