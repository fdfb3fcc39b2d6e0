"""Every row of NewsAPI's table of errors: what it means to us, and what a user is told."""

import json
from datetime import UTC, date, datetime

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.newsapi.client import floor_in
from investment.providers.adapters.newsapi.tests.wire import Wire

PAST = (
    "You are trying to request results too far in the past. Your plan permits you to request articles as far "
    "back as 2026-08-28, but you have requested 2026-08-01. You may need to upgrade to a paid plan."
)
MANY = (
    "You have made too many requests recently. Developer accounts are limited to 100 requests over a 24 hour "
    "period (50 requests available every 12 hours). Please upgrade to a paid plan if you need more requests."
)
RESULTS = (
    "You have requested too many results. Developer accounts are limited to a max of 100 results. You are "
    "trying to request results 90 to 180. Please upgrade to a paid plan if you need more results."
)
SCOPE = (
    "Required parameters are missing, the scope of your search is too broad. Please set any of the following "
    "required parameters and try again: q, qInTitle, sources, domains."
)
MIXED = "You cannot mix the sources parameter with the country or category parameters."
MISSING = (
    "Your API key is missing. Append this to the URL with the apiKey param, or use the x-api-key HTTP header."
)
INVALID = (
    "Your API key is invalid or incorrect. Check your key, or go to https://newsapi.org to create a free "
    "API key."
)
BROWSER = "Requests from the browser are not allowed on the Developer plan, except from localhost."
UNEXPECTED = (
    "This shouldn't happen, and if it does then it's our fault, not yours. Try the request again shortly."
)

TABLE: list[tuple[int, str, str, type[errors.ProviderError]]] = [
    (400, "parametersMissing", SCOPE, errors.RequestRejected),
    (400, "parameterInvalid", "The language parameter is invalid.", errors.RequestRejected),
    (400, "parametersIncompatible", MIXED, errors.RequestRejected),
    (
        400,
        "sourcesTooMany",
        "You have requested too many sources in a single request.",
        errors.RequestRejected,
    ),
    (400, "sourceDoesNotExist", "You have requested a source which does not exist.", errors.RequestRejected),
    (401, "apiKeyMissing", MISSING, errors.CredentialsRejected),
    (401, "apiKeyInvalid", INVALID, errors.CredentialsRejected),
    (401, "apiKeyDisabled", "Your API key has been disabled.", errors.CredentialsRejected),
    (426, "maximumResultsReached", RESULTS, errors.RequestRejected),
    (426, "parameterInvalid", PAST, errors.OutOfHistory),
    (400, "parameterInvalid", PAST, errors.OutOfHistory),  # the status is not certain
    (426, "corsNotAllowed", BROWSER, errors.RequestRejected),
    (429, "rateLimited", MANY, errors.ProviderThrottled),
    (429, "apiKeyExhausted", "Your API key has no more requests available.", errors.ProviderThrottled),
    (401, "apiKeyExhausted", "Your API key has no more requests available.", errors.ProviderThrottled),
    (500, "unexpectedError", UNEXPECTED, errors.ProviderUnavailable),
    # Not in the table: what nobody has seen yet marks nothing.
    (426, "upgradeRequired", "A refusal nobody has seen yet", errors.RequestRejected),
    (401, "somethingElse", "A refusal nobody has seen yet", errors.RequestRejected),
    (403, "somethingElse", "A refusal nobody has seen yet", errors.RequestRejected),
    (200, "rateLimited", MANY, errors.ProviderThrottled),
]


@pytest.mark.parametrize(("status", "code", "message", "kind"), TABLE, ids=lambda value: str(value)[:40])
def test_a_refusal_is_classified_and_keeps_the_words(
    status: int, code: str, message: str, kind: type[errors.ProviderError]
) -> None:
    body = json.dumps({"status": "error", "code": code, "message": message})

    with pytest.raises(errors.ProviderError) as caught:
        Wire(httpx.Response(status, text=body)).client.everything(query="x")

    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.provider) == (status, "newsapi")
    assert caught.value.words == message
    told = f"NewsAPI: HTTP {status} for everything: {code}: {message}".rstrip(".")
    assert caught.value.message.startswith(f"{told}. ")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "", errors.RequestRejected),
        (403, "<html><h1>403 Forbidden</h1></html>", errors.RequestRejected),
        (404, '{"unknown":true}', errors.RequestRejected),
        (302, "", errors.RequestRejected),
        (429, "", errors.ProviderThrottled),
        (429, "<html>slow down</html>", errors.ProviderThrottled),
        (408, "", errors.ProviderUnavailable),
        (500, "[]", errors.ProviderUnavailable),
        (502, "<html><head><title>502 Bad Gateway</title></head></html>", errors.ProviderUnavailable),
        (521, "<html>Web server is down</html>", errors.ProviderUnavailable),
    ],
)
def test_what_is_not_newsapis_own_is_read_by_its_status(
    status: int, body: str, kind: type[errors.ProviderError]
) -> None:
    with pytest.raises(errors.ProviderError) as caught:
        Wire(httpx.Response(status, text=body)).client.everything(query="x")

    assert type(caught.value) is kind
    assert "<" not in caught.value.words


def test_too_far_in_the_past_tells_the_plans_first_day() -> None:
    body = json.dumps({"status": "error", "code": "parameterInvalid", "message": PAST})

    with pytest.raises(errors.OutOfHistory) as caught:
        Wire(httpx.Response(426, text=body)).client.everything(query="x", start=date(2026, 8, 1))

    assert caught.value.floor == date(2026, 8, 28)
    assert floor_in("as far back as 2026-99-99") is None
    assert floor_in("too far in the past") is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Retry-After": "60"}, None),
        (
            {"Retry-After": "60", "Date": "Mon, 05 Jan 2026 10:00:00 GMT"},
            datetime(2026, 1, 5, 10, 1, tzinfo=UTC),
        ),
        ({"Retry-After": "Mon, 05 Jan 2026 11:00:00 GMT"}, datetime(2026, 1, 5, 11, tzinfo=UTC)),
        ({"Retry-After": "soon", "Date": "Mon, 05 Jan 2026 10:00:00 GMT"}, None),
        ({"Retry-After": "9" * 40, "Date": "Mon, 05 Jan 2026 10:00:00 GMT"}, None),
    ],
)
def test_when_to_come_back_is_what_the_provider_says(
    headers: dict[str, str], expected: datetime | None
) -> None:
    body = json.dumps({"status": "error", "code": "rateLimited", "message": MANY})

    with pytest.raises(errors.ProviderThrottled) as caught:
        Wire(httpx.Response(429, text=body, headers=headers)).client.everything(query="x")

    assert caught.value.retry_at == expected


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
    ids=lambda failure: type(failure).__name__,
)
def test_no_answer_is_a_passing_failure(failure: Exception) -> None:
    with pytest.raises(errors.ProviderUnavailable, match=type(failure).__name__):
        Wire(failure).client.sources()


def test_a_body_that_cannot_be_unpacked_is_malformed() -> None:
    with pytest.raises(errors.MalformedPayload, match="unpacked"):
        Wire(httpx.DecodingError("not gzip")).client.sources()
