"""
Massive's wire format, as it is really sent. Nothing outside this folder may see these names.

Fields that Massive leaves out are optional here. Volumes may be fractional or written with an
exponent, so every figure is a float; so are instants (milliseconds), which floats hold exactly.
"""

from collections.abc import Sequence
from datetime import date
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


class Ticker(msgspec.Struct):
    ticker: str
    name: str = ""
    type: str | None = None
    active: bool = True
    primary_exchange: str | None = None
    currency_name: str | None = None
    cik: str | None = None
    composite_figi: str | None = None
    share_class_figi: str | None = None
    list_date: date | None = None
    delisted_utc: str | None = None


class TickerDetails(msgspec.Struct):
    status: str
    results: Ticker


class Split(msgspec.Struct):
    ticker: str
    execution_date: date
    split_from: float
    split_to: float
    id: str = ""


class Dividend(msgspec.Struct):
    ticker: str
    ex_dividend_date: date
    cash_amount: Decimal
    currency: str
    declaration_date: date | None = None
    record_date: date | None = None
    pay_date: date | None = None
    id: str = ""


class MarketStatusNow(msgspec.Struct):
    market: str
    serverTime: str  # noqa: N815


class Failure(msgspec.Struct):
    """Authentication and rate errors speak in ``error``, entitlement and «not found» in ``message``."""

    status: str | None = None
    error: str | None = None
    message: str | None = None
