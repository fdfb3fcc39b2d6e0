"""One test for each row of the table of errors, and for whatever stands before Alpha Vantage."""

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.alphavantage.client import AlphaVantageClient
from investment.providers.adapters.alphavantage.tests.texts import REFUSALS, body_of
from investment.providers.adapters.alphavantage.tests.wire import KEY, Answer, Wire, ok, recorded

Ask = Callable[[AlphaVantageClient], Any]

ASKS: dict[str, Ask] = {
    "daily_bars": lambda client: client.daily_bars(symbol="IBM"),
    "quote": lambda client: client.quote(symbol="IBM"),
    "overview": lambda client: client.overview(symbol="IBM"),
    "fx_daily": lambda client: client.fx_daily(base="EUR", quote="USD"),
    "fx_rate": lambda client: client.fx_rate(base="EUR", quote="USD"),
    "news": lambda client: client.news(symbols=["IBM"]),
    "search": lambda client: client.search(text="IBM"),
    "dividends": lambda client: client.dividends(symbol="IBM", currency="USD"),
    "splits": lambda client: client.splits(symbol="IBM"),
}
OF_ONE = [name for name in ASKS if name != "search"]


def error(answer: Answer, ask: str = "daily_bars", key: str = KEY) -> errors.ProviderError:
    with pytest.raises(errors.ProviderError) as caught:
        ASKS[ask](Wire(answer, key=key).client)
    assert caught.value.provider == "alphavantage"
    return caught.value


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ("key", errors.CredentialsRejected),
        ("call", errors.UnknownSymbol),
        ("no function", errors.RequestRejected),
        ("day", errors.ProviderThrottled),
        ("burst", errors.ProviderThrottled),
        ("premium endpoint", errors.NotEntitled),
        ("premium feature", errors.NotEntitled),
        ("inputs", errors.UnknownSymbol),
        ("before 2024", errors.ProviderThrottled),
        ("before 2020", errors.ProviderThrottled),
        ("burst in a paid plan", errors.ProviderThrottled),
        ("minute in a paid plan", errors.ProviderThrottled),
        ("demo", errors.CredentialsRejected),
        ("no articles", errors.RequestRejected),
        ("unknown", errors.RequestRejected),
    ],
)
@pytest.mark.parametrize("ask", OF_ONE)
def test_each_refusal_is_told_in_the_providers_words(
    ask: str, refusal: str, kind: type[errors.ProviderError]
) -> None:
    if (ask, refusal) == ("news", "no articles"):
        assert Wire(ok(body_of(refusal))).client.news(symbols=["IBM"]) == []
        return

    found = error(ok(body_of(refusal)), ask)

    assert type(found) is kind
    assert found.status == 200
    assert found.words == REFUSALS[refusal][1].replace(KEY, "…")[:500]
    assert found.words[:40] in str(found)


def test_every_refusal_is_in_the_table_above() -> None:
    marks = test_each_refusal_is_told_in_the_providers_words.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for mark in marks if len(mark.args[0]) == 2 for row in mark.args[1]} == set(REFUSALS)


@pytest.mark.parametrize("refusal", ["call", "inputs"])
def test_a_question_about_no_single_symbol_marks_none(refusal: str) -> None:
    assert type(error(ok(body_of(refusal)), "search")) is errors.RequestRejected
    with pytest.raises(errors.RequestRejected):
        Wire(ok(body_of(refusal))).client.news(symbols=["IBM", "AAPL"])
    with pytest.raises(errors.RequestRejected):
        Wire(ok(body_of(refusal))).client.news(topics=["earnings"])


@pytest.mark.parametrize("ask", OF_ONE)
@pytest.mark.parametrize("body", [b"{}", b"{\n}\n", b" {} \r\n"])
def test_an_empty_object_is_an_unknown_symbol(ask: str, body: bytes) -> None:
    assert type(error(ok(body), ask)) is errors.UnknownSymbol


def test_an_empty_quote_is_an_unknown_symbol() -> None:
    found = error(ok({"Global Quote": {}}), "quote")

    assert type(found) is errors.UnknownSymbol
    assert "GLOBAL_QUOTE of IBM" in str(found)


def test_an_empty_object_is_no_search() -> None:
    assert type(error(ok(b"{}"), "search")) is errors.MalformedPayload


@pytest.mark.parametrize("ask", list(ASKS))
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Maintenance</body></html>",
        b"[]",
        b"null",
        b'"hello"',
        b'{"greeting": "hello"}',
        b'{"message": {"a": []}}',
        b'{"Information": 7}',
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b'{"a":' * 100_000,
        b"timestamp,close\r\n2024-01-05,1\r\n",
        b"timestamp,\xff\r\n",
        b"symbol,open\r\n",
        recorded("time_series_daily.json")[:300],
    ],
    ids=lambda value: repr(value)[:25],
)
def test_what_has_not_its_shape_is_malformed(ask: str, body: bytes) -> None:
    assert type(error(ok(body), ask)) is errors.MalformedPayload


@pytest.mark.parametrize("ask", [name for name in ASKS if name not in ("search", "news")])
def test_an_answer_about_something_else_is_malformed(ask: str) -> None:
    recordings = {
        "daily_bars": ("time_series_daily.json", b'"IBM"', b'"AAPL"'),
        "quote": ("global_quote.json", b'"IBM"', b'"AAPL"'),
        "overview": ("overview.json", b'"IBM"', b'"AAPL"'),
        "fx_daily": ("fx_daily.json", b'"USD"', b'"JPY"'),
        "fx_rate": ("currency_exchange_rate.json", b'"EUR"', b'"GBP"'),
        "dividends": ("dividends.json", b'"IBM"', b'"AAPL"'),
        "splits": ("splits.json", b'"IBM"', b'"AAPL"'),
    }
    name, ours, theirs = recordings[ask]

    found = error(ok(recorded(name).replace(ours, theirs)), ask)

    assert type(found) is errors.MalformedPayload
    assert "asked for" in str(found)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(429), errors.ProviderThrottled),
        (httpx.Response(408), errors.ProviderUnavailable),
        (httpx.Response(502, content=b"<html><h1>Bad Gateway</h1></html>"), errors.ProviderUnavailable),
        (
            httpx.Response(504, content=b'{"message": "Endpoint request timed out"}'),
            errors.ProviderUnavailable,
        ),
        (httpx.Response(403, content=b"<html>Forbidden</html>"), errors.RequestRejected),
        (httpx.Response(404), errors.RequestRejected),
        (httpx.Response(302, headers={"Location": "https://x.test"}), errors.RequestRejected),
        (httpx.Response(400, content=body_of("day")), errors.ProviderThrottled),
        (httpx.ReadTimeout("slow"), errors.ProviderUnavailable),
        (httpx.ConnectError("gone"), errors.ProviderUnavailable),
        (httpx.RemoteProtocolError("cut"), errors.ProviderUnavailable),
        (httpx.DecodingError("no gzip"), errors.MalformedPayload),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_whatever_stands_before_the_provider(answer: Answer, kind: type[errors.ProviderError]) -> None:
    assert type(error(answer)) is kind


def test_a_page_is_kept_without_its_markup() -> None:
    found = error(httpx.Response(502, content=b"<html><h1>Bad  Gateway</h1></html>"))

    assert (found.words, found.status) == ("Bad Gateway", 502)


def test_a_refusal_says_when_to_come_back() -> None:
    headers = {"Retry-After": "30", "Date": "Wed, 07 Oct 2026 16:00:00 GMT"}
    found = error(httpx.Response(503, headers=headers))

    assert isinstance(found, errors.ProviderUnavailable)
    assert found.retry_at == datetime(2026, 10, 7, 16, 0, 30, tzinfo=UTC)
    assert getattr(error(ok(body_of("day"))), "retry_at", 0) is None


@pytest.mark.parametrize("ask", list(ASKS))
def test_the_key_is_in_no_error_and_no_log(ask: str, caplog: pytest.LogCaptureFixture) -> None:
    echo = body_of("day")
    encoded = str(httpx.QueryParams({"k": KEY}))[2:]
    answers: list[Answer] = [
        ok(echo),
        ok(echo[:-2]),  # no JSON any more
        ok(echo[: echo.index(b"+nobody")]),  # cut in the middle of the key
        ok(b"<html>" + KEY.encode() + b"</html>"),
        httpx.Response(502, content=f"GET /query?apikey={encoded} failed, {KEY}".encode()),
        httpx.ConnectError(f"no route to https://x/query?apikey={encoded} with {KEY}"),
        httpx.DecodingError(f"{KEY} {encoded}"),
        ok(b'{"symbol": "IBM", "data": [{"x": "' + KEY.encode() + b'"}]}'),
    ]
    with caplog.at_level(logging.DEBUG):
        for answer in answers:
            found = error(answer, ask)
            written = (
                "".join(traceback.format_exception(found)) + found.words + repr(found) + str(found.__dict__)
            )
            assert KEY not in written
            assert encoded not in written
            assert "AKEY" not in written
    assert KEY not in caplog.text
    assert encoded not in caplog.text
