"""Finnhub's answers, and what we make of them."""

import json
import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from investment.providers import errors
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.adapters.finnhub.tests.wire import KEY, Wire, ok, recorded
from investment.providers.contracts import (
    Article,
    CompanyProfile,
    DividendRecord,
    EarningsDate,
    EarningsReport,
    ListedSymbol,
    MarketHoliday,
    MarketNow,
    MarketPhase,
    MetricPoint,
    Quote,
    Recommendation,
    SplitRecord,
    SymbolMatch,
)

DAY = date(2019, 9, 24)


def client(name: str, **options: Any) -> Any:
    return Wire(ok(recorded(name)), **options).client


def test_reads_a_quote_whose_time_is_the_last_trades() -> None:
    assert client("quote").quote(symbol="AAPL") == Quote(
        symbol="AAPL",
        price=175.43,
        at=datetime(2021, 11, 7, 22, 0, tzinfo=UTC),
        open=173.32,
        high=175.77,
        low=173.11,
        previous_close=172.99,
    )


def test_the_key_travels_in_a_header_only() -> None:
    wire = Wire(ok(recorded("quote")))

    wire.client.quote(symbol="BRK.B")

    (request,) = wire.asked
    assert request.url == "http://sandbox.test/finnhub/api/v1/quote?symbol=BRK.B"
    assert request.headers["X-Finnhub-Token"] == KEY
    assert request.extensions["endpoint"] == "quote"


@pytest.mark.parametrize(
    "body",
    [recorded("quote_unknown"), b'{"c":0,"t":1636322400}', b'{"c":5.1,"t":0}'],
    ids=["all zeros", "no price", "no time"],
)
def test_zeros_are_an_unknown_symbol(body: bytes) -> None:
    with pytest.raises(errors.UnknownSymbol, match="does not know NONE"):
        Wire(ok(body)).client.quote(symbol="NONE")


def test_zeros_beside_a_price_are_not_told() -> None:
    quote = Wire(ok({"c": 5.1, "t": 1636322400, "o": 0, "h": 0, "l": 0, "pc": None})).client.quote(symbol="A")

    assert (quote.open, quote.high, quote.low, quote.previous_close) == (None, None, None, None)


def test_reads_a_profile_in_whole_units() -> None:
    assert client("profile").profile(symbol="AAPL") == CompanyProfile(
        symbol="AAPL",
        name="Apple Inc",
        exchange="NASDAQ NMS - GLOBAL MARKET",
        country="US",
        currency="USD",
        industry="Technology",
        listed_on=date(1980, 12, 12),
        market_cap=Decimal(2_764_012_100_000),
        shares_outstanding=15_441_880_000.0,
        website="https://www.apple.com/",
        logo_url="https://static.finnhub.io/logo/apple.png",
        phone="14089961010",
    )


def test_an_empty_profile_is_an_unknown_symbol() -> None:
    with pytest.raises(errors.UnknownSymbol):
        Wire(ok(b"{}")).client.profile(symbol="NONE")


def test_a_profile_may_know_little_and_have_a_time_behind_its_day() -> None:
    told = {"name": "Sesen Bio Inc", "ipo": "2014-02-06T00:00:00.000Z", "marketCapitalization": 0, "logo": ""}
    profile = Wire(ok(told)).client.profile(symbol="SESN")

    assert profile.listed_on == date(2014, 2, 6)
    assert (profile.market_cap, profile.logo_url, profile.shares_outstanding) == (None, None, None)


def test_reads_figures_in_shares_fractions_and_whole_units() -> None:
    wire = Wire(ok(recorded("metrics")))

    figures = wire.client.metrics(symbol="AAPL")

    assert figures.values == {
        "10DayAverageTradingVolume": pytest.approx(32_501_470.0),
        "52WeekHigh": 310.43,
        "beta": 1.2989,
        "grossMarginTTM": pytest.approx(0.4596),
        "marketCapitalization": pytest.approx(2.7640121e12),
        "peTTM": None,
    }
    assert figures.dates == {"52WeekHighDate": date(2024, 7, 15)}
    assert figures.series["annual"]["eps"] == [
        MetricPoint(date(2022, 9, 24), 6.11),
        MetricPoint(date(2023, 9, 30), 6.13),
    ]
    assert figures.series["annual"]["netMargin"] == [MetricPoint(date(2023, 9, 30), None)]
    assert wire.asked[0].url.params["metric"] == "all"


@pytest.mark.parametrize("body", [b"{}", b'{"metric":{},"metricType":"all","series":{},"symbol":"N"}'])
def test_no_figures_are_an_unknown_symbol(body: bytes) -> None:
    with pytest.raises(errors.UnknownSymbol):
        Wire(ok(body)).client.metrics(symbol="N")


def test_figures_that_are_none_are_unknown() -> None:
    told = {"metric": {"a": True, "b": "N/A", "c": [1], "d": {}, "e": 10**400, "f": 2}}

    assert Wire(ok(told)).client.metrics(symbol="N").values == {
        "a": None, "b": None, "c": None, "d": None, "e": None, "f": 2.0,
    }  # fmt: skip


def test_reads_news_of_a_company_and_of_the_market() -> None:
    wire = Wire(ok(recorded("company_news")), ok(recorded("market_news")), ok(b"[]"))

    first, second = wire.client.company_news(symbol="AAPL", start=DAY, end=date(2019, 9, 27))
    (general,) = wire.client.market_news(after_id=7)

    assert first == Article(
        provider_id="25286",
        url="https://news.example.com/a",
        headline="More sops needed to boost electronic manufacturing",
        summary="NEW DELHI",
        source="The Economic Times",
        published_at=datetime(2019, 9, 27, 2, 12, 40, tzinfo=UTC),
        symbols=("AAPL",),
        image_url="https://img.example.com/a.jpg",
    )
    assert (second.symbols, second.source, second.summary, second.image_url) == (
        ("AAPL", "BRK.B"), None, None, None,
    )  # fmt: skip
    assert general.symbols == ()
    assert dict(wire.asked[0].url.params) == {"symbol": "AAPL", "from": "2019-09-24", "to": "2019-09-27"}
    assert dict(wire.asked[1].url.params) == {"category": "general", "minId": "7"}
    assert wire.client.company_news(symbol="AAPL", start=DAY, end=DAY) == []


def test_reads_recommendations_newest_first() -> None:
    newest, _ = client("recommendations").recommendations(symbol="AAPL")

    assert newest == Recommendation("AAPL", date(2025, 3, 1), 13, 24, 7, 0, 0)


def test_reads_earnings_with_the_surprise_as_a_fraction() -> None:
    wire = Wire(ok(recorded("earnings")))

    newest, older = wire.client.earnings(symbol="AAPL", limit=2)

    assert newest == EarningsReport(
        "AAPL", date(2023, 3, 31), 2023, 1, 1.88, 1.9744, -0.0944, surprise_ratio=-4.78 / 100
    )
    assert (older.estimate, older.surprise, older.surprise_ratio) == (None, None, None)
    assert wire.asked[0].url.params["limit"] == "2"


def test_reads_the_calendar_of_earnings_oldest_first() -> None:
    wire = Wire(ok(recorded("earnings_calendar")), ok(b'{"earningsCalendar":null}'))

    coming, reported = wire.client.earnings_calendar(start=date(2020, 1, 20), end=date(2020, 1, 31))

    assert coming == EarningsDate("ABT", date(2020, 1, 22), None, 2020, None, None, None, None, None)
    assert reported == EarningsDate(
        "AAPL", date(2020, 1, 28), "after_close", 2020, 1, 4.99, 4.5474, 91_819_000_000.0, 88_496_400_810.0
    )
    assert wire.asked[0].url.params["international"] == "false"
    assert wire.client.earnings_calendar(start=DAY, end=DAY, symbol="AAPL") == []
    assert wire.asked[1].url.params["symbol"] == "AAPL"


@pytest.mark.parametrize(
    ("changes", "phase"),
    [
        ({}, "pre_market"),
        ({"session": "regular", "isOpen": True}, "regular"),
        ({"session": "post-market"}, "post_market"),
        ({"session": None}, "closed"),
        ({"session": None, "isOpen": True}, "regular"),
        ({"session": "lunch"}, None),
    ],
)
def test_reads_what_the_market_does(changes: dict[str, Any], phase: MarketPhase | None) -> None:
    told = json.loads(recorded("market_status")) | changes

    assert Wire(ok(told)).client.market_now() == MarketNow(
        market="US",
        phase=phase,
        at=datetime(2023, 10, 11, 9, 54, 1, tzinfo=UTC),
    )


def test_reads_holidays_with_their_hours_in_utc() -> None:
    closed, half = client("market_holidays").market_holidays()

    assert closed == MarketHoliday("US", date(2023, 11, 23), "Thanksgiving Day", closed=True)
    assert half == MarketHoliday(
        "US",
        date(2023, 11, 24),
        "Thanksgiving Day",
        closed=False,
        opens_at=datetime(2023, 11, 24, 14, 30, tzinfo=UTC),
        closes_at=datetime(2023, 11, 24, 18, 0, tzinfo=UTC),
    )


def test_holidays_of_no_time_zone_are_refused() -> None:
    with pytest.raises(errors.MalformedPayload, match="no time zone"):
        Wire(ok({"data": [], "timezone": "../../etc"})).client.market_holidays()


def test_reads_the_list_of_symbols() -> None:
    berkshire, kimco, bare = client("symbols").symbols()

    assert berkshire == ListedSymbol(
        symbol="BRK.B",
        provider_symbol="BRK.B",
        name="BERKSHIRE HATHAWAY INC-CL B",
        kind="common_stock",
        currency="USD",
        mic="XNYS",
        figi="BBG000DWG505",
        share_class_figi="BBG001S90346",
    )
    assert (kimco.kind, kimco.share_class_figi) == ("preferred", None)
    assert (bare.kind, bare.currency, bare.figi) == ("unknown", None, None)


def test_reads_what_a_search_found() -> None:
    wire = Wire(ok(recorded("search")), ok(b'{"count":0,"result":[]}'))

    assert wire.client.search(text="apple") == [
        SymbolMatch("AAPL", "AAPL", "APPLE INC", "common_stock"),
        SymbolMatch("APLY", "APLY", "SOME ETF", "etf"),
    ]
    assert dict(wire.asked[0].url.params) == {"q": "apple", "exchange": "US"}
    assert wire.client.search(text="nobody") == []


def test_peers_are_the_others() -> None:
    assert client("peers").peers(symbol="AAPL") == ["EMC", "HPQ", "DELL"]
    assert Wire(ok(b"[]")).client.peers(symbol="NONE") == []


def test_reads_candles_dated_by_midnight_in_utc() -> None:
    wire = Wire(ok(recorded("candles")))

    series = wire.client.daily_bars(symbol="AAPL", start=DAY, end=date(2019, 9, 25))

    assert list(series.sessions) == [date(2019, 9, 24), date(2019, 9, 25)]
    assert series.basis == "splits"
    assert list(series.bars.close) == [217.68, 221.03]
    assert list(series.bars.volume) == [33_463_820.0, 24_018_876.0]
    assert np.isnan(series.bars.vwap).all()
    assert dict(wire.asked[0].url.params) == {
        "symbol": "AAPL", "resolution": "D", "from": "1569283200", "to": "1569455999",
    }  # fmt: skip


def test_no_candles_are_an_empty_series() -> None:
    series = client("candles_none").daily_bars(symbol="AAPL", start=DAY, end=DAY)

    assert len(series.bars) == len(series.malformed) == 0


def test_candles_that_cannot_be_are_set_aside() -> None:
    told = {"s": "ok", "t": [1569283200, 1569283200, 1569369600, 1e15, None], "o": [1, 2, 3, 4, 5]}
    told |= {"h": [1] * 5, "l": [1] * 5, "c": [1, 1, None, 1, 1], "v": [7] * 5}

    series = Wire(ok(told)).client.daily_bars(symbol="A", start=DAY, end=date(2019, 9, 25))

    assert list(series.sessions) == [DAY]
    assert [(row.index, row.reason[:20]) for row in series.malformed] == [
        (1, "a second bar of its "),
        (2, "a figure is missing"),
        (3, "1000000000000000.0 i"),
        (4, "0.0 is no instant in"),
    ]


@pytest.mark.parametrize(
    "told",
    [{"s": "ok", "t": [1569283200], "c": []}, {"s": "error"}, {"t": []}],
    ids=["unequal columns", "another s", "no s"],
)
def test_candles_without_their_shape_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(errors.MalformedPayload):
        Wire(ok(told)).client.daily_bars(symbol="A", start=DAY, end=DAY)


def test_reads_splits_and_dividends_as_declared() -> None:
    (split,) = client("splits").splits(symbol="AAPL", start=date(2020, 1, 1), end=date(2020, 12, 31))
    older, newer = client("dividends").dividends(symbol="AAPL", start=DAY, end=date(2020, 1, 1))

    assert split == SplitRecord("AAPL", date(2020, 8, 31), 1.0, 4.0)
    assert newer == DividendRecord(
        "AAPL", date(2019, 11, 7), Decimal("0.77"), "USD", date(2019, 10, 30), date(2019, 11, 11),
        date(2019, 11, 14),
    )  # fmt: skip
    assert (older.pay_date, older.record_date, older.declared_on) == (None, None, None)


def test_a_row_that_cannot_be_read_is_logged_and_many_refuse_the_list(
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = json.loads(recorded("company_news"))[0]
    with caplog.at_level(logging.WARNING):
        read = Wire(ok([good] * 199 + [{"of": "nothing"}])).client.market_news()
    assert len(read) == 199
    assert "left out row 199" in caplog.text

    with pytest.raises(errors.MalformedPayload, match="2 of 101 rows"):
        Wire(ok([good] * 99 + [good | {"datetime": 1e15}, good | {"url": ""}])).client.market_news()


def test_a_symbol_that_is_spelled_otherwise_is_asked_for_as_was_learned_and_read_as_ours() -> None:
    assert [(row.provider_symbol, row.figi) for row in client("symbols").symbols()][1] == (
        "KIM-PL",
        "BBG00HCKH8N4",
    )
    spelling = Spelling({"KIMpL": "KIM-PL"})

    wire = Wire(ok(recorded("quote")), ok(recorded("symbols")), spelling=spelling)
    assert wire.client.quote(symbol="KIMpL").symbol == "KIMpL"
    assert wire.asked[0].url.params["symbol"] == "KIM-PL"
    assert [row.symbol for row in wire.client.symbols()] == ["BRK.B", "KIMpL", "ZZZ"]


@pytest.mark.parametrize("symbol", ["KIMpL", "KIM-PL", "aapl", "", "A B", "BRK.WS", "X/../Y"])
def test_a_symbol_without_a_spelling_costs_no_call(symbol: str) -> None:
    wire = Wire()

    with pytest.raises(errors.UnknownSymbol, match="was not asked"):
        wire.client.quote(symbol=symbol)
    assert wire.asked == []
