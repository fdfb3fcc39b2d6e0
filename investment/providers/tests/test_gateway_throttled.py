"""«Too many calls» is heard whatever the status it comes with: by the ledger and the breaker, at once."""

import json

import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import breaker, errors, gateway
from investment.providers.tests.test_gateway_bounds import ASK, use
from investment.providers.tests.wire import answer, provider
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

BURST = "Please consider spreading out your free API requests more sparingly (1 request per second)."
DAY = "We have detected your API key as X and our standard API rate limit is 25 requests per day."
OLD = "Our standard API call frequency is 5 calls per minute and 500 calls per day. premium endpoint"
MANY = "You've exceeded the maximum requests per minute, please wait or upgrade your subscription"
PAGE = b"<html><title>Request Rate Threshold Exceeded</title><p>Your access will be limited for 10 minutes"

# Of each provider: the status it comes with, the body, and the window that is full.
SAID = [
    ("alphavantage", 200, {"Information": BURST}, 1),
    ("alphavantage", 200, {"Information": DAY}, 86_400),
    ("alphavantage", 200, {"Note": OLD}, 1),
    ("finnhub", 200, {"error": "API limit reached. Please try again later. Remaining Limit: 0"}, 60),
    ("finnhub", 403, {"error": "API limit reached. Please try again later. Remaining Limit: 0"}, 60),
    ("finnhub", 429, {"error": "API limit reached. Please try again later. Remaining Limit: 0"}, 60),
    ("massive", 200, {"status": "ERROR", "error": MANY}, 60),
    ("massive", 429, {"status": "ERROR", "error": MANY}, 60),
    ("massive", 429, b"", 60),
    ("newsapi", 200, {"status": "error", "code": "rateLimited", "message": "too many"}, 43_200),
    ("newsapi", 426, {"status": "error", "code": "apiKeyExhausted", "message": "too many"}, 43_200),
    ("sec", 200, PAGE, 1),
    ("sec", 403, PAGE, 1),
    ("sec", 503, PAGE, 1),
]


@pytest.mark.parametrize(("name", "status", "said", "seconds"), SAID)
@pytest.mark.parametrize("after", [None, 90], ids=["until nobody knows when", "for a time that it tells"])
def test_a_call_too_many_is_told_to_the_ledger_and_the_breaker(
    settings: Settings, name: str, status: int, said: dict[str, str] | bytes, seconds: int, after: int | None
) -> None:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\n"
    head += f"Retry-After: {after}\r\n\r\n" if after else "\r\n"
    settings.NEWSAPI_PLAN, settings.MASSIVE_PLAN = "developer", "basic"
    with provider(answer(head.encode() + body)) as address:
        use(settings, name, address)
        with gateway.provider(name, lane="essential", purpose="a test") as found:
            with pytest.raises(errors.ProviderThrottled):
                ASK[name](found)
            with pytest.raises((QuotaExhausted, errors.CircuitOpen)):
                ASK[name](found)

    call = Call.objects.get()
    assert (call.state, call.status) == ("sent", status)
    full = [window for window, others, _until in call.limit_facts or [] if others is None]
    assert seconds in full
    (circuit,) = breaker.circuits(now=clock.now())
    assert circuit.bad == 0, "it is in order, and asked too often"
    assert circuit.state == ("open" if after else "closed")
    if after:
        assert circuit.why == f"too many calls, HTTP {status}"
