"""
Finnhub's wire format, as it is really sent. Nothing outside this folder may see these names.

Almost everything may be null, left out or empty, so almost everything is optional here; what a row
is nothing without is not. Days are read from texts later, for some carry a time behind them.
"""

from decimal import Decimal

import msgspec

Text = str | None
Figure = float | None


class Quote(msgspec.Struct):
    """For an unknown symbol all is zero. ``t`` is unix seconds."""

    c: float
    t: float
    o: Figure = None
    h: Figure = None
    l: Figure = None  # noqa: E741 - its name on the wire
    pc: Figure = None


class Profile(msgspec.Struct):
    """Market capitalisation and shares are in millions. An unknown symbol is an empty object."""

    name: Text = None
    ticker: Text = None
    country: Text = None
    currency: Text = None
    exchange: Text = None
    finnhubIndustry: Text = None  # noqa: N815
    ipo: Text = None
    logo: Text = None
    marketCapitalization: Decimal | None = None  # noqa: N815
    phone: Text = None
    shareOutstanding: Figure = None  # noqa: N815
    weburl: Text = None


class Point(msgspec.Struct):
    period: str
    v: Figure = None


class Metrics(msgspec.Struct):
    """The names are free, and what is under them: a number, null, or a day."""

    metric: dict[str, object] | None = None
    series: dict[str, dict[str, list[Point] | None] | None] | None = None


class NewsItem(msgspec.Struct):
    """``datetime`` is unix seconds; ``related`` is a list with commas, or nothing."""

    datetime: float
    headline: str
    url: str
    id: int | str = ""
    category: Text = None
    image: Text = None
    related: Text = None
    source: Text = None
    summary: Text = None


class Recommendation(msgspec.Struct):
    period: str
    strongBuy: int = 0  # noqa: N815
    buy: int = 0
    hold: int = 0
    sell: int = 0
    strongSell: int = 0  # noqa: N815


class Earnings(msgspec.Struct):
    period: str
    actual: Figure = None
    estimate: Figure = None
    quarter: int | None = None
    year: int | None = None
    surprise: Figure = None
    surprisePercent: Figure = None  # noqa: N815


class EarningsDate(msgspec.Struct):
    symbol: str
    date: str
    hour: Text = None
    quarter: int | None = None
    year: int | None = None
    epsActual: Figure = None  # noqa: N815
    epsEstimate: Figure = None  # noqa: N815
    revenueActual: Figure = None  # noqa: N815
    revenueEstimate: Figure = None  # noqa: N815


class EarningsCalendar(msgspec.Struct):
    earningsCalendar: list[msgspec.Raw] | None = None  # noqa: N815


class MarketStatus(msgspec.Struct):
    isOpen: bool | None = None  # noqa: N815
    session: Text = None
    holiday: Text = None
    exchange: Text = None
    t: Figure = None


class Holiday(msgspec.Struct):
    """``tradingHour`` is empty where the exchange is closed all day, else like ``09:30-13:00``."""

    atDate: str  # noqa: N815
    eventName: Text = None  # noqa: N815
    tradingHour: Text = None  # noqa: N815


class Holidays(msgspec.Struct):
    data: list[msgspec.Raw] | None
    timezone: str
    exchange: Text = None


class Symbol(msgspec.Struct):
    """A row of the list of symbols, and of a search."""

    symbol: str
    description: Text = None
    displaySymbol: Text = None  # noqa: N815
    type: Text = None
    currency: Text = None
    mic: Text = None
    figi: Text = None
    shareClassFIGI: Text = None  # noqa: N815
    isin: Text = None


class Search(msgspec.Struct):
    result: list[msgspec.Raw] | None


class Candles(msgspec.Struct):
    """Columns of equal length; ``s`` is ``ok``, or ``no_data`` and then there is nothing else."""

    s: str
    t: list[Figure] | None = None
    o: list[Figure] | None = None
    h: list[Figure] | None = None
    l: list[Figure] | None = None  # noqa: E741
    c: list[Figure] | None = None
    v: list[Figure] | None = None


class Split(msgspec.Struct):
    date: str
    fromFactor: float  # noqa: N815
    toFactor: float  # noqa: N815


class Dividend(msgspec.Struct):
    date: str
    amount: Decimal
    currency: str
    payDate: Text = None  # noqa: N815
    recordDate: Text = None  # noqa: N815
    declarationDate: Text = None  # noqa: N815


class Failure(msgspec.Struct):
    error: str
