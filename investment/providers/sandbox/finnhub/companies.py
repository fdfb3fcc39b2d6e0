"""Companies: who they are, their figures, what they report and what is thought of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from investment.providers.sandbox.finnhub.books import COMPANIES, companies_on, company_of, line_of
from investment.providers.sandbox.finnhub.call import FinnhubCall, spelled, wrong
from investment.providers.sandbox.sample.fundamentals import Quarter
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sample.names import SECTORS
from investment.providers.sandbox.sources import Invented

MILLION = 1e6
VENUES = {
    "XNAS": "NASDAQ NMS - GLOBAL MARKET",
    "XNYS": "NEW YORK STOCK EXCHANGE, INC.",
    "ARCX": "NYSE ARCA, INC.",
}
METRICS = ("all", "price", "valuation", "margin")
GROUPINGS = ("sector", "industry", "subIndustry")
MOST_PEERS = 12
MONTHS_TOLD = 4
FREE_QUARTERS = 4
CALENDAR_BACK, CALENDAR_AHEAD = timedelta(days=31), timedelta(days=90)
A_YEAR = timedelta(days=364)


def profile(call: FinnhubCall) -> dict[str, Any]:
    """An empty object for whoever is unknown or no company. Market value and shares in millions."""
    if call.param("symbol") is None and (call.param("isin") or call.param("cusip")):
        return {}
    symbol = call.symbol()
    found = company_of(call, symbol)
    if found is None:
        return {}
    known, line = found
    shares = known.fundamentals.shares(line, call.today) / MILLION
    value = _value(call, known, line)
    return {
        "country": "US",
        "currency": "USD",
        "estimateCurrency": "USD",
        "exchange": VENUES[line.exchange],
        "finnhubIndustry": SECTORS[line.sector][0],
        "ipo": line.listed_on.isoformat(),
        "logo": "",
        "marketCapitalization": round(value, 6) if value else 0,
        "name": line.name,
        "phone": "",
        "shareOutstanding": round(shares, 6),
        "ticker": spelled(symbol),
        "weburl": f"https://{line.symbol.split('.')[0].lower()}.example.com/",
    }


def metrics(call: FinnhubCall) -> dict[str, Any]:
    """Volumes and market value in millions, margins in percent, much of it null."""
    symbol = call.symbol()
    if call.required("metric") not in METRICS:
        raise wrong("Invalid metric type")
    found = line_of(call, symbol)
    if found is None:
        return {}
    known, line = found
    figures: dict[str, Any] = {"beta": line.behaviour.beta, **_prices(call, symbol)}
    series: dict[str, Any] = {"annual": {}, "quarterly": {}}
    if line.type_code in COMPANIES:
        quarters = known.fundamentals.restated(line, call.today)
        quarters = [each for each in quarters if each.report.at <= call.now]
        value = _value(call, known, line)
        figures["marketCapitalization"] = round(value, 6) if value else None
        figures |= _of_quarters(quarters[-4:], value)
        series["quarterly"] = {
            "eps": _series([(each.report.end, each.eps) for each in quarters]),
            "netMargin": _series([(each.report.end, each.net_income / each.revenue) for each in quarters]),
        }
    return {"metric": figures, "metricType": "all", "series": series, "symbol": spelled(symbol)}


def peers(call: FinnhubCall) -> list[str]:
    """Companies of the same sector, the one that was asked for among them."""
    symbol = call.symbol()
    if call.param("grouping") not in (None, *GROUPINGS):
        raise wrong("Invalid grouping")
    found = company_of(call, symbol)
    if found is None:
        return []
    known, line = found
    others = [each for each in companies_on(known, call.today) if each.sector == line.sector]
    others.sort(key=lambda each: (abs(each.place - line.place), each.place))
    return [spelled(each.symbol_on(call.today)) for each in others[:MOST_PEERS]]


def recommendations(call: FinnhubCall) -> list[dict[str, Any]]:
    """
    A row a month, newest first.

    Every company has as many analysts as it had at first; after surprises they move together.
    """
    symbol = call.symbol()
    found = company_of(call, symbol)
    if found is None:
        return []
    known, line = found
    month = call.today.replace(day=1)
    rows = []
    for _ in range(MONTHS_TOLD):
        if line.listed(month):
            rows.append({**_opinions(known, line, month), "period": month.isoformat(), "symbol": symbol})
        month = (month - timedelta(days=1)).replace(day=1)
    return rows


def earnings(call: FinnhubCall) -> list[dict[str, Any]]:
    """Newest first; four quarters for a free key."""
    symbol, limit = call.symbol(), call.param("limit")
    if limit is not None and not limit.isdecimal():
        raise wrong("Invalid limit")
    found = company_of(call, symbol)
    if found is None:
        return []
    known, line = found
    told = [each for each in known.fundamentals.restated(line, call.today) if each.report.at <= call.now]
    most = FREE_QUARTERS if call.plan.name == "free" else len(told)
    count = min(most, int(limit)) if limit else most
    return [
        {
            "actual": each.eps,
            "estimate": each.eps_estimate,
            "period": each.report.end.isoformat(),
            "quarter": each.report.quarter,
            "surprise": each.surprise,
            "surprisePercent": _percent(each.surprise, abs(each.eps_estimate)),
            "symbol": symbol,
            "year": each.report.fiscal_year,
        }
        for each in reversed(told[-count:] if count else [])
    ]


def earnings_calendar(call: FinnhubCall) -> dict[str, Any]:
    """About a month back for a free key; what has not been released is null."""
    if call.param("international") not in (None, "true", "false"):
        raise wrong("Invalid international")
    symbol = call.symbol() if call.param("symbol") else None
    first, last_day = call.day("from") or call.today, call.day("to") or call.today + timedelta(days=7)
    if call.plan.name == "free":
        first = max(first, call.today - CALENDAR_BACK)
    last_day = min(last_day, call.today + CALENDAR_AHEAD)
    known = call.source.invented
    if known is None or last_day < first:
        return {"earningsCalendar": []}
    if symbol is not None:
        found = company_of(call, symbol)
        reports = known.earnings.of(found[1], first, last_day) if found else []
    else:
        reports = list(known.earnings.calendar(first, last_day))
    rows = []
    for report in sorted(reports, key=lambda each: (each.day, each.place), reverse=True):
        line = known.market.lines[report.place]
        quarters = known.fundamentals.quarters(line, report.day)
        quarter = next((each for each in quarters if each.report.end == report.end), None)
        if quarter is not None:
            rows.append(_calendar_row(quarter, symbol or line.symbol_on(call.today), call.now))
    return {"earningsCalendar": rows}


def _calendar_row(quarter: Quarter, symbol: str, now: datetime) -> dict[str, Any]:
    report, told = quarter.report, quarter.report.at <= now
    return {
        "date": report.day.isoformat(),
        "epsActual": quarter.eps if told else None,
        "epsEstimate": quarter.eps_estimate,
        "hour": report.hour,
        "quarter": report.quarter,
        "revenueActual": quarter.revenue if told else None,
        "revenueEstimate": quarter.revenue_estimate,
        "symbol": spelled(symbol),
        "year": report.fiscal_year,
    }


def _value(call: FinnhubCall, known: Invented, line: Instrument) -> float | None:
    """The company's market value in millions, as the last price has it."""
    told = call.last_price(line.symbol_on(call.today))
    return told.price * known.fundamentals.shares(line, call.today) / MILLION if told else None


def _of_quarters(quarters: Sequence[Quarter], value: float | None) -> dict[str, Any]:
    """Figures of the last four quarters; all null before there are four."""
    names = (
        "epsTTM", "peTTM", "grossMarginTTM", "netProfitMarginTTM", "operatingMarginTTM",
        "currentRatioQuarterly", "totalDebt/totalEquityQuarterly", "dividendPerShareTTM",
        "revenuePerShareTTM",
    )  # fmt: skip
    if len(quarters) < 4:
        return dict.fromkeys(names)
    newest = quarters[-1]
    revenue = sum(each.revenue for each in quarters)
    income = sum(each.net_income for each in quarters)
    return {
        "epsTTM": round(sum(each.eps for each in quarters), 4),
        "peTTM": round(value * MILLION / income, 4) if value and income > 0 else None,
        "grossMarginTTM": _percent(sum(each.gross_profit for each in quarters), revenue),
        "netProfitMarginTTM": _percent(income, revenue),
        "operatingMarginTTM": _percent(sum(each.operating_income for each in quarters), revenue),
        "currentRatioQuarterly": round(newest.current_assets / max(newest.current_liabilities, 1), 4),
        "totalDebt/totalEquityQuarterly": round(newest.debt / max(newest.equity, 1), 4),
        "dividendPerShareTTM": round(sum(each.dividends_per_share for each in quarters), 4),
        "revenuePerShareTTM": round(revenue / newest.shares, 4),
    }


def _prices(call: FinnhubCall, symbol: str) -> dict[str, Any]:
    """The figures of a year's daily bars in the shares of today; all null without bars."""
    names = (
        "10DayAverageTradingVolume", "52WeekHigh", "52WeekHighDate", "52WeekLow", "52WeekLowDate",
    )  # fmt: skip
    until = call.last_closed
    dates, bars = call.source.bars(symbol, until - A_YEAR, until)
    if not dates:
        return dict.fromkeys(names)
    factors = np.ones(len(dates))
    for ex_date, ratio in call.source.shares(symbol, call.today):
        factors[np.array([day < ex_date for day in dates])] *= ratio
    high, low = bars.high / factors, bars.low / factors
    top, bottom = int(high.argmax()), int(low.argmin())
    volume = float((bars.volume * factors)[-10:].mean()) / MILLION
    told = (
        round(volume, 5),
        round(float(high[top]), 4),
        dates[top].isoformat(),
        round(float(low[bottom]), 4),
        dates[bottom].isoformat(),
    )
    return dict(zip(names, told, strict=True))


def _opinions(known: Invented, line: Instrument, month: date) -> dict[str, int]:
    reports = known.earnings.of(line, month - timedelta(days=400), month)
    told = [each.surprise for each in reports if each.at <= datetime(month.year, month.month, 1, tzinfo=UTC)]
    mood = float(np.clip(np.mean(told) if told else 0.0, -0.2, 0.2))
    count = 6 + line.place % 18
    strong_buy, buy = round(count * (0.2 + mood)), round(count * (0.3 + mood))
    strong_sell = round(count * max(0.0, 0.03 - mood / 2))
    sell = round(count * max(0.0, 0.07 - mood / 2))
    hold = max(0, count - strong_buy - buy - sell - strong_sell)
    return {"buy": buy, "hold": hold, "sell": sell, "strongBuy": strong_buy, "strongSell": strong_sell}


def _series(points: list[tuple[date, float]]) -> list[dict[str, Any]]:
    """Newest first."""
    return [{"period": day.isoformat(), "v": round(value, 4)} for day, value in reversed(points)]


def _percent(part: float, whole: float) -> float | None:
    return round(part / whole * 100, 4) if whole else None
