from datetime import UTC, datetime

import pytest

from investment.providers.access import ProviderSettings
from investment.providers.adapters.finnhub.access import access
from investment.providers.adapters.finnhub.limits import BUCKETS, limit_facts
from investment.providers.errors import CredentialsRejected
from investment.quotas.contracts import LimitFacts

RESET = 1_771_000_060
UNTIL = datetime.fromtimestamp(RESET, UTC)
HEADERS = {"X-Ratelimit-Limit": "60", "X-Ratelimit-Remaining": "58", "X-Ratelimit-Reset": str(RESET)}


def test_each_bucket_has_its_minute_and_the_second_is_shared_out() -> None:
    free = BUCKETS["free"]

    assert {name: [(w.limit, w.seconds) for w in windows] for name, windows in free.items()} == {
        "market_data": [(20, 1), (60, 60)],
        "fundamentals": [(10, 1), (60, 60)],
    }
    for plan in BUCKETS.values():
        assert sum(windows[0].limit for windows in plan.values()) == 30
        assert all(w.source.startswith("https://finnhub.io/") for windows in plan.values() for w in windows)


def test_every_answer_tells_of_the_minute() -> None:
    assert limit_facts(200, HEADERS) == [LimitFacts(60, remaining=58, until=UNTIL)]
    assert limit_facts(200, {}) == []


def test_a_refusal_is_of_the_minute_until_its_reset() -> None:
    spent = HEADERS | {"X-Ratelimit-Remaining": "0"}

    assert limit_facts(429, spent) == [LimitFacts(60, remaining=0, full=True, until=UNTIL)]
    assert limit_facts(429, {}) == [LimitFacts(60, remaining=0, full=True)]


def test_a_refusal_with_calls_left_is_of_the_second() -> None:
    assert limit_facts(429, HEADERS) == [
        LimitFacts(1, full=True),
        LimitFacts(60, remaining=58, until=UNTIL),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Ratelimit-Reset": "60"},
        {"X-Ratelimit-Reset": "soon"},
        {"X-Ratelimit-Reset": "nan"},
        {"X-Ratelimit-Reset": "1e400"},
        {"X-Ratelimit-Reset": str(RESET * 1000)},
        {"Date": "Fri, 13 Feb 2026 15:26:41 GMT"},
    ],
    ids=str,
)
def test_a_reset_that_makes_no_sense_is_none(changes: dict[str, str]) -> None:
    assert limit_facts(200, HEADERS | changes) == [LimitFacts(60, remaining=58)]


@pytest.mark.parametrize("count", ["-1", "many", "", "1" * 5000, "²"])
def test_a_count_that_is_none_tells_nothing(count: str) -> None:
    assert limit_facts(200, {"X-Ratelimit-Remaining": count}) == []


def test_the_two_buckets_are_two_scopes_of_one_key() -> None:
    found = access(ProviderSettings(key="k" * 20, base_url="http://x.test", plan="free"))

    assert found.limits_of("quote").scope.startswith("finnhub:market_data:")
    assert found.limits_of("profile").scope.startswith("finnhub:fundamentals:")
    assert "kkk" not in repr(found) + found.limits_of("quote").scope
    assert found.redact("token=" + "k" * 20) == "token=…"


def test_without_a_key_or_with_a_strange_plan_there_is_no_access() -> None:
    with pytest.raises(CredentialsRejected, match="FINNHUB_API_KEY"):
        access(ProviderSettings(key="-", plan="free"))
    with pytest.raises(ValueError, match="FINNHUB_PLAN"):
        access(ProviderSettings(key="k", plan="gold"))
