"""
Massive's wire format, as it is really sent. Nothing outside this folder may see these names.

Fields that Massive leaves out are optional here. Volumes may be fractional or written with an
exponent, so every figure is a float; so are instants (milliseconds), which floats hold exactly.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec


class Bar(msgspec.Struct, gc=False):
    """A row of the aggregates of one ticker. ``t`` is milliseconds since the epoch."""

    t: float
    o: float
    h: float
    l: float  # noqa: E741 - its name on the wire
    c: float
    v: float
    vw: float | None = None
    n: float | None = None


class TickerBar(Bar, gc=False, kw_only=True):
    """A row of the whole market's day: a bar with its ticker."""

    T: str


BarRow = TypeVar("BarRow", bound=Bar)


class Envelope(msgspec.Struct):
    """What every list comes in. Without data the key ``results`` is absent, or an empty list."""

    status: str
    results: Sequence[object] | None = None
    resultsCount: int | None = None  # noqa: N815
    adjusted: bool | None = None
    ticker: str | None = None
    next_url: str | None = None


class BarList(Envelope, Generic[BarRow]):
    results: list[BarRow] | None = None


class Bars(BarList[Bar]):
    results: list[Bar] | None = None


class TickerBars(BarList[TickerBar]):
    results: list[TickerBar] | None = None


class Rows(Envelope):
    """Any list, each row still to be read."""

    results: list[msgspec.Raw] | None = None


class Next(msgspec.Struct):
    next_url: str | None = None


class Named(msgspec.Struct):
    """Whose a row is, whatever else is wrong with it."""

    T: object = msgspec.UNSET
    ticker: object = None


class OpenClose(msgspec.Struct):
    """A bare object: one session, and the prices around it."""

    status: str
    symbol: str
    open: float
    high: float
    low: float
    close: float
    from_: date = msgspec.field(name="from")
    volume: float | None = None
    afterHours: float | None = None  # noqa: N815
    preMarket: float | None = None  # noqa: N815


class Ticker(msgspec.Struct):
    ticker: str
    name: str | None = None
    type: str | None = None
    active: bool | None = None
    primary_exchange: str | None = None
    currency_name: str | None = None
    cik: str | None = None
    composite_figi: str | None = None
    share_class_figi: str | None = None
    list_date: date | None = None
    delisted_utc: str | None = None


class Branding(msgspec.Struct):
    logo_url: str | None = None
    icon_url: str | None = None


class Company(Ticker):
    """A ticker with what the details endpoint tells besides."""

    market_cap: Decimal | None = None  # whole units
    share_class_shares_outstanding: float | None = None
    weighted_shares_outstanding: float | None = None
    sic_description: str | None = None
    homepage_url: str | None = None
    phone_number: str | None = None
    branding: Branding | None = None


class TickerDetails(msgspec.Struct):
    status: str
    results: Company


class TickerType(msgspec.Struct):
    code: str
    description: str | None = None
    asset_class: str | None = None


class NewTicker(msgspec.Struct):
    ticker: str


class TickerEvent(msgspec.Struct):
    type: str
    date: date
    ticker_change: NewTicker | None = None


class TickerEvents(msgspec.Struct):
    name: str | None = None
    composite_figi: str | None = None
    cik: str | None = None
    events: list[TickerEvent] | None = None


class TickerEventsAnswer(msgspec.Struct):
    status: str
    results: TickerEvents


class Split(msgspec.Struct):
    ticker: str
    execution_date: date
    split_from: float
    split_to: float
    id: str | int | None = None
    adjustment_type: str | None = None
    historical_adjustment_factor: float | None = None


class Dividend(msgspec.Struct):
    """``dividend_type`` is of the deprecated list, ``distribution_type`` of the current one."""

    ticker: str
    ex_dividend_date: date
    cash_amount: Decimal
    currency: str | None = None
    declaration_date: date | None = None
    record_date: date | None = None
    pay_date: date | None = None
    id: str | int | None = None
    dividend_type: str | None = None
    distribution_type: str | None = None
    frequency: int | None = None
    split_adjusted_cash_amount: float | None = None
    historical_adjustment_factor: float | None = None


class Publisher(msgspec.Struct):
    name: str | None = None


class Insight(msgspec.Struct):
    ticker: str | None = None
    sentiment: str | None = None
    sentiment_reasoning: str | None = None


class News(msgspec.Struct):
    id: str
    title: str
    article_url: str
    published_utc: datetime
    publisher: Publisher | None = None
    description: str | None = None
    image_url: str | None = None
    tickers: list[str] | None = None
    insights: list[Insight] | None = None


class MarketStatusNow(msgspec.Struct):
    market: str
    serverTime: str  # noqa: N815
    earlyHours: bool | None = None  # noqa: N815
    afterHours: bool | None = None  # noqa: N815
    exchanges: dict[str, str | None] | None = None
    currencies: dict[str, str | None] | None = None


class Holiday(msgspec.Struct):
    date: date
    exchange: str
    status: str
    name: str | None = None
    open: datetime | None = None
    close: datetime | None = None


class Failure(msgspec.Struct):
    """Authentication and rate errors speak in ``error``, entitlement and «not found» in ``message``."""

    status: str | None = None
    error: str | None = None
    message: str | None = None
