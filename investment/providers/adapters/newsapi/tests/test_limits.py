import dataclasses
import json
from datetime import UTC, datetime

import pytest

from investment.providers.access import ProviderSettings
from investment.providers.adapters.newsapi.access import access
from investment.providers.adapters.newsapi.limits import PLANS, limit_facts
from investment.providers.errors import CredentialsRejected, NotEntitled
from investment.quotas.contracts import LimitFacts

SETTINGS = ProviderSettings(key="a-long-key", base_url="https://newsapi.org/v2", plan="developer")


def refusal(code: str) -> bytes:
    return json.dumps({"status": "error", "code": code, "message": "…"}).encode()


def test_the_developer_plan_is_fifty_in_twelve_hours_and_a_hundred_a_day() -> None:
    assert [(w.limit, w.seconds) for w in PLANS["developer"]] == [(50, 43_200), (100, 86_400)]
    assert all(w.source.startswith("https://newsapi.org/") for plan in PLANS.values() for w in plan)


def test_a_refusal_fills_the_shortest_window() -> None:
    windows = PLANS["developer"]

    assert limit_facts(200, {}, b"", windows) == []
    assert limit_facts(401, {}, refusal("apiKeyInvalid"), windows) == []
    assert limit_facts(426, {}, refusal("maximumResultsReached"), windows) == []
    assert limit_facts(429, {}, b"", windows) == [LimitFacts(seconds=43_200, full=True)]
    assert limit_facts(200, {}, refusal("rateLimited"), windows) == [LimitFacts(seconds=43_200, full=True)]
    assert limit_facts(401, {}, refusal("apiKeyExhausted"), PLANS["business"]) == [
        LimitFacts(seconds=31 * 86_400, full=True)
    ]


def test_a_refusal_that_says_when_is_believed() -> None:
    headers = {"retry-after": "90", "date": "Mon, 05 Jan 2026 10:00:00 GMT"}

    (fact,) = limit_facts(429, headers, b"not JSON: {", PLANS["developer"])

    assert fact.until == datetime(2026, 1, 5, 10, 1, 30, tzinfo=UTC)


def test_it_is_off_in_production_on_the_developer_plan_and_says_what_to_do() -> None:
    with pytest.raises(NotEntitled) as caught:
        access(dataclasses.replace(SETTINGS, production=True))

    assert "NEWSAPI_PLAN=business" in caught.value.message
    assert "leave NEWSAPI_API_KEY empty" in caught.value.message
    assert access(dataclasses.replace(SETTINGS, production=True, plan="business")).limits.windows


def test_without_a_key_or_with_an_unknown_plan_nothing_is_asked() -> None:
    with pytest.raises(CredentialsRejected, match="NEWSAPI_API_KEY"):
        access(dataclasses.replace(SETTINGS, key="-"))
    with pytest.raises(ValueError, match="NEWSAPI_PLAN must be one of developer, business, advanced"):
        access(dataclasses.replace(SETTINGS, plan="free"))


def test_the_key_is_hidden() -> None:
    found = access(SETTINGS)

    assert "a-long-key" not in repr(found) + found.limits.scope + found.redact("with a-long-key in it")
