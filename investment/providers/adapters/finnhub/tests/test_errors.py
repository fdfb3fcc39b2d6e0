"""One test for each row of Finnhub's table of errors, and for what stands before its servers."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.finnhub.client import FinnhubClient
from investment.providers.adapters.finnhub.tests.wire import KEY, Wire

CLOUDFLARE = "<!DOCTYPE html><html><head><title>finnhub.io | 502: Bad gateway</title></head></html>"
RESET = 1_771_000_060
NOW = {"Date": "Fri, 13 Feb 2026 16:26:41 GMT"}  # 1771000001


ASK: dict[str, Callable[[FinnhubClient], object]] = {
    "quote": lambda client: client.quote(symbol="AAPL"),
    "metrics": lambda client: client.metrics(symbol="AAPL"),
    "symbols": lambda client: client.symbols(),
    "splits": lambda client: client.splits(symbol="AAPL", start=date(2026, 1, 1), end=date(2026, 1, 2)),
}


def refused(answer: httpx.Response | Exception, ask: str = "quote") -> errors.ProviderError:
    client = Wire(answer).client
    with pytest.raises(errors.ProviderError) as caught:
        ASK[ask](client)
    error = caught.value
    assert error.provider == "finnhub"
    assert KEY not in error.message + error.words
    return error


def told(status: int, error: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": error}, headers=headers)


def test_401_without_a_token() -> None:
    error = refused(told(401, "Please use an API key."))
    assert type(error) is errors.CredentialsRejected
    assert error.words == "Please use an API key."
    assert error.message == (
        "Finnhub: HTTP 401 for quote: Please use an API key. Check FINNHUB_API_KEY in .env and start again"
    )


def test_401_with_an_unknown_token() -> None:
    assert type(refused(told(401, "Invalid API key."))) is errors.CredentialsRejected


def test_403_for_an_endpoint_outside_the_plan() -> None:
    error = refused(told(403, "You don't have access to this resource."), "splits")
    assert type(error) is errors.NotEntitled
    assert error.words == "You don't have access to this resource."


def test_403_for_an_exchange_outside_the_plan() -> None:
    assert (
        type(refused(told(403, "You don't have access to this resource."), "symbols")) is errors.NotEntitled
    )


def test_403_for_a_symbol_of_an_endpoint_that_every_key_has() -> None:
    assert type(refused(told(403, "You don't have access to this resource."))) is errors.UnknownSymbol


def test_403_with_words_that_nobody_knows_marks_nothing() -> None:
    assert type(refused(told(403, "Something new."), "splits")) is errors.RequestRejected


def test_403_of_a_page_before_the_provider_marks_nothing() -> None:
    page = "<html><h1>You don't have access to this resource.</h1></html>"
    error = refused(httpx.Response(403, html=page), "splits")
    assert type(error) is errors.RequestRejected
    assert "<" not in error.words


def test_429_says_when_to_come_back() -> None:
    limit = {"X-Ratelimit-Limit": "60", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": str(RESET)} | NOW
    words = "API limit reached. Please try again later. Remaining Limit: 0"
    error = refused(told(429, words, **limit))
    assert isinstance(error, errors.ProviderThrottled)
    assert error.retry_at == datetime.fromtimestamp(RESET, UTC)
    assert error.words == words


def test_429_of_the_second_or_without_headers_does_not() -> None:
    second = {"X-Ratelimit-Remaining": "31", "X-Ratelimit-Reset": str(RESET)} | NOW
    for answer in (told(429, "API limit reached.", **second), httpx.Response(429, text="")):
        error = refused(answer)
        assert isinstance(error, errors.ProviderThrottled)
        assert error.retry_at is None


def test_422_is_our_question() -> None:
    error = refused(told(422, "Wrong parameter."), "metrics")
    assert type(error) is errors.RequestRejected
    assert error.status == 422


def test_302_to_the_root_is_a_wrong_address_or_a_block() -> None:
    error = refused(httpx.Response(302, headers={"Location": "/"}, html="<a href='/'>Found</a>"))
    assert type(error) is errors.RequestRejected
    assert error.words == "a redirect to /"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 524])
def test_5xx_comes_as_html_and_passes(status: int) -> None:
    error = refused(httpx.Response(status, html=CLOUDFLARE))
    assert type(error) is errors.ProviderUnavailable
    assert error.words == "finnhub.io | 502: Bad gateway"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("API limit reached. Please try again later. Remaining Limit: 0", errors.ProviderThrottled),
        ("Invalid API key.", errors.CredentialsRejected),
        ("You don't have access to this resource.", errors.NotEntitled),
        ("Something new.", errors.RequestRejected),
    ],
)
def test_an_error_inside_a_200_is_one(words: str, kind: type[errors.ProviderError]) -> None:
    assert type(refused(told(200, words), "splits")) is kind


def test_html_with_200_is_malformed() -> None:
    assert type(refused(httpx.Response(200, html="<html>Sign in to this network</html>"))) is (
        errors.MalformedPayload
    )


def test_json_that_calls_itself_text_is_read() -> None:
    answer = httpx.Response(200, content=b'{"c":1.5,"t":1636322400}', headers={"Content-Type": "text/plain"})
    assert Wire(answer).client.quote(symbol="AAPL").price == 1.5


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
    ids=lambda failure: type(failure).__name__,
)
def test_no_answer_passes(failure: Exception) -> None:
    assert type(refused(failure)) is errors.ProviderUnavailable


def test_a_body_that_cannot_be_unpacked_is_malformed() -> None:
    assert type(refused(httpx.DecodingError("not gzip"))) is errors.MalformedPayload


def test_an_answer_of_more_values_than_any_is_refused_unread() -> None:
    error = refused(httpx.Response(200, content=b"[" + b"1," * 5_000_000 + b"1]"), "symbols")
    assert type(error) is errors.MalformedPayload
    assert "more values than in any answer" in error.message


def test_the_key_is_in_no_error() -> None:
    error = refused(told(401, f"The key {KEY} has expired"))
    assert error.words == "The key … has expired"
