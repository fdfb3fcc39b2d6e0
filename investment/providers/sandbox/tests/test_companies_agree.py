"""What the providers tell of one company hangs together: with its prices, and with what the others tell."""

import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call
EVENING = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # 21:00 in New York, after the session of the 3rd
TODAY = date(2026, 3, 3)
MILLION = 1_000_000
EPS = "EarningsPerShareDiluted"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    plans = {"finnhub": "1000/1", "alphavantage": "unlimited", "sec": "1000/1"}
    with running_sandbox(symbols=60, plan="unlimited", plans=plans, now=EVENING) as running:
        yield running


@pytest.fixture(scope="module")
def http(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, verify=TLS, headers={"User-Agent": "J j@example.com"}) as client:
        yield client


@pytest.fixture(scope="module")
def companies(sandbox: RunningSandbox) -> list[Instrument]:
    lines = sandbox.market.lines
    return [each for each in lines if each.type_code == "CS" and each.parent is None and each.listed(TODAY)][
        :12
    ]


def massive(http: httpx.Client, path: str, **params: Any) -> Any:
    return http.get(path, params={"apiKey": KEY, **params}).json()


def finnhub(http: httpx.Client, path: str, **params: Any) -> Any:
    return http.get(f"/finnhub/api/v1{path}", params={"token": KEY, **params}).json()


def alphavantage(http: httpx.Client, function: str, **params: Any) -> Any:
    params = {"function": function, "apikey": KEY, **params}
    return http.get("/alphavantage/query", params=params).json()


def facts(http: httpx.Client, line: Instrument, tag: str, unit: str) -> list[dict[str, Any]]:
    told = http.get(f"/sec/data/api/xbrl/companyfacts/CIK{int(line.cik or 0):010d}.json").json()["facts"]
    rows: list[dict[str, Any]] = told["us-gaap"].get(tag, {"units": {unit: []}})["units"][unit]
    return rows


def days_of(row: dict[str, Any]) -> int:
    return (date.fromisoformat(row["end"]) - date.fromisoformat(row["start"])).days


def symbol(line: Instrument) -> str:
    return line.symbol_on(TODAY)


def test_a_company_is_worth_its_shares_times_their_price(
    http: httpx.Client, companies: list[Instrument]
) -> None:
    for line in companies:
        bar = massive(http, f"/v1/open-close/{symbol(line)}/{TODAY}")
        if "close" not in bar:
            continue  # it did not trade
        details = massive(http, f"/v3/reference/tickers/{symbol(line)}")["results"]
        profile = finnhub(http, "/stock/profile2", symbol=symbol(line))
        overview = alphavantage(http, "OVERVIEW", symbol=symbol(line).replace(".", "-"))
        before = massive(http, f"/v2/aggs/ticker/{symbol(line)}/prev")["results"][0]["c"]

        shares = details["share_class_shares_outstanding"]
        assert profile["shareOutstanding"] == pytest.approx(shares / MILLION)
        assert overview["SharesOutstanding"] == str(shares)
        # Massive tells of the session before; the others of this one, which is over.
        assert details["market_cap"] == pytest.approx(shares * before)
        assert profile["marketCapitalization"] == pytest.approx(shares * bar["close"] / MILLION, rel=1e-6)
        assert float(overview["MarketCapitalization"]) == pytest.approx(shares * bar["close"], rel=1e-6)


def test_earnings_per_share_times_shares_are_the_income_and_the_same_everywhere(
    sandbox: RunningSandbox, http: httpx.Client, companies: list[Instrument]
) -> None:
    compared = 0
    for line in companies:
        quarterly = [row for row in facts(http, line, EPS, "USD/shares") if days_of(row) < 100]
        per_share = {(row["start"], row["end"], row["accn"]): row for row in quarterly}
        rows = facts(http, line, "NetIncomeLoss", "USD")
        income = {(row["start"], row["end"], row["accn"]): row["val"] for row in rows}
        earnings = {row["period"]: row for row in finnhub(http, "/stock/earnings", symbol=symbol(line))}
        splits = sandbox.market.splits_of(line.place, TODAY)
        invented = sandbox.sandbox.source.invented
        assert invented is not None
        books = {each.report.end.isoformat(): each for each in invented.fundamentals.restated(line, TODAY)}
        for (start, end, accession), row in per_share.items():
            if row["filed"] != books[end].report.day.isoformat():
                continue  # told once more a year later, perhaps in other shares
            later = [ratio for day, ratio in splits if day > date.fromisoformat(row["filed"])]
            factor = 1.0
            for ratio in later:
                factor *= ratio
            shares = books[end].shares
            assert row["val"] / factor * shares == pytest.approx(
                income[start, end, accession], abs=0.0051 / factor * shares * 1.01
            )
            if end in earnings:
                assert earnings[end]["actual"] == pytest.approx(row["val"] / factor, abs=0.0051)
                compared += 1
        overview = alphavantage(http, "OVERVIEW", symbol=symbol(line).replace(".", "-"))
        told = sorted(earnings)[-4:]
        if overview["EPS"] != "None" and len(told) == 4:
            total = sum(earnings[end]["actual"] for end in told)
            assert float(overview["EPS"]) == pytest.approx(total, abs=0.03)
    assert compared > 20


def test_dividends_of_the_books_are_those_that_were_paid(
    http: httpx.Client, companies: list[Instrument]
) -> None:
    compared = 0
    for line in companies:
        params = {"ticker": symbol(line), "limit": 5000, "ex_dividend_date.gte": "2024-01-01"}
        paid = massive(http, "/stocks/v1/dividends", **params)["results"]
        theirs = finnhub(
            http, "/stock/dividend", symbol=symbol(line), **{"from": "2024-01-01", "to": str(TODAY)}
        )
        assert [(row["date"], row["amount"]) for row in theirs] == [
            (row["ex_dividend_date"], row["cash_amount"])
            for row in sorted(paid, key=lambda row: row["ex_dividend_date"], reverse=True)
        ]
        splits = massive(http, "/stocks/v1/splits", ticker=symbol(line))["results"]
        for row in facts(http, line, "CommonStockDividendsPerShareDeclared", "USD/shares"):
            if row["start"] < "2024-01-01" or splits:
                continue  # restated for a later split
            of = [
                each["cash_amount"] for each in paid if row["start"] <= each["ex_dividend_date"] <= row["end"]
            ]
            assert row["val"] == pytest.approx(sum(of), abs=0.0051)
            compared += 1
    assert compared > 10


def test_a_headline_about_a_fall_is_of_a_day_with_one_and_in_every_paper(
    sandbox: RunningSandbox, http: httpx.Client, companies: list[Instrument]
) -> None:
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    falls = rises = 0
    for line in companies:
        articles = invented.headlines.of(line, date(2025, 10, 1), date(2026, 3, 2))
        moves = [article for article in articles if article.topic == "move"]
        bars = massive(http, f"/v2/aggs/ticker/{symbol(line)}/range/1/day/2025-09-15/2026-03-03")["results"]
        days = {datetime.fromtimestamp(bar["t"] / 1000, UTC).date(): row for row, bar in enumerate(bars)}
        for article in moves:
            row = days[article.at.date()]
            change = bars[row]["c"] / bars[row - 1]["c"] - 1
            assert change * article.sentiment > 0, article.headline
            falls, rises = falls + (change < 0), rises + (change > 0)
        if not moves:
            continue
        day = str(moves[-1].at.date())
        told = [
            {
                each["headline"]
                for each in finnhub(http, "/company-news", symbol=symbol(line), **{"from": day, "to": day})
            },
            {
                each["title"]
                for each in massive(http, "/v2/reference/news", ticker=symbol(line), limit=1000)["results"]
            },
            {
                each["title"]
                for each in alphavantage(http, "NEWS_SENTIMENT", tickers=symbol(line), limit=1000)["feed"]
            },
        ]
        assert all(moves[-1].headline in titles for titles in told)
    assert falls > 3
    assert rises > 3
