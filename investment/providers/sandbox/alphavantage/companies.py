"""OVERVIEW: the sample companies' books in Alpha Vantage's names; unknown is ``None`` or ``-``."""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from investment.providers.sandbox.alphavantage.call import Document, Question, day_text, text
from investment.providers.sandbox.alphavantage.prices import closes, year_range
from investment.providers.sandbox.prices import last_price
from investment.providers.sandbox.sample.fundamentals import Quarter
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sample.names import SECTORS
from investment.providers.sandbox.sources import Invented

COMPANIES = ("CS", "ADRC")
VENUES = {"XNAS": "NASDAQ", "XNYS": "NYSE", "ARCX": "NYSE ARCA"}
NONE, DASH = "None", "-"
YEAR = timedelta(days=365)


def overview(call: Question) -> Document:
    """An empty object for strangers, and for whatever is no company."""
    asked, symbol = call.symbol()
    known, line = call.invented, call.line(symbol)
    if known is None or line is None or line.type_code not in COMPANIES:
        return {}
    quarters = [q for q in known.fundamentals.restated(line, call.today) if q.report.at <= call.now]
    sessions = call.closed()
    told = last_price(call.source, symbol, sessions[-1].closes_at) if sessions else None
    shares = known.fundamentals.shares(line, call.today)
    sector, _, _, industry = SECTORS[line.sector]
    return {
        "Symbol": asked.upper(),
        "AssetType": "Common Stock",
        "Name": line.name,
        "Description": f"{line.name} is invented: it exists only in the sample market.",
        "CIK": str(int(line.cik)) if line.cik else NONE,
        "Exchange": VENUES.get(line.exchange, line.exchange),
        "Currency": "USD",
        "Country": "USA",
        "Sector": sector.upper(),
        "Industry": industry,
        "Address": f"{line.place} FICTION ROW, NEW YORK, NY, UNITED STATES",
        "OfficialSite": f"https://{line.symbol.split('.')[0].lower()}.example.com",
        "FiscalYearEnd": calendar.month_name[known.earnings.year_end(line)],
        "LatestQuarter": day_text(quarters[-1].report.end if quarters else None),
        **_figures(quarters, told.price if told else None, shares),
        **_opinions(known, line, call.today, told.price if told else None),
        "Beta": text(line.behaviour.beta, 3),
        **_chart(call, symbol),
        "SharesOutstanding": str(shares),
        "SharesFloat": str(round(shares * 0.97)),
        "PercentInsiders": text(3.0 * float(known.earnings.draws[line.place, 1]), 3),
        "PercentInstitutions": text(40 + 55 * float(known.earnings.draws[line.place, 2]), 3),
        **_dividend_dates(call, symbol),
    }


def _figures(quarters: Sequence[Quarter], price: float | None, shares: int) -> dict[str, str]:
    """Of the last four quarters; ``None`` before there are four."""
    last, before = quarters[-4:], quarters[-8:-4]
    if len(last) < 4:
        last = ()
    revenue, income = sum(q.revenue for q in last), sum(q.net_income for q in last)
    operating, gross = sum(q.operating_income for q in last), sum(q.gross_profit for q in last)
    eps = sum(q.eps for q in last)
    newest = last[-1] if last else None
    value = price * shares if price else None
    dividends = sum(q.dividends_per_share for q in last)
    ebitda = round(operating * 1.15)
    debt = newest.debt - newest.cash if newest else 0
    same = before[-1] if len(before) == 4 else None
    pe = price / eps if price and eps > 0 else None
    return {
        "MarketCapitalization": str(round(value)) if value else NONE,
        "EBITDA": str(ebitda) if last else NONE,
        "PERatio": _or_none(pe, 2),
        "PEGRatio": NONE,
        "BookValue": _or_none(newest.equity / shares if newest else None, 2),
        "DividendPerShare": _or_none(dividends or None, 2),
        "DividendYield": _or_none(dividends / price if price and dividends else None, 4),
        "EPS": _or_none(eps if last else None, 2),
        "RevenuePerShareTTM": _or_none(revenue / shares if last else None, 2),
        "ProfitMargin": _or_none(_part(income, revenue), 4),
        "OperatingMarginTTM": _or_none(_part(operating, revenue), 4),
        "ReturnOnAssetsTTM": _or_none(_part(income, newest.assets if newest else 0), 4),
        "ReturnOnEquityTTM": _or_none(_part(income, newest.equity if newest else 0), 4),
        "RevenueTTM": str(revenue) if last else NONE,
        "GrossProfitTTM": str(gross) if last else NONE,
        "DilutedEPSTTM": _or_none(eps if last else None, 2),
        "QuarterlyEarningsGrowthYOY": _or_none(_growth(newest, same, "net_income"), 3),
        "QuarterlyRevenueGrowthYOY": _or_none(_growth(newest, same, "revenue"), 3),
        "TrailingPE": _or_none(pe, 2, DASH),
        "ForwardPE": _or_none(pe * 0.93 if pe else None, 2, DASH),
        "PriceToSalesRatioTTM": _or_none(_part(value or 0, revenue), 3, DASH),
        "PriceToBookRatio": _or_none(_part(value or 0, newest.equity if newest else 0), 3, DASH),
        "EVToRevenue": _or_none(_part((value or 0) + debt, revenue), 3, DASH),
        "EVToEBITDA": _or_none(_part((value or 0) + debt, max(ebitda, 0)), 3, DASH),
    }


def _opinions(known: Invented, line: Instrument, today: date, price: float | None) -> dict[str, str]:
    """As many analysts as the company always had; after surprises they move together."""
    reports = known.earnings.of(line, today - YEAR, today)
    mood = float(np.clip(np.mean([each.surprise for each in reports]) if reports else 0.0, -0.2, 0.2))
    count = 6 + line.place % 18
    shares = (0.2 + mood, 0.3 + mood, max(0.0, 0.07 - mood / 2), max(0.0, 0.03 - mood / 2))
    strong_buy, buy, sell, strong_sell = (round(count * share) for share in shares)
    hold = max(0, count - strong_buy - buy - sell - strong_sell)
    return {
        "AnalystTargetPrice": _or_none(price * (1.08 + mood) if price else None, 2),
        "AnalystRatingStrongBuy": str(strong_buy),
        "AnalystRatingBuy": str(buy),
        "AnalystRatingHold": str(hold),
        "AnalystRatingSell": str(sell) if sell else DASH,
        "AnalystRatingStrongSell": str(strong_sell) if strong_sell else DASH,
    }


def _chart(call: Question, symbol: str) -> dict[str, str]:
    reach, last = year_range(call, symbol), closes(call, symbol, 200)
    return {
        "52WeekHigh": _or_none(reach[0] if reach else None, 2),
        "52WeekLow": _or_none(reach[1] if reach else None, 2),
        "50DayMovingAverage": _or_none(sum(last[-50:]) / 50 if len(last) >= 50 else None, 2),
        "200DayMovingAverage": _or_none(sum(last) / 200 if len(last) >= 200 else None, 2),
    }


def _dividend_dates(call: Question, symbol: str) -> dict[str, str]:
    paid = call.source.dividends(call.today - YEAR, call.today, symbol)
    return {
        "DividendDate": day_text(paid[-1].pay_date if paid else None),
        "ExDividendDate": day_text(paid[-1].ex_date if paid else None),
    }


def _growth(newest: Quarter | None, same: Quarter | None, name: str) -> float | None:
    if newest is None or same is None or getattr(same, name) <= 0:
        return None
    return float(getattr(newest, name) / getattr(same, name) - 1)


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 and part else None


def _or_none(value: float | None, decimals: int, unknown: str = NONE) -> str:
    return unknown if value is None else text(value, decimals)
