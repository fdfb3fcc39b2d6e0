"""What the policy intends and why; several kinds, several providers, one call for many."""

import numpy as np
import pytest

from investment.acquisition.calculators import shortlist
from investment.acquisition.calculators.queues import pools_of
from investment.acquisition.policy import Policy
from investment.acquisition.tests.simulated import DAY, crowd, sessions

DAYS = sessions(5)
(_, CLOSED), (OPENS, CLOSES) = DAYS[0], DAYS[1]
FINNHUB = [(12, 60), (6, 1)]


@pytest.fixture(scope="module")
def prepared() -> Policy:
    people = crowd(600)
    policy = Policy(
        people.importances,
        people.volatilities,
        limits={"finnhub": FINNHUB},
        seen=np.full(600, CLOSED),
        sessions=DAYS,
    )
    policy.prepare(OPENS)
    return policy


@pytest.fixture
def policy(prepared: Policy) -> Policy:
    return prepared.copy()


def run(policy: Policy, since: float, until: float, step: float = 1.0) -> list[tuple[float, object]]:
    made = []
    for now in np.arange(since, until, step):
        while (datum := policy.choose(now)) is not None:
            policy.seen(datum, now)
            made.append((now, datum))
    return made


def test_the_plan_comes_true_and_changes_nothing(policy: Policy) -> None:
    run(policy, OPENS, OPENS + 600)

    planned = [(round(float(call.at), 3), call.data[0]) for call in policy.plan(OPENS + 600, 600)]  # type: ignore[arg-type]

    again = [(round(float(call.at), 3), call.data[0]) for call in policy.plan(OPENS + 600, 600)]  # type: ignore[arg-type]
    assert planned == again
    came = {(round(at, 3), datum) for at, datum in run(policy, OPENS + 600, OPENS + 1200)}
    assert len(came) == pytest.approx(len(planned), abs=2)
    assert len(came & set(planned)) >= 0.95 * len(came)


def test_a_plan_made_at_night_begins_at_the_open(policy: Policy) -> None:
    call = next(iter(policy.coming(OPENS - 3600, 7200)))

    assert call.at == OPENS
    assert call.error > 0
    assert call.index > 0


def test_every_datum_can_say_why_not(policy: Policy) -> None:
    assert policy.why_not(3, OPENS - 60).code == "market_closed"
    assert policy.why_not(3, OPENS - 60).free_at == OPENS
    made = [datum for _, datum in run(policy, OPENS, OPENS + 30)]
    last = policy.why_not(made[0], OPENS + 31)
    assert (last.code, last.rank is not None and last.rank > 0) == ("others_first", True)
    following = next(iter(policy.coming(OPENS + 30, 120)))
    first = policy.why_not(following.data[0], OPENS + 30)
    assert first.code in {"due", "no_calls_left"}
    datum = policy.choose(float(following.at))  # type: ignore[arg-type]
    assert policy.why_not(datum, float(following.at)).words == "finnhub is being asked"  # type: ignore[arg-type]


@pytest.mark.parametrize(("size", "close"), [(128, 1e-12), (8, 0.08)])
def test_the_short_list_finds_what_looking_at_all_finds(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, size: int, close: float
) -> None:
    monkeypatch.setattr(shortlist, "SIZE", size)
    instants = np.concatenate([np.arange(OPENS, OPENS + 1500, 5.0), np.arange(CLOSES - 900, CLOSES - 5, 5.0)])
    for now in instants:
        queues, market = policy._ready(now)
        queue = next(iter(queues))
        value, place = queue.best(market, now)
        assert value >= float(queue.measure(market, queue.shortlist.members, now).max()) - close
        assert policy.choose(now) == place
        policy.seen(place, now)

    if size == 128:
        assert 0 < queue.shortlist.passes < 0.5 * len(instants)


def test_a_file_that_brings_all_is_asked_first(policy: Policy) -> None:
    policy.add_bundle("file", range(600), providers=("finnhub",))

    call = policy.choose_call(OPENS + 5)

    assert call is not None
    assert (call.name, len(call.data)) == ("file", 600)
    one = policy.choose_call(OPENS + 30)
    assert one is None  # all are in flight
    policy.saw(call.data, OPENS + 40)
    following = policy.choose_call(OPENS + 60)
    assert following is not None
    assert following.name in {None, "file"}
    policy.remove([0])
    assert len(policy._bundles["file"].keys) == 599
    policy.remove_bundle("file")


def test_providers_share_the_work_and_each_keeps_its_limits() -> None:
    people = crowd(200)
    policy = Policy(limits={"many": [(30, 60)], "few": [(5, 60)], "day": [(25, 86_400)]}, sessions=DAYS)
    policy.add_prices(
        range(200),
        people.importances,
        people.volatilities,
        seen=np.full(200, CLOSED),
        providers=("many", "few"),
    )
    policy.add_events(["news"], 1.0, 100.0, 2.0, seen=[CLOSED], providers=("day",))
    count = dict.fromkeys(("many", "few", "day"), 0)

    for now in np.arange(OPENS, OPENS + 1200, 1.0):
        while (call := policy.choose_call(now)) is not None:
            count[call.provider] += 1
            policy.saw(call.data, now)

    assert count["many"] == pytest.approx(600, abs=2)
    assert count["few"] == pytest.approx(100, abs=2)
    assert count["day"] <= 2
    only = policy.choose_call(OPENS + 1260, providers=("few",))
    assert only is not None
    assert only.provider == "few"


def test_news_and_prices_meet_at_one_price_of_a_call() -> None:
    people = crowd(100)
    policy = Policy(limits=[(6, 60)], sessions=DAYS)
    policy.add_prices(range(100), people.importances, people.volatilities, seen=np.full(100, CLOSED))
    policy.add_events(
        [f"news {k}" for k in range(100)], people.importances, 150.0, 1.0, seen=np.full(100, CLOSED)
    )

    by_day = run(policy, OPENS, OPENS + 3600, 5.0)
    at_night = run(policy, CLOSES + 60, CLOSES + 3660, 5.0)

    news = [datum for _, datum in by_day if isinstance(datum, str)]
    assert 0.02 < len(news) / len(by_day) < 0.6
    assert at_night
    assert all(isinstance(datum, str) for _, datum in at_night)


@pytest.mark.slow
def test_without_a_file_the_closes_are_asked_for_in_the_night() -> None:
    people = crowd(50)
    policy = Policy(people.importances, people.volatilities, limits=[(6, 60)], sessions=DAYS, covered=False)
    run(policy, OPENS, CLOSES, 60.0)

    made = run(policy, CLOSES, CLOSES + 3600)

    assert len({datum for _, datum in made}) == len(made) == 50
    covered = Policy(
        people.importances, people.volatilities, limits=[(6, 60)], seen=[CLOSED] * 50, sessions=DAYS
    )
    run(covered, OPENS, OPENS + 60)
    assert covered.choose(CLOSES + 60) is None


def test_ages_tell_whether_a_file_brings_the_closes() -> None:
    people = crowd(50)
    old = np.full(50, CLOSED - 5000)
    policy = Policy(people.importances, people.volatilities, limits=[(6, 60)], seen=old, sessions=DAYS)

    policy.prepare(OPENS)

    assert policy._ready(OPENS)[1].is_covered is False
    policy.saw(range(50), CLOSES)
    policy.prepare(OPENS + DAY)
    assert policy._ready(OPENS + DAY)[1].is_covered is True


def test_alike_days_are_computed_once(policy: Policy) -> None:
    pool = next(iter(policy._ready(OPENS)[0])).pool
    for day in (1, 2, 3):
        policy.saw(range(600), DAYS[day][1])
        policy.prepare(DAYS[day + 1][0])

    assert pool.solved == 1


def test_routes_with_a_provider_in_common_are_one_pool() -> None:
    assert sorted(pools_of([("a",), ("b", "c"), ("d",), ("a", "c")])) == [[0, 1, 3], [2]]
