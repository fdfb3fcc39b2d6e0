"""From Finnhub's answers to our records. Nothing here asks anything."""

import hashlib
import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from investment.providers.adapters.finnhub import payloads
from investment.providers.adapters.finnhub.decoding import (
    day,
    day_or_none,
    decode,
    each,
    instant,
    malformed,
    money,
    read_rows,
    text,
)
from investment.providers.adapters.finnhub.limits import NAME
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.contracts import (
    Article,
    BarColumns,
    BarSeries,
    CompanyMetrics,
    CompanyProfile,
    DividendRecord,
    EarningsDate,
    EarningsReport,
    InstrumentKind,
    ListedSymbol,
    MalformedRow,
    MarketHoliday,
    MarketNow,
    MarketPhase,
    MetricPoint,
    Quote,
    Recommendation,
    ReportingHour,
    SplitRecord,
    SymbolMatch,
)
from investment.providers.errors import UnknownSymbol

MILLION = 1_000_000

# The words of OpenFIGI: https://finnhub.io/docs/api/stock-symbols
_KINDS: dict[str, InstrumentKind] = {
    "Common Stock": "common_stock",
    "NY Reg Shrs": "common_stock",
    "REIT": "common_stock",
    "Foreign Sh.": "common_stock",
    "Tracking Stk": "common_stock",
    "ADR": "adr",
    "GDR": "adr",
    "ETP": "etf",
    "Preference": "preferred",
    "Equity WRT": "warrant",
    "Right": "right",
    "Unit": "unit",
    "Closed-End Fund": "fund",
    "Open-End Fund": "fund",
    "Mutual Fund": "fund",
}
_PHASES: dict[str, MarketPhase] = {
    "pre-market": "pre_market",
    "regular": "regular",
    "post-market": "post_market",
}
_REPORTING: dict[str, ReportingHour] = {"bmo": "before_open", "amc": "after_close", "dmh": "during"}
_HOURS = re.compile(r"([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")


def quote(body: bytes, symbol: str) -> Quote:
    """:raises UnknownSymbol: for the zeros that Finnhub answers with."""
    row = decode(body, payloads.Quote, f"the quote of {symbol}")
    if row.t == 0 or row.c == 0:
        raise unknown(symbol, "all zeros")
    try:
        at = instant(row.t)
    except ValueError as e:
        raise malformed(f"the quote of {symbol}: {e}", body) from None
    return Quote(
        symbol=symbol,
        price=row.c,
        at=at,
        # Before the first trade of a day these are zeros.
        open=row.o or None,
        high=row.h or None,
        low=row.l or None,
        previous_close=row.pc or None,
    )


def profile(body: bytes, symbol: str) -> CompanyProfile:
    """:raises UnknownSymbol: for the empty object that Finnhub answers with."""
    row = decode(body, payloads.Profile, f"the profile of {symbol}")
    if not (row.name or row.ticker):
        raise unknown(symbol, "an empty profile")
    try:
        market_cap = money(row.marketCapitalization)
    except ValueError as e:
        raise malformed(f"the profile of {symbol}: {e}", body) from None
    shares = row.shareOutstanding
    return CompanyProfile(
        symbol=symbol,
        name=text(row.name) or symbol,
        exchange=text(row.exchange),
        country=text(row.country),
        currency=text(row.currency),
        industry=text(row.finnhubIndustry),
        listed_on=day_or_none(row.ipo),
        market_cap=(market_cap * MILLION).normalize() + 0 if market_cap else None,
        shares_outstanding=shares * MILLION if shares else None,
        website=text(row.weburl),
        logo_url=text(row.logo),
        phone=text(row.phone),
    )


def metrics(body: bytes, symbol: str) -> CompanyMetrics:
    """:raises UnknownSymbol: if there is not a single figure."""
    answer = decode(body, payloads.Metrics, f"the figures of {symbol}")
    told, histories = answer.metric or {}, answer.series or {}
    values: dict[str, float | None] = {}
    dates: dict[str, date] = {}
    for name, found in told.items():
        if isinstance(found, str) and (on := day_or_none(found)):
            dates[name] = on
        else:
            values[name] = _figure(name, found)
    try:
        series = {
            frequency: {name: _history(points or []) for name, points in (of or {}).items()}
            for frequency, of in histories.items()
        }
    except ValueError as e:
        raise malformed(f"the figures of {symbol}: {e}", body) from None
    if not values and not dates and not any(series.values()):
        raise unknown(symbol, "no figures")
    return CompanyMetrics(symbol=symbol, values=values, dates=dates, series=series)


def articles(body: bytes, what: str, spelling: Spelling) -> list[Article]:
    """Return the articles of a list, in its order."""

    def make(row: payloads.NewsItem) -> Article:
        if not row.url or not row.headline:
            raise ValueError("no headline or no address")
        related = [part.strip() for part in (row.related or "").split(",")]
        return Article(
            provider_id=str(row.id),
            url=row.url,
            headline=row.headline,
            summary=text(row.summary),
            source=text(row.source),
            published_at=instant(row.datetime),
            symbols=tuple(spelling.ours(symbol) for symbol in related if symbol),
            image_url=text(row.image),
        )

    return each(read_rows(body, what), payloads.NewsItem, make, what, body)


def recommendations(body: bytes, symbol: str) -> list[Recommendation]:
    """Return a list, newest first."""

    def make(row: payloads.Recommendation) -> Recommendation:
        return Recommendation(
            symbol=symbol,
            period=day(row.period),
            strong_buy=row.strongBuy,
            buy=row.buy,
            hold=row.hold,
            sell=row.sell,
            strong_sell=row.strongSell,
        )

    what = f"the recommendations for {symbol}"
    rows = each(read_rows(body, what), payloads.Recommendation, make, what, body)
    return sorted(rows, key=lambda row: row.period, reverse=True)


def earnings(body: bytes, symbol: str) -> list[EarningsReport]:
    """Return a list, newest first."""

    def make(row: payloads.Earnings) -> EarningsReport:
        percent = row.surprisePercent
        return EarningsReport(
            symbol=symbol,
            period=day(row.period),
            fiscal_year=row.year or None,
            fiscal_quarter=row.quarter or None,
            actual=row.actual,
            estimate=row.estimate,
            surprise=row.surprise,
            surprise_ratio=None if percent is None else percent / 100,
        )

    what = f"the earnings of {symbol}"
    rows = each(read_rows(body, what), payloads.Earnings, make, what, body)
    return sorted(rows, key=lambda row: row.period, reverse=True)


def earnings_dates(body: bytes, spelling: Spelling) -> list[EarningsDate]:
    """Return a list, oldest first."""

    def make(row: payloads.EarningsDate) -> EarningsDate:
        if not row.symbol:
            raise ValueError("no symbol")
        return EarningsDate(
            symbol=spelling.ours(row.symbol),
            on=day(row.date),
            hour=_REPORTING.get(row.hour or ""),
            fiscal_year=row.year or None,
            fiscal_quarter=row.quarter or None,
            eps_actual=row.epsActual,
            eps_estimate=row.epsEstimate,
            revenue_actual=row.revenueActual,
            revenue_estimate=row.revenueEstimate,
        )

    what = "the calendar of earnings"
    answer = decode(body, payloads.EarningsCalendar, what)
    rows = each(answer.earningsCalendar or [], payloads.EarningsDate, make, what, body)
    return sorted(rows, key=lambda row: (row.on, row.symbol))


def market_now(body: bytes, exchange: str) -> MarketNow:
    row = decode(body, payloads.MarketStatus, "the market's status")
    if row.isOpen is None and row.session is None:
        raise malformed("the market's status: neither isOpen nor session", body)
    try:
        at = instant(row.t) if row.t else None
    except ValueError as e:
        raise malformed(f"the market's status: {e}", body) from None
    unsaid: MarketPhase = "regular" if row.isOpen else "closed"
    phase = _PHASES.get(row.session) if row.session else unsaid
    return MarketNow(market=row.exchange or exchange, phase=phase, at=at, holiday=text(row.holiday))


def holidays(body: bytes, exchange: str) -> list[MarketHoliday]:
    """Return days on which the exchange is closed or closes early, oldest first."""
    what = f"the holidays of {exchange}"
    answer = decode(body, payloads.Holidays, what)
    try:
        zone = ZoneInfo(answer.timezone)
    except (KeyError, ValueError, OSError):
        raise malformed(f"{what}: no time zone {answer.timezone[:40]!r}", body) from None

    def make(row: payloads.Holiday) -> MarketHoliday:
        on, told = day(row.atDate), text(row.tradingHour)
        opens_at, closes_at = _hours(on, told, zone)
        return MarketHoliday(
            exchange=answer.exchange or exchange,
            day=on,
            name=text(row.eventName) or "",
            closed=told is None,
            opens_at=opens_at,
            closes_at=closes_at,
        )

    rows = each(answer.data or [], payloads.Holiday, make, what, body)
    return sorted(rows, key=lambda row: row.day)


def listed(body: bytes, spelling: Spelling) -> list[ListedSymbol]:
    def make(row: payloads.Symbol) -> ListedSymbol:
        if not row.symbol:
            raise ValueError("no symbol")
        return ListedSymbol(
            symbol=spelling.ours(row.symbol),
            provider_symbol=row.symbol,
            name=text(row.description) or "",
            kind=_kind(row.type),
            currency=text(row.currency),
            mic=text(row.mic),
            figi=text(row.figi),
            share_class_figi=text(row.shareClassFIGI),
            isin=text(row.isin),
        )

    what = "the list of symbols"
    return each(read_rows(body, what), payloads.Symbol, make, what, body)


def matches(body: bytes, spelling: Spelling) -> list[SymbolMatch]:
    def make(row: payloads.Symbol) -> SymbolMatch:
        if not row.symbol:
            raise ValueError("no symbol")
        return SymbolMatch(
            symbol=spelling.ours(row.symbol),
            provider_symbol=row.symbol,
            name=text(row.description) or "",
            kind=_kind(row.type),
        )

    what = "the search"
    return each(decode(body, payloads.Search, what).result or [], payloads.Symbol, make, what, body)


def peers(body: bytes, symbol: str, spelling: Spelling) -> list[str]:
    """Return the symbols of the list without the one asked for."""
    found = decode(body, list[str] | None, f"the peers of {symbol}")  # type: ignore[arg-type]
    return [ours for each_ in found or [] if each_ and (ours := spelling.ours(each_)) != symbol]


def candles(body: bytes, symbol: str, start: date, end: date) -> BarSeries:
    """Return daily bars: adjusted for splits, and dated by midnight in UTC."""
    what = f"the candles of {symbol}"
    answer = decode(body, payloads.Candles, what)
    columns = [column or [] for column in (answer.t, answer.o, answer.h, answer.l, answer.c, answer.v)]
    if answer.s not in ("ok", "no_data"):
        raise malformed(f"{what}: s is {answer.s[:40]!r}", body)
    if len({len(column) for column in columns}) != 1:
        raise malformed(f"{what}: columns of unequal length", body)
    read: dict[date, Sequence[float]] = {}
    unreadable: list[MalformedRow] = []
    for place, row in enumerate(zip(*columns, strict=True)):
        session, reason = _session(row[0], start, end)
        if not reason and any(each_ is None for each_ in row):
            reason = "a figure is missing"
        if not reason and session in read:
            reason = "a second bar of its session"
        if reason or session is None:
            unreadable.append(MalformedRow(place, str(list(row))[:500], reason, symbol))
        else:
            read[session] = [float(each_ or 0.0) for each_ in row[1:]]
    sessions = sorted(read)
    table = np.array([read[session] for session in sessions], dtype=np.float64).reshape(len(sessions), 5)
    nothing = np.full(len(sessions), np.nan)
    o, h, low, c, v = (table[:, i].copy() for i in range(5))
    return BarSeries(
        symbol=symbol,
        sessions=sessions,
        bars=BarColumns([symbol] * len(sessions), o, h, low, c, v, vwap=nothing, trades=nothing.copy()),
        malformed=unreadable,
        basis="splits",
        digest=hashlib.sha256(body).hexdigest(),
    )


def splits(body: bytes, symbol: str) -> list[SplitRecord]:
    def make(row: payloads.Split) -> SplitRecord:
        return SplitRecord(
            symbol=symbol, ex_date=day(row.date), split_from=row.fromFactor, split_to=row.toFactor
        )

    what = f"the splits of {symbol}"
    rows = each(read_rows(body, what), payloads.Split, make, what, body)
    return sorted(rows, key=lambda row: row.ex_date)


def dividends(body: bytes, symbol: str) -> list[DividendRecord]:
    def make(row: payloads.Dividend) -> DividendRecord:
        if not row.currency:
            raise ValueError("no currency")
        return DividendRecord(
            symbol=symbol,
            ex_date=day(row.date),
            amount=money(row.amount) or Decimal(0),
            currency=row.currency.upper(),
            declared_on=day_or_none(row.declarationDate),
            record_date=day_or_none(row.recordDate),
            pay_date=day_or_none(row.payDate),
        )

    what = f"the dividends of {symbol}"
    rows = each(read_rows(body, what), payloads.Dividend, make, what, body)
    return sorted(rows, key=lambda row: row.ex_date)


def unknown(symbol: str, words: str) -> UnknownSymbol:
    return UnknownSymbol(
        f"Finnhub does not know {symbol}: it answers {words}", provider=NAME, words=words, status=200
    )


def _figure(name: str, found: object) -> float | None:
    """A metric in our units: shares, whole units of money, fractions; the rest as it is."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        figure = float(found)
    except OverflowError:
        return None
    if name.endswith("TradingVolume") or name == "marketCapitalization":
        figure *= MILLION
    elif "Margin" in name:
        figure /= 100
    return figure if math.isfinite(figure) else None


def _history(points: Sequence[payloads.Point]) -> list[MetricPoint]:
    return sorted(
        (MetricPoint(day(point.period), point.v) for point in points), key=lambda point: point.period
    )


def _hours(on: date, told: str | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    found = _HOURS.fullmatch(told) if told else None
    if found is None:
        return None, None
    opens, closes = (time(int(found[i]), int(found[i + 1])) for i in (1, 3))
    return tuple(datetime.combine(on, at, zone).astimezone(UTC) for at in (opens, closes))  # type: ignore[return-value]


def _session(seconds: float | None, start: date, end: date) -> tuple[date | None, str]:
    try:
        session = instant(seconds or 0.0).date()
    except ValueError as e:
        return None, str(e)
    return session, "" if start <= session <= end else "outside the range asked for"


def _kind(words: str | None) -> InstrumentKind:
    return _KINDS.get(words, "other") if words else "unknown"
