"""The client alpha_vantage and our adapter read one sandbox, and must understand the same, field by field."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
import pytest

from investment.providers.adapters.alphavantage.client import AlphaVantageClient
from investment.providers.contracts.overview import Overview
from investment.providers.sandbox.alphavantage.speaker import FUNCTIONS
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox
from investment.providers.tests.judges import Judge
from investment.providers.tests.reaching import adapter_methods, asked_of_the_adapter, reached

pytestmark = pytest.mark.sdk

NIGHT = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
SINCE = datetime(2025, 3, 1, tzinfo=UTC)
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=60, plans={"alphavantage": "unlimited"}, now=NIGHT) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    return running


@pytest.fixture
def ask(sandbox: RunningSandbox, alpha_vantage: Ask) -> Ask:
    """Return a function that asks the sandbox through the client."""
    return partial(alpha_vantage, url=address(sandbox), key=KEY)


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[AlphaVantageClient]:
    with httpx.Client(base_url=address(sandbox), trust_env=False) as http:
        yield AlphaVantageClient(api_key=KEY, http=http)


def address(sandbox: RunningSandbox) -> str:
    return f"{sandbox.url}/alphavantage/query"


Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """
    One function that both know.

    ``ours`` asks through the adapter, and writes our records as the client's rows; ``theirs`` takes the
    rows out of the client's value. ``{symbol}`` is a company, ``{split}`` and ``{payer}`` are one that
    split and one that pays. ``not_ours`` are names that no record of ours keeps.
    """

    method: str
    keywords: Row
    ours: Callable[[AlphaVantageClient, str], list[Row]]
    theirs: Callable[[Any], list[Row]] = list
    of: str = "symbol"
    not_ours: frozenset[str] = field(default_factory=frozenset)


def near(value: float | Decimal | None) -> Any:
    """The text of a figure, whatever its decimals; unknown is either of its signs."""
    return Near(value)


@dataclass(frozen=True)
class Near:
    value: float | Decimal | None

    def __eq__(self, other: object) -> bool:
        if other in ("None", "-"):
            return self.value is None
        if self.value is None or isinstance(other, Near):
            return False
        return float(str(other)) == pytest.approx(float(self.value), rel=1e-12, abs=1e-12)

    def __hash__(self) -> int:
        return hash(self.value)


def day_text(day: date | None) -> str:
    return day.isoformat() if day else "None"


def one(value: Any) -> list[Row]:
    return [value]


def by_day(value: Any) -> list[Row]:
    return [{"day": day, **row} for day, row in value.items()]


def daily(client: AlphaVantageClient, symbol: str, **keywords: Any) -> list[Row]:
    series = client.daily_bars(symbol=symbol, **keywords)
    assert list(series.malformed) == []
    columns = [series.bars.open, series.bars.high, series.bars.low, series.bars.close, series.bars.volume]
    names = ("1. open", "2. high", "3. low", "4. close", "5. volume")
    return [
        {"day": day.isoformat(), **{name: near(value) for name, value in zip(names, values, strict=True)}}
        for day, *values in reversed(list(zip(series.sessions, *columns, strict=True)))
    ]


def quote(client: AlphaVantageClient, symbol: str) -> list[Row]:
    told = client.quote(symbol=symbol)
    return [
        {
            "01. symbol": told.symbol,
            "02. open": near(told.open),
            "03. high": near(told.high),
            "04. low": near(told.low),
            "05. price": near(told.price),
            "06. volume": near(told.volume),
            "07. latest trading day": told.session.isoformat(),
            "08. previous close": near(told.previous_close),
        }
    ]


def matches(client: AlphaVantageClient, symbol: str) -> list[Row]:
    return [
        {
            "1. symbol": found.provider_symbol,
            "2. name": found.name,
            "4. region": found.region,
            "8. currency": found.currency,
            "9. matchScore": near(found.score),
        }
        for found in client.search(text=symbol[:1])
    ]


OVERVIEW_TEXTS = {
    "AssetType": "asset_type", "Name": "name", "Description": "description", "Exchange": "exchange",
    "Currency": "currency", "Country": "country", "Sector": "sector", "Industry": "industry",
    "Address": "address", "OfficialSite": "website", "FiscalYearEnd": "fiscal_year_end", "Symbol": "symbol",
}  # fmt: skip
OVERVIEW_DAYS = {
    "LatestQuarter": "latest_quarter", "DividendDate": "dividend_date", "ExDividendDate": "ex_dividend_date",
}  # fmt: skip
OVERVIEW_FIGURES = {
    "MarketCapitalization": "market_cap", "EBITDA": "ebitda", "PERatio": "pe_ratio", "PEGRatio": "peg_ratio",
    "BookValue": "book_value_per_share", "DividendPerShare": "dividend_per_share",
    "DividendYield": "dividend_yield", "EPS": "eps", "RevenuePerShareTTM": "revenue_per_share_ttm",
    "ProfitMargin": "profit_margin", "OperatingMarginTTM": "operating_margin_ttm",
    "ReturnOnAssetsTTM": "return_on_assets_ttm", "ReturnOnEquityTTM": "return_on_equity_ttm",
    "RevenueTTM": "revenue_ttm", "GrossProfitTTM": "gross_profit_ttm", "DilutedEPSTTM": "diluted_eps_ttm",
    "QuarterlyEarningsGrowthYOY": "quarterly_earnings_growth_yoy",
    "QuarterlyRevenueGrowthYOY": "quarterly_revenue_growth_yoy", "AnalystTargetPrice": "analyst_target_price",
    "AnalystRatingStrongBuy": "strong_buy", "AnalystRatingBuy": "buy", "AnalystRatingHold": "hold",
    "AnalystRatingSell": "sell", "AnalystRatingStrongSell": "strong_sell", "TrailingPE": "trailing_pe",
    "ForwardPE": "forward_pe", "PriceToSalesRatioTTM": "price_to_sales_ttm",
    "PriceToBookRatio": "price_to_book", "EVToRevenue": "ev_to_revenue", "EVToEBITDA": "ev_to_ebitda",
    "Beta": "beta", "52WeekHigh": "week_52_high", "52WeekLow": "week_52_low",
    "50DayMovingAverage": "moving_average_50", "200DayMovingAverage": "moving_average_200",
    "SharesOutstanding": "shares_outstanding", "SharesFloat": "shares_float",
}  # fmt: skip


def overview(client: AlphaVantageClient, symbol: str) -> list[Row]:
    told: Overview = client.overview(symbol=symbol)
    row = {wire: getattr(told, name) for wire, name in OVERVIEW_TEXTS.items()}
    row |= {wire: day_text(getattr(told, name)) for wire, name in OVERVIEW_DAYS.items()}
    row |= {wire: near(getattr(told, name)) for wire, name in OVERVIEW_FIGURES.items()}
    assert told.cik is not None
    assert told.held_by_insiders is not None
    assert told.held_by_institutions is not None
    row |= {
        "CIK": near(int(told.cik)),
        "PercentInsiders": near(told.held_by_insiders * 100),
        "PercentInstitutions": near(told.held_by_institutions * 100),
    }
    return [row]


def fx_daily(client: AlphaVantageClient, _symbol: str) -> list[Row]:
    bars = client.fx_daily(base="EUR", quote="USD")
    columns = [bars.open, bars.high, bars.low, bars.close]
    names = ("1. open", "2. high", "3. low", "4. close")
    return [
        {"day": day.isoformat(), **{name: near(value) for name, value in zip(names, values, strict=True)}}
        for day, *values in reversed(list(zip(bars.days, *columns, strict=True)))
    ]


def fx_rate(client: AlphaVantageClient, _symbol: str) -> list[Row]:
    told = client.fx_rate(base="USD", quote="ISK")
    assert told.at is not None
    return [
        {
            "1. From_Currency Code": told.base,
            "3. To_Currency Code": told.quote,
            "5. Exchange Rate": near(told.rate),
            "6. Last Refreshed": f"{told.at:%Y-%m-%d %H:%M:%S}",
            "7. Time Zone": "UTC",
            "8. Bid Price": near(told.bid),
            "9. Ask Price": near(told.ask),
        }
    ]


LABELS = {
    "positive": "Bullish", "somewhat_positive": "Somewhat-Bullish", "neutral": "Neutral",
    "somewhat_negative": "Somewhat-Bearish", "negative": "Bearish",
}  # fmt: skip


def news(client: AlphaVantageClient, symbol: str) -> list[Row]:
    return [
        {
            "title": article.headline,
            "url": article.url,
            "time_published": f"{article.published_at:%Y%m%dT%H%M%S}",
            "summary": article.summary,
            "banner_image": article.image_url,
            "source": article.source,
            "ticker_sentiment": [
                {
                    "ticker": each.symbol,
                    "relevance_score": near(each.relevance),
                    "ticker_sentiment_score": near(each.score),
                    "ticker_sentiment_label": LABELS[each.label or ""],
                }
                for each in article.sentiments
            ],
        }
        for article in client.news(symbols=[symbol], since=SINCE, limit=20)
    ]


def dividends(client: AlphaVantageClient, symbol: str) -> list[Row]:
    return [
        {
            "ex_dividend_date": record.ex_date.isoformat(),
            "declaration_date": day_text(record.declared_on),
            "record_date": day_text(record.record_date),
            "payment_date": day_text(record.pay_date),
            "amount": near(record.amount),
        }
        for record in reversed(client.dividends(symbol=symbol, currency="USD"))
    ]


def splits(client: AlphaVantageClient, symbol: str) -> list[Row]:
    return [
        {
            "effective_date": record.ex_date.isoformat(),
            "split_factor": near(record.split_to / record.split_from),
        }
        for record in reversed(client.splits(symbol=symbol))
    ]


CASES = [
    Case("TimeSeries.get_daily", {"symbol": "{symbol}"}, daily, by_day),
    Case(
        "TimeSeries.get_daily",
        {"symbol": "{split}", "outputsize": "full"},
        lambda client, symbol: daily(client, symbol, full=True, form="csv"),
        by_day,
        of="split",
    ),
    Case(
        "TimeSeries.get_quote_endpoint",
        {"symbol": "{symbol}"},
        quote,
        one,
        not_ours=frozenset({"09. change", "10. change percent"}),
    ),
    Case(
        "TimeSeries.get_symbol_search",
        {"keywords": "{first_letter}"},
        matches,
        # It does not say whether an equity is common stock; the hours are the exchange's.
        not_ours=frozenset({"3. type", "5. marketOpen", "6. marketClose", "7. timezone"}),
    ),
    Case("FundamentalData.get_company_overview", {"symbol": "{symbol}"}, overview, one),
    Case("FundamentalData.get_dividends", {"symbol": "{payer}"}, dividends, of="payer"),
    Case("FundamentalData.get_splits", {"symbol": "{split}"}, splits, of="split"),
    Case(
        "ForeignExchange.get_currency_exchange_daily", {"from_symbol": "EUR", "to_symbol": "USD"}, fx_daily,
        by_day,
    ),
    Case(
        "ForeignExchange.get_currency_exchange_rate",
        {"from_currency": "USD", "to_currency": "ISK"},
        fx_rate,
        one,
        not_ours=frozenset({"2. From_Currency Name", "4. To_Currency Name"}),
    ),
    Case(
        "AlphaIntelligence.get_news_sentiment",
        {"tickers": "{symbol}", "time_from": "20250301T0000", "limit": 20},
        news,
        # The record of an article keeps what it means for each instrument, and no overall mood.
        not_ours=frozenset(
            {
                "authors", "category_within_source", "source_domain", "topics", "overall_sentiment_score",
                "overall_sentiment_label",
            }
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.method} {case.keywords.get('outputsize', '')}"
)
def test_both_understand_the_same(
    case: Case, sandbox: RunningSandbox, ask: Ask, client: AlphaVantageClient
) -> None:
    lines = sandbox.market.lines
    chosen = {
        "symbol": lines[4].symbol,
        "split": next(x.symbol for x in lines if x.behaviour.split_years == "odd"),
        "payer": next(x.symbol for x in lines if x.behaviour.special_dividend),
    }
    chosen["first_letter"] = chosen["symbol"][:1]
    keywords = {n: v.format(**chosen) if isinstance(v, str) else v for n, v in case.keywords.items()}

    answer = ask(case.method, **keywords)
    theirs = case.theirs(answer["value"])
    ours = case.ours(client, chosen[case.of])

    assert theirs
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        assert set(their) - case.not_ours == set(our)
        assert {name: their[name] for name in our} == our


def test_the_client_makes_figures_of_texts(
    sandbox: RunningSandbox, ask: Ask, client: AlphaVantageClient
) -> None:
    symbol = sandbox.market.lines[4].symbol
    frame = ask("TimeSeries.get_daily", form="pandas", symbol=symbol)
    table = ask("TimeSeries.get_daily", form="csv", symbol=symbol)["value"]
    bars = client.daily_bars(symbol=symbol).bars

    assert [row["4. close"] for row in frame["value"]] == bars.close.tolist()[::-1]
    assert frame["meta"]["5. Time Zone"] == "US/Eastern"
    assert table[0] == ["timestamp", "open", "high", "low", "close", "volume"]
    assert [float(row[4]) for row in table[1:]] == bars.close.tolist()[::-1]


# What the adapter has no method for: it makes its weeks and months of days.
ONLY_THEIRS = {"TimeSeries.get_weekly", "TimeSeries.get_monthly"}


def test_the_table_has_every_function_that_both_know(
    sandbox: RunningSandbox, judges: Callable[..., Judge]
) -> None:
    judge, played = judges("judge_alpha_vantage"), [name.lower() for name in FUNCTIONS]
    asked = reached(judge, sandbox, "alphavantage", "/alphavantage/query", key="demo", functions=played)
    # Rates of coins are the same function.
    asked.pop("CryptoCurrencies.get_digital_currency_exchange_rate")
    assert set(asked) - ONLY_THEIRS == {case.method for case in CASES}
    assert adapter_methods(AlphaVantageClient) <= asked_of_the_adapter(__file__)
