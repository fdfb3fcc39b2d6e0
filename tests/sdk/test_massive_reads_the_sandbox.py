"""Massive's own client is the judge of the sandbox's wire format: it must understand the right values."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from investment.providers.contracts import BarColumns
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.testing import KEY, NOW, RunningSandbox, running_sandbox
from investment.providers.tests.judges import Judge

pytestmark = pytest.mark.sdk

ROOT = Path(__file__).parents[2]
SESSION = date(2026, 3, 2)
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=60, plan="unlimited") as running:
        yield running


@pytest.fixture
def sdk(judges: Callable[..., Judge]) -> Judge:
    return judges("judge_massive")


@pytest.fixture
def ask(sandbox: RunningSandbox, sdk: Judge) -> Ask:
    """Return a function that asks through the client: the value it understood, or how it failed."""

    def put(method: str, *arguments: Any, key: str = KEY, url: str = "", **keywords: Any) -> Any:
        return sdk.ask(url=url or sandbox.url, key=key, method=method, arguments=arguments, keywords=keywords)

    return put


def millis(session: date, hour: int) -> int:
    at = datetime(session.year, session.month, session.day, hour, tzinfo=ZoneInfo("America/New_York"))
    return int(at.astimezone(UTC).timestamp() * 1000)


def line(sandbox: RunningSandbox, **wanted: Any) -> Instrument:
    """Return the first instrument of the market with this behaviour."""
    return next(
        each
        for each in sandbox.market.lines
        if all(getattr(each.behaviour, name) == value for name, value in wanted.items())
    )


def same(bar: dict[str, Any], bars: BarColumns, row: int, factor: float = 1.0) -> None:
    for name in ("open", "high", "low", "close", "vwap"):
        assert bar[name] == pytest.approx(getattr(bars, name)[row] / factor, rel=1e-6)
    assert bar["volume"] == pytest.approx(bars.volume[row] * factor, rel=1e-9)
    if "transactions" in bar:
        assert bar["transactions"] == bars.trades[row]


def test_grouped_day(sandbox: RunningSandbox, ask: Ask) -> None:
    expected = sandbox.market.day(SESSION)
    rows = ask("get_grouped_daily_aggs", SESSION.isoformat(), adjusted=False)

    assert [row["ticker"] for row in rows] == expected.symbols
    for place, row in enumerate(rows):
        same(row, expected, place)
        assert row["timestamp"] == millis(SESSION, 16)
    assert ask("get_grouped_daily_aggs", "2026-03-01", adjusted=False) == []  # a Sunday


def test_range_raw_and_split_adjusted(sandbox: RunningSandbox, ask: Ask) -> None:
    splitting = line(sandbox, split_years="odd")
    split = next(s for s in sandbox.market.splits(date(2024, 1, 2), SESSION) if s.symbol == splitting.symbol)
    dates, expected = sandbox.market.bars(splitting.symbol, date(2024, 6, 3), SESSION)
    first, last = dates[0].isoformat(), dates[-1].isoformat()

    raw = ask("get_aggs", splitting.symbol, 1, "day", first, last, adjusted=False)
    adjusted = ask("get_aggs", splitting.symbol, 1, "day", first, last)

    assert [bar["timestamp"] for bar in raw] == [millis(day, 0) for day in dates]
    assert dates[0] < split.ex_date <= dates[-1]
    for row, day in enumerate(dates):
        same(raw[row], expected, row)
        same(adjusted[row], expected, row, split.split_to if day < split.ex_date else 1.0)


def test_a_range_is_followed_over_its_pages(sandbox: RunningSandbox, ask: Ask) -> None:
    symbol = sandbox.market.lines[0].symbol
    dates, expected = sandbox.market.bars(symbol, date(2025, 12, 1), SESSION)
    for order in ("asc", "desc"):
        bars = ask(
            "list_aggs", symbol, 1, "day", "2025-12-01", "2026-03-02", limit=7, sort=order, adjusted=False
        )
        wanted = dates if order == "asc" else dates[::-1]
        closes = expected.close if order == "asc" else expected.close[::-1]
        assert [bar["timestamp"] for bar in bars] == [millis(day, 0) for day in wanted]
        assert [bar["close"] for bar in bars] == closes.tolist()


def test_weeks_are_made_of_days(sandbox: RunningSandbox, ask: Ask) -> None:
    symbol = sandbox.market.lines[4].symbol
    _, days = sandbox.market.bars(symbol, date(2026, 2, 2), date(2026, 2, 6))
    weeks = ask("get_aggs", symbol, 1, "week", "2026-02-02", "2026-02-13", adjusted=False)
    assert len(weeks) == 2
    assert weeks[0]["timestamp"] == millis(date(2026, 2, 1), 0)  # weeks begin on Sunday
    assert weeks[0]["open"] == days.open[0]
    assert weeks[0]["close"] == days.close[-1]
    assert weeks[0]["high"] == days.high.max()
    assert weeks[0]["volume"] == pytest.approx(days.volume.sum())


def test_previous_close_is_a_list_of_one_at_four_in_the_afternoon(sandbox: RunningSandbox, ask: Ask) -> None:
    symbol = sandbox.market.lines[4].symbol
    _, expected = sandbox.market.bars(symbol, SESSION, SESSION)
    (bar,) = ask("get_previous_close_agg", symbol, adjusted=False)
    same(bar, expected, 0)
    assert bar["ticker"] == symbol
    assert bar["timestamp"] == millis(SESSION, 16)
    assert ask("get_previous_close_agg", "NOBODY") == []


def test_open_close(sandbox: RunningSandbox, ask: Ask) -> None:
    symbol = sandbox.market.lines[4].symbol
    _, expected = sandbox.market.bars(symbol, SESSION, SESSION)
    bar = ask("get_daily_open_close_agg", symbol, SESSION.isoformat(), adjusted=False)
    assert (bar["from_"], bar["symbol"], bar["status"]) == (SESSION.isoformat(), symbol, "OK")
    assert (bar["open"], bar["close"]) == (expected.open[0], expected.close[0])
    refused = ask("get_daily_open_close_agg", symbol, "2026-03-01")
    assert refused["error"] == "BadResponse"
    assert json.loads(refused["words"])["message"] == "Data not found."


def test_tickers_are_followed_over_their_pages(sandbox: RunningSandbox, ask: Ask) -> None:
    active = {r.symbol: r for r in sandbox.market.instruments(date(2026, 3, 3)) if r.active}
    rows = ask("list_tickers", limit=7)
    assert [row["ticker"] for row in rows] == sorted(active)
    for row in rows:
        record = active[row["ticker"]]
        assert (row["name"], row["primary_exchange"]) == (record.name, record.exchange)
        assert (row["composite_figi"], row["cik"]) == (record.composite_figi, record.cik)
        assert row["currency_name"] == "usd"
    gone = ask("list_tickers", active=False)
    assert all(row["delisted_utc"] for row in gone)
    assert {row["ticker"] for row in gone}.isdisjoint(active)


def test_tickers_are_filtered_searched_and_sorted(sandbox: RunningSandbox, ask: Ask) -> None:
    symbols = sorted(r.symbol for r in sandbox.market.instruments(date(2026, 3, 3)) if r.active)
    low, high = symbols[5], symbols[20]
    between = ask("list_tickers", ticker_gte=low, ticker_lt=high)
    assert [row["ticker"] for row in between] == [s for s in symbols if low <= s < high]
    funds = ask("list_tickers", type="ETF", sort="name", order="desc")
    names = [row["name"] for row in funds]
    assert names == sorted(names, reverse=True)
    assert all(name.endswith("ETF") for name in names)
    broad = sandbox.market.lines[0]
    found = ask("list_tickers", search=broad.name.split()[1].lower())
    assert broad.symbol in [row["ticker"] for row in found]
    assert ask("list_tickers", market="crypto") == []


def test_ticker_details_now_and_before_a_change_of_ticker(sandbox: RunningSandbox, ask: Ask) -> None:
    renamed = next(each for each in sandbox.market.lines if each.renamed_on)
    assert renamed.renamed_on is not None
    details = ask("get_ticker_details", renamed.later_symbol)
    assert (details["name"], details["list_date"]) == (renamed.name, renamed.listed_on.isoformat())
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    assert details["share_class_shares_outstanding"] == invented.fundamentals.shares(renamed, NOW.date())
    assert "invented" in details["description"]
    refused = ask("get_ticker_details", renamed.symbol)
    assert json.loads(refused["words"])["message"] == "Ticker not found."
    assert ask("get_ticker_details", renamed.symbol, date="2025-01-02")["ticker"] == renamed.symbol


def test_splits_in_both_forms(sandbox: RunningSandbox, ask: Ask) -> None:
    expected = sandbox.market.splits(date(2022, 1, 3), SESSION)
    rows = ask("list_splits", execution_date_gte="2022-01-03", limit=3)
    assert [(r["ticker"], r["execution_date"]) for r in rows] == [
        (s.symbol, s.ex_date.isoformat()) for s in sorted(expected, key=lambda s: s.ex_date, reverse=True)
    ]
    assert {(r["split_from"], r["split_to"]) for r in rows} == {(s.split_from, s.split_to) for s in expected}
    reverse = ask("list_splits", reverse_split=True)
    assert reverse
    assert all(row["split_from"] > row["split_to"] for row in reverse)

    symbol = line(sandbox, split_years="odd").symbol
    newer = ask("list_stocks_splits", ticker=symbol, sort="execution_date.asc")
    assert [row["adjustment_type"] for row in newer] == ["forward_split"] * len(newer)
    factors = [row["historical_adjustment_factor"] for row in newer]
    assert factors == pytest.approx([(1 / 3) ** left for left in range(len(newer), 0, -1)])


def test_dividends_in_both_forms(sandbox: RunningSandbox, ask: Ask) -> None:
    payer = line(sandbox, special_dividend=True)
    expected = sandbox.market.dividends(date(2024, 3, 4), SESSION, payer.symbol)
    rows = ask("list_dividends", payer.symbol, ex_dividend_date_gte="2024-03-04", order="asc")
    assert [(r["ex_dividend_date"], r["cash_amount"]) for r in rows] == [
        (d.ex_date.isoformat(), float(d.amount)) for d in expected
    ]
    assert {row["dividend_type"] for row in rows} == {"CD", "SC"}
    assert {row["currency"] for row in rows} == {"USD"}
    newer = ask("list_stocks_dividends", ticker=payer.symbol, sort="ex_dividend_date.asc")
    assert {row["distribution_type"] for row in newer} == {"recurring", "special"}
    assert newer[-1]["ex_dividend_date"] == rows[-1]["ex_dividend_date"]


def test_status_and_holidays(ask: Ask) -> None:
    status = ask("get_market_status")
    assert (status["market"], status["early_hours"], status["after_hours"]) == ("closed", False, False)
    assert status["server_time"] == "2026-03-03T00:30:00-05:00"
    holidays = ask("get_market_holidays")
    assert holidays[0]["date"] == "2026-04-03"
    assert holidays[0]["name"] == "Good Friday"
    half = next(each for each in holidays if each["status"] == "early-close")
    assert (half["date"], half["close"]) == ("2026-11-27", "2026-11-27T18:00:00.000Z")


def test_types_and_exchanges(ask: Ask) -> None:
    assert {"CS", "ETF", "WARRANT"} <= {row["code"] for row in ask("get_ticker_types")}
    assert {"XNYS", "XNAS", "ARCX"} <= {row["mic"] for row in ask("get_exchanges")}


def test_the_client_knows_our_refusals(ask: Ask) -> None:
    unknown = ask("get_ticker_types", key="somebody-elses")
    assert unknown["error"] == "BadResponse"
    assert json.loads(unknown["words"])["error"] == "Unknown API Key"
    assert json.loads(ask("get_last_trade", "ANY")["words"])["status"] == "NOT_AUTHORIZED"
    with running_sandbox(symbols=24, plan="basic") as poor:
        for _ in range(5):
            assert "error" not in ask("get_market_status", url=poor.url)
        throttled = ask("get_market_status", url=poor.url)
        old = poor.counts().received
    assert throttled["error"] == "MaxRetryError"
    assert "429" in throttled["words"]
    assert old == 6


def test_huge_volumes_survive_their_exponent(sandbox: RunningSandbox, ask: Ask) -> None:
    expected = sandbox.market.day(SESSION)
    rows = ask("get_grouped_daily_aggs", SESSION.isoformat(), adjusted=False)
    huge = int(np.argmax(expected.volume))
    assert expected.volume[huge] > 1e8
    assert rows[huge]["volume"] == expected.volume[huge]


def test_indicators_are_of_the_bars(sandbox: RunningSandbox, ask: Ask) -> None:
    symbol = sandbox.market.lines[4].symbol
    bars = ask("get_aggs", symbol, 1, "day", "2023-09-01", "2026-03-02")
    closes, days = [bar["close"] for bar in bars], [bar["timestamp"] for bar in bars]
    sma = ask("get_sma", symbol, timespan="day", window=20, limit=3)
    assert [value["timestamp"] for value in sma["values"]] == days[:-4:-1]
    assert sma["values"][0]["value"] == pytest.approx(sum(closes[-20:]) / 20)
    assert sma["underlying"]["url"].startswith(f"{sandbox.url}/v2/aggs/ticker/{symbol}/range/1/day/")
    one, before = ask("get_ema", symbol, window=20, limit=2)["values"]
    assert one["value"] == pytest.approx(before["value"] + (closes[-1] - before["value"]) * 2 / 21)
    line = ask("get_macd", symbol, timestamp=days[-1])["values"]
    short, long = (ask("get_ema", symbol, window=size, limit=1)["values"][0]["value"] for size in (12, 26))
    assert [each["timestamp"] for each in line] == [days[-1]]
    assert line[0]["value"] == pytest.approx(short - long)
    assert line[0]["histogram"] == pytest.approx(line[0]["value"] - line[0]["signal"])
    strengths = ask("get_rsi", symbol, order="asc", limit=5000, timestamp_gte="2024-01-02")["values"]
    assert len(strengths) == sum(day >= millis(date(2024, 1, 2), 0) for day in days)
    assert all(0 < each["value"] < 100 for each in strengths)
    assert len(ask("get_sma", symbol, timespan="hour", window=3)["values"]) == 10
    assert ask("get_sma", "NOBODY")["values"] == []


def test_related_companies_are_of_the_same_sector(sandbox: RunningSandbox, ask: Ask) -> None:
    lines = {line.symbol_on(NOW.date()): line for line in sandbox.market.lines}
    told = ask("get_related_companies", sandbox.market.lines[4].symbol)
    assert {lines[each["ticker"]].sector for each in told} == {sandbox.market.lines[4].sector}
