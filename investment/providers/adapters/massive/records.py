"""From Massive's structures to our records. Nothing here asks anything; ValueError is «unreadable»."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from investment.providers.adapters.massive import payloads, symbols
from investment.providers.contracts import (
    Article,
    ArticleSentiment,
    BarColumns,
    Basis,
    DividendRecord,
    InstrumentKind,
    InstrumentRecord,
    MarketHoliday,
    MarketNow,
    MarketPhase,
    SentimentLabel,
    SplitRecord,
)
from investment.providers.contracts.actions import DetailedDividend, DetailedSplit, DividendKind, SplitKind
from investment.providers.contracts.company import CompanyProfile
from investment.providers.contracts.listings import InstrumentType, TickerChange, TickerHistory
from investment.providers.contracts.windows import DayPrices

NEW_YORK = ZoneInfo("America/New_York")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -2_208_988_800_000, 7_258_118_400_000  # milliseconds: the years 1900 and 2200
NANOSECONDS = 1e17  # and more of them than of anything else since 1973
_MOST_DIGITS = 30  # of an amount of money, on either side of its point

# https://massive.com/docs/rest/stocks/tickers/ticker-types
_KINDS: dict[str, InstrumentKind] = {
    "CS": "common_stock",
    "OS": "common_stock",  # ordinary shares
    "NYRS": "common_stock",  # New York registry shares
    "ADRC": "adr",
    "ADRP": "preferred",
    "ADRR": "right",
    "ADRW": "warrant",
    "PFD": "preferred",
    "WARRANT": "warrant",
    "RIGHT": "right",
    "UNIT": "unit",
    "ETF": "etf",
    "ETS": "etf",  # of a single security
    "FUND": "fund",
}
_SPLITS: dict[str, SplitKind] = {
    "forward_split": "forward",
    "reverse_split": "reverse",
    "stock_dividend": "stock_dividend",
}
# The words of the current list, then the codes of the deprecated one.
_DIVIDENDS: dict[str, DividendKind] = {
    "recurring": "recurring",
    "special": "special",
    "supplemental": "supplemental",
    "irregular": "irregular",
    "CD": "recurring",
    "SC": "special",
    "LT": "capital_gain",
    "ST": "capital_gain",
}
_LABELS: dict[str, SentimentLabel] = {"positive": "positive", "neutral": "neutral", "negative": "negative"}


def columns(rows: Sequence[payloads.Bar], tickers: list[str]) -> BarColumns:
    """Return rows as columns; what was not told is NaN."""
    o, h, low, c, v, vw, n = (
        np.fromiter(map(attrgetter(name), rows), dtype=np.float64, count=len(rows))
        for name in ("o", "h", "l", "c", "v", "vw", "n")
    )
    return BarColumns(symbols=tickers, open=o, high=h, low=low, close=c, volume=v, vwap=vw, trades=n)


def session_bounds(session: date) -> tuple[float, float]:
    """Return the first millisecond of a date in New York, and the first of the next."""
    start = datetime.combine(session, time(), NEW_YORK)
    end = datetime.combine(session + timedelta(days=1), time(), NEW_YORK)
    return start.timestamp() * 1000, end.timestamp() * 1000


def instant_of(number: float) -> int:
    """
    Return an instant in milliseconds, also where Massive wrote it in nanoseconds.

    :raises ValueError: if it is neither.
    """
    milliseconds = number / 1e6 if number >= NANOSECONDS else number
    if not _FIRST <= milliseconds < _LAST:
        raise ValueError(f"{number:.0f} is no instant in milliseconds")
    return int(milliseconds)


def session_of(number: float) -> date:
    """Return the date in New York at an instant. :raises ValueError: if there is no such instant."""
    return (_EPOCH + timedelta(milliseconds=instant_of(number))).astimezone(NEW_YORK).date()


def instrument_record(row: payloads.Ticker) -> InstrumentRecord:
    symbol = symbols.from_massive(row.ticker)
    return InstrumentRecord(
        symbol=symbol,
        name=row.name or "",
        kind=_KINDS.get(row.type, "other") if row.type else symbols.kind_of(symbol),
        exchange=row.primary_exchange or None,
        currency=_currency(row.currency_name),
        active=row.active is not False,
        listed_on=row.list_date,
        delisted_on=_leading_date(row.delisted_utc),
        cik=row.cik or None,
        composite_figi=row.composite_figi or None,
        share_class_figi=row.share_class_figi or None,
    )


def company_profile(row: payloads.Company) -> CompanyProfile:
    return CompanyProfile(
        symbol=symbols.from_massive(row.ticker),
        name=row.name or "",
        exchange=row.primary_exchange or None,
        currency=_currency(row.currency_name),
        industry=row.sic_description or None,
        listed_on=row.list_date,
        market_cap=None if row.market_cap is None else _money(row.market_cap),
        shares_outstanding=_first(row.share_class_shares_outstanding, row.weighted_shares_outstanding),
        website=_link(row.homepage_url),
        logo_url=_link(row.branding.logo_url if row.branding else None),
        phone=row.phone_number or None,
    )


def instrument_type(row: payloads.TickerType) -> InstrumentType:
    return InstrumentType(
        code=row.code,
        description=row.description or "",
        kind=_KINDS.get(row.code, "other"),
        asset_class=row.asset_class or None,
    )


def ticker_history(row: payloads.TickerEvents) -> TickerHistory:
    """Return the tickers of an instrument, oldest first; events of another kind are left out."""
    changes = [
        TickerChange(symbol=symbols.from_massive(event.ticker_change.ticker), since=event.date)
        for event in row.events or ()
        if event.ticker_change is not None
    ]
    return TickerHistory(
        name=row.name or "",
        changes=sorted(changes, key=lambda change: change.since),
        cik=row.cik or None,
        composite_figi=row.composite_figi or None,
    )


def split_record(row: payloads.Split) -> SplitRecord:
    return SplitRecord(
        symbol=symbols.from_massive(row.ticker),
        ex_date=row.execution_date,
        split_from=row.split_from,
        split_to=row.split_to,
        provider_id=_id(row.id),
    )


def detailed_split(row: payloads.Split) -> DetailedSplit:
    return DetailedSplit(
        **_told(split_record(row)),
        kind=_SPLITS.get(row.adjustment_type or ""),
        historical_adjustment_factor=row.historical_adjustment_factor,
    )


def dividend_record(row: payloads.Dividend) -> DividendRecord:
    return DividendRecord(
        symbol=symbols.from_massive(row.ticker),
        ex_date=row.ex_dividend_date,
        amount=_money(row.cash_amount),
        currency=(row.currency or "").upper(),
        declared_on=row.declaration_date,
        record_date=row.record_date,
        pay_date=row.pay_date,
        provider_id=_id(row.id),
    )


def detailed_dividend(row: payloads.Dividend) -> DetailedDividend:
    return DetailedDividend(
        **_told(dividend_record(row)),
        kind=_DIVIDENDS.get(row.distribution_type or row.dividend_type or ""),
        per_year=row.frequency,
        split_adjusted_amount=row.split_adjusted_cash_amount,
        historical_adjustment_factor=row.historical_adjustment_factor,
    )


def day_prices(answer: payloads.OpenClose, *, basis: Basis) -> DayPrices:
    return DayPrices(
        symbol=symbols.from_massive(answer.symbol),
        session=answer.from_,
        open=answer.open,
        high=answer.high,
        low=answer.low,
        close=answer.close,
        volume=answer.volume,
        pre_market=answer.preMarket,
        after_hours=answer.afterHours,
        basis=basis,
    )


def article(row: payloads.News) -> Article:
    """Tickers that are not of the stock market (``X:BTCUSD``) are left out, with what is said of them."""
    url = _link(row.article_url)
    if url is None:
        raise ValueError("its address is no address of a page")
    return Article(
        provider_id=row.id,
        url=url,
        headline=row.title,
        summary=row.description or None,
        source=(row.publisher.name if row.publisher else None) or None,
        published_at=_utc(row.published_utc),
        symbols=tuple(_ours(row.tickers or ())),
        sentiments=tuple(
            ArticleSentiment(
                symbol=symbol,
                label=_LABELS.get(insight.sentiment or ""),
                reasoning=insight.sentiment_reasoning or None,
            )
            for insight in row.insights or ()
            for symbol in _ours([insight.ticker or ""])
        ),
        image_url=_link(row.image_url),
    )


def market_now(answer: payloads.MarketStatusNow) -> MarketNow:
    venues: Mapping[str, str | None] = {**(answer.exchanges or {}), **(answer.currencies or {})}
    try:
        at = _utc(datetime.fromisoformat(answer.serverTime))
    except (ValueError, OverflowError):
        at = None
    phase = _phase(answer.market)
    if phase == "extended" and answer.earlyHours != answer.afterHours:
        phase = "pre_market" if answer.earlyHours else "post_market"
    return MarketNow(
        market="stocks", phase=phase, at=at, venues={name: _phase(word) for name, word in venues.items()}
    )


def holiday(row: payloads.Holiday) -> MarketHoliday:
    return MarketHoliday(
        exchange=row.exchange,
        day=row.date,
        name=row.name or "",
        closed={"closed": True, "early-close": False}.get(row.status),
        opens_at=_utc(row.open) if row.open else None,
        closes_at=_utc(row.close) if row.close else None,
    )


def _phase(word: str | None) -> MarketPhase | None:
    phases: dict[str | None, MarketPhase] = {
        "open": "regular",
        "closed": "closed",
        "extended-hours": "extended",
    }
    return phases.get(word)


def _told(record: SplitRecord | DividendRecord) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _ours(tickers: Iterable[str]) -> Iterable[str]:
    for ticker in tickers:
        try:
            yield symbols.from_massive(ticker)
        except ValueError:
            continue


def _money(amount: Decimal) -> Decimal:
    if not amount.is_finite() or (amount and not -_MOST_DIGITS < amount.adjusted() < _MOST_DIGITS):
        raise ValueError("an amount that no money has")
    if len(amount.as_tuple().digits) > 2 * _MOST_DIGITS:
        raise ValueError("an amount with more digits than money has")
    return amount


def _currency(name: str | None) -> str | None:
    return name.upper() if name and len(name) == 3 else None


def _id(told: str | int | None) -> str:
    return "" if told is None else str(told)


def _first(*told: float | None) -> float | None:
    return next((each for each in told if each is not None), None)


def _link(text: str | None) -> str | None:
    """An address of a page that a browser may be sent to; None for anything else."""
    return text if text and text.startswith(("https://", "http://")) else None


def _utc(at: datetime) -> datetime:
    """An instant in UTC; where no zone is written it is meant to be UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _leading_date(text: str | None) -> date | None:
    """The date of an instant whose time Massive leaves at midnight UTC; None where there is none."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
