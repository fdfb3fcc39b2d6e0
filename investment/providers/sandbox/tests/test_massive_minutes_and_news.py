"""Minutes, hours, news and adjustment factors of Massive, over real HTTP."""

import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from investment.providers.sandbox.massive.wire import midnight
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

TLS = ssl.create_default_context()  # never used, and costly to make for every call
SESSION = date(2026, 3, 2)


@pytest.fixture(scope="module")
def rich() -> Iterator[RunningSandbox]:
    with running_sandbox(plan="unlimited") as sandbox:
        yield sandbox


def get(sandbox: RunningSandbox, path: str, **parameters: Any) -> dict[str, Any]:
    if path.startswith("http"):
        path = path.removeprefix(sandbox.url)
    told = httpx.get(
        sandbox.url + path, params=parameters or None, verify=TLS,
        headers={"Authorization": f"Bearer {sandbox.key}"},
    )  # fmt: skip
    document: dict[str, Any] = told.json()
    return document


def bars(sandbox: RunningSandbox, ticker: str, span: str, ends: str, **parameters: Any) -> dict[str, Any]:
    return get(sandbox, f"/v2/aggs/ticker/{ticker}/range/{span}/{ends}", **parameters)


@pytest.mark.parametrize("span", ["1/minute", "5/minute", "1/hour"])
def test_bars_within_a_day_add_up_to_it(rich: RunningSandbox, span: str) -> None:
    for line in rich.market.lines[:8]:
        day = rich.market.one(line.place, SESSION)
        if day is None:
            continue
        answer = bars(rich, line.symbol, span, "2026-03-02/2026-03-02", adjusted="false", limit=50_000)
        rows = answer["results"]
        assert answer["resultsCount"] == answer["count"] == len(rows) <= answer["queryCount"]
        assert sum(row["v"] for row in rows) == pytest.approx(day["volume"])
        assert sum(row["n"] for row in rows) == day["trades"]
        assert max(row["h"] for row in rows) == day["high"]
        assert min(row["l"] for row in rows) == day["low"]
        assert [row["t"] for row in rows] == sorted({row["t"] for row in rows})
        length = {"1/minute": 60, "5/minute": 300, "1/hour": 3600}[span] * 1000
        assert all((row["t"] - midnight(SESSION)) % length == 0 for row in rows)
        assert all(row["l"] <= min(row["o"], row["c"]) <= max(row["o"], row["c"]) <= row["h"] for row in rows)


def test_pages_within_a_day_go_on_where_they_stopped(rich: RunningSandbox) -> None:
    symbol, ends = rich.market.lines[4].symbol, "2026-02-27/2026-03-02"
    whole = bars(rich, symbol, "1/minute", ends, limit=50_000)["results"]
    for sort in ("asc", "desc"):
        page = bars(rich, symbol, "1/minute", ends, limit=300, sort=sort)
        found = page["results"]
        assert page["queryCount"] == 300
        while "next_url" in page:
            assert rich.key not in page["next_url"]
            page = get(rich, page["next_url"])
            found += page["results"]
        assert found == (whole if sort == "asc" else whole[::-1])
    start, end = whole[10]["t"], whole[20]["t"]
    assert bars(rich, symbol, "1/minute", f"{start}/{end}")["results"] == whole[10:21]


def test_minutes_are_in_todays_shares_unless_asked_otherwise(rich: RunningSandbox) -> None:
    line = next(each for each in rich.market.lines if each.behaviour.split_years == "odd")
    split = rich.market.splits_of(line.place, SESSION)[-1]
    before = rich.market.sessions[rich.market.number_of(split[0]) - 1].isoformat()
    raw = bars(rich, line.symbol, "1/hour", f"{before}/{before}", adjusted="false")["results"]
    told = bars(rich, line.symbol, "1/hour", f"{before}/{before}")["results"]
    assert told[0]["o"] == pytest.approx(raw[0]["o"] / split[1], rel=1e-6)
    assert told[0]["v"] == pytest.approx(raw[0]["v"] * split[1], rel=1e-6)


def test_today_is_told_minute_by_minute_where_the_plan_tells_it_at_all() -> None:
    with running_sandbox(plan="unlimited", now=datetime(2026, 3, 3, 16, tzinfo=UTC)) as sandbox:
        symbol = sandbox.market.lines[0].symbol
        rows = bars(sandbox, symbol, "1/minute", "2026-03-03/2026-03-03")["results"]
        assert rows[-1]["t"] == datetime(2026, 3, 3, 15, 59, tzinfo=UTC).timestamp() * 1000
    with running_sandbox(plan="basic", now=datetime(2026, 3, 3, 16, tzinfo=UTC)) as sandbox:
        refused = bars(sandbox, symbol, "1/minute", "2026-03-03/2026-03-03")
        assert refused["message"].startswith("Attempted to request today's data before end of day.")
        assert bars(sandbox, symbol, "1/second", "2026-03-02/2026-03-02")["status"] == "NOT_AUTHORIZED"
        weekend = bars(sandbox, symbol, "1/minute", "2026-02-28/2026-03-01")
        assert (weekend["resultsCount"], "results" in weekend) == (0, False)


def test_dividends_say_what_they_do_to_earlier_prices(rich: RunningSandbox) -> None:
    line = next(each for each in rich.market.lines if each.behaviour.special_dividend)
    rows = get(rich, "/stocks/v1/dividends", ticker=line.symbol, sort="ex_dividend_date.asc")["results"]
    assert {row["distribution_type"] for row in rows} == {"recurring", "special"}
    factors = {row["ex_dividend_date"]: row["historical_adjustment_factor"] for row in rows}
    assert list(factors.values()) == sorted(factors.values())
    assert 0.5 < min(factors.values()) < max(factors.values()) < 1
    last = rows[-1]
    ex_date = date.fromisoformat(last["ex_dividend_date"])
    close = None
    number = rich.market.number_of(ex_date)
    while close is None:
        number -= 1
        close = rich.market.one(line.place, rich.market.sessions[number])
    paid = sum(row["cash_amount"] for row in rows if row["ex_dividend_date"] == last["ex_dividend_date"])
    assert last["historical_adjustment_factor"] == pytest.approx(1 - paid / close["close"], rel=1e-6)


def test_news_are_the_papers_newest_first(rich: RunningSandbox) -> None:
    newest = get(rich, "/v2/reference/news", limit=50)
    times = [row["published_utc"] for row in newest["results"]]
    assert times == sorted(times, reverse=True)
    assert newest["count"] == 50
    assert len({row["id"] for row in newest["results"]}) == 50
    second = get(rich, newest["next_url"])
    assert second["results"][0]["published_utc"] <= times[-1]
    assert not {row["id"] for row in second["results"]} & {row["id"] for row in newest["results"]}
    oldest = get(rich, "/v2/reference/news", order="asc", limit=5)["results"]
    assert oldest[0]["published_utc"].startswith("2021-01")


def test_news_are_filtered(rich: RunningSandbox) -> None:
    symbol = rich.market.lines[4].symbol
    rows = get(rich, "/v2/reference/news", ticker=symbol, limit=1000)["results"]
    assert {tuple(row["tickers"]) for row in rows} == {(symbol,)}
    assert {row["insights"][0]["sentiment"] for row in rows} <= {"positive", "negative", "neutral"}
    day = rows[3]["published_utc"][:10]
    for name, test in (("", "__eq__"), (".gte", "__ge__"), (".lte", "__le__")):
        filters = {"ticker": symbol, "limit": 1000, f"published_utc{name}": day}
        told = get(rich, "/v2/reference/news", **filters)["results"]
        assert all(getattr(row["published_utc"][:10], test)(day) for row in told)
    assert get(rich, "/v2/reference/news", ticker="NOBODY")["results"] == []
    assert get(rich, "/v2/reference/news", published_utc="soon")["status"] == "ERROR"


def test_news_of_the_basic_plan_go_two_years_back_and_never_ahead() -> None:
    with running_sandbox(plan="basic") as sandbox:
        rows = get(sandbox, "/v2/reference/news", order="asc", limit=3)["results"]
        assert rows[0]["published_utc"] >= "2024-03-03"
        newest = get(sandbox, "/v2/reference/news", limit=1)["results"][0]["published_utc"]
        assert sandbox.now is not None
        assert newest <= f"{sandbox.now:%Y-%m-%dT%H:%M:%SZ}"
        assert newest >= f"{sandbox.now - timedelta(days=2):%Y-%m-%d}"


def test_what_is_told_later_says_so() -> None:
    with running_sandbox(plan="starter", now=datetime(2026, 3, 3, 16, tzinfo=UTC)) as sandbox:
        symbol = sandbox.market.lines[0].symbol
        answer = bars(sandbox, symbol, "1/minute", "2026-03-03/2026-03-03")
        assert answer["status"] == "DELAYED"
        assert answer["results"][-1]["t"] == datetime(2026, 3, 3, 15, 44, tzinfo=UTC).timestamp() * 1000
        day = get(sandbox, f"/v1/open-close/{symbol}/2026-03-02")
        assert day["status"] == "DELAYED"
        assert day["low"] <= min(day["preMarket"], day["afterHours"])
        assert max(day["preMarket"], day["afterHours"]) <= day["high"]
