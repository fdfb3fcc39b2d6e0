from investment.providers.adapters.massive.limits import PLANS, limit_facts
from investment.quotas.contracts import LimitFacts


def test_the_free_plan_is_five_calls_a_minute_and_keeps_one_for_people() -> None:
    (window,) = PLANS["basic"]

    assert (window.limit, window.seconds, window.reserve) == (5, 60, 1)
    assert window.source.startswith("https://massive.com/pricing")
    assert PLANS["unlimited"] == ()


def test_paid_plans_are_asked_to_stay_below_a_hundred_calls_a_second() -> None:
    for plan in ("starter", "developer", "advanced"):
        (window,) = PLANS[plan]
        assert (window.limit, window.seconds) == (100, 1)


def test_only_a_refusal_tells_of_the_window() -> None:
    assert limit_facts(throttled=False, windows=PLANS["basic"]) == []
    assert limit_facts(throttled=True, windows=PLANS["basic"]) == [LimitFacts(seconds=60, full=True)]
