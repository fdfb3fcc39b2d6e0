import pytest

from investment.providers.access import ProviderSettings
from investment.providers.adapters.alphavantage.access import access
from investment.providers.adapters.alphavantage.limits import PLANS, limit_facts
from investment.providers.adapters.alphavantage.tests.texts import REFUSALS, body_of
from investment.providers.adapters.alphavantage.tests.wire import KEY, recorded
from investment.providers.errors import CredentialsRejected
from investment.quotas.contracts import LimitFacts

SECOND, MINUTE, DAY = (LimitFacts(seconds, full=True) for seconds in (1, 60, 86_400))


def test_the_free_plan_is_25_calls_a_day_and_one_a_second() -> None:
    assert [(window.limit, window.seconds) for window in PLANS["free"]] == [(1, 1), (25, 86_400)]
    assert [(window.limit, window.seconds) for window in PLANS["premium_75"]] == [(75, 60)]
    for windows in PLANS.values():
        assert all("alphavantage.co" in window.source or "refusal" in window.source for window in windows)


@pytest.mark.parametrize(
    ("refusal", "free", "paid"),
    [
        ("burst", [SECOND], [MINUTE]),
        ("burst in a paid plan", [SECOND], [MINUTE]),
        ("day", [DAY], [MINUTE]),
        ("minute in a paid plan", [SECOND], [MINUTE]),
        ("before 2024", [SECOND], [MINUTE]),
        ("before 2020", [SECOND], [MINUTE]),
        ("key", [], []),
        ("call", [], []),
        ("no function", [], []),
        ("premium endpoint", [], []),
        ("premium feature", [], []),
        ("inputs", [], []),
        ("demo", [], []),
        ("no articles", [], []),
        ("unknown", [], []),
    ],
)
def test_a_refusal_tells_which_window_is_full(
    refusal: str, free: list[LimitFacts], paid: list[LimitFacts]
) -> None:
    body = body_of(refusal)

    assert limit_facts(200, {}, body, PLANS["free"]) == free
    assert limit_facts(200, {}, body, PLANS["premium_75"]) == paid
    assert limit_facts(200, {}, body, ()) == []


def test_every_refusal_is_in_the_table_above() -> None:
    marks = test_a_refusal_tells_which_window_is_full.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in marks[0].args[1]} == set(REFUSALS)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"<html>per day</html>", b'{"Note": 5}', b'{"Note": null}']
)
def test_what_is_no_refusal_tells_nothing(body: bytes) -> None:
    assert limit_facts(200, {}, body, PLANS["free"]) == []
    assert limit_facts(200, {}, recorded("overview.json"), PLANS["free"]) == []


def test_is_reached_with_a_key_that_nobody_sees() -> None:
    found = access(ProviderSettings(key=KEY, base_url="https://www.alphavantage.co/query", plan="free"))

    assert found.limits.windows == PLANS["free"]
    assert KEY not in repr(found) + found.limits.scope
    assert found.redact(f"a {KEY}") == "a …"
    assert found.redact("https://x/?apikey=AKEY%2Fthat%2Bnobody%26may%3Dsee") == "https://x/?apikey=…"
    assert found.limit_facts(200, {}, body_of("day")) == [DAY]
    with pytest.raises(CredentialsRejected, match="ALPHAVANTAGE_API_KEY"):
        access(ProviderSettings(plan="free"))
    with pytest.raises(ValueError, match="ALPHAVANTAGE_PLAN"):
        access(ProviderSettings(key=KEY, plan="gold"))
