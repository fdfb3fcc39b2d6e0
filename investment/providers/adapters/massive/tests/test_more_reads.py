"""Bars of any length, days with their edges, news, hours, and who an instrument was."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from investment.providers import errors
from investment.providers.adapters.massive.tests.wire import Wire, ok
from investment.providers.contracts import (
    Article,
    ArticleSentiment,
    Basis,
    MarketHoliday,
    MarketNow,
)
from investment.providers.contracts.actions import DetailedDividend, DetailedSplit
from investment.providers.contracts.company import CompanyProfile
from investment.providers.contracts.listings import TickerChange, TickerHistory
from investment.providers.contracts.windows import DayPrices


def test_reads_minutes_over_pages_of_which_one_is_empty() -> None:
    wire = Wire(ok("minutes_page_1"), ok("minutes_page_2"), ok("minutes_page_3"))

    windows = wire.client.aggregates(
        symbol="AAPL",
        timespan="minute",
        start=datetime(2020, 1, 3, 9, tzinfo=UTC),
        end=datetime(2020, 1, 3, 21, tzinfo=UTC),
    )

    assert windows.starts.tolist() == [1578042000000, 1578042060000, 1578085200000]
    assert windows.starts.dtype == np.int64
    assert windows.bars.volume.tolist() == [12_000.0, 5031.5, 3.0]
    assert np.isnan(windows.bars.vwap[1])
    assert (windows.timespan, windows.multiplier, windows.basis, windows.malformed) == (
        "minute",
        1,
        "raw",
        [],
    )
    assert str(wire.asked[0].url) == (
        "http://sandbox.test/massive/v2/aggs/ticker/AAPL/range/1/minute/1578042000000/1578085200000"
        "?adjusted=false&sort=asc&limit=50000"
    )
    assert [request.url.params.get("cursor") for request in wire.asked[1:]] == ["bGltaXQ9Mg", "bGltaXQ9Mw"]
    assert wire.asked[0].extensions["endpoint"] == "aggregates_minute"


def test_reads_weeks_the_first_of_which_began_before_the_range() -> None:
    wire = Wire(ok("weeks"))

    windows = wire.client.aggregates(
        symbol="AAPL", timespan="week", start=date(2020, 1, 2), end=date(2020, 1, 10), basis="splits"
    )

    assert windows.starts.tolist() == [1577595600000, 1578200400000]
    assert windows.basis == "splits"
    assert wire.asked[0].url.params["adjusted"] == "true"


def test_a_window_outside_the_range_or_twice_is_set_aside() -> None:
    bar = {"o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": 1578042000000}
    tomorrow = {"t": 1578114000000}  # midnight in New York
    rows = [bar, bar | {"t": 1578042000000 * 1_000_000}, bar | tomorrow, bar | {"t": 1}, bar | {"t": -1e14}]
    windows = Wire(ok({"status": "OK", "results": rows})).client.aggregates(
        symbol="AAPL", timespan="hour", multiplier=4, start=date(2020, 1, 3), end=date(2020, 1, 3)
    )

    assert windows.starts.tolist() == [1578042000000]
    assert [row.reason for row in windows.malformed] == [
        "a second bar of its window",
        "outside the range asked for",
        "outside the range asked for",
        "-100000000000000 is no instant in milliseconds",
    ]


def test_of_bars_of_one_window_that_differ_none_is_taken() -> None:
    bar = {"o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": 1578042000000}
    rows = [bar, bar | {"v": 2}, bar | {"t": 1578045600000}, bar]
    windows = Wire(ok({"status": "OK", "results": rows})).client.aggregates(
        symbol="AAPL", timespan="hour", start=date(2020, 1, 3), end=date(2020, 1, 3)
    )

    assert windows.starts.tolist() == [1578045600000]
    assert [row.index for row in windows.malformed] == [0, 1, 3]
    assert {row.reason for row in windows.malformed} == {"one of several bars of its window that differ"}


@pytest.mark.parametrize(("basis", "came"), [("raw", True), ("splits", False)])
def test_prices_on_another_basis_are_refused(basis: Basis, came: bool) -> None:
    bar = {"o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": 1578042000000}
    with pytest.raises(errors.MalformedPayload, match="prices came"):
        Wire(ok({"status": "OK", "adjusted": came, "results": [bar]})).client.aggregates(
            symbol="A",
            timespan="day",
            start=date(2020, 1, 3),
            end=date(2020, 1, 3),
            basis=basis,
        )


def test_an_end_of_a_range_without_its_zone_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Wire().client.aggregates(
            symbol="A",
            timespan="day",
            start=datetime(2020, 1, 3),  # noqa: DTZ001
            end=date(2020, 1, 3),
        )


def test_reads_a_day_with_the_prices_around_it() -> None:
    found = Wire(ok("open_close")).client.open_close(symbol="AAPL", session=date(2023, 1, 9))

    assert found == DayPrices(
        symbol="AAPL", session=date(2023, 1, 9), open=324.66, high=326.2, low=322.3, close=325.12,
        volume=26122646.0, pre_market=324.5, after_hours=322.1, basis="raw",
    )  # fmt: skip
    with pytest.raises(errors.MalformedPayload, match="got another"):
        Wire(ok("open_close")).client.open_close(symbol="AAPL", session=date(2023, 1, 10))


def test_reads_news_over_its_pages() -> None:
    wire = Wire(ok("news_page_1"), ok("news_page_2"))

    (first,), (second,) = wire.client.news(
        symbol="UBS", since=datetime(2024, 6, 1, tzinfo=UTC), before=datetime(2024, 7, 1, tzinfo=UTC)
    )

    assert first == Article(
        provider_id="8ec638777ca03b553ae516761c2a22ba2fdd2f37befae3ab6fdab74e9e5193eb",
        url="https://uk.investing.com/news/stock-market-news/example-3559968",
        headline="Markets are underestimating Fed cuts",
        summary="UBS analysts warn.",
        source="Investing.com",
        published_at=datetime(2024, 6, 24, 18, 33, 53, tzinfo=UTC),
        symbols=("UBS",),
        sentiments=(
            ArticleSentiment(
                symbol="UBS", label="positive", reasoning="UBS analysts are giving a bullish outlook."
            ),
        ),
        image_url="https://i-invdn-com.investing.com/news/LYNXNPEC4I0AL_L.jpg",
    )
    assert (second.source, second.summary, second.symbols, second.image_url) == (None, None, (), None)
    assert second.published_at == datetime(2024, 6, 24, 18, 33, 53, tzinfo=UTC)
    assert second.sentiments == (ArticleSentiment(symbol="BRK.B", label=None),)
    assert dict(wire.asked[0].url.params) == {
        "sort": "published_utc",
        "limit": "1000",
        "order": "desc",
        "ticker": "UBS",
        "published_utc.gte": "2024-06-01T00:00:00Z",
        "published_utc.lt": "2024-07-01T00:00:00Z",
    }


def test_an_article_whose_link_is_none_is_no_article() -> None:
    row = {
        "id": "1",
        "title": "t",
        "article_url": "javascript:alert(1)",
        "published_utc": "2024-06-24T18:33:53Z",
    }
    with pytest.raises(errors.MalformedPayload, match="no address of a page"):
        list(Wire(ok({"status": "OK", "results": [row]})).client.news())


def test_reads_what_the_market_does_now() -> None:
    assert Wire(ok("market_status")).client.market_now() == MarketNow(
        market="stocks",
        phase="post_market",
        at=datetime(2020, 11, 10, 22, 37, 37, tzinfo=UTC),
        venues={
            "nyse": "extended",
            "nasdaq": "extended",
            "otc": "closed",
            "fx": "regular",
            "crypto": "regular",
        },
    )


@pytest.mark.parametrize(
    ("body", "phase", "is_open"),
    [
        ('{"market":"open","serverTime":"2020-11-10T12:00:00-05:00"}', "regular", True),
        ('{"market":"closed","serverTime":"?"}', "closed", False),
        (
            '{"market":"extended-hours","serverTime":"","earlyHours":true,"afterHours":false}',
            "pre_market",
            False,
        ),
        ('{"market":"extended-hours","serverTime":""}', "extended", False),
        ('{"market":"halted","serverTime":"","exchanges":{"nyse":null},"currencies":null}', None, None),
    ],
)
def test_a_word_that_is_not_known_is_not_guessed(body: str, phase: str | None, is_open: bool | None) -> None:
    now = Wire(ok(body.encode())).client.market_now()
    assert (now.phase, now.is_open) == (phase, is_open)


def test_reads_holidays_and_half_days() -> None:
    assert Wire(ok("market_holidays")).client.market_holidays() == [
        MarketHoliday(exchange="NYSE", day=date(2020, 11, 26), name="Thanksgiving", closed=True),
        MarketHoliday(
            exchange="NASDAQ",
            day=date(2020, 11, 27),
            name="Thanksgiving",
            closed=False,
            opens_at=datetime(2020, 11, 27, 14, 30, tzinfo=UTC),
            closes_at=datetime(2020, 11, 27, 18, tzinfo=UTC),
        ),
    ]
    assert Wire(ok(b"[]")).client.market_holidays() == []
    with pytest.raises(errors.MalformedPayload):
        Wire(ok(b'{"status":"OK"}')).client.market_holidays()


def test_reads_who_a_company_is() -> None:
    company = Wire(ok("ticker")).client.company(symbol="AAPL")

    assert company == CompanyProfile(
        symbol="AAPL",
        name="Apple Inc.",
        exchange="XNAS",
        currency="USD",
        industry="ELECTRONIC COMPUTERS",
        listed_on=date(1980, 12, 12),
        market_cap=Decimal(2771126040150),
        shares_outstanding=16406400000.0,
        website="https://www.apple.com",
        logo_url="https://api.massive.com/v1/reference/company-branding/d3d3LmFwcGxlLmNvbQ/images/2022-01-10_logo.svg",
        phone="(408) 996-1010",
    )
    with pytest.raises(errors.MalformedPayload, match="asked for MSFT: got AAPL"):
        Wire(ok("ticker")).client.company(symbol="MSFT")


def test_reads_types_of_tickers() -> None:
    wire = Wire(ok("ticker_types"))
    assert [(each.code, each.kind) for each in wire.client.instrument_types()] == [
        ("CS", "common_stock"),
        ("ADRC", "adr"),
        ("SP", "other"),
    ]
    assert dict(wire.asked[0].url.params) == {"asset_class": "stocks", "locale": "us"}


def test_reads_the_earlier_tickers_of_an_instrument() -> None:
    wire = Wire(ok("ticker_events"))

    history = wire.client.ticker_history(symbol="META")

    assert history == TickerHistory(
        name="Meta Platforms, Inc. Class A Common Stock",
        changes=[
            TickerChange(symbol="FB", since=date(2012, 5, 18)),
            TickerChange(symbol="META", since=date(2022, 6, 9)),
        ],
        cik="0001326801",
        composite_figi="BBG000MM2P62",
    )
    assert wire.asked[0].url.path == "/massive/vX/reference/tickers/META/events"


def test_reads_splits_of_both_lists() -> None:
    start, end = date(2020, 8, 1), date(2021, 9, 30)
    new, _ = Wire(ok("splits")).client.detailed_splits(start=start, end=end)
    wire = Wire(ok("splits_v3"))
    old, reverse = wire.client.detailed_splits(start=start, end=end, version="v3")

    assert new == DetailedSplit(
        symbol="AAPL", ex_date=date(2020, 8, 31), split_from=1, split_to=4, kind="forward",
        historical_adjustment_factor=0.25,
        provider_id="E36416cce743c3964c5da63e1ef1626c0aece30fb47302eea5a49c0055c04e8d0",
    )  # fmt: skip
    assert old == DetailedSplit(symbol="AAPL", ex_date=date(2020, 8, 31), split_from=1, split_to=4)
    assert (reverse.split_from, reverse.split_to, reverse.provider_id) == (20, 1, "Ex")
    assert wire.asked[0].url.path == "/massive/v3/reference/splits"
    assert dict(wire.asked[0].url.params) == {
        "execution_date.gte": "2020-08-01",
        "execution_date.lte": "2021-09-30",
        "sort": "execution_date",
        "order": "asc",
        "limit": "1000",
    }


def test_reads_dividends_of_both_lists() -> None:
    start, end = date(2020, 11, 1), date(2021, 11, 30)
    new, foreign = Wire(ok("dividends")).client.detailed_dividends(start=start, end=end)
    wire = Wire(ok("dividends_v3"))
    old, special = wire.client.detailed_dividends(start=start, end=end, symbol="AAPL", version="v3")

    assert (new.kind, new.per_year, new.split_adjusted_amount, new.historical_adjustment_factor) == (
        "recurring", 4, 0.205, 0.99,
    )  # fmt: skip
    assert (foreign.kind, foreign.per_year, foreign.historical_adjustment_factor) == (None, 0, None)
    assert old == DetailedDividend(
        symbol="AAPL", ex_date=date(2021, 11, 5), amount=Decimal("0.22"), currency="USD",
        declared_on=date(2021, 10, 28), record_date=date(2021, 11, 8), pay_date=date(2021, 11, 11),
        kind="recurring", per_year=4,
    )  # fmt: skip
    assert (special.symbol, special.kind, special.pay_date) == ("BRK.B", "special", None)
    assert wire.asked[0].url.path == "/massive/v3/reference/dividends"
    assert wire.asked[0].url.params["ticker"] == "AAPL"


@pytest.mark.parametrize(
    "next_url",
    [
        "https://api.massive.com/v3/reference/splits?cursor=x",
        "https://[broken/v2/reference/news",
        "https://api.massive.com/v2/reference",
        "nowhere",
    ],
)
def test_a_next_page_of_something_else_is_not_asked_for(next_url: str) -> None:
    wire = Wire(ok({"status": "OK", "results": [], "next_url": next_url}))
    with pytest.raises(errors.MalformedPayload, match="next page"):
        list(wire.client.news())
    assert len(wire.asked) == 1
