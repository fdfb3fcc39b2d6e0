"""Massive's answers, and what we make of them."""

import hashlib
import json
import logging
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.massive.tests.wire import KEY, Answer, Wire, ok, recorded
from investment.providers.contracts import DividendRecord, InstrumentRecord, MarketStatus, SplitRecord

SESSION = date(2026, 8, 7)


def market(**changes: Any) -> dict[str, Any]:
    """The recorded day of the market, changed."""
    return dict(json.loads(recorded("grouped_daily"))) | changes


def row(**changes: Any) -> dict[str, Any]:
    return dict(json.loads(recorded("grouped_daily"))["results"][0]) | changes


def ask_market(*answers: Answer) -> Any:
    return Wire(*answers).client.grouped_daily(session=SESSION)


def test_reads_a_day_of_the_market_as_it_is_really_sent() -> None:
    day = ask_market(ok(recorded("grouped_daily")))

    assert day.bars.symbols == ["XLRE", "BRK.B", "KIMpL", "TTSH"]
    assert list(day.bars.volume) == [3863635.4, 12_000_000.0, 1204.0, 100.0]
    assert list(day.bars.close) == [44.98, 472.5, 22.15, 5.01]
    assert day.bars.open[0] == 44.83
    assert day.bars.high[0] == 45.255
    assert day.bars.low[0] == 44.71
    assert str(day.bars.vwap.tolist()) == "[44.9929, 471.2, nan, 5.01]"
    assert str(day.bars.trades.tolist()) == "[26295.0, 51234.0, nan, 1.0]"
    assert day.malformed == []
    assert (day.session, day.basis, day.row_count) == (SESSION, "raw", 4)
    assert day.digest == hashlib.sha256(recorded("grouped_daily")).hexdigest()


def test_asks_for_raw_prices_with_the_key_in_a_header_only() -> None:
    wire = Wire(ok(recorded("grouped_daily")))

    wire.client.grouped_daily(session=SESSION)

    (request,) = wire.asked
    assert request.url == (
        "http://sandbox.test/massive/v2/aggs/grouped/locale/us/market/stocks/2026-08-07"
        "?adjusted=false&include_otc=false"
    )
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.extensions["endpoint"] == "grouped_daily"


@pytest.mark.parametrize(
    "body",
    [
        recorded("grouped_daily_closed"),
        b'{"status":"OK","results":[],"resultsCount":0,"adjusted":true}',
        b'{"status":"OK","results":null}',
    ],
    ids=["without the key results", "empty", "null"],
)
def test_a_day_without_a_session_is_empty(body: bytes) -> None:
    day = ask_market(ok(body))

    assert len(day.bars) == 0
    assert len(day.bars.close) == 0
    assert day.row_count == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"o": "44.83"}, "Expected `float`, got `str`"),
        ({"c": None}, "Expected `float`, got `null`"),
        ({"T": 7}, "Expected `str`, got `int`"),
        ({"T": ""}, "no ticker"),
        ({"t": 1786132800000 - 86_400_000}, "not of the session asked for"),
        ({"t": 1786132800000 * 1_000}, "not of the session asked for"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_unreadable_row_is_set_aside_in_its_own_words(changes: dict[str, Any], reason: str) -> None:
    rows = [row(), row() | changes, row(T="LAST")]
    day = ask_market(ok(market(results=rows, resultsCount=3)))

    assert day.bars.symbols == ["XLRE", "LAST"]
    (left,) = day.malformed
    assert left.index == 1
    assert reason in left.reason
    assert "44.71" in left.payload
    assert day.row_count == 3


def test_a_row_that_is_no_object_and_one_without_its_close_are_set_aside() -> None:
    without = {name: value for name, value in row().items() if name != "c"}
    day = ask_market(ok(market(results=[without, 5, row(T="LAST")], resultsCount=3)))

    assert day.bars.symbols == ["LAST"]
    assert [(left.index, left.symbol) for left in day.malformed] == [(0, "XLRE"), (1, "")]


def test_places_are_those_in_the_answer_also_after_an_unreadable_row() -> None:
    rows = [row(o="?"), row(t=0), row(), row(), row(T="LAST")]
    day = ask_market(ok(market(results=rows, resultsCount=5)))

    assert [left.index for left in day.malformed] == [0, 1]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (recorded("grouped_daily")[:300], "JSON is malformed|truncated"),
        (b"<html><body>It works!</body></html>", "JSON is malformed"),
        (b"", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"results":[]}', "missing required field `status`"),
        (json.dumps(market(status="ERROR")).encode(), "status 'ERROR'"),
        (json.dumps(market(results={"XLRE": row()})).encode(), "Expected `array"),
        (json.dumps(market(resultsCount=12414)).encode(), "says 12414 rows and holds 4"),
        (json.dumps(market(adjusted=True)).encode(), "adjusted prices came"),
        (json.dumps(market(results=[row(t=0)] * 3 + [row()])).encode(), "of another date"),
    ],
    ids=[
        "cut off",
        "a page of HTML",
        "nothing",
        "a list",
        "no status",
        "another status",
        "an object of rows",
        "half the rows",
        "adjusted prices",
        "another session",
    ],
)
def test_an_answer_without_its_documented_shape_is_refused_whole(body: bytes, words: str) -> None:
    with pytest.raises(errors.MalformedPayload, match=words) as caught:
        ask_market(ok(body))

    assert caught.value.words == body[:200].decode()


def test_reads_the_bars_of_one_ticker_over_its_pages() -> None:
    wire = Wire(ok(recorded("daily_bars_page_1")), ok(recorded("daily_bars_page_2")))

    series = wire.client.daily_bars(symbol="AAPL", start=date(2020, 1, 2), end=date(2020, 1, 10))

    assert list(series.sessions) == [date(2020, 1, 2), date(2020, 1, 3), date(2020, 1, 6)]
    assert list(series.bars.close) == [300.35, 297.43, 299.8]
    assert series.bars.symbols == ["AAPL"] * 3
    assert series.malformed == []
    first, second = wire.asked
    assert "adjusted=false" in str(first.url)
    assert str(second.url) == (
        "http://sandbox.test/massive/v2/aggs/ticker/AAPL/range/1/day/1578114000000/2020-01-10"
        "?cursor=bGltaXQ9MiZzb3J0PWFzYw"
    ), "the host of the answer is not taken over"


def test_a_ticker_without_bars_has_an_empty_series() -> None:
    wire = Wire(ok(b'{"ticker":"NONE","queryCount":0,"resultsCount":0,"adjusted":false,"status":"OK"}'))

    series = wire.client.daily_bars(symbol="NONE", start=date(2020, 1, 2), end=date(2020, 1, 10))

    assert list(series.sessions) == []
    assert len(series.bars) == 0


def test_bars_of_another_day_twice_of_one_or_of_no_time_at_all_are_set_aside() -> None:
    bars = json.loads(recorded("daily_bars_page_2"))
    good = bars["results"][0]
    bars["results"] = [good, good, good | {"t": 0}, good | {"t": 9_000_000_000_000_000}, good | {"v": "many"}]
    bars["resultsCount"] = 5

    series = Wire(ok(bars)).client.daily_bars(symbol="AAPL", start=date(2020, 1, 2), end=date(2020, 1, 10))

    assert list(series.sessions) == [date(2020, 1, 6)]
    assert sorted((left.index, left.reason[:20]) for left in series.malformed) == [
        (1, "a second bar of its "),
        (2, "outside the range as"),
        (3, "9000000000000000 is no instant"[:20]),
        (4, "Expected `float`, go"),
    ]


def test_bars_of_another_ticker_are_refused() -> None:
    wire = Wire(ok(recorded("daily_bars_page_2")))

    with pytest.raises(errors.MalformedPayload, match="asked for MSFT and got AAPL"):
        wire.client.daily_bars(symbol="MSFT", start=date(2020, 1, 2), end=date(2020, 1, 10))


def test_reads_the_previous_close_whose_time_is_the_close() -> None:
    series = Wire(ok(recorded("previous_close"))).client.previous_close(symbol="AAPL")

    assert list(series.sessions) == [date(2022, 4, 26)]
    assert list(series.bars.volume) == [95_595_226.0]


def test_reads_instruments_page_by_page() -> None:
    wire = Wire(ok(recorded("tickers_page_1")), ok(recorded("tickers_page_2")))

    pages = list(wire.client.instruments())

    assert [[record.kind for record in page] for page in pages] == [
        ["common_stock", "adr"],
        ["etf", "other", "unknown"],
    ]
    assert pages[0][0] == InstrumentRecord(
        symbol="A",
        name="Agilent Technologies Inc.",
        kind="common_stock",
        exchange="XNYS",
        currency="USD",
        active=True,
        cik="0001090872",
        composite_figi="BBG000C2V3D6",
        share_class_figi="BBG001SCTQY4",
    )
    gone = pages[1][2]
    assert (gone.active, gone.delisted_on, gone.exchange, gone.currency) == (
        False,
        date(2022, 4, 27),
        None,
        None,
    )
    assert dict(wire.asked[0].url.params) == {
        "market": "stocks",
        "active": "true",
        "limit": "1000",
        "sort": "ticker",
        "order": "asc",
    }
    assert dict(wire.asked[1].url.params) == {"cursor": "YWN0aXZlPXRydWUmYXA9QUE"}, "no key from an address"


def test_pages_that_do_not_end_are_refused() -> None:
    wire = Wire(ok(recorded("tickers_page_1")), ok(recorded("tickers_page_1")))

    with pytest.raises(errors.MalformedPayload, match="do not end"):
        list(wire.client.instruments(active=False, on=date(2020, 1, 2)))
    assert wire.asked[0].url.params["date"] == "2020-01-02"
    assert wire.asked[0].url.params["active"] == "false"


def test_a_row_of_a_list_that_cannot_be_read_is_logged_and_many_refuse_the_list(
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = {"ticker": "A", "type": "CS"}
    page = {"status": "OK", "results": [good] * 199 + [{"name": "of nothing"}]}
    with caplog.at_level(logging.WARNING):
        (records,) = list(Wire(ok(page)).client.instruments())
    assert len(records) == 199
    assert "of nothing" in caplog.text

    page["results"] = [good] * 99 + [{"name": "of nothing"}] * 2
    with pytest.raises(errors.MalformedPayload, match="2 of 101 rows cannot be read"):
        list(Wire(ok(page)).client.instruments())


def test_reads_one_instrument() -> None:
    wire = Wire(ok(recorded("ticker")))

    record = wire.client.instrument(symbol="AAPL", on=date(2026, 8, 7))

    assert (record.name, record.exchange, record.listed_on) == ("Apple Inc.", "XNAS", date(1980, 12, 12))
    assert wire.asked[0].url.path == "/massive/v3/reference/tickers/AAPL"
    assert wire.asked[0].url.params["date"] == "2026-08-07"


def test_a_ticker_with_a_slash_stays_one_part_of_the_address() -> None:
    wire = Wire(httpx.Response(404, json={"status": "NOT_FOUND", "message": "Ticker not found."}))

    with pytest.raises(errors.UnknownSymbol):
        wire.client.instrument(symbol="A/../B")

    assert wire.asked[0].url.raw_path == b"/massive/v3/reference/tickers/A%2F..%2FB"


def test_an_instrument_without_its_shape_is_refused() -> None:
    with pytest.raises(errors.MalformedPayload, match="AAPL"):
        Wire(ok(b'{"status":"OK","results":[]}')).client.instrument(symbol="AAPL")


def test_reads_splits() -> None:
    wire = Wire(ok(recorded("splits")))

    found = wire.client.splits(start=date(2020, 8, 1), end=date(2020, 9, 30), symbol="AAPL")

    assert found[1] == SplitRecord(
        symbol="ABCD", ex_date=date(2020, 9, 1), split_from=1.5, split_to=1.0, provider_id="Eb"
    )
    assert (found[0].split_from, found[0].split_to) == (1, 4)
    assert dict(wire.asked[0].url.params) == {
        "execution_date.gte": "2020-08-01",
        "execution_date.lte": "2020-09-30",
        "sort": "execution_date.asc",
        "limit": "5000",
        "ticker": "AAPL",
    }


def test_reads_dividends_to_the_last_digit() -> None:
    wire = Wire(ok(recorded("dividends")))

    first, second = wire.client.dividends(start=date(2020, 11, 1), end=date(2020, 11, 30))

    assert first == DividendRecord(
        symbol="AAPL",
        ex_date=date(2020, 11, 6),
        amount=Decimal("0.205"),
        currency="USD",
        declared_on=date(2020, 10, 29),
        record_date=date(2020, 11, 9),
        pay_date=date(2020, 11, 12),
        provider_id="E416a068758f85277196150c3eb73a3963d04698856c141e883ad8be4f0fdf2b5",
    )
    assert (second.amount, second.currency, second.pay_date) == (Decimal("0.1"), "CAD", None)
    assert "ticker" not in wire.asked[0].url.params


def test_reads_the_status_of_the_market() -> None:
    status = Wire(ok(recorded("market_status"))).client.market_status()

    assert status == MarketStatus(market="extended-hours", server_time="2020-11-10T17:37:37-05:00")
