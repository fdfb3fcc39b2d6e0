"""The sandbox's Finnhub over real HTTP, and our adapter on it."""

import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.finnhub.client import FinnhubClient
from investment.providers.adapters.finnhub.limits import limit_facts
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.sandbox.deviations import Deviation
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TODAY = date(2026, 3, 3)
IN_SESSION = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)  # noon in New York
SYMBOLS = 60
TLS = ssl.create_default_context()  # loaded once, not for each of some hundred clients


@pytest.fixture(scope="module")
def paid() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=SYMBOLS, plans={"finnhub": "paid"}, now=IN_SESSION) as running:
        yield running


@pytest.fixture
def sandbox(paid: RunningSandbox) -> RunningSandbox:
    paid.reset()
    paid.set_now(IN_SESSION)
    return paid


@pytest.fixture
def free() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=SYMBOLS, plans={"finnhub": "free"}, now=IN_SESSION) as running:
        yield running


def http(sandbox: RunningSandbox) -> httpx.Client:
    return httpx.Client(base_url=f"{sandbox.url}/finnhub/api/v1", trust_env=False, verify=TLS)


def ask(sandbox: RunningSandbox, path: str, key: str = KEY, **params: Any) -> httpx.Response:
    with http(sandbox) as client:
        return client.get(path, params=params or None, headers={"X-Finnhub-Token": key} if key else {})


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[FinnhubClient]:
    with http(sandbox) as wire:
        yield FinnhubClient(api_key=KEY, http=wire)


def symbol_of(sandbox: RunningSandbox, type_code: str) -> str:
    lines = sandbox.market.lines
    return next(x.symbol_on(TODAY) for x in lines if x.type_code == type_code and x.listed(TODAY))


@pytest.mark.parametrize(
    ("path", "key", "status", "words"),
    [
        ("/quote?symbol=AAPL", "", 401, "Please use an API key."),
        ("/quote?symbol=AAPL", "somebody-elses", 401, "Invalid API key."),
        ("/stock/price-target?symbol=AAPL", KEY, 403, "You don't have access to this resource."),
        ("/quote?symbol=VOD.LO", KEY, 403, "You don't have access to this resource."),
        ("/quote?symbol=OANDA:EUR_USD", KEY, 403, "You don't have access to this resource."),
        ("/stock/symbol?exchange=L", KEY, 403, "You don't have access to this resource."),
        ("/quote", KEY, 422, "Missing parameter: symbol"),
        ("/stock/metric?symbol=AAPL&metric=none", KEY, 422, "Invalid metric type"),
        ("/stock/candle?symbol=A&resolution=7&from=1&to=2", KEY, 422, "Wrong resolution"),
        (
            "/company-news?symbol=A&from=today&to=now",
            KEY,
            422,
            "Wrong date format: from. Please use YYYY-MM-DD",
        ),
    ],
)
def test_refusals_word_for_word(
    sandbox: RunningSandbox, path: str, key: str, status: int, words: str
) -> None:
    answer = ask(sandbox, path, key)

    assert (answer.status_code, answer.json()) == (status, {"error": words})
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_the_key_goes_in_the_query_or_the_header_but_not_as_the_secret(sandbox: RunningSandbox) -> None:
    with http(sandbox) as wire:
        assert wire.get("/quote", params={"symbol": "A", "token": KEY}).status_code == 200
        assert wire.get("/quote?symbol=A", headers={"X-Finnhub-Secret": KEY}).status_code == 401


def test_slashes_collapse_and_an_unknown_path_leads_to_the_root(sandbox: RunningSandbox) -> None:
    with http(sandbox) as wire:
        doubled = wire.get(f"{sandbox.url}/finnhub/api/v1//quote", params={"symbol": "A", "token": KEY})
        lost = wire.get("/no/such/path", params={"token": KEY})

    assert doubled.status_code == 200
    assert (lost.status_code, lost.headers["Location"]) == (302, "/")
    assert lost.headers["Content-Type"].startswith("text/html")


def test_a_free_key_has_no_bars_splits_or_dividends(free: RunningSandbox) -> None:
    with http(free) as wire:
        client = FinnhubClient(api_key=KEY, http=wire)
        symbol = symbol_of(free, "CS")
        assert client.quote(symbol=symbol).price > 0
        days = {"start": TODAY - timedelta(days=30), "end": TODAY}
        for method in (client.daily_bars, client.splits, client.dividends):
            with pytest.raises(errors.NotEntitled, match="don't have access"):
                method(symbol=symbol, **days)


def test_sixty_calls_a_minute_and_the_headers_say_so(free: RunningSandbox) -> None:
    for number in range(60):
        if number % 30 == 0:
            free.advance(seconds=2)
        answer = ask(free, "/quote", symbol="A")
        assert answer.status_code == 200
        assert answer.headers["X-Ratelimit-Remaining"] == str(59 - number)
    free.advance(seconds=2)
    refused = ask(free, "/quote", symbol="A")
    assert refused.status_code == 429
    assert refused.json() == {"error": "API limit reached. Please try again later. Remaining Limit: 0"}
    (fact,) = limit_facts(429, refused.headers)
    assert (fact.seconds, fact.full, fact.remaining) == (60, True, 0)
    assert fact.until is not None
    assert ask(free, "/stock/profile2", symbol="A").status_code == 200, "fundamentals are another bucket"
    free.set_now(fact.until + timedelta(seconds=1))
    assert ask(free, "/quote", symbol="A").status_code == 200


def test_thirty_calls_a_second_on_every_plan(sandbox: RunningSandbox) -> None:
    answers = [ask(sandbox, "/quote", symbol="A") for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    second, minute = limit_facts(429, answers[-1].headers)
    assert (second.seconds, second.full) == (1, True)
    assert (minute.full, minute.remaining) == (False, 120)


def test_zeros_empty_objects_and_lists_for_the_unknown(sandbox: RunningSandbox) -> None:
    zeros = {"c": 0, "d": None, "dp": None, "h": 0, "l": 0, "o": 0, "pc": 0, "t": 0}
    assert ask(sandbox, "/quote", symbol="NONE").json() == zeros
    assert ask(sandbox, "/quote", symbol="KIMpL").json() == zeros
    assert ask(sandbox, "/stock/profile2", symbol="NONE").json() == {}
    assert ask(sandbox, "/stock/metric", symbol="NONE", metric="all").json() == {}
    for path in ("/stock/peers", "/stock/recommendation", "/stock/earnings"):
        assert ask(sandbox, path, symbol="NONE").json() == []
    days = {"from": "2026-01-01", "to": "2026-03-01"}
    for path in ("/company-news", "/stock/split", "/stock/dividend"):
        assert ask(sandbox, path, symbol="NONE", **days).json() == []
    assert ask(sandbox, "/search", q="nobody-at-all").json() == {"count": 0, "result": []}
    span: dict[str, Any] = {"from": 1, "to": 1_800_000_000}
    candles = ask(sandbox, "/stock/candle", symbol="NONE", resolution="D", **span)
    assert candles.json() == {"s": "no_data"}


def test_quotes_come_from_the_one_price_process(sandbox: RunningSandbox, client: FinnhubClient) -> None:
    broad = sandbox.market.lines[0].symbol
    dates, bars = sandbox.market.bars(broad, TODAY - timedelta(days=5), TODAY)
    assert dates[-1] == TODAY

    noon = client.quote(symbol=broad)
    sandbox.set_now(IN_SESSION + timedelta(hours=5))
    closed = client.quote(symbol=broad)

    assert bars.low[-1] <= noon.price <= bars.high[-1]
    assert noon.at <= IN_SESSION
    assert noon.previous_close == bars.close[-2]
    assert (closed.open, closed.high, closed.low, closed.price) == (
        bars.open[-1], bars.high[-1], bars.low[-1], bars.close[-1],
    )  # fmt: skip
    assert closed.at == datetime(2026, 3, 3, 21, 0, tzinfo=UTC)


def test_daily_candles_are_adjusted_for_splits(sandbox: RunningSandbox, client: FinnhubClient) -> None:
    start = date(2024, 1, 2)
    split = next(
        each
        for each in sandbox.market.splits(start, TODAY)
        if each.ex_date > date(2024, 3, 1) and sandbox.market.find(each.symbol, TODAY)
    )
    dates, bars = sandbox.market.bars(split.symbol, split.ex_date - timedelta(days=9), split.ex_date)

    told = client.daily_bars(symbol=split.symbol, start=dates[0], end=dates[-1])
    later = [s for s in sandbox.market.splits(split.ex_date, TODAY) if s.symbol == split.symbol]
    factor = 1.0
    for each in later:
        factor *= each.split_to / each.split_from
    assert list(told.sessions) == dates
    assert told.bars.close[0] == pytest.approx(bars.close[0] / factor, rel=1e-5)
    assert told.bars.volume[0] == pytest.approx(bars.volume[0] * factor, rel=1e-6)
    ours = client.splits(symbol=split.symbol, start=split.ex_date, end=TODAY)
    assert [(s.ex_date, s.split_from, s.split_to) for s in ours] == [
        (s.ex_date, s.split_from, s.split_to) for s in later
    ]


def test_wider_and_narrower_candles_add_up(sandbox: RunningSandbox) -> None:
    sandbox.set_now(IN_SESSION + timedelta(hours=5))
    symbol = sandbox.market.lines[4].symbol
    start = int(datetime(2026, 2, 23, tzinfo=UTC).timestamp())
    span: dict[str, Any] = {"symbol": symbol, "from": start, "to": start + 5 * 86_400 - 1}

    days, weeks, hours = (
        ask(sandbox, "/stock/candle", resolution=resolution, **span).json() for resolution in ("D", "W", "60")
    )

    assert len(days["t"]) == 5
    assert weeks["t"] == [start]
    assert weeks["h"] == [max(days["h"])]
    assert (weeks["o"], weeks["c"]) == ([days["o"][0]], [days["c"][-1]])
    assert max(hours["h"]) == pytest.approx(max(days["h"]))
    assert hours["t"] == sorted(hours["t"])


def test_books_prices_and_calendar_hang_together(sandbox: RunningSandbox, client: FinnhubClient) -> None:
    line = sandbox.market.lines[4]
    symbol = line.symbol_on(TODAY)

    profile, figures = client.profile(symbol=symbol), client.metrics(symbol=symbol)
    reports = client.earnings(symbol=symbol)
    calendar = client.earnings_calendar(start=TODAY - timedelta(days=400), end=TODAY, symbol=symbol)

    assert (profile.name, profile.listed_on) == (line.name, line.listed_on)
    assert profile.market_cap is not None
    assert profile.shares_outstanding is not None
    price = client.quote(symbol=symbol).price
    assert float(profile.market_cap) == pytest.approx(price * profile.shares_outstanding, rel=1e-4)
    assert figures.values["marketCapitalization"] == pytest.approx(float(profile.market_cap), rel=1e-6)
    assert figures.values["grossMarginTTM"] is not None
    assert 0 < figures.values["grossMarginTTM"] < 1
    last_four = [point.value for point in figures.series["quarterly"]["eps"][-4:]]
    assert [report.actual for report in reports[:4]] == last_four[::-1]
    assert {row.fiscal_quarter for row in calendar} == {1, 2, 3, 4}
    _, bars = sandbox.market.bars(symbol, TODAY - timedelta(days=364), TODAY)
    high = figures.values["52WeekHigh"]
    assert high is not None
    assert high <= float(bars.high.max()) + 1e-4


def test_coming_reports_have_no_figures_yet(sandbox: RunningSandbox, client: FinnhubClient) -> None:
    coming = client.earnings_calendar(start=TODAY + timedelta(days=1), end=TODAY + timedelta(days=80))

    assert coming
    assert all(row.eps_actual is None and row.revenue_actual is None for row in coming)
    assert all(row.eps_estimate is not None and row.hour for row in coming)


def test_headlines_are_newest_first_and_never_of_the_future(
    sandbox: RunningSandbox, client: FinnhubClient
) -> None:
    general = client.market_news()
    symbol = sandbox.market.lines[4].symbol
    of_one = client.company_news(symbol=symbol, start=date(2020, 1, 1), end=TODAY)

    assert general
    assert of_one
    for articles in (general, of_one):
        at = [article.published_at for article in articles]
        assert at == sorted(at, reverse=True)
        assert at[0] <= IN_SESSION
    assert of_one[-1].published_at.date() >= date(2025, 3, 3), "a year back"
    newest = int(general[0].provider_id)
    assert all(int(article.provider_id) > newest for article in client.market_news(after_id=newest))


def test_a_preferred_has_another_spelling_that_its_figi_gives_away(
    sandbox: RunningSandbox, client: FinnhubClient
) -> None:
    symbol = symbol_of(sandbox, "PFD")
    with pytest.raises(errors.UnknownSymbol):
        client.quote(symbol=symbol)
    (figi,) = (
        record.composite_figi for record in sandbox.market.instruments(TODAY) if record.symbol == symbol
    )
    (theirs,) = (row.provider_symbol for row in client.symbols() if row.figi == figi)
    spelling = Spelling({symbol: theirs})

    with http(sandbox) as wire:
        quote = FinnhubClient(api_key=KEY, http=wire, spelling=spelling).quote(symbol=symbol)
    _, bars = sandbox.market.bars(symbol, TODAY, TODAY)
    assert bars.low[0] <= quote.price <= bars.high[0]


def test_status_and_holidays(sandbox: RunningSandbox, client: FinnhubClient) -> None:
    assert client.market_now().phase == "regular"
    sandbox.set_now(datetime(2026, 3, 3, 12, 0, tzinfo=UTC))
    assert client.market_now().phase == "pre_market"
    sandbox.set_now(datetime(2026, 3, 7, 17, 0, tzinfo=UTC))
    assert client.market_now().phase == "closed"
    sandbox.set_now(datetime(2026, 4, 3, 17, 0, tzinfo=UTC))
    assert client.market_now().holiday == "Good Friday"
    days = client.market_holidays()
    half = next(each for each in days if each.day == date(2026, 11, 27))
    assert (half.closed, half.closes_at) == (False, datetime(2026, 11, 27, 18, 0, tzinfo=UTC))


def test_what_stands_before_finnhub(sandbox: RunningSandbox, client: FinnhubClient) -> None:
    for kind, error in (
        ("status", errors.ProviderUnavailable),
        ("html", errors.MalformedPayload),
        ("truncated", errors.ProviderUnavailable),
        ("cut_json", errors.MalformedPayload),
        ("reset", errors.ProviderUnavailable),
        ("envelope", errors.MalformedPayload),
        ("empty", errors.UnknownSymbol),
        ("wrong_types", errors.MalformedPayload),
        ("missing_fields", errors.MalformedPayload),
    ):
        sandbox.fault(kind, endpoint="finnhub.quote", status=502)
        with pytest.raises(errors.ProviderError) as caught:
            client.quote(symbol=sandbox.market.lines[0].symbol)
        assert type(caught.value) is error, kind
    sandbox.fault("content_type", endpoint="finnhub.quote", content_type="text/plain")
    assert client.quote(symbol=sandbox.market.lines[0].symbol).price > 0


def test_a_stale_and_a_wrongly_scaled_quote_can_be_told(
    sandbox: RunningSandbox, client: FinnhubClient
) -> None:
    symbol = sandbox.market.lines[0].symbol
    true = client.quote(symbol=symbol)

    sandbox.sandbox.deviations["finnhub"] = Deviation(stale=3600)
    stale = client.quote(symbol=symbol)
    sandbox.sandbox.deviations["finnhub"] = Deviation(scale=100)
    scaled = client.quote(symbol=symbol)

    assert true.at - stale.at >= timedelta(minutes=59)
    assert scaled.price == pytest.approx(true.price * 100)
