"""
Massive's own clients and our adapter read the same answers alike, field by field.

Once over answers recorded from Massive, served by a few lines of HTTP, and once over the sandbox.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
import pytest

from investment.providers.adapters.massive.client import MassiveClient
from investment.providers.adapters.massive.tests.judges import Client, RecordedServer
from investment.providers.contracts import BarColumns
from investment.providers.contracts.windows import BarWindows
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox
from investment.providers.tests.reaching import adapter_methods, asked_of_the_adapter, reached

pytestmark = pytest.mark.sdk

Rows = list[dict[str, Any]]
NEWS_SINCE = datetime(2026, 2, 16, tzinfo=UTC)  # of the recorded articles all are told


@dataclass(frozen=True)
class Stage:
    """Where the questions are asked, and about what."""

    url: str
    symbol: str
    renamed: str
    session: date
    open_close: date
    first: date
    last: date
    minutes: tuple[datetime, datetime]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=60, plan="unlimited") as running:
        yield running


@pytest.fixture
def stage(request: pytest.FixtureRequest, source: str) -> Stage:
    if source == "recorded":
        server: RecordedServer = request.getfixturevalue("recorded_server")
        return Stage(
            url=f"http://127.0.0.1:{server.server_address[1]}",
            symbol="AAPL",
            renamed="META",
            session=date(2026, 8, 7),
            open_close=date(2023, 1, 9),
            first=date(2020, 1, 2),
            last=date(2020, 1, 10),
            minutes=(datetime(2020, 1, 3, 9, tzinfo=UTC), datetime(2020, 1, 3, 21, tzinfo=UTC)),
        )
    running: RunningSandbox = request.getfixturevalue("sandbox")
    lines = running.market.lines
    renamed = next(each for each in lines if each.renamed_on)
    return Stage(
        url=running.url,
        symbol=lines[0].symbol,
        renamed=renamed.later_symbol,
        session=date(2026, 3, 2),
        open_close=date(2026, 3, 2),
        first=date(2026, 2, 2),
        last=date(2026, 3, 2),
        minutes=(datetime(2026, 3, 2, 14, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC)),
    )


# ---- the table: a method of the clients, and the same fields from the adapter


def bars(found: BarColumns, instants: list[int] | None = None, *, named: bool = False) -> Rows:
    names = {
        "open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume",
        "vwap": "vwap", "trades": "transactions",
    }  # fmt: skip
    return [
        {sdk: getattr(found, ours)[row] for ours, sdk in names.items()}
        | ({"timestamp": instants[row]} if instants else {})
        | ({"ticker": found.symbols[row]} if named else {})
        for row in range(len(found))
    ]


def windows(found: BarWindows) -> Rows:
    assert not found.malformed
    return bars(found.bars, found.starts.tolist())


def daily(massive: MassiveClient, at: Stage) -> Rows:
    series = massive.daily_bars(symbol=at.symbol, start=at.first, end=at.last)
    rows = bars(series.bars)
    for row, session in zip(rows, series.sessions, strict=True):
        row["timestamp"] = int(datetime.fromisoformat(f"{session}T05:00:00+00:00").timestamp() * 1000)
    return rows


def previous(massive: MassiveClient, at: Stage) -> Rows:
    rows = bars(massive.previous_close(symbol=at.symbol).bars, named=True)
    return [{name: value for name, value in row.items() if name != "transactions"} for row in rows]


def open_close(massive: MassiveClient, at: Stage) -> Rows:
    found = massive.open_close(symbol=at.symbol, session=at.open_close)
    assert found is not None
    same = {name: getattr(found, name) for name in ("symbol", "open", "high", "low", "close", "volume")}
    return [same | {"from_": found.session, "pre_market": found.pre_market, "after_hours": found.after_hours}]


def tickers(massive: MassiveClient, _: Stage) -> Rows:
    return [
        {
            "ticker": each.symbol, "name": each.name or None, "primary_exchange": each.exchange,
            "currency_name": each.currency.lower() if each.currency else None, "active": each.active,
            "cik": each.cik, "composite_figi": each.composite_figi,
            "share_class_figi": each.share_class_figi,
        }
        for page in massive.instruments() for each in page
    ]  # fmt: skip


def details(massive: MassiveClient, at: Stage) -> Rows:
    record, company = massive.instrument(symbol=at.symbol), massive.company(symbol=at.symbol)
    return [
        {
            "ticker": record.symbol, "name": company.name, "list_date": company.listed_on,
            "market_cap": company.market_cap, "homepage_url": company.website,
            "share_class_shares_outstanding": company.shares_outstanding,
            "sic_description": company.industry, "phone_number": company.phone,
            "cik": record.cik, "primary_exchange": record.exchange,
        }
    ]  # fmt: skip


def types(massive: MassiveClient, _: Stage) -> Rows:
    return [
        {"code": each.code, "description": each.description, "asset_class": each.asset_class}
        for each in massive.instrument_types()
    ]


def events(massive: MassiveClient, at: Stage) -> Rows:
    found = massive.ticker_history(symbol=at.renamed)
    newest_first = [
        {"ticker_change": {"ticker": each.symbol}, "date": str(each.since), "type": "ticker_change"}
        for each in reversed(found.changes)
    ]
    return [
        {"name": found.name, "cik": found.cik, "composite_figi": found.composite_figi, "events": newest_first}
    ]


def splits(version: Any) -> Callable[[MassiveClient, Stage], Rows]:
    words = {"forward": "forward_split", "reverse": "reverse_split", None: None}

    def read(massive: MassiveClient, at: Stage) -> Rows:
        rows = []
        for each in massive.detailed_splits(start=date(2020, 1, 1), end=at.session, version=version):
            row = {
                "ticker": each.symbol, "execution_date": each.ex_date, "id": each.provider_id or None,
                "split_from": each.split_from, "split_to": each.split_to,
            }  # fmt: skip
            if version == "v1":
                row["adjustment_type"] = words[each.kind]
                row["historical_adjustment_factor"] = each.historical_adjustment_factor
            rows.append(row)
        return rows

    return read


def dividends(version: Any) -> Callable[[MassiveClient, Stage], Rows]:
    def read(massive: MassiveClient, at: Stage) -> Rows:
        rows = []
        for each in massive.detailed_dividends(start=date(2020, 1, 1), end=at.session, version=version):
            row = {
                "ticker": each.symbol, "ex_dividend_date": each.ex_date, "cash_amount": each.amount,
                "currency": each.currency, "declaration_date": each.declared_on,
                "record_date": each.record_date, "pay_date": each.pay_date,
                "id": each.provider_id or None, "frequency": each.per_year,
            }  # fmt: skip
            if version == "v1":
                row["distribution_type"] = each.kind
                row["split_adjusted_cash_amount"] = each.split_adjusted_amount
                row["historical_adjustment_factor"] = each.historical_adjustment_factor
            rows.append(row)
        return rows

    return read


def news(massive: MassiveClient, _: Stage) -> Rows:
    return [
        {
            "id": each.provider_id, "title": each.headline, "article_url": each.url,
            "description": each.summary,
        }
        for page in massive.news(since=NEWS_SINCE) for each in page
    ]  # fmt: skip


def status(massive: MassiveClient, _: Stage) -> Rows:
    found, now = massive.market_status(), massive.market_now()
    assert now.at is not None
    assert now.at == datetime.fromisoformat(found.server_time)
    words = {"regular": "open", "closed": "closed", "extended": "extended-hours", None: None}
    venues = {name: words[phase] for name, phase in now.venues.items()}
    return [
        {
            "market": found.market, "server_time": found.server_time,
            "exchanges": {name: venues[name] for name in ("nasdaq", "nyse", "otc")},
            "currencies": {name: venues[name] for name in ("crypto", "fx")},
        }
    ]  # fmt: skip


def holidays(massive: MassiveClient, _: Stage) -> Rows:
    return [
        {
            "date": each.day, "exchange": each.exchange, "name": each.name,
            "status": "closed" if each.closed else "early-close",
            "open": each.opens_at, "close": each.closes_at,
        }
        for each in massive.market_holidays()
    ]  # fmt: skip


Question = tuple[
    str, Callable[[Stage], tuple[Any, ...]], dict[str, Any], Callable[[MassiveClient, Stage], Rows]
]
TABLE: dict[str, Question] = {
    "grouped": (
        "get_grouped_daily_aggs", lambda at: (str(at.session),), {"adjusted": False},
        lambda m, at: bars(m.grouped_daily(session=at.session).bars, named=True),
    ),
    "days": (
        "list_aggs", lambda at: (at.symbol, 1, "day", str(at.first), str(at.last)), {"adjusted": False},
        daily,
    ),
    "minutes": (
        "list_aggs",
        lambda at: (at.symbol, 1, "minute", *(int(end.timestamp() * 1000) for end in at.minutes)),
        {"adjusted": False},
        lambda m, at: windows(
            m.aggregates(symbol=at.symbol, timespan="minute", start=at.minutes[0], end=at.minutes[1])
        ),
    ),
    "weeks": (
        "list_aggs", lambda at: (at.symbol, 1, "week", str(at.first), str(at.last)), {},
        lambda m, at: windows(
            m.aggregates(symbol=at.symbol, timespan="week", start=at.first, end=at.last, basis="splits")
        ),
    ),
    "previous": ("get_previous_close_agg", lambda at: (at.symbol,), {"adjusted": False}, previous),
    "open_close": (
        "get_daily_open_close_agg", lambda at: (at.symbol, str(at.open_close)), {"adjusted": False},
        open_close,
    ),
    "tickers": ("list_tickers", lambda _: (), {"market": "stocks", "active": True, "limit": 1000}, tickers),
    "details": ("get_ticker_details", lambda at: (at.symbol,), {}, details),
    "types": ("get_ticker_types", lambda _: (), {"asset_class": "stocks", "locale": "us"}, types),
    "events": ("get_ticker_events", lambda at: (at.renamed,), {"types": "ticker_change"}, events),
    "splits_v3": (
        "list_splits", lambda _: (),
        {"execution_date_gte": "2020-01-01", "order": "asc", "limit": 1000}, splits("v3"),
    ),
    "splits_v1": (
        "list_stocks_splits", lambda _: (),
        {"execution_date_gte": "2020-01-01", "sort": "execution_date.asc", "limit": 5000}, splits("v1"),
    ),
    "dividends_v3": (
        "list_dividends", lambda _: (),
        {"ex_dividend_date_gte": "2020-01-01", "order": "asc", "limit": 1000}, dividends("v3"),
    ),
    "dividends_v1": (
        "list_stocks_dividends", lambda _: (),
        {"ex_dividend_date_gte": "2020-01-01", "sort": "ex_dividend_date.asc", "limit": 5000},
        dividends("v1"),
    ),
    "news": (
        "list_ticker_news", lambda _: (),
        {
            "published_utc_gte": NEWS_SINCE.isoformat(), "order": "desc", "sort": "published_utc",
            "limit": 1000,
        },
        news,
    ),
    "status": ("get_market_status", lambda _: (), {}, status),
    "holidays": ("get_market_holidays", lambda _: (), {}, holidays),
}  # fmt: skip
ONLY_MASSIVE = {"list_stocks_splits", "list_stocks_dividends"}  # they are younger than the old client
MOST = 1000  # rows that a judge tells


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("source", ["recorded", "sandbox"])
def test_both_understand_the_same(name: str, source: str, stage: Stage, massive_client: Client) -> None:
    method, arguments, keywords, ours = TABLE[name]
    if massive_client.name == "polygon" and method in ONLY_MASSIVE:
        pytest.skip("the old client does not know this endpoint")
    answer = massive_client(stage.url, method, *arguments(stage), **keywords)
    assert "value" in answer, answer
    theirs = answer["value"] if isinstance(answer["value"], list) else [answer["value"]]

    with httpx.Client(base_url=stage.url, timeout=20) as http:
        found = ours(MassiveClient(api_key=KEY, http=http), stage)

    assert found
    assert len(theirs) == min(len(found), MOST)
    for row, other in zip(found, theirs, strict=False):
        for field, value in row.items():
            assert same(value, other[field]), f"{field}: ours {value!r}, theirs {other[field]!r}"


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Decimal):
        return bool(float(ours) == theirs)
    if isinstance(ours, datetime):
        return theirs is not None and ours == datetime.fromisoformat(theirs)
    if isinstance(ours, date):
        return bool(str(ours) == theirs)
    if isinstance(ours, (float, np.floating)):
        return theirs is None if np.isnan(ours) else bool(ours == theirs)
    if isinstance(ours, dict):
        return all(same(value, theirs.get(name)) for name, value in ours.items())
    return bool(ours == theirs)


# They ask what another asks, and tell less of it.
NARROWER = {"splits": "detailed_splits", "dividends": "detailed_dividends"}
# The adapter has none: exchanges come with the tickers, indicators are computed here.
ONLY_THEIRS = {"get_exchanges", "get_related_companies", "get_sma", "get_ema", "get_macd", "get_rsi"}
ALIKE = {"get_aggs": "list_aggs"}  # one page of it


def test_the_table_has_every_endpoint_that_both_know(massive_client: Client, sandbox: RunningSandbox) -> None:
    asked = reached(massive_client.judge, sandbox, "massive", "", key="nobodys")
    judged = {method for method, *_ in TABLE.values()} - (
        ONLY_MASSIVE if massive_client.name == "polygon" else set()
    )
    assert {ALIKE.get(method, method) for method in asked} - ONLY_THEIRS == judged

    ours = asked_of_the_adapter(__file__)
    assert {NARROWER.get(name, name) for name in adapter_methods(MassiveClient)} <= ours
