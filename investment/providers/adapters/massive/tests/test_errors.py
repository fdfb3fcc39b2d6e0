"""Every refusal of Massive (providers.md 2.3): which branch it is, and what people are told."""

import json
from datetime import UTC, date, datetime

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.massive import reading
from investment.providers.adapters.massive.tests.wire import KEY, Wire, raw

SESSION = date(2026, 8, 7)
UPGRADE = "Please upgrade your plan at https://massive.com/pricing"


def spoken(status: str, **words: str) -> bytes:
    return json.dumps({"status": status, "request_id": "6a7e466379af0a71039d60cc78e72282"} | words).encode()


def refused(status: int, body: bytes, **headers: str) -> errors.ProviderError:
    wire = Wire(raw(status, body, **headers))
    with pytest.raises(errors.ProviderError) as caught:
        wire.client.grouped_daily(session=SESSION)
    assert caught.value.provider == "massive"
    assert len(wire.asked) == 1, "nothing is asked again in here"
    return caught.value


def test_a_date_that_cannot_be_parsed() -> None:
    words = "Could not parse the time parameter: 'from'. Use YYYY-MM-DD or Unix MS Timestamps"
    error = refused(400, spoken("ERROR", error=words))
    assert type(error) is errors.RequestRejected
    assert (error.status, error.words) == (400, words)
    assert error.message.startswith("Massive refused the question. It says to /v2/aggs/grouped/")
    assert error.message.endswith(f"HTTP 400, {words}")


def test_a_range_that_is_turned_round() -> None:
    words = "The parameter 'to' cannot be a time that occurs before 'from'"
    error = refused(400, spoken("ERROR", error=words))
    assert type(error) is errors.RequestRejected
    assert words in error.message


@pytest.mark.parametrize("words", ["cursor is invalid", "limit must not be greater than 1000"])
def test_a_parameter_that_the_reference_lists_do_not_take(words: str) -> None:
    error = refused(400, spoken("ERROR", error=words))
    assert type(error) is errors.RequestRejected
    assert words in error.message


@pytest.mark.parametrize("words", ["API Key was not provided", "Unknown API Key"])
def test_no_key_and_a_wrong_key(words: str) -> None:
    error = refused(401, spoken("ERROR", error=words))
    assert type(error) is errors.CredentialsRejected
    assert error.message.startswith(
        "Massive does not accept the key: check MASSIVE_API_KEY in .env and restart. It says"
    )
    assert words in error.message


def test_what_the_plan_does_not_include() -> None:
    words = f"You are not entitled to this data. {UPGRADE}"
    error = refused(403, spoken("NOT_AUTHORIZED", message=words))
    assert type(error) is errors.NotEntitled
    assert error.words == words
    assert error.message.startswith("Massive's plan does not include this. It says")


def test_what_is_older_than_the_plan_reaches() -> None:
    words = f"Your plan doesn't include this data timeframe. {UPGRADE}"
    error = refused(403, spoken("NOT_AUTHORIZED", message=words), Date="Sat, 08 Aug 2026 12:00:00 GMT")
    assert type(error) is errors.OutOfHistory
    assert error.message.startswith("Massive's plan does not reach back to these dates. It says")


@pytest.mark.parametrize("day", ["Fri, 07 Aug 2026 00:00:01 GMT", "Thu, 06 Aug 2026 12:00:00 GMT"])
def test_the_same_words_about_what_is_still_to_come(day: str) -> None:
    words = f"Your plan doesn't include this data timeframe. {UPGRADE}"
    error = refused(403, spoken("NOT_AUTHORIZED", message=words), Date=day)
    assert type(error) is errors.NotPublishedYet


def test_today_before_its_end() -> None:
    words = f"Attempted to request today's data before end of day. {UPGRADE}"
    error = refused(403, spoken("NOT_AUTHORIZED", message=words))
    assert type(error) is errors.NotPublishedYet
    assert isinstance(error, errors.TransientProviderError)
    assert error.message.startswith(
        "Massive does not tell this day yet: ask again after midnight in New York. It says"
    )


def test_a_ticker_that_is_not_known_today() -> None:
    wire = Wire(raw(404, spoken("NOT_FOUND", message="Ticker not found.")))
    with pytest.raises(errors.UnknownSymbol) as caught:
        wire.client.instrument(symbol="ZI")
    assert caught.value.message.startswith(
        "Massive does not know this ticker; one renamed or delisted since needs a date. It says"
    )


def test_a_day_without_a_session_is_no_price_and_no_error() -> None:
    wire = Wire(raw(404, spoken("NOT_FOUND", message="Data not found.")))
    assert wire.client.open_close(symbol="AAPL", session=date(2026, 8, 8)) is None


def test_data_not_found_says_nothing_of_the_ticker() -> None:
    error = refused(404, spoken("NOT_FOUND", message="Data not found."))
    assert type(error) is errors.RequestRejected


def test_an_address_that_is_none() -> None:
    error = refused(404, b"404 page not found")
    assert type(error) is errors.RequestRejected
    assert error.message.endswith("HTTP 404, 404 page not found")
    with pytest.raises(errors.RequestRejected):
        Wire(raw(404, b"404 page not found")).client.open_close(symbol="AAPL", session=SESSION)


THROTTLED = (
    "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue."
)


@pytest.mark.parametrize("body", [spoken("ERROR", error=THROTTLED), b"", b"<html>429</html>"])
def test_a_call_too_many(body: bytes) -> None:
    error = refused(429, body)
    assert type(error) is errors.ProviderThrottled
    assert error.message.startswith(
        "Massive counts a call too many: it is asked again when its minute has passed. It says"
    )


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("90", datetime(2026, 8, 8, 12, 1, 30, tzinfo=UTC)),
        ("Sat, 08 Aug 2026 13:00:00 GMT", datetime(2026, 8, 8, 13, tzinfo=UTC)),
        ("soon", None),
        ("", None),
    ],
)
def test_when_a_server_says_to_come_back(status: int, told: str, at: datetime | None) -> None:
    error = refused(status, b"", Retry_After=told, Date="Sat, 08 Aug 2026 12:00:00 GMT")
    assert isinstance(error, errors.TransientProviderError)
    assert error.retry_at == at
    nameless = refused(status, b"", Retry_After="90")
    assert isinstance(nameless, errors.TransientProviderError)
    assert nameless.retry_at is None


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408])
@pytest.mark.parametrize(
    "body",
    [
        spoken("ERROR", error="internal"),
        b"<html>\r\n<head><title>502 Bad Gateway</title></head><hr>nginx/1.19.2</html>",
        b"\xff\xfe\x00",
        b"",
    ],
    ids=["json", "html", "no text", "nothing"],
)
def test_a_server_out_of_order(status: int, body: bytes) -> None:
    error = refused(status, body)
    assert type(error) is errors.ProviderUnavailable
    assert error.status == status
    assert "<" not in error.words
    assert error.message.startswith("Massive is out of order: it is asked again later. It says")


@pytest.mark.parametrize(
    "body",
    [
        spoken("NOT_AUTHORIZED", message="A refusal nobody has seen yet"),
        b"<html><h1>403 Forbidden</h1> you are not entitled</html>",
    ],
)
def test_a_refusal_in_unknown_words_marks_nothing(body: bytes) -> None:
    assert type(refused(403, body)) is errors.RequestRejected


def test_a_redirect_is_not_followed() -> None:
    assert type(refused(302, b"", Location="https://example.com")) is errors.RequestRejected


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        ("NOT_AUTHORIZED", f"You are not entitled to this data. {UPGRADE}", errors.NotEntitled),
        ("NOT_FOUND", "Ticker not found.", errors.UnknownSymbol),
        ("ERROR", "Unknown API Key", errors.CredentialsRejected),
        ("ERROR", THROTTLED, errors.ProviderThrottled),
        ("ERROR", "Something else", errors.RequestRejected),
    ],
)
def test_a_refusal_that_calls_itself_a_success(
    status: str, words: str, kind: type[errors.ProviderError]
) -> None:
    assert type(refused(200, spoken(status, message=words))) is kind


def test_a_page_of_html_that_calls_itself_a_success() -> None:
    error = refused(200, b"<html><body>Sign in to the hotel's network</body></html>")
    assert type(error) is errors.MalformedPayload
    assert error.message.startswith("Massive's answer cannot be used: ")


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
    ids=lambda failure: type(failure).__name__,
)
def test_no_answer_is_a_passing_failure(failure: Exception) -> None:
    with pytest.raises(errors.ProviderUnavailable, match=type(failure).__name__) as caught:
        Wire(failure).client.grouped_daily(session=SESSION)
    assert "it is asked again later" in caught.value.message


def test_an_answer_that_cannot_be_unpacked_is_malformed() -> None:
    with pytest.raises(errors.MalformedPayload):
        Wire(httpx.DecodingError("not gzip")).client.grouped_daily(session=SESSION)


def test_an_answer_longer_than_any_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ANSWER", 1000)
    assert "longer than 1000 bytes" in refused(200, b" " * 1001).message


def test_the_key_is_in_no_error() -> None:
    error = refused(401, spoken("ERROR", error=f"The key {KEY} has expired"))
    assert KEY not in error.message + error.words + repr(error.extra)
    assert "has expired" in error.words
