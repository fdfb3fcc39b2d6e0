"""Prices, actions and names of instruments."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from investment.providers.sandbox.alphavantage import words
from investment.providers.sandbox.alphavantage.call import Document, Question, day_text, text, theirs
from investment.providers.sandbox.prices import last_price
from investment.providers.sandbox.speakers import Reply

CSV = "application/x-download"
COMPACT = 100
COMPACT_SPAN = timedelta(days=400)  # for whoever trades but now and then
MOST_MATCHES = 10
ANNOUNCED = timedelta(days=60)
DELAYED = "Global Quote - DATA DELAYED BY 15 MINUTES"
NEW_YORK = ZoneInfo("America/New_York")
TYPES = {"ETF": "ETF", "ETN": "ETF", "FUND": "Mutual Fund"}


def daily(call: Question) -> Document | Reply:
    """Raw bars, newest first: the last hundred, or all for those who pay."""
    asked, symbol = call.symbol()
    size = call.choice("outputsize", ("compact", "full"))
    form = call.choice("datatype", ("json", "csv"))
    if size == "full":
        call.within_plan("outputsize", "full")
    call.within_plan("entitlement", call.param("entitlement"))
    sessions = call.closed()
    first = sessions[0].session if sessions else call.today
    if size == "compact":
        first = max(first, call.today - COMPACT_SPAN)
    dates: list[date] = []
    if sessions and (call.is_known(symbol) or size == "full"):
        dates, bars = call.source.bars(symbol, first, sessions[-1].session)
    if not dates:
        raise words.invalid_call(call.function)
    rows = [
        (day.isoformat(), *(text(float(price)) for price in prices), str(int(volume)))
        for day, *prices, volume in zip(
            dates, bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True
        )
    ][::-1]
    if size == "compact":
        rows = rows[:COMPACT]
    names = ("open", "high", "low", "close", "volume")
    if form == "csv":
        return csv(("timestamp", *names), rows)
    return {
        "Meta Data": {
            "1. Information": "Daily Prices (open, high, low, close) and Volumes",
            "2. Symbol": asked,
            "3. Last Refreshed": rows[0][0],
            "4. Output Size": "Compact" if size == "compact" else "Full size",
            "5. Time Zone": "US/Eastern",
        },
        "Time Series (Daily)": {
            day: {
                f"{place}. {name}": value
                for place, (name, value) in enumerate(zip(names, told, strict=True), 1)
            }
            for day, *told in rows
        },
    }


def weekly(call: Question) -> Document | Reply:
    return _wider(call, "Weekly", lambda day: day.toordinal() // 7)  # weeks begin on Sunday


def monthly(call: Question) -> Document | Reply:
    return _wider(call, "Monthly", lambda day: day.year * 12 + day.month)


def _wider(call: Question, name: str, window: Callable[[date], int]) -> Document | Reply:
    """All raw bars of weeks or months, newest first, each under its last session."""
    asked, symbol = call.symbol()
    form = call.choice("datatype", ("json", "csv"))
    sessions = call.closed()
    first, last = (sessions[0].session, sessions[-1].session) if sessions else (call.today, call.today)
    dates, bars = call.source.bars(symbol, first, last)
    if not dates:
        raise words.invalid_call(call.function)
    rows = []
    for _, group in groupby(range(len(dates)), key=lambda row: window(dates[row])):
        of = list(group)
        prices = (bars.open[of[0]], bars.high[of].max(), bars.low[of].min(), bars.close[of[-1]])
        volume = str(int(bars.volume[of].sum()))
        rows.append((dates[of[-1]].isoformat(), *(text(float(price)) for price in prices), volume))
    rows.reverse()
    names = ("open", "high", "low", "close", "volume")
    if form == "csv":
        return csv(("timestamp", *names), rows)
    return {
        "Meta Data": {
            "1. Information": f"{name} Prices (open, high, low, close) and Volumes",
            "2. Symbol": asked,
            "3. Last Refreshed": rows[0][0],
            "4. Time Zone": "US/Eastern",
        },
        f"{name} Time Series": {
            day: {
                f"{place}. {name}": value
                for place, (name, value) in enumerate(zip(names, told, strict=True), 1)
            }
            for day, *told in rows
        },
    }


def quote(call: Question) -> Document | Reply:
    """The last session after its end; for those who pay and ask for it, the present one."""
    asked, symbol = call.symbol()
    form = call.choice("datatype", ("json", "csv"))
    entitlement = call.param("entitlement")
    call.within_plan("entitlement", entitlement)
    if entitlement not in (None, "realtime", "delayed"):
        raise words.invalid_call(call.function)
    sessions = call.closed()
    at = call.told_at if entitlement else (sessions[-1].closes_at if sessions else call.told_at)
    at -= timedelta(minutes=15) if entitlement == "delayed" else timedelta()
    told = last_price(call.source, symbol, at)
    name = DELAYED if entitlement == "delayed" else "Global Quote"
    if told is None:
        return {name: {}}
    before = told.previous_close
    change = None if before is None else told.price - before
    row = {
        "01. symbol": asked.upper(),
        "02. open": text(told.open),
        "03. high": text(told.high),
        "04. low": text(told.low),
        "05. price": text(told.price),
        "06. volume": str(int(told.volume)),
        "07. latest trading day": told.session.isoformat(),
        "08. previous close": "None" if before is None else text(before),
        "09. change": "None" if change is None else text(change),
        "10. change percent": f"{100 * change / before:.4f}%" if change is not None and before else "None",
    }
    if form == "csv":
        header = (
            "symbol", "open", "high", "low", "price", "volume", "latestDay", "previousClose", "change",
            "changePercent",
        )  # fmt: skip
        return csv(header, [tuple(row.values())])
    return {name: row}


def search(call: Question) -> Document:
    """Up to ten instruments whose symbol begins with the keywords, or whose name holds them."""
    wanted = call.required("keywords").strip().upper()
    found: list[tuple[float, str, dict[str, str]]] = []
    offset = call.now.astimezone(NEW_YORK).utcoffset() or timedelta()
    for listing in call.source.listings(call.today):
        record = listing.record
        symbol, name = theirs(record.symbol), record.name
        if symbol.upper() == wanted:
            score = 1.0
        elif symbol.upper().startswith(wanted):
            score = len(wanted) / len(symbol)
        elif wanted in name.upper():
            score = 0.8 * len(wanted) / len(name)
        else:
            continue
        if record.active:
            row = {
                "1. symbol": symbol,
                "2. name": name,
                "3. type": TYPES.get(listing.type_code or "", "Equity"),
                "4. region": "United States",
                "5. marketOpen": "09:30",
                "6. marketClose": "16:00",
                "7. timezone": f"UTC{int(offset.total_seconds()) // 3600:+03d}",
                "8. currency": record.currency or "USD",
                "9. matchScore": text(score),
            }
            found.append((-score, symbol, row))
    return {"bestMatches": [row for _, _, row in sorted(found, key=lambda each: each[:2])[:MOST_MATCHES]]}


def dividends(call: Question) -> Document:
    """Newest first, those that are announced among them; an empty object for a stranger."""
    asked, symbol = call.symbol()
    if not _has_actions(call, symbol):
        return {}
    told = call.source.dividends(date.min, call.today + ANNOUNCED, symbol)
    rows = [
        {
            "ex_dividend_date": record.ex_date.isoformat(),
            "declaration_date": day_text(record.declared_on),
            "record_date": day_text(record.record_date),
            "payment_date": day_text(record.pay_date),
            "amount": _shortest(record.amount),
        }
        for record in reversed(told)
        if record.declared_on is None or record.declared_on <= call.today
    ]
    return {"symbol": asked, "data": rows}


def splits(call: Question) -> Document:
    """Newest first; an empty object for a stranger."""
    asked, symbol = call.symbol()
    if not _has_actions(call, symbol):
        return {}
    rows = [
        {
            "effective_date": record.ex_date.isoformat(),
            "split_factor": text(record.split_to / record.split_from),
        }
        for record in reversed(call.source.splits(date.min, call.today))
        if record.symbol == symbol
    ]
    return {"symbol": asked, "data": rows}


def csv(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Reply:
    return Reply("".join(",".join(row) + "\r\n" for row in (header, *rows)), content_type=CSV)


def closes(call: Question, symbol: str, count: int) -> list[float]:
    """Return the last closes in the shares of the last of them, oldest first."""
    sessions = call.closed()
    if not sessions:
        return []
    dates, bars = call.source.bars(
        symbol, sessions[-1].session - timedelta(days=2 * count), sessions[-1].session
    )
    return _in_last_shares(call, symbol, dates, bars.close.tolist())[-count:]


def year_range(call: Question, symbol: str) -> tuple[float, float] | None:
    """Return the highest and the lowest price of a year, in the shares of its last session."""
    sessions = call.closed()
    if not sessions:
        return None
    last = sessions[-1].session
    dates, bars = call.source.bars(symbol, last - timedelta(days=364), last)
    if not dates:
        return None
    highs = _in_last_shares(call, symbol, dates, bars.high.tolist())
    lows = _in_last_shares(call, symbol, dates, bars.low.tolist())
    return max(highs), min(lows)


def _in_last_shares(call: Question, symbol: str, dates: list[date], values: list[float]) -> list[float]:
    told = list(values)
    for ex_date, ratio in call.source.shares(symbol, dates[-1]) if dates else ():
        for row in range(bisect_left(dates, ex_date)):
            told[row] /= ratio
    return told


def _has_actions(call: Question, symbol: str) -> bool:
    """Whether a symbol is one of the market's, and somebody knows of its actions."""
    return call.is_known(symbol) and call.source.actions_known(symbol)


def _shortest(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
