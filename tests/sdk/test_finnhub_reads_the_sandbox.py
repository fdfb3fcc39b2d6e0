"""Finnhub's own client and our adapter read one sandbox, and must understand the same, field by field."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from investment.providers.adapters.finnhub.client import FinnhubClient
from investment.providers.sandbox.finnhub.speaker import UNTOLD
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox
from investment.providers.tests.judges import Judge
from investment.providers.tests.reaching import adapter_methods, asked_of_the_adapter, reached

pytestmark = pytest.mark.sdk

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
TODAY = NOON.date()
START, END = date(2025, 3, 10), date(2026, 3, 2)
MILLION = 1_000_000
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=60, plans={"finnhub": "paid"}, now=NOON) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    return running


@pytest.fixture
def sdk(judges: Callable[..., Judge]) -> Judge:
    return judges("judge_finnhub")


@pytest.fixture
def ask(sandbox: RunningSandbox, sdk: Judge) -> Ask:
    """Return a function that asks through the client: the value it understood, or how it failed."""

    def put(method: str, *arguments: Any, key: str = KEY, url: str = "", **keywords: Any) -> Any:
        url = url or f"{sandbox.url}/finnhub/api/v1"
        return sdk.ask(url=url, key=key, method=method, arguments=arguments, keywords=keywords)

    return put


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[FinnhubClient]:
    with httpx.Client(base_url=f"{sandbox.url}/finnhub/api/v1", trust_env=False) as http:
        yield FinnhubClient(api_key=KEY, http=http)


@dataclass(frozen=True)
class Case:
    """
    One endpoint that both know.

    ``ours`` asks through the adapter and returns records; ``rows`` takes the same out of the client's
    value; ``fields`` says of each of a row's fields what it is in our record. ``{symbol}`` in the
    arguments is a company, ``{split}`` and ``{payer}`` are one that split and one that pays.
    """

    method: str
    arguments: Sequence[Any]
    ours: Callable[[FinnhubClient, str], Any]
    fields: dict[str, Callable[[Any], Any]]
    keywords: dict[str, Any] = field(default_factory=dict)
    rows: Callable[[Any], list[dict[str, Any]]] = lambda value: value
    of: str = "symbol"


def one(value: Any) -> list[dict[str, Any]]:
    return [value]


def seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def percent(ratio: float | None) -> Any:
    return None if ratio is None else pytest.approx(ratio * 100)


def candle_rows(value: dict[str, Any]) -> list[dict[str, Any]]:
    assert value["s"] == "ok"
    return [dict(zip("tohlcv", row, strict=True)) for row in zip(*(value[n] for n in "tohlcv"), strict=True)]


def bars(client: FinnhubClient, symbol: str) -> list[dict[str, Any]]:
    series = client.daily_bars(symbol=symbol, start=START, end=END)
    assert list(series.malformed) == []
    columns = (series.bars.open, series.bars.high, series.bars.low, series.bars.close, series.bars.volume)
    return [
        dict(zip(("session", *"ohlcv"), row, strict=True))
        for row in zip(series.sessions, *columns, strict=True)
    ]


def phase(word: str | None) -> str | None:
    return {"pre_market": "pre-market", "regular": "regular", "post_market": "post-market"}.get(word or "")


def hours(holiday: Any) -> str:
    if holiday.closed:
        return ""
    zone = ZoneInfo("America/New_York")
    return "-".join(f"{at.astimezone(zone):%H:%M}" for at in (holiday.opens_at, holiday.closes_at))


def figures(client: FinnhubClient, symbol: str) -> list[dict[str, Any]]:
    """Our figures back in Finnhub's units, with the histories."""
    found = client.metrics(symbol=symbol)
    told: dict[str, Any] = {name: iso(day) for name, day in found.dates.items()}
    for name, value in found.values.items():
        if value is not None and "Margin" in name:
            told[name] = pytest.approx(value * 100)
        elif value is not None and (name.endswith("TradingVolume") or name == "marketCapitalization"):
            told[name] = pytest.approx(value / MILLION)
        else:
            told[name] = value
    series = {
        frequency: {
            name: [{"period": iso(point.period), "v": point.value} for point in reversed(points)]
            for name, points in of.items()
        }
        for frequency, of in found.series.items()
    }
    return [{"symbol": found.symbol, "metric": told, "metricType": "all", "series": series}]


def article_fields(category: str) -> dict[str, Callable[[Any], Any]]:
    return {
        "category": lambda _: category,
        "datetime": lambda r: seconds(r.published_at),
        "headline": lambda r: r.headline,
        "id": lambda r: int(r.provider_id),
        "image": lambda r: r.image_url or "",
        "related": lambda r: ",".join(r.symbols),
        "source": lambda r: r.source,
        "summary": lambda r: r.summary,
        "url": lambda r: r.url,
    }


KIND_WORDS = {
    "common_stock": {"Common Stock"}, "adr": {"ADR"}, "etf": {"ETP"}, "preferred": {"Preference"},
    "warrant": {"Equity WRT"}, "right": {"Right"}, "unit": {"Unit"}, "fund": {"Closed-End Fund"},
}  # fmt: skip

CASES = [
    Case(
        "quote", ["{symbol}"], lambda c, s: [c.quote(symbol=s)], rows=one,
        fields={
            "c": lambda r: r.price, "h": lambda r: r.high, "l": lambda r: r.low, "o": lambda r: r.open,
            "pc": lambda r: r.previous_close, "t": lambda r: seconds(r.at),
            "d": lambda r: pytest.approx(r.price - r.previous_close, abs=1e-4),
            "dp": lambda r: pytest.approx((r.price / r.previous_close - 1) * 100, abs=1e-3),
        },
    ),
    Case(
        "company_profile2", [], lambda c, s: [c.profile(symbol=s)], keywords={"symbol": "{symbol}"}, rows=one,
        fields={
            "country": lambda r: r.country, "currency": lambda r: r.currency,
            "estimateCurrency": lambda r: r.currency, "exchange": lambda r: r.exchange,
            "finnhubIndustry": lambda r: r.industry, "ipo": lambda r: iso(r.listed_on),
            "logo": lambda r: r.logo_url or "", "phone": lambda r: r.phone or "",
            "marketCapitalization": lambda r: pytest.approx(float(r.market_cap) / MILLION),
            "name": lambda r: r.name,
            "shareOutstanding": lambda r: pytest.approx(r.shares_outstanding / MILLION),
            "ticker": lambda r: r.symbol, "weburl": lambda r: r.website,
        },
    ),
    Case(
        "company_basic_financials", ["{symbol}", "all"], figures, rows=one,
        fields={name: itemgetter(name) for name in ("symbol", "metric", "metricType", "series")},
    ),
    Case("company_peers", ["{symbol}"], lambda c, s: [s, *c.peers(symbol=s)], fields={}),
    Case(
        "recommendation_trends", ["{symbol}"], lambda c, s: c.recommendations(symbol=s),
        fields={
            "symbol": lambda r: r.symbol, "period": lambda r: iso(r.period),
            "strongBuy": lambda r: r.strong_buy,
            "buy": lambda r: r.buy, "hold": lambda r: r.hold, "sell": lambda r: r.sell,
            "strongSell": lambda r: r.strong_sell,
        },
    ),
    Case(
        "company_earnings", ["{symbol}"], lambda c, s: c.earnings(symbol=s, limit=6), keywords={"limit": 6},
        fields={
            "symbol": lambda r: r.symbol, "period": lambda r: iso(r.period), "year": lambda r: r.fiscal_year,
            "quarter": lambda r: r.fiscal_quarter, "actual": lambda r: r.actual,
            "estimate": lambda r: r.estimate, "surprise": lambda r: r.surprise,
            "surprisePercent": lambda r: percent(r.surprise_ratio),
        },
    ),
    Case(
        "earnings_calendar", ["2026-02-01", "2026-05-20", None],
        lambda c, _: c.earnings_calendar(start=date(2026, 2, 1), end=date(2026, 5, 20)),
        rows=lambda value: sorted(value["earningsCalendar"], key=lambda row: (row["date"], row["symbol"])),
        fields={
            "symbol": lambda r: r.symbol, "date": lambda r: iso(r.on), "year": lambda r: r.fiscal_year,
            "quarter": lambda r: r.fiscal_quarter, "epsActual": lambda r: r.eps_actual,
            "epsEstimate": lambda r: r.eps_estimate, "revenueActual": lambda r: r.revenue_actual,
            "revenueEstimate": lambda r: r.revenue_estimate,
            "hour": lambda r: {"before_open": "bmo", "after_close": "amc", "during": "dmh", None: ""}[r.hour],
        },
    ),
    Case(
        "company_news", ["{symbol}", "2025-03-10", "2026-03-02"],
        lambda c, s: c.company_news(symbol=s, start=START, end=END), fields=article_fields("company"),
    ),
    Case("general_news", ["general"], lambda c, _: c.market_news(), fields=article_fields("top news")),
    Case(
        "market_status", ["US"], lambda c, _: [c.market_now()], rows=one,
        fields={
            "exchange": lambda r: r.market, "holiday": lambda r: r.holiday, "isOpen": lambda r: r.is_open,
            "session": lambda r: phase(r.phase), "t": lambda r: seconds(r.at),
            "timezone": lambda _: "America/New_York",
        },
    ),
    Case(
        "market_holiday", ["US"], lambda c, _: list(reversed(c.market_holidays())),
        rows=lambda value: value["data"],
        fields={"atDate": lambda r: iso(r.day), "eventName": lambda r: r.name, "tradingHour": hours},
    ),
    Case(
        "stock_symbols", ["US"], lambda c, _: c.symbols(),
        fields={
            "symbol": lambda r: r.provider_symbol, "displaySymbol": lambda r: r.provider_symbol,
            "symbol2": lambda _: "", "description": lambda r: r.name, "currency": lambda r: r.currency,
            "mic": lambda r: r.mic, "figi": lambda r: r.figi, "shareClassFIGI": lambda r: r.share_class_figi,
            "isin": lambda r: r.isin, "type": lambda r: next(iter(KIND_WORDS[r.kind])),
        },
    ),
    Case(
        "symbol_lookup", ["{symbol}"], lambda c, s: c.search(text=s), rows=lambda value: value["result"],
        fields={
            "symbol": lambda r: r.symbol, "displaySymbol": lambda r: r.provider_symbol,
            "description": lambda r: r.name, "type": lambda r: next(iter(KIND_WORDS[r.kind])),
        },
    ),
    Case(
        "stock_candles", ["{split}", "D", int(datetime.combine(START, time(), UTC).timestamp()),
                          int(datetime.combine(END, time(23), UTC).timestamp())],
        bars, rows=candle_rows, of="split",
        fields={
            "t": lambda r: datetime.combine(r["session"], time(), UTC).timestamp(),
            **{name: itemgetter(name) for name in "ohlcv"},
        },
    ),
    Case(
        "stock_splits", ["{split}", "2022-01-01", "2026-03-02"],
        lambda c, s: c.splits(symbol=s, start=date(2022, 1, 1), end=END), of="split",
        fields={
            "symbol": lambda r: r.symbol, "date": lambda r: iso(r.ex_date),
            "fromFactor": lambda r: r.split_from, "toFactor": lambda r: r.split_to,
        },
    ),
    Case(
        "stock_dividends", ["{payer}", "2025-03-10", "2026-03-02"],
        lambda c, s: list(reversed(c.dividends(symbol=s, start=START, end=END))), of="payer",
        fields={
            "symbol": lambda r: r.symbol, "date": lambda r: iso(r.ex_date),
            "amount": lambda r: float(r.amount),
            "currency": lambda r: r.currency, "payDate": lambda r: iso(r.pay_date),
            "recordDate": lambda r: iso(r.record_date), "declarationDate": lambda r: iso(r.declared_on),
        },
    ),
]  # fmt: skip
NOT_OURS = {"adjustedAmount", "freq"}  # of a dividend: we keep what was declared


def asked(
    case: Case, sandbox: RunningSandbox, ask: Ask, client: FinnhubClient
) -> tuple[Sequence[Any], list[dict[str, Any]]]:
    """Return our records, and the client's rows."""
    lines = sandbox.market.lines
    chosen = {
        "symbol": lines[4].symbol,
        "split": next(x.symbol for x in lines if x.behaviour.split_years == "odd"),
        "payer": next(x.symbol for x in lines if x.behaviour.special_dividend),
    }
    put = [each.format(**chosen) if isinstance(each, str) else each for each in case.arguments]
    words = {n: v.format(**chosen) if isinstance(v, str) else v for n, v in case.keywords.items()}

    return case.ours(client, chosen[case.of]), case.rows(ask(case.method, *put, **words))


def compare(
    fields: dict[str, Callable[[Any], Any]], ours: Sequence[Any], theirs: list[dict[str, Any]]
) -> None:
    assert theirs
    assert len(ours) == len(theirs)
    for record, row in zip(ours, theirs, strict=True):
        if not fields:
            assert record == row
            continue
        assert set(row) - NOT_OURS == set(fields)
        assert {name: row[name] for name in fields} == {name: read(record) for name, read in fields.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.method)
def test_both_understand_the_same(
    case: Case, sandbox: RunningSandbox, ask: Ask, client: FinnhubClient
) -> None:
    compare(case.fields, *asked(case, sandbox, ask, client))


@pytest.mark.parametrize("case", [case for case in CASES if case.fields], ids=lambda case: case.method)
def test_the_table_sees_a_single_wrong_field(
    case: Case, sandbox: RunningSandbox, ask: Ask, client: FinnhubClient
) -> None:
    ours, theirs = asked(case, sandbox, ask, client)
    for name in case.fields:
        with pytest.raises(AssertionError):
            compare(case.fields | {name: lambda _: "planted"}, ours[:3], theirs[:3])


def test_the_table_has_every_endpoint_that_both_know(sandbox: RunningSandbox, sdk: Judge) -> None:
    asked = reached(sdk, sandbox, "finnhub", "/finnhub/api/v1", key="nobodys")
    asked = {method: endpoint for method, endpoint in asked.items() if endpoint not in UNTOLD}
    assert set(asked) - {"stock_symbol"} == {case.method for case in CASES}  # stock_symbols is its new name
    assert adapter_methods(FinnhubClient) <= asked_of_the_adapter(__file__)


def test_what_every_plan_has_and_nobody_here_knows_is_empty(ask: Ask) -> None:
    assert ask("filings", symbol="ANY") == ask("country") == ask("forex_exchanges") == []
    assert ask("ipo_calendar", "2026-01-01", "2026-03-01") == {"ipoCalendar": []}
    assert ask("stock_insider_transactions", "ANY") == {"data": [], "symbol": "ANY"}
