"""
Provider-neutral records: what every adapter returns and what the domain apps consume.

One module per noun. Observed prices are float64 in the instrument's quote currency, raw (as traded)
unless a basis says otherwise; money is Decimal with its currency; instants are aware, in UTC;
``session`` is the exchange's calendar date; unknown is None.
"""

from investment.providers.contracts.actions import DetailedDividend, DetailedSplit, DividendKind, SplitKind
from investment.providers.contracts.calendar import MarketHoliday, MarketNow, MarketPhase
from investment.providers.contracts.company import (
    CompanyMetrics,
    CompanyProfile,
    EarningsDate,
    EarningsReport,
    ListedSymbol,
    MetricPoint,
    Recommendation,
    ReportingHour,
    SymbolMatch,
)
from investment.providers.contracts.filings import (
    CompanyFact,
    CompanyFacts,
    FactLabel,
    Filer,
    Filing,
    FormerName,
    OlderFilings,
    SecTicker,
    Stamped,
    TickerList,
    Validators,
)
from investment.providers.contracts.listings import InstrumentType, TickerChange, TickerHistory
from investment.providers.contracts.market import (
    BarColumns,
    BarSeries,
    Basis,
    DividendRecord,
    Floats,
    InstrumentKind,
    InstrumentRecord,
    MalformedRow,
    MarketDataProvider,
    MarketDay,
    MarketStatus,
    SplitRecord,
)
from investment.providers.contracts.news import Article, ArticleSentiment, SentimentLabel
from investment.providers.contracts.quotes import Quote, Trade
from investment.providers.contracts.windows import BarWindows, DayPrices, Instants, Timespan

__all__ = [
    "Article",
    "ArticleSentiment",
    "BarColumns",
    "BarSeries",
    "BarWindows",
    "Basis",
    "CompanyFact",
    "CompanyFacts",
    "CompanyMetrics",
    "CompanyProfile",
    "DayPrices",
    "DetailedDividend",
    "DetailedSplit",
    "DividendKind",
    "DividendRecord",
    "EarningsDate",
    "EarningsReport",
    "FactLabel",
    "Filer",
    "Filing",
    "Floats",
    "FormerName",
    "Instants",
    "InstrumentKind",
    "InstrumentRecord",
    "InstrumentType",
    "ListedSymbol",
    "MalformedRow",
    "MarketDataProvider",
    "MarketDay",
    "MarketHoliday",
    "MarketNow",
    "MarketPhase",
    "MarketStatus",
    "MetricPoint",
    "OlderFilings",
    "Quote",
    "Recommendation",
    "ReportingHour",
    "SecTicker",
    "SentimentLabel",
    "SplitKind",
    "SplitRecord",
    "Stamped",
    "SymbolMatch",
    "TickerChange",
    "TickerHistory",
    "TickerList",
    "Timespan",
    "Trade",
    "Validators",
]
