"""The sandbox's Alpha Vantage over real HTTP: its texts, its limits, its oddities."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from investment.providers.sandbox.deviations import Deviation
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call
NIGHT = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)  # the session before has ended
SESSION = date(2026, 3, 2)
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
SYMBOLS = 60


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=SYMBOLS, plans={"alphavantage": "unlimited"}, now=NIGHT) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    running.set_now(NIGHT)
    return running


@pytest.fixture
def free() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=SYMBOLS, plans={"alphavantage": "free"}, now=NIGHT) as found:
        yield found


def get(sandbox: RunningSandbox, function: str, key: str | None = KEY, **params: str) -> httpx.Response:
    asked = {"function": function, **params} | ({"apikey": key} if key is not None else {})
    with httpx.Client(trust_env=False, verify=TLS, timeout=20) as http:
        return http.get(f"{sandbox.url}/alphavantage/query", params=asked)


def ask(sandbox: RunningSandbox, function: str, key: str | None = KEY, **params: str) -> Any:
    answer = get(sandbox, function, key, **params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def company(sandbox: RunningSandbox) -> Instrument:
    return next(
        line
        for line in sandbox.market.lines
        if line.type_code == "CS"
        and line.listed(SESSION)
        and "." not in line.symbol
        and not line.behaviour.idle
        and not line.renamed_on
        and line.behaviour.dividend_yield
    )


def of_type(sandbox: RunningSandbox, type_code: str) -> str:
    lines = sandbox.market.lines
    return next(x.symbol_on(SESSION) for x in lines if x.type_code == type_code and x.listed(SESSION))


def test_daily_bars_are_raw_texts_newest_first(sandbox: RunningSandbox) -> None:
    symbol = company(sandbox).symbol
    dates, bars = sandbox.market.bars(symbol, date(2025, 9, 1), SESSION)

    told = ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)

    assert told["Meta Data"] == {
        "1. Information": "Daily Prices (open, high, low, close) and Volumes",
        "2. Symbol": symbol,
        "3. Last Refreshed": "2026-03-02",
        "4. Output Size": "Compact",
        "5. Time Zone": "US/Eastern",
    }
    rows = told["Time Series (Daily)"]
    assert list(rows) == [day.isoformat() for day in dates[::-1][:100]]
    assert rows["2026-03-02"] == {
        "1. open": f"{bars.open[-1]:.4f}",
        "2. high": f"{bars.high[-1]:.4f}",
        "3. low": f"{bars.low[-1]:.4f}",
        "4. close": f"{bars.close[-1]:.4f}",
        "5. volume": str(int(bars.volume[-1])),
    }
    assert get(sandbox, "TIME_SERIES_DAILY", symbol=symbol).text.startswith(
        '{\n    "Meta Data": {\n        "1. '
    )


def test_a_session_is_told_after_its_end(sandbox: RunningSandbox) -> None:
    symbol = company(sandbox).symbol
    sandbox.set_now(NOON)
    assert next(iter(ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)["Time Series (Daily)"])) == "2026-03-02"
    assert (
        ask(sandbox, "GLOBAL_QUOTE", symbol=symbol)["Global Quote"]["07. latest trading day"] == "2026-03-02"
    )

    sandbox.advance(hours=4, minutes=1)
    assert next(iter(ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)["Time Series (Daily)"])) == "2026-03-03"


def test_csv_has_its_own_ends_of_lines_and_errors_stay_json(sandbox: RunningSandbox) -> None:
    symbol = company(sandbox).symbol

    told = get(sandbox, "TIME_SERIES_DAILY", symbol=symbol, outputsize="full", datatype="csv")
    wrong = get(sandbox, "TIME_SERIES_DAILY", symbol="NOBODY", datatype="csv")

    lines = told.text.split("\r\n")
    assert lines[0] == "timestamp,open,high,low,close,volume"
    assert lines[1].startswith("2026-03-02,")
    assert lines[-2].startswith("2021-")
    assert wrong.json()["Error Message"].endswith("for TIME_SERIES_DAILY.")


def test_the_quote_is_the_last_close_and_pays_for_the_present(sandbox: RunningSandbox) -> None:
    line = company(sandbox)
    _, bars = sandbox.market.bars(line.symbol, date(2026, 2, 2), SESSION)
    sandbox.set_now(NOON)

    ended = ask(sandbox, "GLOBAL_QUOTE", symbol=line.symbol)["Global Quote"]
    now = ask(sandbox, "GLOBAL_QUOTE", symbol=line.symbol, entitlement="realtime")["Global Quote"]
    delayed = ask(sandbox, "GLOBAL_QUOTE", symbol=line.symbol, entitlement="delayed")

    assert ended["05. price"] == f"{bars.close[-1]:.4f}"
    assert ended["08. previous close"] == f"{bars.close[-2]:.4f}"
    assert re.fullmatch(r"-?[0-9.]+%", ended["10. change percent"])
    assert now["07. latest trading day"] == "2026-03-03"
    assert list(delayed) == ["Global Quote - DATA DELAYED BY 15 MINUTES"]
    header, row, _ = get(sandbox, "GLOBAL_QUOTE", symbol=line.symbol, datatype="csv").text.split("\r\n")
    assert header.startswith("symbol,open,high,low,price,volume,latestDay,previousClose")
    assert row.split(",")[4] == ended["05. price"]


def test_who_is_unknown(sandbox: RunningSandbox) -> None:
    assert ask(sandbox, "GLOBAL_QUOTE", symbol="NOBODY") == {"Global Quote": {}}
    assert ask(sandbox, "OVERVIEW", symbol="NOBODY") == {}
    assert ask(sandbox, "OVERVIEW", symbol=of_type(sandbox, "ETF")) == {}
    assert ask(sandbox, "DIVIDENDS", symbol="NOBODY") == {}
    assert ask(sandbox, "SYMBOL_SEARCH", keywords="qqqqqq") == {"bestMatches": []}
    assert "Invalid inputs" in ask(sandbox, "NEWS_SENTIMENT", tickers="NOBODY")["Information"]
    for function in ("TIME_SERIES_DAILY", "FX_DAILY", "CURRENCY_EXCHANGE_RATE"):
        params = {"symbol": "NOBODY", "from_symbol": "EUR", "to_symbol": "ZZZ", "from_currency": "ZZZ"}
        params |= {"to_currency": "EUR"}
        assert ask(sandbox, function, **params) == {
            "Error Message": "Invalid API call. Please retry or visit the documentation "
            f"(https://www.alphavantage.co/documentation/) for {function}."
        }
        assert "Invalid API call" in ask(sandbox, function)["Error Message"]
    assert ask(sandbox, "XYZ") == {"Error Message": "This API function (XYZ) does not exist."}
    assert "does not exist" in ask(sandbox, "TOP_GAINERS_LOSERS")["Error Message"]
    assert "Invalid API call" in ask(sandbox, "TIME_SERIES_WEEKLY", symbol="NOBODY")["Error Message"]


def test_weeks_and_months_are_made_of_days(sandbox: RunningSandbox) -> None:
    symbol = company(sandbox).symbol
    days = ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)["Time Series (Daily)"]
    for name, title, first in (("WEEKLY", "Weekly", "2026-02-22"), ("MONTHLY", "Monthly", "2026-02-01")):
        told = ask(sandbox, f"TIME_SERIES_{name}", symbol=symbol)
        of = [row for day, row in days.items() if first <= day <= "2026-02-27"]
        row = told[f"{title} Time Series"]["2026-02-27"]
        assert row["1. open"] == of[-1]["1. open"]
        assert row["4. close"] == of[0]["4. close"]
        assert row["2. high"] == max((each["2. high"] for each in of), key=float)
        assert int(row["5. volume"]) == pytest.approx(sum(int(each["5. volume"]) for each in of), abs=31)
        assert told["Meta Data"]["1. Information"] == f"{title} Prices (open, high, low, close) and Volumes"


def test_an_overview_hangs_together_with_prices_and_books(sandbox: RunningSandbox) -> None:
    line = company(sandbox)
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    quarters = [q for q in invented.fundamentals.restated(line, SESSION) if q.report.at <= NIGHT][-4:]
    shares = invented.fundamentals.shares(line, NIGHT.date())
    price = float(ask(sandbox, "GLOBAL_QUOTE", symbol=line.symbol)["Global Quote"]["05. price"])

    told = ask(sandbox, "OVERVIEW", symbol=line.symbol)

    assert all(isinstance(value, str) for value in told.values())
    assert len(told) == 55
    assert told["RevenueTTM"] == str(sum(q.revenue for q in quarters))
    assert float(told["MarketCapitalization"]) == pytest.approx(price * shares, rel=1e-6)
    assert float(told["ProfitMargin"]) == pytest.approx(
        sum(q.net_income for q in quarters) / sum(q.revenue for q in quarters), abs=1e-4
    )
    assert float(told["52WeekLow"]) <= price <= float(told["52WeekHigh"]) + 0.01
    assert told["PEGRatio"] == "None"
    assert told["LatestQuarter"] == quarters[-1].report.end.isoformat()
    assert told["ExDividendDate"] != "None"


def test_rates_are_those_of_the_reference(sandbox: RunningSandbox) -> None:
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    told = ask(sandbox, "FX_DAILY", from_symbol="EUR", to_symbol="USD")
    days = told["Time Series FX (Daily)"]

    assert len(days) == 100
    assert next(iter(days)) == "2026-03-02"
    assert float(days["2026-03-02"]["4. close"]) == float(invented.fx.rates(SESSION)["USD"])
    assert told["Meta Data"]["5. Last Refreshed"] == "2026-03-02 05:30:00"
    full = get(
        sandbox, "FX_DAILY", from_symbol="USD", to_symbol="TRY", outputsize="full", datatype="csv"
    ).text
    assert full.startswith("timestamp,open,high,low,close\r\n2026-03-02,")
    assert "\r\n2007-" in full


def test_the_last_rate_may_have_no_bid(sandbox: RunningSandbox) -> None:
    usd = ask(sandbox, "CURRENCY_EXCHANGE_RATE", from_currency="EUR", to_currency="USD")
    isk = ask(sandbox, "CURRENCY_EXCHANGE_RATE", from_currency="USD", to_currency="ISK")

    told = usd["Realtime Currency Exchange Rate"]
    assert float(told["8. Bid Price"]) < float(told["5. Exchange Rate"]) < float(told["9. Ask Price"])
    assert told["6. Last Refreshed"] == "2026-03-03 05:30:00"
    assert isk["Realtime Currency Exchange Rate"]["9. Ask Price"] == "-"


def test_news_are_about_all_of_the_tickers(sandbox: RunningSandbox) -> None:
    symbol = company(sandbox).symbol

    told = ask(sandbox, "NEWS_SENTIMENT", tickers=symbol, limit="5")
    early = ask(sandbox, "NEWS_SENTIMENT", tickers=symbol, sort="EARLIEST", topics="earnings,finance")
    every = ask(sandbox, "NEWS_SENTIMENT")
    between = ask(sandbox, "NEWS_SENTIMENT", time_from="20260225T0000", time_to="20260226T0000")

    assert told["items"] == str(len(told["feed"])) == "5"
    times = [row["time_published"] for row in told["feed"]]
    assert times == sorted(times, reverse=True)
    assert all(symbol in [each["ticker"] for each in row["ticker_sentiment"]] for row in told["feed"])
    assert isinstance(told["feed"][0]["overall_sentiment_score"], float)
    assert isinstance(told["feed"][0]["ticker_sentiment"][0]["ticker_sentiment_score"], str)
    assert {row["topics"][0]["topic"] for row in early["feed"]} <= {"Earnings", "Finance"}
    assert early["feed"][0]["time_published"] < times[-1]
    assert every["items"] == "50"
    assert {row["time_published"][:8] for row in between["feed"]} <= {"20260225", "20260226"}
    assert ask(sandbox, "NEWS_SENTIMENT", tickers="FOREX:USD")["feed"] == []
    nothing = ask(sandbox, "NEWS_SENTIMENT", tickers=symbol, time_from="20260303T0529")
    assert nothing["Information"].startswith("No articles found. Please adjust the time range")
    for wrong in (
        {"time_from": "2026-02-25"},
        {"time_to": "20260225T0000"},
        {"sort": "NEWEST"},
        {"limit": "many"},
        {"topics": "gossip"},
    ):
        assert "Invalid inputs" in ask(sandbox, "NEWS_SENTIMENT", **wrong)["Information"]


def test_a_search_finds_by_symbol_and_name(sandbox: RunningSandbox) -> None:
    line = company(sandbox)

    (first, *_) = ask(sandbox, "SYMBOL_SEARCH", keywords=line.symbol)["bestMatches"]
    by_name = ask(sandbox, "SYMBOL_SEARCH", keywords=line.name.split()[0])["bestMatches"]

    assert (first["1. symbol"], first["9. matchScore"], first["7. timezone"]) == (
        line.symbol,
        "1.0000",
        "UTC-05",
    )
    assert line.symbol in [row["1. symbol"] for row in by_name]


def test_share_classes_and_preferreds_have_dashes(sandbox: RunningSandbox) -> None:
    dotted = next(line.symbol for line in sandbox.market.lines if "." in line.symbol)

    for asked in (dotted, dotted.replace(".", "-")):
        assert ask(sandbox, "TIME_SERIES_DAILY", symbol=asked)["Meta Data"]["2. Symbol"] == asked
    found = ask(sandbox, "SYMBOL_SEARCH", keywords=dotted.replace(".", "-"))["bestMatches"]
    assert found[0]["1. symbol"] == dotted.replace(".", "-")


def test_actions(sandbox: RunningSandbox) -> None:
    line = company(sandbox)
    paid = sandbox.market.dividends(date.min, NIGHT.date(), line.symbol)
    split = sandbox.market.splits(date(2021, 1, 4), SESSION)[-1]

    dividends = ask(sandbox, "DIVIDENDS", symbol=line.symbol)
    splits = ask(sandbox, "SPLITS", symbol=split.symbol)["data"]

    assert dividends["symbol"] == line.symbol
    told = [row for row in dividends["data"] if row["ex_dividend_date"] <= "2026-03-03"]
    assert [row["ex_dividend_date"] for row in told] == [d.ex_date.isoformat() for d in reversed(paid)]
    assert float(told[0]["amount"]) == float(paid[-1].amount)
    assert float(splits[0]["split_factor"]) == pytest.approx(split.split_to / split.split_from, abs=1e-4)
    assert splits[0]["effective_date"] == split.ex_date.isoformat()


def test_keys(free: RunningSandbox) -> None:
    for key in (None, ""):
        assert ask(free, "OVERVIEW", key=key, symbol="X") == {
            "Error Message": "the parameter apikey is invalid or missing. Please claim your free API key on "
            "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds."
        }
    assert "**demo** API key" in ask(free, "OVERVIEW", key="demo", symbol="X")["Information"]
    assert ask(free, "OVERVIEW", key="anything", symbol="X") == {}


def test_the_free_plan_is_refused_in_its_words(free: RunningSandbox) -> None:
    symbol = company(free).symbol
    assert "Meta Data" in ask(free, "TIME_SERIES_DAILY", symbol=symbol)
    burst = ask(free, "TIME_SERIES_DAILY", symbol=symbol)["Information"]
    free.advance(seconds=1.1)
    full = ask(free, "TIME_SERIES_DAILY", symbol=symbol, outputsize="full")["Information"]
    free.advance(seconds=1.1)
    premium = ask(free, "TIME_SERIES_INTRADAY", symbol=symbol)["Information"]
    free.advance(seconds=1.1)
    live = ask(free, "GLOBAL_QUOTE", symbol=symbol, entitlement="realtime")["Information"]
    for _ in range(21):
        free.advance(seconds=1.1)
        assert ask(free, "OVERVIEW", symbol="NOBODY") == {}
    free.advance(seconds=1.1)
    spent = ask(free, "OVERVIEW", symbol=symbol)["Information"]

    assert "sparingly (1 request per second)" in burst
    assert full.startswith(
        "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium"
    )
    assert "This is a premium endpoint" in premium
    assert "entitlement=realtime" in live
    assert spent.startswith(f"We have detected your API key as {KEY} and our standard API rate limit is 25 ")
    assert free.counts("alphavantage").admitted == 24  # the premium endpoint was counted, and not admitted
    free.advance(hours=24)
    assert ask(free, "OVERVIEW", symbol="NOBODY") == {}


@pytest.mark.parametrize(
    ("plan", "calls", "words"),
    [("premium_75", 75, "per minute for your premium"), ("before_2024", 5, "Note")],
)
def test_other_plans_are_refused_in_theirs(plan: str, calls: int, words: str) -> None:
    with (
        running_sandbox(symbols=24, plans={"alphavantage": plan}, now=NIGHT) as sandbox,
        httpx.Client(trust_env=False, verify=TLS) as http,
    ):
        url = f"{sandbox.url}/alphavantage/query?function=OVERVIEW&symbol=NOBODY&apikey={KEY}"
        answers = [http.get(url).text for _ in range(calls + 1)]

    assert set(answers[:-1]) == {"{}"}
    assert words in answers[-1]


def test_deviations(sandbox: RunningSandbox) -> None:
    symbol = company(sandbox).symbol
    plain = ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)["Time Series (Daily)"]
    rate = ask(sandbox, "FX_DAILY", from_symbol="EUR", to_symbol="USD")["Time Series FX (Daily)"]
    on = sandbox.sandbox.deviations

    on["alphavantage"] = Deviation(scale=100)
    scaled = ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)["Time Series (Daily)"]
    scaled_rate = ask(sandbox, "FX_DAILY", from_symbol="EUR", to_symbol="USD")["Time Series FX (Daily)"]
    on["alphavantage"] = Deviation(shift=1)
    late = ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)["Time Series (Daily)"]
    late_rate = ask(sandbox, "FX_DAILY", from_symbol="EUR", to_symbol="USD")["Time Series FX (Daily)"]
    on["alphavantage"] = Deviation(stale=86_400)
    stale = ask(sandbox, "TIME_SERIES_DAILY", symbol=symbol)["Time Series (Daily)"]

    before, last = "2026-02-27", "2026-03-02"
    assert float(scaled[last]["4. close"]) == pytest.approx(100 * float(plain[last]["4. close"]))
    assert float(scaled_rate[last]["4. close"]) == pytest.approx(100 * float(rate[last]["4. close"]))
    assert late[last] == plain[before]
    assert late_rate[last] == rate[before]
    assert next(iter(stale)) == before


@pytest.mark.parametrize("kind", ["empty", "scale", "wrong_types", "missing_fields", "negative_price"])
def test_answers_are_spoilt_on_demand(sandbox: RunningSandbox, kind: str) -> None:
    symbol = company(sandbox).symbol
    plain = {name: ask(sandbox, name, symbol=symbol) for name in ("TIME_SERIES_DAILY", "GLOBAL_QUOTE")}
    sandbox.fault(kind, endpoint="alphavantage.*", times=2)

    spoilt = {name: ask(sandbox, name, symbol=symbol) for name in plain}

    assert all(spoilt[name] != plain[name] for name in plain)
    assert ask(sandbox, "GLOBAL_QUOTE", symbol=symbol) == plain["GLOBAL_QUOTE"]
    if kind == "scale":
        quote, other = plain["GLOBAL_QUOTE"]["Global Quote"], spoilt["GLOBAL_QUOTE"]["Global Quote"]
        assert float(other["05. price"]) == pytest.approx(100 * float(quote["05. price"]))


def test_functions_are_counted_by_their_names(sandbox: RunningSandbox) -> None:
    ask(sandbox, "OVERVIEW", symbol="X")
    ask(sandbox, "XYZ")
    sandbox.fault("status", endpoint="alphavantage.overview", status=503)

    assert get(sandbox, "OVERVIEW", symbol="X").status_code == 503
    assert sandbox.counts("alphavantage").by_endpoint == {"overview": 2, "unknown_function": 1}
