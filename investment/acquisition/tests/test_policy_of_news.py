"""News beside quotes in the policy: limits apart, looks that rest, and what a story is worth."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from investment.acquisition.calculators.news_moves import pace
from investment.acquisition.policy import Policy
from investment.acquisition.selectors.news_rates import news_rates
from investment.acquisition.tests.simulated import crowd, sessions
from investment.acquisition.tests.speaking import make_instrument
from investment.news.models import Story, StoryTie

DAYS = sessions(5)
(_, CLOSED), (OPENS, CLOSES) = DAYS[0], DAYS[1]
QUOTES, BOOKS = [(12, 60), (6, 1)], [(6, 60)]
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


def made(*, news: bool) -> Policy:
    people = crowd(300)
    limits = {"quotes": QUOTES} | ({"books": BOOKS} if news else {})
    policy = Policy(limits=limits, sessions=DAYS, covered=True)
    keys = [("quote", n) for n in range(300)]
    looks = np.full(300, CLOSED)
    policy.add_prices(
        keys, people.importances, people.volatilities, seen=looks, targets=np.inf, providers=("quotes",)
    )
    if news:
        stories = [("news", n) for n in range(4)]
        policy.add_events(stories, 50.0, 100.0, 2.0, seen=[OPENS] * 4, targets=900.0, providers=("books",))
        policy.rest(stories, 120.0)
    return policy


def lived(policy: Policy, what: str) -> list[tuple[float, object]]:
    """Return the calls for quotes, or for news, of the half hour from the open on."""
    calls = []
    for now in np.arange(OPENS, OPENS + 1800, 1.0):
        while (datum := policy.choose(now)) is not None:
            policy.seen(datum, now)
            calls.append((float(now), datum))
    return [call for call in calls if call[1][0] == what]  # type: ignore[index]  # our own keys


def test_news_take_nothing_from_quotes_and_quotes_nothing_from_news() -> None:
    alone, both = lived(made(news=False), "quote"), lived(made(news=True), "quote")

    # Also in the first minute, in which what is due goes ahead of the even pace of its own limit.
    assert len([at for at, _ in alone if at < OPENS + 10]) == 12
    assert both == alone
    looks = lived(made(news=True), "news")
    assert len(looks) == 4 * 14  # every two minutes, where the limits would allow three times as many
    for n in range(4):
        times = [at for at, key in looks if key == ("news", n)]
        assert min(np.diff(times)) >= 120.0


def test_what_rests_says_that_it_was_seen_just_now() -> None:
    policy = made(news=True)

    assert policy.why_not(("news", 0), OPENS + 60).code == "just_seen"
    assert policy.why_not(("news", 0), OPENS + 121).code == "due"
    policy.seen(("news", 0), OPENS + 130)
    assert policy.copy().why_not(("news", 0), OPENS + 249).code == "just_seen"


def test_a_story_of_a_busy_day_moves_less_and_nobody_is_without_news() -> None:
    # Of 30 days: ten stories on ten days, the same on one, none.
    found = pace(np.array([10.0, 10, 0]), np.array([10.0, 1, 0]), observed=30.0, usual=0.1)

    assert found.per_day == pytest.approx([10.5 / 35, 10.5 / 35, max(1 / 30, 0.5 / 35)])
    # σ √(2/π) √1.2 = 200 · 0.79788 · 1.09545, and of ten at once √10 times less
    assert found.moves(np.full(3, 200.0)) == pytest.approx([174.81, 55.28, 174.81], abs=0.01)


@pytest.mark.django_db
def test_rates_are_counted_in_the_stories_of_the_last_month() -> None:
    apple, quiet = make_instrument("AAPL"), make_instrument("QUIET")
    assert news_rates(now=NOON, instruments=2).of([apple.pk]).per_day == pytest.approx([1.0])  # nobody knows

    ages = [
        timedelta(hours=1),
        timedelta(hours=2),
        timedelta(days=10),
        timedelta(days=31),
        -timedelta(hours=1),
    ]
    for age in ages:  # the last two are too old, and still to come
        story = Story.objects.create(headline="x", url="x", published_at=NOON - age, first_seen_at=NOON)
        StoryTie.objects.create(
            story=story, instrument=apple, how="tag", in_headline=True, published_at=NOON - age,
            label="neutral", score=0.0, reader="local", read_from=NOON - age,
        )  # fmt: skip
    found = news_rates(now=NOON, instruments=2)

    assert (found.observed, found.counts) == (10.0, {apple.pk: (3, 2)})
    usual = 3 / 10 / 2
    rates = found.of([quiet.pk, apple.pk])
    assert rates.per_day == pytest.approx([5 * usual / 15, (3 + 5 * usual) / 15])
    assert rates.at_once == pytest.approx([1.0, 1.5])
