"""Every refusal, empty shape and oddity of Massive, over real HTTP."""

import gzip
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call
MIDNIGHT = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)  # in New York; the 3rd is a Tuesday
UPGRADE = "Please upgrade your plan at https://{}/pricing"
TIMEFRAME = "Your plan doesn't include this data timeframe. " + UPGRADE.format("polygon.io")
TOO_EARLY = "Attempted to request today's data before end of day. " + UPGRADE.format("massive.com")
NOT_ENTITLED = "You are not entitled to this data. " + UPGRADE.format("massive.com")
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks/"


@pytest.fixture(scope="module")
def rich() -> Iterator[RunningSandbox]:
    with running_sandbox(plan="unlimited") as sandbox:
        yield sandbox


@pytest.fixture
def poor() -> Iterator[RunningSandbox]:
    with running_sandbox(plan="basic") as sandbox:
        yield sandbox


def get(sandbox: RunningSandbox, path: str, **options: Any) -> httpx.Response:
    options.setdefault("headers", {"Authorization": f"Bearer {sandbox.key}"})
    return httpx.get(sandbox.url + path, verify=TLS, **options)


def refusal(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    """Return status and body, after looking whether its id is that of the header."""
    body = answer.json()
    assert body.pop("request_id") == answer.headers["X-Request-Id"]
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status_code, body


# ── keys, plans, rates: in this order ─────────────────────────────────────────────────────────


def test_a_key_may_come_in_the_query_or_in_the_header(rich: RunningSandbox) -> None:
    for options in (
        {"headers": {"Authorization": f"Bearer {rich.key}"}},
        {"headers": {}, "params": {"apiKey": rich.key}},
    ):
        assert get(rich, "/v1/marketstatus/now", **options).status_code == 200
    wrong_case = get(rich, "/v1/marketstatus/now", headers={}, params={"apikey": rich.key})
    assert refusal(wrong_case) == (401, {"status": "ERROR", "error": "API Key was not provided"})


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "API Key was not provided"),
        ({"Authorization": "Basic abc"}, "API Key was not provided"),
        ({"Authorization": "Bearer nobodys"}, "Unknown API Key"),
    ],
)
def test_strangers_are_refused_with_error(rich: RunningSandbox, headers: dict[str, str], words: str) -> None:
    assert refusal(get(rich, GROUPED + "nonsense", headers=headers)) == (
        401,
        {"status": "ERROR", "error": words},
    )


def test_the_sixth_call_of_a_minute_is_refused_and_the_minute_rolls(poor: RunningSandbox) -> None:
    for _ in range(4):
        assert get(poor, "/v1/marketstatus/now").status_code == 200
        poor.advance(seconds=10)
    assert get(poor, GROUPED + "nonsense").status_code == 400  # the rate is judged before parameters
    status, body = refusal(get(poor, GROUPED + "nonsense"))
    assert status == 429
    assert body == {
        "status": "ERROR",
        "error": "You've exceeded the maximum requests per minute, please wait or upgrade your "
        "subscription to continue. https://polygon.io/pricing",
    }
    assert get(poor, "/v1/marketstatus/now", headers={}).status_code == 401  # the key before the rate
    assert get(poor, "/v3/snapshot").status_code == 403  # and so is the plan
    poor.advance(seconds=19.9)
    assert get(poor, "/v1/marketstatus/now").status_code == 429
    poor.advance(seconds=0.1)  # now the first is a minute old
    assert get(poor, "/v1/marketstatus/now").status_code == 200
    assert get(poor, "/v1/marketstatus/now").status_code == 429
    assert poor.counts().by_status == {200: 5, 400: 1, 429: 3, 403: 1}


def test_a_fixed_minute_starts_with_the_clocks() -> None:
    with running_sandbox(
        plan="basic", window="fixed", now=datetime(2026, 3, 3, 5, 30, 59, tzinfo=UTC)
    ) as sandbox:
        for _ in range(5):
            assert get(sandbox, "/v1/marketstatus/now").status_code == 200
        assert get(sandbox, "/v1/marketstatus/now").status_code == 429
        sandbox.advance(seconds=1)
        assert get(sandbox, "/v1/marketstatus/now").status_code == 200


def test_the_unlimited_plan_has_no_rate_and_no_floor(rich: RunningSandbox) -> None:
    answers = [get(rich, GROUPED + f"2021-02-{day:02}").status_code for day in range(1, 12)]
    assert set(answers) == {200}


@pytest.mark.parametrize(
    "path",
    ["/v2/snapshot/locale/us/markets/stocks/tickers", "/v3/snapshot", "/v3/trades/ABC", "/v2/last/nbbo/ABC"],
)
def test_what_the_plan_does_not_include(rich: RunningSandbox, path: str) -> None:
    assert refusal(get(rich, path)) == (403, {"status": "NOT_AUTHORIZED", "message": NOT_ENTITLED})


# ── history ───────────────────────────────────────────────────────────────────────────────────


def test_today_is_told_from_midnight_in_new_york_on(poor: RunningSandbox) -> None:
    poor.set_now(MIDNIGHT - timedelta(seconds=1))
    assert refusal(get(poor, GROUPED + "2026-03-03")) == (
        403,
        {"status": "NOT_AUTHORIZED", "message": TOO_EARLY},
    )
    poor.set_now(MIDNIGHT)
    answer = get(poor, GROUPED + "2026-03-03").json()
    assert answer["resultsCount"] == len(poor.market.day(date(2026, 3, 3)))


@pytest.mark.parametrize("day", ["2024-03-02", "2026-03-04"])
def test_a_day_before_the_history_or_in_the_future(poor: RunningSandbox, day: str) -> None:
    assert refusal(get(poor, GROUPED + day)) == (403, {"status": "NOT_AUTHORIZED", "message": TIMEFRAME})


def test_the_oldest_day_of_the_history_is_told(poor: RunningSandbox) -> None:
    poor.set_now(datetime(2026, 3, 4, 6, tzinfo=UTC))
    assert get(poor, GROUPED + "2024-03-04").json()["resultsCount"] > 30


def test_a_range_is_clipped_to_the_plan(poor: RunningSandbox) -> None:
    symbol = poor.market.lines[0].symbol
    answer = get(poor, f"/v2/aggs/ticker/{symbol}/range/1/day/2022-01-03/2026-03-03").json()
    dates, _ = poor.market.bars(symbol, date(2024, 3, 3), date(2026, 3, 2))
    assert answer["resultsCount"] == answer["count"] == len(dates)
    for start, end, words in (
        ("2022-01-03", "2024-03-02", TIMEFRAME),
        ("2026-03-04", "2026-03-05", TIMEFRAME),
        ("2026-03-03", "2026-03-03", TOO_EARLY),
    ):
        refused = get(poor, f"/v2/aggs/ticker/{symbol}/range/1/day/{start}/{end}")
        assert refusal(refused) == (403, {"status": "NOT_AUTHORIZED", "message": words})


def test_a_range_that_reaches_today_can_be_refused() -> None:
    with running_sandbox(plan="basic", range_to_today="refuse") as sandbox:
        symbol = sandbox.market.lines[0].symbol
        refused = get(sandbox, f"/v2/aggs/ticker/{symbol}/range/1/day/2026-02-02/2026-03-03")
        assert refusal(refused)[1]["message"] == TOO_EARLY


def test_actions_are_those_of_two_years(poor: RunningSandbox) -> None:
    rows = get(poor, "/v3/reference/dividends", params={"limit": 1000}).json()["results"]
    dates = [row["ex_dividend_date"] for row in rows]
    assert "2024-03-03" <= min(dates) <= "2024-06-01"
    assert max(dates) <= "2026-03-03"


# ── parameters ────────────────────────────────────────────────────────────────────────────────


BARS = "/v2/aggs/ticker/A/range"
UNREADABLE = "Could not parse the time parameter: '{}'. Use YYYY-MM-DD"
REVERSED = "The parameter 'to' cannot be a time that occurs before 'from'"
INTEGER = "The parameter '{}' must be an integer from 1 to {}"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{BARS}/1/day/x/2026-01-02", UNREADABLE.format("from") + " or Unix MS Timestamps"),
        (f"{BARS}/1/day/2026-01-02/2026-02-31", UNREADABLE.format("to") + " or Unix MS Timestamps"),
        (f"{BARS}/1/day/2026-01-02/2026-01-01", REVERSED),
        (f"{BARS}/1/day/2026-01-02/2026-01-03?limit=50001", INTEGER.format("limit", 50000)),
        (f"{BARS}/1/day/2026-01-02/2026-01-03?sort=up", "The parameter 'sort' must be one of: asc, desc"),
        (f"{BARS}/0/day/2026-01-02/2026-01-03", "The parameter 'multiplier' must be a positive integer"),
        ("/v3/reference/tickers?limit=1001", INTEGER.format("limit", 1000)),
        ("/v3/reference/tickers?active=yes", "The parameter 'active' must be true or false"),
        ("/v3/reference/tickers?cursor=%21", "The parameter 'cursor' is not valid"),
        ("/v3/reference/tickers?cursor=garbage", "The parameter 'cursor' is not valid"),
        ("/v3/reference/splits?execution_date.gte=soon", UNREADABLE.format("execution_date.gte")),
        ("/v3/reference/dividends?cash_amount.gt=lots", "The parameter 'cash_amount.gt' is not valid"),
        ("/stocks/v1/splits?sort=colour.asc", "The parameter 'sort' must name: execution_date, ticker"),
    ],
)
def test_wrong_parameters(rich: RunningSandbox, path: str, words: str) -> None:
    assert refusal(get(rich, path)) == (400, {"status": "ERROR", "error": words})


def test_the_seconds_of_a_minute_make_it(rich: RunningSandbox, poor: RunningSandbox) -> None:
    path = f"/v2/aggs/ticker/{rich.market.lines[0].symbol}/range/1"
    minute = get(rich, f"{path}/minute/2026-03-02/2026-03-02?adjusted=false").json()["results"][0]
    seconds = get(rich, f"{path}/second/{minute['t']}/{minute['t'] + 59_999}?adjusted=false").json()[
        "results"
    ]
    assert (seconds[0]["o"], seconds[-1]["c"]) == (minute["o"], minute["c"])
    assert {max(bar["h"] for bar in seconds), min(bar["l"] for bar in seconds)} == {minute["h"], minute["l"]}
    assert sum(bar["v"] for bar in seconds) <= minute["v"]
    status, _ = refusal(get(poor, f"{path}/second/2026-03-02/2026-03-02"))
    assert status == 403


def test_a_ticker_tells_under_which_it_traded(rich: RunningSandbox) -> None:
    line = next(each for each in rich.market.lines if each.renamed_on)
    told = get(rich, f"/vX/reference/tickers/{line.later_symbol}/events?types=ticker_change").json()
    assert set(told) == {"results", "status", "request_id"}
    assert told["results"]["composite_figi"] == line.composite_figi
    assert told["results"]["events"] == [
        {"ticker_change": {"ticker": symbol}, "type": "ticker_change", "date": str(since)}
        for symbol, since in ((line.later_symbol, line.renamed_on), (line.symbol, line.listed_on))
    ]
    gone = next(each for each in rich.market.lines if each.delisted_on)
    assert refusal(get(rich, f"/vX/reference/tickers/{gone.symbol}/events"))[0] == 404
    by_figi = get(rich, f"/vX/reference/tickers/{gone.composite_figi}/events").json()["results"]
    assert by_figi["events"][0]["ticker_change"] == {"ticker": gone.symbol}


def test_an_id_is_hexadecimal_a_number_or_not_told(rich: RunningSandbox) -> None:
    symbol = rich.market.lines[0].symbol
    answer = get(rich, f"/v2/aggs/ticker/{symbol}/prev")
    assert re.fullmatch("[0-9a-f]{32}", answer.json()["request_id"])
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
    assert type(get(rich, "/stocks/v1/splits").json()["request_id"]) is int
    assert "request_id" not in get(rich, f"/v1/open-close/{symbol}/2026-03-02").json()
    assert "request_id" in get(rich, f"/v1/open-close/{symbol}/2026-03-01").json()


# ── shapes ────────────────────────────────────────────────────────────────────────────────────


def test_no_data_has_no_results_on_bars_and_an_empty_list_on_v3(rich: RunningSandbox) -> None:
    for path in (GROUPED + "2026-03-01", "/v2/aggs/ticker/NOBODY/prev"):
        answer = get(rich, path).json()
        assert (answer["queryCount"], answer["resultsCount"], answer["status"]) == (0, 0, "OK")
        assert "results" not in answer
    for path in ("tickers?ticker=NOBODY", "splits?ticker=NOBODY", "dividends?ticker=NOBODY"):
        answer = get(rich, f"/v3/reference/{path}").json()
        assert (answer["results"], answer["status"]) == ([], "OK")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v3/reference/tickers/NOBODY", "Ticker not found."),
        ("/v1/open-close/NOBODY/2026-03-02", "Data not found."),
    ],
)
def test_not_found_has_a_message(rich: RunningSandbox, path: str, words: str) -> None:
    assert refusal(get(rich, path)) == (404, {"status": "NOT_FOUND", "message": words})


def test_an_unknown_route_answers_in_plain_text(rich: RunningSandbox) -> None:
    for answer in (get(rich, "/v9/nothing"), httpx.post(rich.url + "/v3/reference/tickers")):
        assert (answer.status_code, answer.text) == (404, "404 page not found")
        assert answer.headers["Content-Type"].startswith("text/plain")


def test_repeated_slashes_are_one(rich: RunningSandbox) -> None:
    assert get(rich, "//v1//marketstatus/now").status_code == 200


def test_an_answer_is_compressed_when_asked(rich: RunningSandbox) -> None:
    request = httpx.Request(
        "GET", rich.url + GROUPED + "2026-03-02", headers={"Authorization": f"Bearer {rich.key}"}
    )
    request.headers["Accept-Encoding"] = "gzip"
    with httpx.Client() as client:
        answer = client.send(request, stream=True)
        raw = b"".join(answer.iter_raw())
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b'"status":"OK"' in gzip.decompress(raw)
        request.headers["Accept-Encoding"] = "identity"
        assert "Content-Encoding" not in client.send(request).headers


def test_the_next_page_holds_no_key_and_is_stopped_by_its_absence(rich: RunningSandbox) -> None:
    seen: list[str] = []
    path = f"/v3/reference/tickers?limit=15&apiKey={rich.key}"
    while path:
        answer = get(rich, path).json()
        assert answer["count"] == len(answer["results"]) <= 15
        seen += [row["ticker"] for row in answer["results"]]
        following = answer.get("next_url", "")
        assert rich.key not in following
        path = following.removeprefix(rich.url)
    today = date(2026, 3, 3)
    assert seen == sorted(r.symbol for r in rich.market.instruments(today) if r.active)


def test_daily_bars_start_at_midnight_in_new_york_in_winter_and_in_summer(rich: RunningSandbox) -> None:
    symbol = rich.market.lines[0].symbol
    bars = get(rich, f"/v2/aggs/ticker/{symbol}/range/1/day/2025-07-01/2025-12-31").json()["results"]
    hours = {datetime.fromtimestamp(bar["t"] / 1000, UTC).hour for bar in bars}
    assert hours == {4, 5}


def test_half_days_end_at_four_like_all_others(rich: RunningSandbox) -> None:
    row = get(rich, GROUPED + "2025-11-28").json()["results"][0]
    assert datetime.fromtimestamp(row["t"] / 1000, UTC) == datetime(2025, 11, 28, 21, tzinfo=UTC)


def test_huge_volumes_are_written_with_an_exponent(rich: RunningSandbox) -> None:
    text = get(rich, GROUPED + "2026-03-02").text
    assert "e+08," in text


def test_instants_are_as_good_as_dates(rich: RunningSandbox) -> None:
    symbol = rich.market.lines[0].symbol
    by_date = get(rich, f"/v2/aggs/ticker/{symbol}/range/1/day/2026-02-02/2026-02-06").json()
    by_instant = get(rich, f"/v2/aggs/ticker/{symbol}/range/1/day/1770008400000/1770354000000").json()
    assert by_instant["results"] == by_date["results"]


@pytest.mark.parametrize(
    ("at", "market", "early", "late"),
    [
        ("2026-03-03T08:59:00", "closed", False, False),
        ("2026-03-03T09:00:00", "extended-hours", True, False),
        ("2026-03-03T14:30:00", "open", False, False),
        ("2026-03-03T21:00:00", "extended-hours", False, True),
        ("2026-03-04T01:00:00", "closed", False, False),
        ("2026-11-27T18:00:00", "extended-hours", False, True),
        ("2026-11-27T22:00:00", "closed", False, False),
        ("2026-03-01T16:00:00", "closed", False, False),
    ],
)
def test_the_market_is_open_by_the_sandboxs_clock(at: str, market: str, early: bool, late: bool) -> None:
    with running_sandbox(plan="unlimited", now=datetime.fromisoformat(at).replace(tzinfo=UTC)) as sandbox:
        answer = get(sandbox, "/v1/marketstatus/now").json()
    assert (answer["market"], answer["earlyHours"], answer["afterHours"]) == (market, early, late)
    assert "request_id" not in answer
