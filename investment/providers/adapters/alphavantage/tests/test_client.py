"""Alpha Vantage's answers, and what we make of them."""

import json
import logging
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from investment.providers import errors
from investment.providers.adapters.alphavantage.tests.wire import KEY, Wire, ok, recorded
from investment.providers.contracts import DividendRecord, SplitRecord
from investment.providers.contracts.company import SymbolMatch
from investment.providers.contracts.fx import FxQuote
from investment.providers.contracts.news import ArticleSentiment
from investment.providers.contracts.session_quotes import SessionQuote


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """A recorded answer, changed."""
    return dict(json.loads(recorded(name))) | changes


def day(**changes: Any) -> dict[str, Any]:
    series = json.loads(recorded("time_series_daily.json"))["Time Series (Daily)"]
    return dict(series["2024-01-05"]) | changes


@pytest.mark.parametrize("form", ["json", "csv"])
def test_reads_daily_bars_oldest_first(form: Any) -> None:
    wire = Wire(ok(f"time_series_daily.{form}"))

    found = wire.client.daily_bars(symbol="IBM", form=form)

    assert wire.sent == {"function": "TIME_SERIES_DAILY", "symbol": "IBM", "outputsize": "compact"} | (
        {"apikey": KEY} if form == "json" else {"apikey": KEY, "datatype": "csv"}
    )
    assert found.sessions == [date(2024, 1, 4), date(2024, 1, 5)]
    assert list(found.bars.open) == [160.21, 159.01]
    assert list(found.bars.high) == [160.66, 160.55]
    assert list(found.bars.low) == [158.52, 158.79]
    assert list(found.bars.close) == [160.1, 159.16]
    assert list(found.bars.volume) == [3212020.0, 4101070.0]
    assert np.isnan(found.bars.vwap).all()
    assert np.isnan(found.bars.trades).all()
    assert (found.symbol, found.basis, found.malformed) == ("IBM", "raw", [])
    assert found.bars.symbols == ["IBM", "IBM"]
    assert len(found.digest) == 64


def test_csv_is_read_where_json_was_asked_for() -> None:
    found = Wire(ok("time_series_daily.csv")).client.daily_bars(symbol="IBM", full=True)

    assert len(found.bars) == 2


def test_the_key_is_in_no_address_that_is_logged_or_kept(caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire(ok("time_series_daily.json"))

    with caplog.at_level(logging.DEBUG, logger="httpx"):
        wire.client.daily_bars(symbol="IBM", full=True)

    (request,) = wire.asked
    assert str(request.url).endswith("?function=TIME_SERIES_DAILY&symbol=IBM&outputsize=full")
    assert wire.sent["apikey"] == KEY
    assert request.extensions["endpoint"] == "time_series_daily_full"
    assert "HTTP Request" in caplog.text  # httpx logs every address
    assert "apikey" not in caplog.text
    assert "AKEY" not in caplog.text + repr(wire.client) + repr(request.headers)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"1. open": "None"}, "no open"),
        ({"1. open": "-"}, "no open"),
        ({"1. open": "abc"}, "no number"),
        ({"1. open": "nan"}, "no number"),
        ({"1. open": "1_000"}, "no number"),
        ({"1. open": "1e999"}, "no finite number"),
        ({"1. open": {"a": 1}}, "Expected"),
        ({"5. volume": None}, "no volume"),
    ],
    ids=str,
)
def test_a_bar_that_cannot_be_read_is_set_aside_in_its_own_words(row: dict[str, Any], reason: str) -> None:
    body = changed("time_series_daily.json")
    body["Time Series (Daily)"]["2024-01-03"] = day(**row)

    found = Wire(ok(body)).client.daily_bars(symbol="IBM")

    assert len(found.bars) == 2
    (left,) = found.malformed
    assert reason in left.reason
    assert (left.index, left.symbol) == (2, "IBM")
    assert "158.79" in left.payload


@pytest.mark.parametrize("key", ["2024-1-5", "20240105", "2024-02-30", "2024-01-05 16:00:00", ""])
def test_a_bar_without_a_day_is_set_aside(key: str) -> None:
    body = changed("time_series_daily.json")
    body["Time Series (Daily)"][key] = day()

    (left,) = Wire(ok(body)).client.daily_bars(symbol="IBM").malformed

    assert left.reason


def test_numbers_are_read_where_texts_are_usual() -> None:
    body = changed("time_series_daily.json")
    body["Time Series (Daily)"]["2024-01-03"] = day(**{"1. open": 160, "5. volume": 1.2e7})

    found = Wire(ok(body)).client.daily_bars(symbol="IBM")

    assert (found.bars.open[0], found.bars.volume[0]) == (160.0, 12_000_000.0)


def test_a_series_without_bars_is_empty() -> None:
    found = Wire(ok(changed("time_series_daily.json", **{"Time Series (Daily)": {}}))).client.daily_bars(
        symbol="IBM"
    )

    assert (len(found.bars), found.sessions, found.bars.open.shape) == (0, [], (0,))


def test_a_share_class_is_asked_for_with_its_dash_and_known_by_either_sign() -> None:
    for theirs in ("BRK-B", "BRK.B", "brk-b"):
        body = changed("time_series_daily.json")
        body["Meta Data"]["2. Symbol"] = theirs
        wire = Wire(ok(body))

        assert wire.client.daily_bars(symbol="BRK.B").symbol == "BRK.B"
        assert wire.sent["symbol"] == "BRK-B"


@pytest.mark.parametrize("form", ["json", "csv"])
def test_reads_the_last_session(form: str) -> None:
    wire = Wire(ok(f"global_quote.{form}"))

    assert wire.client.quote(symbol="IBM") == SessionQuote(
        symbol="IBM",
        session=date(2024, 1, 5),
        price=159.16,
        open=159.01,
        high=160.55,
        low=158.79,
        volume=4101070.0,
        previous_close=160.1,
    )
    assert wire.sent["function"] == "GLOBAL_QUOTE"
    assert wire.asked[0].extensions["endpoint"] == "global_quote"


def test_a_delayed_quote_has_a_longer_name() -> None:
    quote = changed("global_quote.json")["Global Quote"]
    body = {"Global Quote - DATA DELAYED BY 15 MINUTES": quote | {"02. open": "-"}}

    found = Wire(ok(body)).client.quote(symbol="IBM")

    assert (found.price, found.open) == (159.16, None)


def test_reads_a_company() -> None:
    wire = Wire(ok("overview.json"))

    found = wire.client.overview(symbol="IBM")

    assert wire.sent == {"function": "OVERVIEW", "symbol": "IBM", "apikey": KEY}
    assert (found.symbol, found.name, found.cik) == ("IBM", "International Business Machines", "0000051143")
    assert (found.sector, found.fiscal_year_end) == ("TECHNOLOGY", "December")
    assert (found.market_cap, found.currency) == (Decimal(286953144000), "USD")
    assert (found.eps, found.dividend_per_share) == (Decimal("8.43"), Decimal("6.7"))
    assert found.latest_quarter == date(2025, 9, 30)
    assert found.dividend_yield == 0.0219
    assert found.quarterly_earnings_growth_yoy == -0.092
    assert found.held_by_institutions == pytest.approx(0.64267)  # the wire has percents here, and only here
    assert found.held_by_insiders == pytest.approx(0.0012)
    assert (found.week_52_high, found.moving_average_200) == (324.9, 273.37)
    assert (found.strong_buy, found.buy, found.strong_sell) == (None, 9, 2)
    assert (found.peg_ratio, found.dividend_date, found.ex_dividend_date) == (None, None, date(2025, 11, 10))


def test_every_figure_of_the_recorded_company_has_its_place() -> None:
    found = Wire(ok("overview.json")).client.overview(symbol="IBM")

    unknown = {name for name in found.__slots__ if getattr(found, name) is None}
    assert unknown == {"peg_ratio", "strong_buy", "dividend_date"}
    assert len(json.loads(recorded("overview.json"))) == len(found.__slots__)


def test_a_figure_that_cannot_be_read_is_unknown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    body = changed("overview.json", Beta="much", DividendDate="0000-00-00", CIK="x")

    found = Wire(ok(body)).client.overview(symbol="IBM")

    assert (found.beta, found.dividend_date, found.cik) == (None, None, None)
    assert "OVERVIEW of IBM: left out Beta: much" in caplog.text
    assert "DividendDate" not in caplog.text


@pytest.mark.parametrize("form", ["json", "csv"])
def test_reads_daily_bars_of_a_pair(form: Any) -> None:
    wire = Wire(ok(f"fx_daily.{form}"))

    found = wire.client.fx_daily(base="EUR", quote="USD", full=True, form=form)

    assert wire.sent["function"] == "FX_DAILY"
    assert (wire.sent["from_symbol"], wire.sent["to_symbol"]) == ("EUR", "USD")
    assert wire.sent["outputsize"] == "full"
    assert (found.base, found.quote, len(found)) == ("EUR", "USD", 2)
    assert found.days == [date(2026, 10, 5), date(2026, 10, 6)]
    assert list(found.close) == [1.122, 1.1258]
    assert list(found.high) == [1.1231, 1.1276]
    assert found.time_zone == ("UTC" if form == "json" else None)


def test_reads_the_last_rate() -> None:
    wire = Wire(ok("currency_exchange_rate.json"))

    assert wire.client.fx_rate(base="EUR", quote="USD") == FxQuote(
        base="EUR",
        quote="USD",
        rate=Decimal("1.11917782"),
        at=datetime(2026, 10, 7, 16, 0, 12, tzinfo=UTC),
        bid=Decimal("1.11912539"),
        ask=None,
    )
    assert (wire.sent["from_currency"], wire.sent["to_currency"]) == ("EUR", "USD")


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("US/Eastern", datetime(2026, 10, 7, 20, 0, 12, tzinfo=UTC)),
        ("UTC", datetime(2026, 10, 7, 16, 0, 12, tzinfo=UTC)),
        ("Mars/Base", None),
        ("../../etc/passwd", None),
        ("None", None),
    ],
)
def test_a_local_time_is_an_instant_only_in_a_zone_that_we_know(zone: str, at: datetime | None) -> None:
    rate = changed("currency_exchange_rate.json")["Realtime Currency Exchange Rate"] | {"7. Time Zone": zone}

    found = Wire(ok({"Realtime Currency Exchange Rate": rate})).client.fx_rate(base="EUR", quote="USD")

    assert found.at == at


def test_reads_articles_and_what_they_mean_for_each_symbol() -> None:
    wire = Wire(ok("news_sentiment.json"))

    first, second = wire.client.news(
        symbols=["SYNH", "BRK.B"],
        topics=["earnings"],
        since=datetime(2023, 9, 1, 2, tzinfo=timezone(timedelta(hours=2))),
        until=datetime(2023, 9, 7, tzinfo=UTC),
        limit=5000,
    )

    assert wire.sent == {
        "function": "NEWS_SENTIMENT",
        "tickers": "SYNH,BRK-B",
        "topics": "earnings",
        "time_from": "20230901T0000",
        "time_to": "20230907T0000",
        "sort": "LATEST",
        "limit": "1000",
        "apikey": KEY,
    }
    assert first.published_at == datetime(2023, 9, 6, 18, 54, 39, tzinfo=UTC)
    assert (first.headline[:13], first.source) == ("Syneos Health", "GlobeNewswire")
    assert first.symbols == ("SYNH", "FOREX:USD")
    assert first.sentiments == (
        ArticleSentiment("SYNH", "neutral", 0.0, 0.11123),
        ArticleSentiment("FOREX:USD", "somewhat_positive", 0.21, 0.05),
    )
    assert first.provider_id == ""
    assert second.published_at == datetime(2023, 9, 6, 18, 0, tzinfo=UTC)
    assert (second.summary, second.image_url, second.symbols) == (None, None, ())


def test_news_until_an_instant_begin_somewhere() -> None:
    wire = Wire(ok("news_sentiment.json"))

    wire.client.news(until=datetime(2023, 9, 7, tzinfo=UTC))

    assert (wire.sent["time_from"], wire.sent["time_to"]) == ("20000101T0000", "20230907T0000")


@pytest.mark.parametrize(
    ("label", "score", "expected"),
    [
        ("Somewhat_Bullish", "0.2", ("somewhat_positive", 0.2)),
        ("Bearish", -0.4, ("negative", -0.4)),
        ("Ecstatic", "None", (None, None)),
        (None, "17", (None, None)),
    ],
)
def test_a_sentiment_that_we_do_not_know_is_none(label: Any, score: Any, expected: tuple[Any, Any]) -> None:
    body = changed("news_sentiment.json")
    body["feed"][0]["ticker_sentiment"] = [
        {"ticker": "A", "ticker_sentiment_label": label, "ticker_sentiment_score": score}
    ]

    (told,) = Wire(ok(body)).client.news()[0].sentiments

    assert (told.label, told.score, told.relevance) == (*expected, None)


def test_reads_what_a_search_found() -> None:
    wire = Wire(ok("symbol_search.json"))

    first, second, third = wire.client.search(text="ba & co")

    assert wire.sent["keywords"] == "ba & co"
    assert first == SymbolMatch("BA", "BA", "The Boeing Company", "unknown", "United States", "USD", 1.0)
    assert (second.symbol, second.provider_symbol) == ("BRK.B", "BRK-B")
    assert third.kind == "etf"
    assert Wire(ok({"bestMatches": []})).client.search(text="zzz") == []


def test_reads_dividends_in_the_money_that_the_caller_knows() -> None:
    wire = Wire(ok("dividends.json"))

    old, new = wire.client.dividends(symbol="IBM", currency="USD")

    assert old == DividendRecord("IBM", date(1999, 2, 8), Decimal("0.2103"), "USD")
    assert new == DividendRecord(
        "IBM",
        date(2024, 8, 9),
        Decimal("1.67"),
        "USD",
        date(2024, 7, 29),
        date(2024, 8, 9),
        date(2024, 9, 10),
    )
    within = Wire(ok("dividends.json")).client.dividends(symbol="IBM", currency="USD", start=date(2000, 1, 1))
    assert within == [new]


def test_a_dividend_that_is_not_known_yet_is_left_out() -> None:
    body = changed("dividends.json")
    body["data"][0]["amount"] = "None"
    body["data"].append({"ex_dividend_date": "None", "amount": "1.0"})

    (left,) = Wire(ok(body)).client.dividends(symbol="IBM", currency="USD")

    assert left.ex_date == date(1999, 2, 8)


def test_reads_splits() -> None:
    found = Wire(ok("splits.json")).client.splits(symbol="IBM")

    assert found == [
        SplitRecord("IBM", date(1997, 5, 28), 1.0, 2.0),
        SplitRecord("IBM", date(1999, 5, 27), 1.0, 2.0),
    ]
    assert Wire(ok({"symbol": "IBM", "data": []})).client.splits(symbol="IBM") == []


def test_few_unreadable_rows_are_logged_and_more_refuse_the_list(caplog: pytest.LogCaptureFixture) -> None:
    good = [{"effective_date": f"19{n // 10}{n % 10}-01-02", "split_factor": "2.0"} for n in range(100)]
    bad = {"effective_date": "1999-05-27", "split_factor": "0"}

    found = Wire(ok({"symbol": "IBM", "data": [*good, bad]})).client.splits(symbol="IBM")
    assert len(found) == 100
    assert "SPLITS of IBM: left out row 100: 0.0 is no split" in caplog.text

    with pytest.raises(errors.MalformedPayload, match=r"1 of 2 rows cannot be read, first: 0\.0 is no split"):
        Wire(ok({"symbol": "IBM", "data": [good[0], bad]})).client.splits(symbol="IBM")
